"""Pages through a real server: what they show, what they say when there is nothing, and that names stay names."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from domain.report import ExperimentCounts
from tests.web.conftest import Web
from tests.web.sample import (
    DEFINITION,
    HERO,
    HERO_COUNTS,
    NOON,
    PRICE_COUNTS,
    SHOP,
    SITE,
    TODAY,
    experiment_counts,
)
from web.pages.site import LONGEST_DAYS
from web.words import day_at


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def text(page: str) -> str:
    """What a person reads of a page, with single spaces."""
    parser = _Text()
    parser.feed(page)
    return " ".join(" ".join(parser.said).split())


async def read(web: Web, path: str) -> str:
    """A page as a person reads it."""
    answer = await web.client.get(path)
    assert answer.status_code == 200
    return text(answer.text)


async def test_the_list_shows_each_site_at_a_glance(web: Web) -> None:
    await web.sign_in()
    web.reports.visitors_a_day = 300
    said = await read(web, "/sites")
    assert "Demo shop shop.example, *.shop.example" in said
    assert "visitors in 14 days" in said
    assert "2 running" in said
    assert "not published" in said


async def test_without_a_site_the_list_says_how_to_begin(web: Web) -> None:
    await web.sign_in()
    await web.other_account()
    assert "Add your first site" in await read(web, "/sites")


async def test_a_site_shows_its_experiments_traffic_install_line_and_release(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": HERO_COUNTS, "price": PRICE_COUNTS}
    web.reports.visitors_a_day = 300
    await web.edit(DEFINITION, "publish")
    said = await read(web, f"/sites/{SHOP}")
    assert "Hero headline running “bold” beats “control” 5,974 signup 9.7 %" in said
    assert "Round prices running" in said
    assert '<script src="http://cdn.example/production/shop/lb.js" crossorigin="anonymous"></script>' in said
    policy = "script-src http://cdn.example/production/shop/lb.js; connect-src http://relay.example/v1/b/shop"
    assert policy in said
    assert "also trusted-types leadbright" in said
    assert "Release 1 , since 24 Nov 2026, 11:00 UTC" in said
    assert "Left after one page 38.0 %" in said
    assert "search 5,210" in said


async def test_a_site_that_nobody_has_visited_says_what_to_do(web: Web) -> None:
    await web.sign_in()
    said = await read(web, f"/sites/{SHOP}")
    assert "Nobody has been counted. Put the install line on the site" in said
    assert "Nothing is published. Open the definition and publish it." in said
    assert "Nobody has seen it yet" in said


async def test_a_site_without_experiments_says_what_to_do(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {"site.yaml": SITE}, "owner")
    assert "There is no experiment yet. Begin with another headline" in await read(web, f"/sites/{SHOP}")


async def test_when_nobody_answers_pages_say_so_and_show_the_rest(web: Web) -> None:
    await web.sign_in()
    web.reports.is_away = web.publisher.is_away = True
    assert "Visitors cannot be shown just now" in await read(web, "/sites")
    said = await read(web, f"/sites/{SHOP}")
    assert "Hero headline" in said
    assert "The numbers cannot be shown just now. Reload in a moment." in said
    assert "because the aggregator does not answer" in said
    assert "because the publish target cannot be read" in said
    answer = await web.client.get(f"/sites/{SHOP}/experiments/hero")
    assert answer.status_code == 503
    assert "Nothing is lost" in text(answer.text)


async def test_a_site_whose_definition_broke_is_shown_as_it_last_could_be_read(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, "site.yaml": "site: ["}, "owner")
    said = await read(web, f"/sites/{SHOP}")
    assert "revision 2, has something wrong. This page goes by revision 1." in said
    assert "Hero headline" in said


async def test_a_site_that_could_never_be_read_leads_to_the_editor(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition("bad", {"site.yaml": "site: ["}, "owner")  # type: ignore[arg-type]
    assert "Its definition cannot be read" in await read(web, "/sites")
    assert "The definition cannot be read" in await read(web, "/sites/bad")
    assert "finding" in await read(web, "/sites/bad/definition")
    assert (await web.client.get("/sites/bad/experiments/hero")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/sites/none", "/sites/none/definition", "/sites/none/experiments/hero", f"/sites/{SHOP}/experiments/none",
     "/sites/Shop", "/sites/%00", "/nowhere"],
)  # fmt: skip
async def test_what_is_not_there_says_where_to_go(web: Web, path: str) -> None:
    await web.sign_in()
    answer = await web.client.get(path)
    assert answer.status_code == 404
    assert "Start again from your sites" in answer.text


async def test_results_say_the_verdict_and_its_rule_and_draw_the_course(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": HERO_COUNTS}
    page = (await web.client.get(f"/sites/{SHOP}/experiments/hero")).text
    said = text(page)
    assert "“bold” beats “control” 12.8 % of the visitors who saw “bold” reached signup" in said
    assert "Said when the 95 % interval of the difference lies wholly above zero." in said
    assert "Were visitors split as planned? Yes." in said
    assert "purchase Secondary goal" in said
    assert "€" in said
    assert page.count('<polyline class="line"') == 1
    assert len(re.findall(r'<g class="mark">', page)) == 14


async def test_results_of_an_experiment_judged_by_money_say_what_a_visitor_is_worth(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"price": PRICE_COUNTS}
    said = await read(web, f"/sites/{SHOP}/experiments/price")
    assert "No clear difference so far A visitor who saw “round” is worth €" in said


async def test_an_experiment_that_nobody_saw_says_why(web: Web) -> None:
    await web.sign_in()
    said = await read(web, f"/sites/{SHOP}/experiments/hero")
    assert "Nobody has seen it yet" in said
    assert "the install line is on the site" in said
    assert "Chance to win" not in said


async def test_an_uneven_split_warns_before_anything_else(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": experiment_counts({"control": (200, 0.1), "bold": (150, 0.2)}, "signup")}
    said = await read(web, f"/sites/{SHOP}/experiments/hero")
    assert "The split is off: do not use these numbers" in said
    assert "split as planned? No." in said
    at_a_glance = await read(web, f"/sites/{SHOP}")
    assert re.search(r"do not use these numbers [\d,]+ signup \S+ % – –", at_a_glance)


async def test_a_range_is_cut_out_and_a_late_one_warned_about(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": HERO_COUNTS}
    whole = await read(web, f"/sites/{SHOP}/experiments/hero")
    late = await read(web, f"/sites/{SHOP}/experiments/hero?from=2026-11-18&to=2026-11-24")
    assert "Days 14" in whole
    assert "Only the whole experiment compares like with like" not in whole
    assert "Days 7" in late
    assert "Only the whole experiment compares like with like" in late


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("from=2026-11-20", 5),
        ("to=2026-11-12", 2),
        ("from=1900-01-01&to=2100-01-01", 14),
        ("from=2026-11-24&to=2026-11-01", 1),
        ("from=yesterday&to=", 14),
        ("from=2026-99-99", 14),
    ],
)
async def test_any_range_that_is_asked_for_is_held_to_what_was_counted(web: Web, query: str, days: int) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": HERO_COUNTS}
    assert f"Days {days} " in await read(web, f"/sites/{SHOP}/experiments/hero?{query}")


async def test_reports_are_asked_for_up_to_the_sites_own_today(web: Web) -> None:
    assert day_at(NOON, "Europe/Berlin") == TODAY
    web.clock.seconds = NOON + 12 * 3600  # 23:00 in London, midnight in Berlin
    await web.sign_in()
    await web.client.get(f"/sites/{SHOP}/experiments/hero")
    asked, days = web.reports.asked[-1]
    assert (asked, days.last, days.last - days.first) == ("shop/hero", TODAY + 1, LONGEST_DAYS)


async def test_results_are_those_of_the_present_phase_and_say_so(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": HERO_COUNTS}
    assert "Phase" not in await read(web, f"/sites/{SHOP}/experiments/hero")
    hero = HERO.replace("experiment: hero\n", "experiment: hero\nphase: 2\n")
    saved = await web.edit({**DEFINITION, "experiments/hero.yaml": hero}, "save", revision=1)
    assert saved.status_code == 303
    page = await read(web, f"/sites/{SHOP}/experiments/hero")
    assert "Phase 2" in page
    assert web.reports.asked[-1][0] == "shop/hero#2"
    assert "Nobody has seen it yet" in page


PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
)


class _Elements(HTMLParser):
    """Every element of a page that text could have become."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "img" and names.get("src") == "x":
            self.found.append(tag)
        if tag == "script" and "src" not in names:
            self.found.append(tag)
        self.found += [name for name in names if name in {"onerror", "onload"}]
        addresses = [names.get(name) or "" for name in ("href", "src", "action", "formaction", "hx-post")]
        self.found += [address for address in addresses if address.startswith("javascript:")]


def became_elements(page: str) -> list[str]:
    """What a browser would run of a page."""
    parser = _Elements()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_name_that_looks_like_a_page_stays_a_name(web: Web, payload: str) -> None:
    await web.sign_in()
    written = json.dumps(payload)
    site = SITE.replace("name: Demo shop", f"name: {written}")
    hero = HERO.replace("Hero headline", written).replace(
        "hypothesis: A shorter headline makes more visitors sign up.", f"hypothesis: {written}"
    )
    await web.store.save_definition(SHOP, {"site.yaml": site, "experiments/hero.yaml": hero}, payload)
    web.reports.experiments = {"hero": HERO_COUNTS}
    web.reports.visitors_a_day = 300
    published = await web.edit({"site.yaml": site, "experiments/hero.yaml": hero}, "publish", revision=2)
    assert published.status_code == 303
    log = web.publisher.releases[SHOP]
    log[-1] = type(log[-1])(1, log[-1].digest, log[-1].at, payload, payload)
    files = {"site.yaml": site.replace("shop.example", written, 1), "experiments/hero.yaml": payload}
    broken = await web.edit(files, "check")
    refused = await web.send("/sites", {"key": payload, "name": payload, "domain": payload, "timezone": payload})
    pages = [broken.text, refused.text]
    for path in ("/sites", f"/sites/{SHOP}", f"/sites/{SHOP}/definition", f"/sites/{SHOP}/experiments/hero"):
        page = (await web.client.get(path, params={"did": payload, "file": payload, "from": payload})).text
        assert payload in text(page) or path == f"/sites/{SHOP}/definition"
        pages.append(page)
    assert [became_elements(page) for page in pages] == [[]] * 6
    assert all("49" not in re.findall(r"\{\{.*?\}\}|<h1>49", page) for page in pages)


async def test_reports_with_names_that_look_like_a_page_stay_names(web: Web) -> None:
    await web.sign_in()
    web.reports.experiments = {"hero": ExperimentCounts((), ())}
    web.reports.visitors_a_day = 300
    web.reports.breakdown = ("page", (("</span><script>alert(1)</script>", 5),))
    page = (await web.client.get(f"/sites/{SHOP}")).text
    assert became_elements(page) == []
    assert "<script>alert(1)</script>" in text(page)
