"""The list of a site's experiments, and new ones made from patterns."""

from __future__ import annotations

import re

import pytest

from config_compiler.checking import Checked, check_site
from config_compiler.source import Source
from tests.web.conftest import Web
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO, HERO_COUNTS, PRICE, SHOP, SITE
from tests.web.test_web_experiment import said_at
from web.composing.patterns import BY_KEY, PATTERNS, file_text, key_for

LIST = f"/sites/{SHOP}/experiments"
NEW = f"/sites/{SHOP}/new-experiment"

ANSWERS = {
    "name": 'A "new" headline: #1',
    "hypothesis": "It says: more, than before",
    "include": "/",
    "primary": "signup",
    "v1.c0.select": "#buy",
    "v1.c0.text": "Buy: now # really",
    "v1.c0.style": "seagreen",
    "v1.c0.redirect": "/landing-b",
    "audience.device": "mobile, tablet",
    "audience.visitor": "",
    "audience.country": "DE",
    "v0.c0.select": "h1",
    "v0.c0.text": "Hello again",
}


def rows(page: str) -> list[tuple[str, list[str]]]:
    """Names and badges, in order."""
    heads = re.findall(r"<h2><a[^>]*>(.*?)</a>(.*?)</h2>", page, re.DOTALL)
    return [(name, re.findall(r'<span class="badge[^"]*">(.*?)</span>', more)) for name, more in heads]


async def test_the_list_says_where_each_experiment_is_and_what_is_known(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": HERO_COUNTS}
    later = PRICE.replace("status: running", 'status: running\nschedule: {start: "2026-12-01T09:00"}')
    over = (
        HERO.replace("hero", "over", 1)
        .replace("Hero headline", "Over")
        .replace("h1.hero", "footer")
        .replace("status: running", 'status: running\nschedule: {end: "2026-11-01T09:00"}')
    )
    files = {**DEFINITION, "experiments/price.yaml": later, "experiments/over.yaml": over}
    await web.store.save_definition(SHOP, files, "owner")
    page = (await web.client.get(LIST)).text
    assert rows(page) == [
        ("Hero headline", ["running", "not published yet"]),
        ("Round prices", ["scheduled", "not published yet"]),
        ("Over", ["ended", "not published yet"]),
    ]
    assert "“bold” beats “control”" in page
    assert f'href="{LIST}/hero"' in page
    assert [name for name, _ in rows((await web.client.get(f"{LIST}?is=scheduled")).text)] == ["Round prices"]


async def test_what_is_published_as_it_is_waits_for_nothing(web: Web) -> None:
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    assert rows((await web.client.get(LIST)).text) == [("Hero headline", ["running"]), ("Round prices", ["running"])]


async def test_the_list_goes_by_what_can_be_read_and_says_so(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, "experiments/hero.yaml": BROKEN_HERO}, "owner")
    page = (await web.client.get(LIST)).text
    assert "this list goes by revision 1" in page
    assert len(rows(page)) == 2


async def test_a_list_without_experiments_teaches_what_one_is(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {"site.yaml": SITE}, "owner")
    assert "There is no experiment yet" in (await web.client.get(LIST)).text


async def test_a_list_without_numbers_is_still_a_list(web: Web) -> None:
    await web.sign_in()
    web.reports.is_away = True
    page = await web.client.get(LIST)
    assert page.status_code == 200
    assert "The numbers cannot be shown just now" in page.text


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda each: each.key)
def test_every_pattern_makes_a_file_that_compiles(pattern: object) -> None:
    text = file_text(BY_KEY[pattern.key], "new", ANSWERS)  # type: ignore[attr-defined]
    checked = check_site(Source({"site.yaml": SITE, "experiments/new.yaml": text}))
    assert isinstance(checked, Checked), checked.findings
    running = check_site(
        Source({"site.yaml": SITE, "experiments/new.yaml": text.replace("status: draft", "status: running")})
    )
    assert isinstance(running, Checked)
    assert running.findings == ()


@pytest.mark.parametrize("pattern", [each.key for each in PATTERNS])
async def test_every_pattern_leads_to_the_form_of_a_draft(pattern: str, web: Web) -> None:
    await web.sign_in()
    page = (await web.client.get(f"{NEW}?pattern={pattern}")).text
    assert 'name="include" value="/"' in page
    answer = await web.send(NEW, {**ANSWERS, "pattern": pattern})
    assert answer.headers["location"] == f"{LIST}/a-new-headline-1/edit?did=added"
    form = (await web.client.get(answer.headers["location"])).text
    assert "A &#34;new&#34; headline: #1" in form
    assert "Nothing wrong" in form


async def test_what_the_compiler_says_stands_beside_the_question(web: Web) -> None:
    await web.sign_in()
    answer = await web.send(NEW, {**ANSWERS, "pattern": "headline", "v1.c0.select": "h1[", "include": "no page"})
    assert answer.status_code == 422
    assert "h1[" in said_at(answer.text, "v1.c0.select")
    assert said_at(answer.text, "include")
    assert "Buy: now # really" in answer.text
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert newest.revision == 1


async def test_what_is_left_out_is_asked_for(web: Web) -> None:
    await web.sign_in()
    answer = await web.send(NEW, {**ANSWERS, "pattern": "button", "v1.c0.text": " "})
    assert answer.status_code == 422
    assert 'id="missing-v1.c0.text"' in answer.text


async def test_an_audience_that_is_none_is_said_beside_its_question(web: Web) -> None:
    await web.sign_in()
    answer = await web.send(NEW, {**ANSWERS, "pattern": "personalise", "audience.device": "phone"})
    assert answer.status_code == 422
    assert "phone" in said_at(answer.text, "audience.device")


async def test_two_of_one_name_have_two_keys(web: Web) -> None:
    await web.sign_in()
    for key in ("hero-2", "hero-3"):
        answer = await web.send(NEW, {**ANSWERS, "pattern": "headline", "name": "Hero"})
        assert answer.headers["location"] == f"{LIST}/{key}/edit?did=added"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Shorter headline", "shorter-headline"),
        ("50 % off", "x-50-off"),
        ("Größer: Ça!", "grosser-ca"),
        ("日本語", "experiment"),
        ("a" * 80, "a" * 34),
        ("-", "experiment"),
    ],
)
def test_a_key_is_made_of_any_name(name: str, key: str) -> None:
    assert key_for(name, frozenset()) == key


async def test_there_is_no_other_pattern(web: Web) -> None:
    await web.sign_in()
    assert (await web.send(NEW, {**ANSWERS, "pattern": "none"})).status_code == 404
    assert "What do you want to try?" in (await web.client.get(f"{NEW}?pattern=none")).text
