"""Which beacons are kept, what is added to them, and that each one that comes in is counted as one thing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs
from prometheus_client import generate_latest

from domain.address import Address
from domain.beacon import Admitted, Converted, Surroundings, Viewed
from domain.quota import Rate
from ingest_grpc.relay.admission import STEPS, Arrival
from ingest_grpc.relay.journal import JournalLimits
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.relay import Accepted, Refused, Relay, RelaySettings
from tests.relay.parts import BOT, CALM, CHROME, DAY, DAY_MS, RULES, World, arrival, settled, soon


@pytest.fixture
def world() -> World:
    return World()


def test_a_beacons_life_is_these_steps() -> None:
    assert [step.__name__ for step in STEPS] == [
        "refuse_unknown_site",
        "refuse_bad_signature",
        "refuse_foreign_origin",
        "refuse_declared_bot",
        "refuse_over_quota",
        "refuse_unknown_names",
        "put_day",
        "put_country",
        "put_browser_and_platform",
        "put_channel",
        "put_page",
        "put_caps",
    ]


async def answer(world: World, *arrivals: Arrival) -> Accepted | Refused:
    """What a relay that lives for these beacons says to the last of them."""
    relay = world.relay()
    await relay.start()
    answers = [await relay.receive(each) for each in arrivals]
    await relay.stop()
    return answers[-1]


TWICE = (arrival(), arrival())


def _away(world: World) -> None:
    world.published.fails = True


def _full(world: World) -> None:
    world.disk.free = 0


REFUSED: dict[Refusal, tuple[Callable[[World], object], tuple[Arrival, ...], RelaySettings]] = {
    Refusal.NOT_JSON: (lambda _: None, (structs.replace(arrival(), body=b"{"),), CALM),
    Refusal.WRONG_SHAPE: (lambda _: None, (arrival(["view", 2]),), CALM),
    Refusal.REPEATED: (lambda _: None, (arrival(["visit", 0, 0], ["visit", 0, 0]),), CALM),
    Refusal.TOO_LARGE: (lambda _: None, (structs.replace(arrival(), body=b" " * 9000),), CALM),
    Refusal.BAD_NONCE: (lambda _: None, (structs.replace(arrival(), nonce="1"),), CALM),
    Refusal.UNKNOWN_EXPERIMENT: (lambda _: None, (arrival(["exp", "none", "bold"]),), CALM),
    Refusal.UNKNOWN_VARIATION: (lambda _: None, (arrival(["exp", "hero", "none"]),), CALM),
    Refusal.UNKNOWN_GOAL: (lambda _: None, (arrival(["goal", "none", 0, 0, []]),), CALM),
    Refusal.FOREIGN_ORIGIN: (lambda _: None, (structs.replace(arrival(), origin="https://other.example"),), CALM),
    Refusal.UNKNOWN_SITE: (lambda _: None, (structs.replace(arrival(), site="other"),), CALM),
    Refusal.DECLARED_BOT: (lambda _: None, (structs.replace(arrival(), user_agent=BOT),), CALM),
    Refusal.SOURCE_OVER_QUOTA: (lambda _: None, TWICE, replace(CALM, source_rate=Rate(1, 1))),
    Refusal.SITE_OVER_QUOTA: (lambda _: None, TWICE, replace(CALM, site_rate=Rate(1, 1))),
    Refusal.RULES_UNAVAILABLE: (_away, (arrival(),), CALM),
    Refusal.JOURNAL_FULL: (_full, (arrival(),), CALM),
    Refusal.BUSY: (lambda _: None, (arrival(),), replace(CALM, journal=JournalLimits(waiting_bytes=10))),
}

SIGNED = {Refusal.BAD_SIGNATURE, Refusal.STALE_SIGNATURE}
ELSEWHERE = {Refusal.TOO_SLOW, Refusal.STOPPING, Refusal.JOURNAL_FAILED} | SIGNED
"""Reasons that take a browser, a stop, a broken disk or a back end: walked in the tests of those."""


def test_every_reason_is_walked() -> None:
    assert set(REFUSED) | ELSEWHERE == set(Refusal)


@pytest.mark.parametrize("reason", REFUSED)
async def test_each_reason_refuses_a_beacon_and_is_counted(world: World, reason: Refusal) -> None:
    prepare, arrivals, settings = REFUSED[reason]
    prepare(world)
    relay = world.relay(settings)
    await relay.start()
    answers = [await relay.receive(each) for each in arrivals]
    await relay.stop()
    assert isinstance(answers[-1], Refused)
    assert answers[-1].reason is reason
    assert relay.counts.refused[reason] == 1
    assert relay.counts.received == len(arrivals) == relay.counts.admitted + sum(relay.counts.refused.values())


async def test_names_that_nobody_knows_use_up_the_quota_too(world: World) -> None:
    relay = world.relay(replace(CALM, source_rate=Rate(1, 3)))
    await relay.start()
    answers = [await relay.receive(arrival(["exp", "none", "bold"])) for _ in range(5)]
    await relay.stop()
    reasons = [answer.reason for answer in answers if isinstance(answer, Refused)]
    assert reasons == [Refusal.UNKNOWN_EXPERIMENT] * 3 + [Refusal.SOURCE_OVER_QUOTA] * 2


async def test_a_beacon_of_a_release_just_published_takes_one_token(world: World) -> None:
    relay = world.relay(replace(CALM, source_rate=Rate(0.001, 2), site_rate=Rate(0.001, 2)))
    await relay.start()
    assert isinstance(await relay.receive(arrival()), Accepted)
    world.published.files["production/shop/relay.json"] = json.dumps(RULES).replace("bold", "loud").encode()
    world.clock.now_ms += 1_000
    again = await relay.receive(arrival(["exp", "hero", "loud"]))
    await relay.stop()
    assert isinstance(again, Accepted)


async def test_after_a_stop_beacons_are_refused(world: World) -> None:
    relay = world.relay()
    await relay.start()
    await relay.receive(arrival())
    await relay.stop()
    assert await relay.receive(arrival()) == Refused(Refusal.STOPPING, DAY)


async def test_a_beacon_that_the_disk_does_not_confirm_is_refused(world: World) -> None:
    relay = world.relay()
    await relay.start()
    world.disk.failures = 1
    assert await relay.receive(arrival()) == Refused(Refusal.JOURNAL_FAILED, DAY)
    assert relay.counts.refused[Refusal.JOURNAL_FAILED] == 1
    await relay.stop()


SITUATIONS: list[Callable[[], Arrival]] = [
    arrival,
    lambda: arrival(["exp", "none", "bold"]),
    lambda: structs.replace(arrival(), site="nobody"),
    lambda: structs.replace(arrival(), user_agent=BOT),
    lambda: structs.replace(arrival(), origin=""),
    lambda: structs.replace(arrival(), body=b"["),
    lambda: arrival(d=3),
]


async def test_what_comes_in_is_admitted_or_refused_also_when_browsers_leave_and_disks_fail(world: World) -> None:
    relay = world.relay()
    await relay.start()
    for round_ in range(60):
        world.disk.failures = round_ % 5 == 0
        tasks = [asyncio.create_task(relay.receive(make())) for make in SITUATIONS]
        if round_ % 3 == 0:
            await asyncio.sleep(0)
            tasks[round_ % len(tasks)].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        relay.broken.clear()
    world.disk.failures = 0
    await soon(lambda: relay.counts.waiting == 0)
    counts = relay.counts
    assert counts.received == counts.admitted + sum(counts.refused.values())
    assert counts.admitted > 60
    assert counts.refused[Refusal.JOURNAL_FAILED] > 0
    await settled(relay)
    assert len(world.aggregation.counted) + world.aggregation.lost == counts.admitted
    await relay.stop()


async def kept(world: World, sent: Arrival) -> Admitted:
    """What of a beacon reaches the aggregator."""
    relay = world.relay()
    await relay.start()
    assert await relay.receive(sent) == Accepted(DAY)
    await settled(relay)
    await relay.stop()
    (admitted,) = world.aggregation.counted.values()
    return admitted


async def test_a_beacon_is_kept_with_its_surroundings(world: World) -> None:
    sent = arrival(p="/orders/12345", src=["www.google.com", "", "", ""])
    sent = structs.replace(sent, country="at", address=Address("192.0.2.1"))
    admitted = await kept(world, sent)
    assert admitted.surroundings == Surroundings(
        page="/orders/*",
        channel="search",
        source="google.com",
        campaign="",
        country="AT",
        platform="windows",
        browser="chrome",
        device="desktop",
    )
    assert (admitted.site, admitted.day, admitted.entries) == ("shop", DAY, (Viewed(),))


async def test_nothing_of_address_user_agent_or_path_is_kept(world: World) -> None:
    sent = arrival(p="/u/jane@doe.example")
    sent = structs.replace(sent, address=Address("203.0.113.77"), user_agent=CHROME + " canary")
    await kept(world, sent)
    written = b"".join(world.disk.files.values())
    for canary in (b"203.0.113.77", bytes((203, 0, 113, 77)), b"canary", b"jane", b"Mozilla"):
        assert canary not in written


@pytest.mark.parametrize(
    ("claimed", "counted", "skewed"),
    [(DAY, DAY, 0), (DAY - 1, DAY - 1, 0), (DAY + 1, DAY + 1, 0), (DAY - 2, DAY, 1), (DAY + 2, DAY, 1), (0, DAY, 1)],
)
async def test_a_day_more_than_one_off_is_replaced_and_counted(
    world: World, claimed: int, counted: int, skewed: int
) -> None:
    relay = world.relay()
    await relay.start()
    await relay.receive(arrival(d=claimed))
    await settled(relay)
    assert [b.day for b in world.aggregation.counted.values()] == [counted]
    assert relay.counts.skewed == skewed
    await relay.stop()


@pytest.mark.parametrize(
    ("now_ms", "day"),
    [(DAY * DAY_MS + 23 * 3_600_000 - 1, DAY), (DAY * DAY_MS + 23 * 3_600_000, DAY + 1)],
)
async def test_days_begin_at_midnight_where_the_site_is(world: World, now_ms: int, day: int) -> None:
    world.clock.now_ms = now_ms  # 24 November, so Berlin is an hour ahead
    assert await answer(world, arrival()) == Accepted(day)


async def test_goals_get_their_caps(world: World) -> None:
    sent = arrival(["goal", "signup", 0, 0, []], ["goal", "purchase", 0, 0, [], 99])
    admitted = await kept(world, sent)
    assert [e.cap for e in admitted.entries if isinstance(e, Converted)] == [0, 50_000]


async def test_names_of_a_release_published_a_moment_ago_are_accepted(world: World) -> None:
    relay = world.relay()
    await relay.start()
    await relay.receive(arrival())
    rules = {**RULES, "experiments": {**RULES["experiments"], "new": ["a"]}}
    world.published.files["production/shop/relay.json"] = json.dumps(rules).encode()
    world.clock.now_ms += 1_500
    assert await relay.receive(arrival(["exp", "new", "a"])) == Accepted(DAY)
    await relay.stop()


@pytest.mark.parametrize("run", ["hero#2", "hero#1", "hero#", "#2", "hero#02", "HERO", "hero/2", "hero\0"])
async def test_a_run_that_no_release_named_is_refused(world: World, run: str) -> None:
    assert await answer(world, arrival(["exp", run, "bold"])) == Refused(Refusal.UNKNOWN_EXPERIMENT, DAY)


async def test_unknown_names_make_nobody_read_more_than_once_a_second(world: World) -> None:
    relay = world.relay()
    await relay.start()
    await relay.receive(arrival())
    world.clock.now_ms += 1_500
    asked = len(world.published.asked)
    for _ in range(50):
        assert await relay.receive(arrival(["exp", "none", "a"])) == Refused(Refusal.UNKNOWN_EXPERIMENT, DAY)
    assert len(world.published.asked) == asked + 2
    await relay.stop()


ORIGINS = [
    ("https://shop.example", True),
    ("http://shop.example", True),
    ("https://shop.example:8443", True),
    ("https://www.shop.example", True),
    ("https://a.b.shop.example", True),
    ("https://SHOP.example", True),
    ("", False),
    ("null", False),
    ("https://", False),
    ("https://notshop.example", False),
    ("https://shop.example.evil.example", False),
    ("https://evil.example/shop.example", False),
    ("https://shop.example/path", False),
    ("file://shop.example", False),
    ("chrome-extension://shop.example", False),
    ("https://[::1", False),
    ("shop.example", False),
]


@pytest.mark.parametrize(("origin", "is_own"), ORIGINS)
async def test_a_page_is_the_sites_by_its_origin(world: World, origin: str, is_own: bool) -> None:
    expected = Accepted(DAY) if is_own else Refused(Refusal.FOREIGN_ORIGIN, DAY)
    assert await answer(world, structs.replace(arrival(), origin=origin)) == expected


async def test_a_wildcard_does_not_stand_for_the_domain_itself(world: World) -> None:
    world.published.files["production/shop/relay.json"] = json.dumps({**RULES, "domains": ["*.shop.example"]}).encode()
    assert await answer(world, arrival()) == Refused(Refusal.FOREIGN_ORIGIN, DAY)


async def test_on_a_machine_of_ones_own_any_port_is_fine(world: World) -> None:
    world.published.files["production/shop/relay.json"] = json.dumps({**RULES, "domains": ["127.0.0.1"]}).encode()
    assert await answer(world, structs.replace(arrival(), origin="http://127.0.0.1:18303")) == Accepted(DAY)


async def test_a_page_of_the_site_itself_is_not_where_anybody_came_from(world: World) -> None:
    admitted = await kept(world, arrival(src=["www.shop.example", "", "", ""]))
    assert (admitted.surroundings.channel, admitted.surroundings.source) == ("direct", "")


async def test_one_place_that_sends_too_much_leaves_the_site_its_share(world: World) -> None:
    relay = world.relay(replace(CALM, source_rate=Rate(1, 3), site_rate=Rate(1, 5)))
    await relay.start()
    loud = [await relay.receive(structs.replace(arrival(), address=Address("192.0.2.1"))) for _ in range(10)]
    calm_one = [await relay.receive(structs.replace(arrival(), address=Address("192.0.2.2"))) for _ in range(2)]
    assert sum(isinstance(each, Accepted) for each in loud) == 3
    assert calm_one == [Accepted(DAY)] * 2
    await relay.stop()


async def test_the_same_beacon_sent_again_is_accepted_and_counted_once(world: World) -> None:
    relay = world.relay()
    await relay.start()
    sent = arrival()
    for each in (sent, sent, structs.replace(sent, country="DE")):
        assert await relay.receive(each) == Accepted(DAY)
    await settled(relay)
    assert (len(world.aggregation.counted), world.aggregation.duplicates) == (1, 2)
    await relay.stop()


async def test_metrics_tell_the_counts_and_no_names_of_strangers(world: World) -> None:
    relay: Relay = world.relay()
    await relay.start()
    await relay.receive(arrival())
    await relay.receive(structs.replace(arrival(), site="nobody-knows"))
    text = generate_latest(relay.metrics()).decode()
    assert "leadbright_relay_beacons_received_total 2.0" in text
    assert "leadbright_relay_beacons_admitted_total 1.0" in text
    assert 'leadbright_relay_beacons_refused_total{reason="unknown_site"} 1.0' in text
    assert "nobody-knows" not in text
    await relay.stop()
