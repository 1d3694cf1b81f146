"""Relay and aggregator are killed in mid-load, again and again; what the crowd did is what the reports say, exactly.

Real processes, files, HTTP and gRPC. The load is a crowd with ledgers of its own, and an oracle that counts it by brute
force. `kill -9` leaves torn tails, unknown commits and unheard answers, and none of them may show in a count.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from domain.report import Days
from ingest_grpc.aggregator.books import Book
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import open_store
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.report import ReportClient
from leadbright.demo.browser import World, calendar
from leadbright.demo.couriers import over_http
from leadbright.demo.crowd import Crowd
from leadbright.demo.letters import Answer, Letter, Post
from leadbright.demo.oracle import Footfall, Oracle
from tests.leadbright.shop_world import caps, digest, shop
from tests.leadbright.test_leadbright_crowd import outcome_of
from tests.services.house import House

HOURS = 6
A_DAY = 2_600
KILLS = 8
BETWEEN_KILLS_S = 1.0
TRIES = 300


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    try:
        house.publish_shop()
        house.start("aggregator", "relay")
        yield house
    finally:
        house.stop()


@dataclass(slots=True)
class Line:
    """The way to the relay: how many letters went, and how many of them got no answer."""

    sent: int = 0
    unanswered: int = 0

    def slowed(self, post: Post) -> Post:
        """Whoever gets no answer takes a moment, so that the load lasts through an outage."""

        async def through(letter: Letter) -> Answer:
            self.sent += 1
            answer = await post(letter)
            if answer is Answer.LOST:
                self.unanswered += 1
                await asyncio.sleep(0.1)
            return answer

        return through


async def kill_in_turn(house: House) -> None:
    """Kill one role after another."""
    for role in itertools.islice(itertools.cycle(("relay", "aggregator")), KILLS):
        await asyncio.sleep(BETWEEN_KILLS_S)
        await asyncio.to_thread(house.kill, role)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(house.start, role)


async def crowd_through(house: House, oracle: Oracle, line: Line) -> Crowd:
    """The last hours of the shop, as fast as the relay takes them, kills included; all is told at the end."""
    plan, origin = shop().plan, house.shop
    now = int(time.time() // 60)
    async with httpx.AsyncClient() as client:
        post = line.slowed(over_http(client, house.settings.relay_url, plan.site, origin))
        world = World(plan, digest(), origin, calendar(plan.timezone), post, oracle.note)
        crowd = Crowd("kills")
        killing = asyncio.create_task(kill_in_turn(house))

        async def turn(_: int) -> None:
            """Time passes by itself."""

        rounds = 0
        while not killing.done():
            assert rounds < 50
            await crowd.relive(world, now - HOURS * 60, now, A_DAY, turn)
            crowd.seed = f"kills {(rounds := rounds + 1)}"
        await killing
        for _ in range(TRIES):
            if await crowd.settle(world, now):
                return crowd
            await asyncio.sleep(0.2)
    raise AssertionError(f"{len(crowd.unsettled)} visitors could not tell everything")


async def book_of(house: House) -> Book:
    """What became of every beacon that was accepted."""
    store = await open_store(house.settings.counts)
    try:
        return await Reporter(store).total_book()
    finally:
        await store.close()


async def all_committed(house: House) -> None:
    """Wait until the relay has nothing left that the aggregator has not confirmed."""
    for _ in range(TRIES):
        shown = (await asyncio.to_thread(house.metrics, "relay")).decode()
        if re.search(r"^leadbright_relay_frames_waiting 0(\.0)?$", shown, re.MULTILINE):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"frames are still waiting: {shown}")


async def test_after_many_kills_every_count_is_what_the_crowd_did(house: House) -> None:
    oracle, line = Oracle(), Line()
    crowd = await crowd_through(house, oracle, line)
    assert crowd.expired == 0
    assert line.unanswered > 0, "no kill was felt: the load was too light to prove anything"

    plan = shop().plan
    today = calendar(plan.timezone)(int(time.time() // 60))
    days = Days(today - 2, today + 1)
    channel = open_channel([str(a) for a in house.settings.aggregator])
    reports = ReportClient(channel)
    try:
        await all_committed(house)
        expected = oracle.footfall(days.first, days.last)
        traffic = await reports.traffic(plan.site, days)
        told_of = Footfall(traffic.visitors, traffic.sessions, traffic.views, traffic.bounces)
        assert (told_of, traffic.visitors_exact) == (expected, True)
        by_country = next(dict(b.rows) for b in traffic.breakdowns if b.dimension == "country")
        assert by_country == oracle.views_by_country(days.first, days.last)
        for experiment in plan.experiments:
            told = await reports.experiment(plan.site, experiment.run, days)
            assert outcome_of(told) == oracle.outcome(experiment.run, experiment.goals, caps())
    finally:
        await channel.close()
    book = await book_of(house)
    assert book.accepted == book.counted + book.duplicate
    assert book.duplicate > 0, "nothing came twice: the kills proved nothing about counting once"
    load = f"{line.sent} beacons sent, {line.unanswered} unanswered, {book.duplicate} came twice"
    print(f"\n{KILLS} kills, {crowd.born} visitors, {load}: all exact")
