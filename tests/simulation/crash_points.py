"""One story, told again with a crash at each call to disk, network and database that anybody in it makes.

Two relays, an aggregator, rotation, a restart, retention, a restored database: the calls are counted once through, then
the process that makes the k-th of them dies before it. May not know what the calls are.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from ingest_grpc.relay.shelf import HOUR_MS
from tests.simulation.history import restart_the_dead, run_story
from tests.simulation.process import Calls
from tests.simulation.verdict import Verdict
from tests.simulation.world import World

WAYS = ("none", "a third", "all")
"""What a relay that dies finds of what it had not synced."""


async def _story(world: World) -> None:
    await restart_the_dead(world)
    for _ in range(2):
        await _some_letters(world, 5)
        await asyncio.sleep(2)
        world.database.back_up(world.now_ms())
        await _some_letters(world, 4)
        world.kill(world.machines[0], power=True)
        await restart_the_dead(world)
        world.passed_ms += 51 * HOUR_MS
        await _some_letters(world, 3)
    world.passed_ms -= 6 * HOUR_MS
    world.kill_aggregators()
    world.database.restore(world.database.backups[-1][1])
    await restart_the_dead(world)
    await _some_letters(world, 3)
    await asyncio.sleep(130)


async def _some_letters(world: World, count: int) -> None:
    """Each to both relays until one keeps it, as a browser does that hears nothing."""
    for _ in range(count):
        letter = world.write()
        for tries in range(12):
            if await world.post(letter, world.machines[(letter.number + tries) % 2]):
                break
            await asyncio.sleep(1)
            await restart_the_dead(world)
        await world.post(letter, world.machines[letter.number % 2])


def crash_points(folder: Path) -> int:
    """How many calls the story makes when nobody dies."""
    calls = Calls()
    _told(folder, calls, "all")
    return calls.made


def crashed(folder: Path, point: int, way: str) -> Verdict:
    """The story with a death at one call."""
    return _told(folder, Calls(dies_at=point), way)


def _told(folder: Path, calls: Calls, way: str) -> Verdict:
    async def story(world: World) -> None:
        world.calls = calls
        for machine in world.machines:
            machine.disk.keeps = way
            machine.loses_power = True
        await _story(world)
        calls.is_over = True

    return run_story(folder, "crash points", story)
