"""The definition in the editor: findings beside their lines, saving, publishing, adding."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from domain.artifact import Digest
from tests.web.conftest import Web, services_for
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO, SHOP, SITE
from web.audit.line import Deed
from web.cookie import Cookie
from web.definitions import Definitions
from web.desk import Desk
from web.publishing import publish
from web.releasing.contents import Contents
from web.releasing.proposing import Proposals
from web.releasing.works import Works
from web.render import Renderer
from web.sessions.session import FIRST_ACCOUNT

BROKEN = {**DEFINITION, "experiments/hero.yaml": BROKEN_HERO}
EDITOR = f"/sites/{SHOP}/definition"


def marked(page: str, index: int) -> dict[int, str]:
    """The marked lines of a file, with what is said beside them."""
    found = re.search(rf'<ol class="marks" id="marks-{index}".*?</ol>', page, re.DOTALL)
    assert found
    lines = re.findall(r"<li.*?</li>", found[0], re.DOTALL)
    return {n: said for n, line in enumerate(lines, 1) if (said := _said(line))}


def _said(line: str) -> str:
    found = re.search(r'<span class="said">(.*?)</span>', line)
    return found[1] if found else ""


async def test_every_file_stands_in_the_editor_with_its_lines_numbered(web: Web) -> None:
    await web.sign_in()
    page = (await web.client.get(EDITOR)).text
    names = re.findall(r'<textarea name="file:([^"]+)"', page)
    assert names == ["site.yaml", "experiments/hero.yaml", "experiments/price.yaml"]
    assert [page.count(f"<li>{n}</li>") for n in (1, 8, 12)] == [3, 3, 2]
    assert "Nothing wrong" in page


async def test_a_finding_stands_beside_its_line_and_in_the_list(web: Web) -> None:
    await web.sign_in()
    page = (await web.edit(BROKEN, "check")).text
    assert marked(page, 0) == {}
    said = marked(page, 1)
    assert list(said) == [10]
    assert "90 %" in said[10]
    assert '<li class="error">10</li>' in page
    assert "E201" in page
    assert 'data-line="10"' in page
    assert "give the missing 10 %" in page


async def test_checking_saves_nothing(web: Web) -> None:
    await web.sign_in()
    await web.edit(BROKEN, "check")
    entry = await web.store.site(SHOP)
    assert entry is not None
    assert entry.revision == 1


async def test_what_changes_while_typing_is_sent_in_pieces(web: Web) -> None:
    await web.sign_in()
    texts = {f"file:{name}": text for name, text in BROKEN.items()}
    part = (await web.send(f"{EDITOR}/check", texts)).text
    assert "<html" not in part
    assert part.count("hx-swap-oob=true") == 9
    assert list(marked(part, 1)) == [10]
    assert 'id="findings"' in part


async def test_whatever_is_typed_can_be_saved(web: Web) -> None:
    await web.sign_in()
    answer = await web.edit(BROKEN)
    assert answer.headers["location"] == f"{EDITOR}?did=saved"
    page = (await web.client.get(answer.headers["location"])).text
    assert "Visitors see nothing of it until you publish" in page
    assert list(marked(page, 1)) == [10]


async def test_lines_end_as_they_did_before_a_browser_sent_them(web: Web) -> None:
    await web.sign_in()
    same = {name: text.replace("\n", "\r\n") for name, text in DEFINITION.items()}
    assert (await web.edit(same)).headers["location"] == f"{EDITOR}?did=unchanged"


async def test_a_broken_definition_is_not_published_and_every_finding_shows(web: Web) -> None:
    await web.sign_in()
    files = {**BROKEN, "site.yaml": SITE.replace("Europe/Berlin", "Europe/Berlim")}
    answer = await web.edit(files, "publish")
    assert answer.status_code == 422
    assert "nothing was published" in answer.text
    assert list(marked(answer.text, 0)) == [4]
    assert list(marked(answer.text, 1)) == [10]
    assert web.publisher.published == []
    assert '<input type="hidden" name="revision" value="2">' in answer.text


async def test_publishing_makes_the_definition_live(web: Web) -> None:
    await web.sign_in()
    answer = await web.edit(DEFINITION, "publish")
    assert answer.headers["location"] == f"/sites/{SHOP}?did=published"
    ((artifacts, note),) = web.publisher.published
    assert [artifact.name for artifact in artifacts.artifacts] == ["config.json", "lb.js", "relay.json"]
    assert b"http://relay.example" in artifacts.artifacts[0].body
    assert (note.by, note.revision) == ("owner", "1")
    page = (await web.client.get(answer.headers["location"])).text
    assert "Published. Visitors get it within about a minute." in page
    assert "Release 1" in page
    assert artifacts.digest in page


async def test_publishing_the_same_again_says_so(web: Web) -> None:
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    assert (await web.edit(DEFINITION, "publish")).headers["location"] == f"/sites/{SHOP}?did=already_live"
    assert len(web.publisher.published) == 1


async def test_what_is_live_bounds_what_may_be_published(web: Web) -> None:
    """A running experiment keeps its variations: the compiler is told what visitors have already."""
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    renamed = {**DEFINITION, "experiments/hero.yaml": HERO.replace("key: bold", "key: loud")}
    answer = await web.edit(renamed, "publish")
    assert answer.status_code == 422
    assert "E301" in answer.text


async def test_what_was_published_from_elsewhere_is_not_taken_for_ours(web: Web) -> None:
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    renamed = {**DEFINITION, "experiments/hero.yaml": HERO.replace("key: bold", "key: loud")}
    log = web.publisher.releases[SHOP]
    log.append(replace(log[0], number=2, digest=Digest("0123456789abcdef"), by="ci"))
    assert (await web.edit(renamed, "publish")).status_code == 303


async def test_a_definition_cannot_publish_over_another_site(web: Web) -> None:
    await web.sign_in()
    answer = await web.edit({**DEFINITION, "site.yaml": SITE.replace("site: shop", "site: bank")}, "publish")
    assert answer.status_code == 409
    assert "a site keeps its key" in answer.text
    assert web.publisher.published == []


async def test_a_publish_that_fails_says_what_to_do_and_keeps_the_text(web: Web) -> None:
    await web.sign_in()
    web.publisher.fails = "Release 7 was published meanwhile. Publish again if still wanted."
    answer = await web.edit({**DEFINITION, "experiments/hero.yaml": HERO + "# mine\n"}, "publish")
    assert answer.status_code == 409
    assert "Release 7 was published meanwhile" in answer.text
    assert "# mine" in answer.text
    entry = await web.store.site(SHOP)
    assert entry is not None
    assert (entry.revision, entry.published) == (2, None)


async def test_nothing_is_published_while_something_else_of_the_site_is(web: Web) -> None:
    await web.sign_in()
    web.publisher.may_go_on = asyncio.Event()
    first = asyncio.create_task(web.edit(DEFINITION, "publish"))
    await web.publisher.has_come.wait()
    answer = await web.edit(DEFINITION, "publish")
    web.publisher.may_go_on.set()
    assert answer.status_code == 409
    assert "Something is being released for this site just now. Wait until it is done, then publish" in answer.text
    assert (await first).headers["location"] == f"/sites/{SHOP}?did=published"
    assert web.publisher.waiting == 1


async def test_what_nobody_knows_the_end_of_is_shown_as_what_it_is(web: Web) -> None:
    await web.sign_in()
    web.publisher.is_uncertain = True
    answer = await web.edit(DEFINITION, "publish")
    assert answer.headers["location"].startswith(f"/sites/{SHOP}/publishing?work=")
    assert "It is not known how far this came" in (await web.client.get(answer.headers["location"])).text


async def test_a_publish_goes_on_and_is_noted_where_whoever_asked_goes_away(web: Web) -> None:
    services = services_for(web)
    definitions = Definitions(services)
    contents, cookie, works = Contents(services, definitions), Cookie(""), Works(web.clock)
    proposals = Proposals(services.publisher, definitions, contents)
    desk = Desk(services, definitions, Renderer({}), cookie, cookie, contents, proposals, works)
    web.publisher.may_go_on = asyncio.Event()
    entry, definition = await web.store.site(SHOP), await web.store.definition(SHOP)
    assert entry is not None
    assert definition is not None
    asked = asyncio.create_task(publish(desk, entry, definition, "owner"))
    await web.publisher.has_come.wait()
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert asked.cancelled()
    web.publisher.may_go_on.set()
    while (noted := await web.store.site(SHOP)) is not None and noted.published is None:
        pass
    await works.close()
    assert [(line.who, line.did) for line in await web.store.audit.lines(SHOP, 9)] == [("owner", Deed.PUBLISHED)]


async def test_nothing_is_published_while_what_is_live_cannot_be_read(web: Web) -> None:
    await web.sign_in()
    web.publisher.is_away = True
    answer = await web.edit(DEFINITION, "publish")
    assert answer.status_code == 409
    assert "Try again in a moment" in answer.text
    assert web.publisher.published == []


async def test_whoever_edits_an_old_revision_keeps_the_text_and_overwrites_nothing(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, "site.yaml": SITE + "# theirs\n"}, "somebody")
    answer = await web.edit({**DEFINITION, "site.yaml": SITE + "# mine\n"})
    assert answer.status_code == 409
    assert "revision 2 was saved after you opened this one" in answer.text
    assert "# mine" in answer.text
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert newest.files["site.yaml"].endswith("# theirs\n")


async def test_a_form_cannot_add_files_by_another_name(web: Web) -> None:
    await web.sign_in()
    await web.edit({**DEFINITION, "../../etc/passwd": "x", "experiments/more.yaml": "x", "site.yaml": SITE + "# a\n"})
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert set(newest.files) == set(DEFINITION)


async def test_an_experiment_whose_text_is_deleted_is_removed(web: Web) -> None:
    await web.sign_in()
    await web.edit({**DEFINITION, "experiments/price.yaml": " \n"})
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert set(newest.files) == {"site.yaml", "experiments/hero.yaml"}


async def test_the_sites_own_file_is_never_removed(web: Web) -> None:
    await web.sign_in()
    await web.edit({**DEFINITION, "site.yaml": ""})
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert newest.files["site.yaml"] == ""
    assert (await web.client.get(f"/sites/{SHOP}")).status_code == 200


async def test_a_new_experiment_is_a_draft_that_compiles(web: Web) -> None:
    await web.sign_in()
    answer = await web.send(f"/sites/{SHOP}/experiments", {"key": "free-shipping"})
    page = (await web.client.get(answer.headers["location"])).text
    assert "Added as a draft" in page
    assert "experiment: free-shipping" in page
    assert "Nothing wrong" in page
    assert re.search(r'id="tab-1" checked', page)
    opened = await web.store.definition(SHOP)
    assert opened is not None
    assert (await web.edit(opened.files, "publish", revision=2)).status_code == 303


@pytest.mark.parametrize("key", ["", "Hero", "../hero", "a" * 41, "hero", "1st"])
async def test_a_key_that_cannot_be_an_experiments_is_refused_with_what_to_do(web: Web, key: str) -> None:
    await web.sign_in()
    answer = await web.send(f"/sites/{SHOP}/experiments", {"key": key})
    assert answer.status_code == 422
    assert "key" in answer.text
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert newest.revision == 1


async def test_a_new_site_begins_with_a_definition_that_compiles(web: Web) -> None:
    await web.sign_in()
    fields = {"key": "blog", "name": 'Our "blog": all', "domain": "blog.example", "timezone": ""}
    answer = await web.send("/sites", fields)
    assert answer.headers["location"] == "/sites/blog/definition"
    assert "Nothing wrong" in (await web.client.get(answer.headers["location"])).text
    assert "Our &#34;blog&#34;: all" in (await web.client.get("/sites")).text


@pytest.mark.parametrize(("key", "said"), [("Shop", "lower-case"), ("", "lower-case"), ("shop", "already")])
async def test_a_site_that_cannot_be_made_says_why_and_keeps_what_was_typed(web: Web, key: str, said: str) -> None:
    await web.sign_in()
    answer = await web.send("/sites", {"key": key, "name": "My name", "domain": "d.example", "timezone": ""})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="My name"' in answer.text
    assert len(await web.store.sites(FIRST_ACCOUNT)) == 1
