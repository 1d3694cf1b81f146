"""The revisions of a definition: what each changed, in words and line by line, and the way back."""

from __future__ import annotations

import re

import pytest

from config_compiler.checking import Checked, check_site
from config_compiler.source import Source
from domain.site import Site
from tests.web.conftest import Web
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO, SHOP, SITE
from web.composing.revising import SITE as THE_SITE
from web.composing.revising import files_told, told
from web.pages.revisions import SHOWN
from web.store import Noted, Store

REVISIONS = f"/sites/{SHOP}/revisions"
FILE = "experiments/hero.yaml"


def site(**files: str) -> Site:
    """What a definition means that differs from the shop's in some files, by their short names."""
    names = {"site": "site.yaml"}
    more = {names.get(name, f"experiments/{name}.yaml"): text for name, text in files.items()}
    checked = check_site(Source({name: text for name, text in {**DEFINITION, **more}.items() if text}))
    assert isinstance(checked, Checked), checked.findings
    return checked.site


DRAFT = HERO.replace("running", "draft")
BUY = 'bold: text of h1.hero "Buy now" → text of h1.hero "Buy"'
ANEW = "phase 1 → 2, everybody is dealt out anew and counted apart"
WORDS = [
    ({}, {}, []),
    ({}, {"hero": HERO.replace("Buy now", "Buy")}, [("Hero headline", f"{BUY}, nobody moves")]),
    ({"hero": DRAFT}, {"hero": DRAFT.replace("Buy now", "Buy")}, [("Hero headline", BUY)]),
    ({}, {"hero": HERO.replace("running", "paused")}, [("Hero headline", "is paused instead of running")]),
    ({}, {"hero": HERO.replace("Hero headline", "Top")}, [("Top", "was called “Hero headline”")]),
    ({}, {"hero": ""}, [("Hero headline", "is taken out")]),
    ({"hero": ""}, {}, [("Hero headline", "is new, running, with control 50 %, bold 50 %")]),
    ({}, {"hero": HERO.replace("status:", "phase: 2\nstatus:")}, [("Hero headline", ANEW)]),
    ({}, {"hero": HERO.replace("hypothesis: A", "hypothesis: No")}, [("Hero headline", "has another hypothesis")]),
    ({}, {"site": SITE.replace("Demo shop", "Shop")}, [(THE_SITE, "is called “Shop” instead of “Demo shop”")]),
    ({}, {"site": SITE + "holdout: 5%\n"}, [(THE_SITE, "holdout 0 % → 5 %, who is held out now sees the original")]),
]


@pytest.mark.parametrize(("before", "after", "said"), WORDS)
def test_what_differs_is_said_as_a_person_would(
    before: dict[str, str], after: dict[str, str], said: list[tuple[str, str]]
) -> None:
    assert [(each.about, each.what) for each in told(site(**before), site(**after))] == said


def test_files_differ_line_by_line() -> None:
    before = {"site.yaml": SITE, FILE: HERO}
    found = files_told(before, {"site.yaml": SITE, FILE: HERO.replace("Hero headline", "Top"), "tests/a.yaml": "x\n"})
    assert [(each.name, each.how) for each in found] == [(FILE, "changed"), ("tests/a.yaml", "new")]
    assert [line for line in found[0].lines if line[0] in "+-"] == ["-name: Hero headline", "+name: Top"]
    assert [each.how for each in files_told(before, {"site.yaml": SITE})] == ["gone"]


async def test_revisions_are_told_newest_first_and_page_by_page(store: Store) -> None:
    for n in range(3):
        await store.save_definition(SHOP, {"site.yaml": f"# {n}\n"}, f"editor-{n}")
    moment = int((await store.revisions(SHOP, None, 1))[0].saved_ms)
    assert await store.revisions(SHOP, None, 2) == (Noted(3, moment, "editor-2"), Noted(2, moment, "editor-1"))
    assert await store.revisions(SHOP, 2, 2) == (Noted(1, moment, "editor-0"),)
    assert await store.revisions(SHOP, 1, 2) == ()


async def test_the_list_leads_to_older_ones(web: Web) -> None:
    await web.sign_in()
    for n in range(SHOWN + 3):
        await web.store.save_definition(SHOP, {**DEFINITION, "site.yaml": f"{SITE}# {n}\n"}, "owner")
    first = (await web.client.get(REVISIONS)).text
    assert re.findall(r">Revision (\d+)</a>", first)[:2] == [str(SHOWN + 4), str(SHOWN + 3)]
    older = re.search(rf'href="({REVISIONS}\?before=\d+)"', first)
    assert older
    last = (await web.client.get(older[1])).text
    assert re.findall(r">Revision (\d+)</a>", last) == ["4", "3", "2", "1"]


async def test_a_revision_is_shown_in_words_and_in_lines_and_can_be_restored(web: Web) -> None:
    await web.sign_in()
    changed = {**DEFINITION, FILE: HERO.replace("Buy now", "Buy <b>")}
    await web.store.save_definition(SHOP, changed, "editor")
    page = (await web.client.get(f"{REVISIONS}/2")).text
    assert "From revision 1 to 2" in page
    assert "bold: text of h1.hero" in page
    assert "Buy &lt;b&gt;" in page
    assert "Restore revision 2" not in page
    page = (await web.client.get(f"{REVISIONS}/1?beside=2")).text
    assert "From revision 1 to 2" in page
    answer = await web.send(f"{REVISIONS}/1/restore", {"newest": "2"})
    assert answer.headers["location"] == f"{REVISIONS}?did=restored"
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert (newest.revision, newest.files) == (3, DEFINITION)


async def test_nothing_is_restored_over_what_was_saved_meanwhile(web: Web) -> None:
    await web.sign_in()
    for n in range(2):
        await web.store.save_definition(SHOP, {**DEFINITION, "site.yaml": f"{SITE}# {n}\n"}, "somebody")
    answer = await web.send(f"{REVISIONS}/1/restore", {"newest": "2"})
    assert answer.status_code == 409
    assert "revision 3 was saved meanwhile" in answer.text
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert newest.revision == 3


async def test_a_revision_that_cannot_be_understood_is_compared_as_text(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: BROKEN_HERO}, "owner")
    page = (await web.client.get(f"{REVISIONS}/2")).text
    assert "only their texts can be compared" in page
    assert "-    weight: 50%" in page


async def test_the_first_revision_is_all_new(web: Web) -> None:
    await web.sign_in()
    page = (await web.client.get(f"{REVISIONS}/1")).text
    assert "The first of this site" in page
    assert "+experiment: hero" in page


@pytest.mark.parametrize("revision", ["0", "2", "-1", "x", "9" * 20])
async def test_there_is_no_other_revision(revision: str, web: Web) -> None:
    await web.sign_in()
    assert (await web.client.get(f"{REVISIONS}/{revision}")).status_code == 404
    assert (await web.send(f"{REVISIONS}/{revision}/restore", {"newest": "1"})).status_code == 404
