"""What a relay knows of sites: read when asked for, renewed while in use, bounded under strangers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from domain.quota import Rate
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.rule_book import Reading, RuleBook
from ingest_grpc.relay.rules import (
    RECENT_RELEASES,
    SiteRules,
    UnfitRulesError,
    merge,
    read_rules,
    recent_digests,
)
from tests.relay.parts import RULES, Clock, Published, soon

READING = Reading(refresh_ms=10_000, renew_ms=1_000, most_sites=50, most_unknown=100, first_looks=Rate(100, 1_000_000))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
async def book(published: Published, clock: Clock) -> AsyncIterator[RuleBook]:
    book = RuleBook(published, clock, READING)
    yield book
    await book.close()


def rules(**changes: object) -> bytes:
    """The shop's `relay.json`, with some members otherwise."""
    return json.dumps({**RULES, **changes}).encode()


def log(*digests: str) -> bytes:
    """A `releases.json`, oldest first."""
    releases = [
        {"number": n, "digest": d, "at": "", "by": "", "revision": "", "note": ""} for n, d in enumerate(digests)
    ]
    return json.dumps({"v": 1, "releases": releases}).encode()


def digest(number: int) -> str:
    """A digest that can be told from others."""
    return f"{number:016x}"


def publish(published: Published, live: bytes, *earlier: bytes) -> None:
    """The shop's files, with earlier releases oldest first."""
    releases = [*earlier, live]
    for number, body in enumerate(releases):
        published.files[f"production/shop/r/{digest(number)}/relay.json"] = body
    published.files["production/shop/relay.json"] = live
    published.files["production/shop/releases.json"] = log(*[digest(n) for n in range(len(releases))])


UNFIT = [
    b"",
    b"[]",
    b"{}",
    rules(v=2),
    rules(timezone="Europe/Atlantis"),
    rules(timezone="../../etc/passwd"),
    rules(domains="shop.example"),
    rules(experiments=["hero"]),
    rules(experiments={"hero#1": ["control"]}),
    rules(experiments={"hero#02": ["control"]}),
    rules(experiments={"hero#2 ": ["control"]}),
    rules(goals={"signup": {"cap": -1}}),
    b"\xff",
]


@pytest.mark.parametrize("body", UNFIT)
def test_rules_that_do_not_say_what_they_should_are_unfit(body: bytes) -> None:
    with pytest.raises(UnfitRulesError):
        read_rules(body)


@pytest.mark.parametrize("body", [b"", b"{}", log("xyz"), b'{"v":1,"releases":[{}]}'])
def test_a_log_that_does_not_say_what_it_should_is_unfit(body: bytes) -> None:
    with pytest.raises(UnfitRulesError):
        recent_digests(body)


def test_the_live_release_and_twenty_before_it_count_each_once_newest_first() -> None:
    numbers = [*range(30), 5]
    found = recent_digests(log(*[digest(n) for n in numbers]))
    assert found == tuple(digest(n) for n in [5, *range(29, 9, -1)])
    assert len(found) == RECENT_RELEASES + 1


def test_earlier_releases_add_names_and_the_live_one_has_the_last_word() -> None:
    live = read_rules(rules(experiments={"hero": ["control"]}, goals={"signup": {"cap": 1}}))
    earlier = read_rules(
        rules(
            experiments={"hero": ["bold"], "old": ["a"]},
            goals={"signup": {"cap": 9}, "lead": {"cap": 3}},
            domains=["x"],
        )
    )
    merged = merge(live, [earlier])
    assert merged.experiments == {"hero": {"control", "bold"}, "old": {"a"}}
    assert merged.caps == {"signup": 1, "lead": 3}
    assert merged.domains == live.domains


def test_a_phase_that_a_recent_release_named_is_known_beside_the_present_one() -> None:
    live = read_rules(rules(experiments={"hero#2": ["control", "bolder"]}))
    merged = merge(live, [read_rules(rules(experiments={"hero": ["control", "bold"]}))])
    assert merged.experiments == {"hero#2": {"control", "bolder"}, "hero": {"control", "bold"}}


SUMMER = 20_600
"""27 May 2026."""


@pytest.mark.parametrize(
    ("timezone", "hour", "later"),
    [
        ("UTC", 23.99, 0),
        ("UTC", 24, 1),
        ("Asia/Kathmandu", 18, 0),
        ("Asia/Kathmandu", 18.25, 1),
        ("America/New_York", 3.99, -1),
        ("America/New_York", 4, 0),
    ],
)
def test_a_sites_day_is_that_of_its_time_zone(timezone: str, hour: float, later: int) -> None:
    now_ms = int((SUMMER * 24 + hour) * 3_600_000)
    assert read_rules(rules(timezone=timezone)).day(now_ms) == SUMMER + later


async def test_nothing_is_known_until_it_was_looked_up(book: RuleBook) -> None:
    assert book.at_hand("shop") is None
    found = await book.look_up("shop")
    assert isinstance(found, SiteRules)
    assert book.at_hand("shop") is found


async def test_many_who_ask_at_once_share_one_read(book: RuleBook, published: Published) -> None:
    await asyncio.gather(*[book.look_up("shop") for _ in range(100)])
    assert published.asked == ["production/shop/relay.json", "production/shop/releases.json"]


async def test_one_who_leaves_does_not_take_the_read_along(book: RuleBook) -> None:
    leaving, staying = (asyncio.create_task(book.look_up("shop")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert isinstance(await staying, SiteRules)


async def test_what_an_earlier_release_names_is_known(book: RuleBook, published: Published) -> None:
    publish(published, rules(), rules(experiments={"old": ["a"]}), rules(goals={"lead": {"cap": 0}}))
    found = await book.look_up("shop")
    assert isinstance(found, SiteRules)
    assert {"hero", "old"} <= set(found.experiments)
    assert "lead" in found.caps


async def test_old_rules_serve_while_new_ones_are_read(book: RuleBook, published: Published, clock: Clock) -> None:
    before = await book.look_up("shop")
    publish(published, rules(experiments={"new": ["a"]}))
    clock.now_ms += READING.refresh_ms - 1
    assert book.at_hand("shop") is before
    clock.now_ms += 1
    assert book.at_hand("shop") is before
    await soon(lambda: book.at_hand("shop") is not before)
    found = book.at_hand("shop")
    assert isinstance(found, SiteRules)
    assert set(found.experiments) == {"new"}


async def test_what_has_not_changed_is_not_read_through_again(
    book: RuleBook, published: Published, clock: Clock
) -> None:
    publish(published, rules(), rules(), rules(timezone="UTC"))
    before = await book.look_up("shop")
    asked = len(published.asked)
    clock.now_ms += READING.refresh_ms
    assert await book.renew("shop") is before
    assert len(published.asked) == asked + 2
    publish(published, rules(), rules(), rules(timezone="UTC"), rules(experiments={}))
    clock.now_ms += READING.refresh_ms
    await book.renew("shop")
    assert len(published.asked) == asked + 2 + 3


async def test_rules_just_read_are_not_read_again(book: RuleBook, clock: Clock) -> None:
    await book.look_up("shop")
    clock.now_ms += READING.renew_ms - 1
    assert await book.renew("shop") is None


async def test_a_store_that_is_away_leaves_the_rules_as_they_were(
    book: RuleBook, published: Published, clock: Clock
) -> None:
    before = await book.look_up("shop")
    published.fails = True
    clock.now_ms += READING.refresh_ms
    assert await book.renew("shop") is before
    assert await book.look_up("other") is Refusal.RULES_UNAVAILABLE
    published.fails = False
    assert await book.look_up("other") is Refusal.UNKNOWN_SITE


async def test_damaged_rules_leave_the_rules_as_they_were(book: RuleBook, published: Published, clock: Clock) -> None:
    before = await book.look_up("shop")
    published.files["production/shop/relay.json"] = b"{"
    clock.now_ms += READING.refresh_ms
    assert await book.renew("shop") is before


async def test_a_read_that_hangs_is_given_up(clock: Clock) -> None:
    async def hang(_: str) -> bytes | None:
        await asyncio.Event().wait()
        return None

    book = RuleBook(hang, clock, Reading(deadline_s=0.01))
    assert await book.look_up("shop") is Refusal.RULES_UNAVAILABLE
    await book.close()


async def test_a_site_taken_down_is_unknown_and_one_put_up_is_found(
    book: RuleBook, published: Published, clock: Clock
) -> None:
    await book.look_up("shop")
    file = published.files.pop("production/shop/relay.json")
    clock.now_ms += READING.refresh_ms
    await book.renew("shop")
    assert book.at_hand("shop") is Refusal.UNKNOWN_SITE
    published.files["production/shop/relay.json"] = file
    clock.now_ms += READING.refresh_ms
    assert book.at_hand("shop") is None
    assert isinstance(await book.look_up("shop"), SiteRules)


@pytest.mark.parametrize("site", ["", ".", "..", "../shop", "Shop", "shop/../shop", "s" * 41, "shop\0", "größe", "%2e"])
async def test_what_is_no_key_is_never_read(book: RuleBook, published: Published, site: str) -> None:
    assert book.at_hand(site) is Refusal.UNKNOWN_SITE
    assert published.asked == []


async def test_unknown_sites_are_remembered_in_bounded_memory(book: RuleBook, published: Published) -> None:
    for number in range(3_000):
        assert await book.look_up(f"site-{number}") is Refusal.UNKNOWN_SITE
    assert len(book._unknown) == READING.most_unknown
    assert len(book._known) == 0
    assert not book._reads
    asked = len(published.asked)
    assert book.at_hand("site-2999") is Refusal.UNKNOWN_SITE
    assert len(published.asked) == asked


async def test_known_sites_are_remembered_in_bounded_memory(book: RuleBook, published: Published) -> None:
    for number in range(200):
        published.files[f"production/site-{number}/relay.json"] = rules()
        await book.look_up(f"site-{number}")
        assert book.at_hand("site-0") is not None or number >= READING.most_sites
    assert len(book._known) == READING.most_sites


async def test_a_flood_of_unknown_sites_makes_few_reads(published: Published, clock: Clock) -> None:
    book = RuleBook(published, clock, Reading(first_looks=Rate(per_s=10, burst=20)))
    answers = [await book.look_up(f"site-{number}") for number in range(500)]
    assert answers.count(Refusal.UNKNOWN_SITE) == 20
    assert answers.count(Refusal.RULES_UNAVAILABLE) == 480
    assert len(published.asked) == 20
    await book.close()
