"""One seeded history: browsers tell, everything goes wrong, then all is well again and the books must balance.

May not know how relay and aggregator keep their promises.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from ingest_grpc.relay.shelf import HOUR_MS
from tests.simulation.faults import SAFE, UNSAFE, Fault, drawn
from tests.simulation.loop import simulate
from tests.simulation.verdict import Books, Verdict, judge
from tests.simulation.world import Letter, Machine, World, new_world

OUTBOX_MS = 24 * HOUR_MS
LETTERS = (8, 30)
FAULTS = (4, 25)
LAST_LOOKS, LOOK_S = 200, 2.0
"""How often, when all is well again, is looked whether everything is counted; and seconds between."""

LAST_TRIES = 60

UNSAFE_EVERY = 3
"""In each so manieth history disks are spoiled too."""


@dataclass(frozen=True)
class History:
    """What came of one."""

    seed: int
    verdict: Verdict
    seen: Counter[str]
    trail: tuple[str, ...]
    """The faults, in order."""


def run_history(folder: Path, seed: int, faults: Mapping[Fault, int] | None = None) -> History:
    """Live through one; always the same with the same seed. `faults` and how often each is drawn, if not as usual."""
    with quietly(), new_world(folder, seed) as world:
        faults = faults or (SAFE | UNSAFE if seed % UNSAFE_EVERY == 0 else SAFE)
        Books(world)
        trail: list[str] = []
        verdict = simulate(_live(world, faults, trail))
    return History(seed, verdict, world.happenings.seen, tuple(trail))


async def _live(world: World, faults: Mapping[Fault, int], trail: list[str]) -> Verdict:
    world.dies_within = world.dice.choice((0, 60, 300))
    await start(world)
    watching = asyncio.ensure_future(_restart_the_dead(world))
    telling = [asyncio.ensure_future(tell(world, world.write())) for _ in range(world.dice.randint(*LETTERS))]
    for _ in range(world.dice.randint(*FAULTS)):
        await asyncio.sleep(world.dice.expovariate(1 / 6))
        fault = drawn(world, faults)
        trail.append(fault.__name__)
        await fault(world)
    await be_well(world)
    await asyncio.gather(*telling)
    watching.cancel()
    await settle(world)
    return judge(world)


async def start(world: World) -> None:
    """Start everybody."""
    await world.start_aggregators()
    for machine in world.machines:
        await world.start_relay(machine)


async def tell(world: World, letter: Letter) -> None:
    """What a browser does: again and again, by any relay, until it hears that the beacon is kept, or for a day."""
    await asyncio.sleep(world.dice.uniform(0, 100))
    began = world.now_ms()
    while not letter.is_heard and world.now_ms() - began < OUTBOX_MS:
        kept = await world.post(letter, world.dice.choice(world.machines))
        # Now and then the answer is lost on its way, or somebody sends once more what was answered long ago.
        letter.is_heard = kept is True and world.dice.random() > 0.3
        if letter.is_heard and world.dice.random() < 0.2:
            await world.post(letter, world.dice.choice(world.machines))
        await asyncio.sleep(world.dice.choice((0.01, 1, 20, 600)))


async def _restart_the_dead(world: World) -> None:
    """An operator, or a supervisor."""
    while True:
        await asyncio.sleep(world.dice.uniform(0.5, 10))
        await restart_the_dead(world)


async def restart_the_dead(world: World) -> None:
    """Whoever is not there, and whoever says that its disk is broken."""
    await world.start_aggregators()
    for machine in world.machines:
        if machine.is_up and machine.relay is not None and machine.relay.broken.is_set():
            world.happenings.note("relay gave up")
            world.kill(machine, power=False)
        if not machine.is_up:
            await world.start_relay(machine)


async def be_well(world: World) -> None:
    """From now on nothing goes wrong."""
    world.dies_within = 0
    world.net.parted.clear()
    world.net.loses = 0.0
    world.database.slow_s = 0.0
    world.database.is_full = False
    for machine in world.machines:
        machine.skew_ms = 0
        machine.disk.failing_syncs = 0
        machine.disk.is_full = False


def _doomed(world: World) -> Iterator[Machine]:
    return (machine for machine in world.machines if machine.process is not None and machine.process.dies_at)


async def settle(world: World) -> None:
    """Everybody starts once more, one more beacon for each relay, until all is counted."""
    await be_well(world)
    for machine in _doomed(world):
        world.kill(machine, power=False)
    for server in world.net.servers:
        if server.process.dies_at:
            server.process.kill()
    for _ in range(5):
        await restart_the_dead(world)
    for machine in world.machines:
        last = world.write()
        for _ in range(LAST_TRIES):
            if await world.post(last, machine):
                break
            await restart_the_dead(world)
            await asyncio.sleep(1)
        else:
            world.complaints.append(f"{machine.name} keeps nothing though all is well")
    for _ in range(LAST_LOOKS):
        if all(machine.relay is not None and machine.relay._dispatch.is_settled() for machine in world.machines):
            return
        await asyncio.sleep(LOOK_S)
    world.complaints.append("not everything is sent though all is well")


def run_story(folder: Path, seed: str, story: Callable[[World], Coroutine[object, object, None]]) -> Verdict:
    """Any story of a world, and what came of it once all was well."""

    async def live(world: World) -> Verdict:
        await story(world)
        await settle(world)
        return judge(world)

    with quietly(), new_world(folder, seed) as world:
        return simulate(live(world))


@contextmanager
def quietly() -> Iterator[None]:
    """Nobody reads what simulated processes log."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def totals(histories: Sequence[History]) -> Counter[str]:
    """What came to pass in all of them."""
    return sum((history.seen for history in histories), Counter())
