"""What can go wrong in a simulated world, each as something that is done to it once.

May not know when it happens, or what it should come to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from ingest_grpc.relay.segment import HEAD_BYTES
from ingest_grpc.relay.shelf import HOUR_MS
from tests.simulation.world import World

Fault = Callable[[World], Awaitable[None]]

OLDEST_BACKUP_MS = 48 * HOUR_MS
"""Up to which age of a backup nothing is lost."""


def _note(world: World) -> Callable[..., None]:
    return world.happenings.note


async def kill_a_relay(world: World) -> None:
    """`kill -9`: what was written stays readable, synced or not."""
    _note(world)("relay killed")
    world.kill(world.dice.choice(world.machines), power=False)


async def cut_the_power(world: World) -> None:
    """Of what was not synced, anything may be gone."""
    _note(world)("relay without power")
    world.kill(world.dice.choice(world.machines), power=True)


async def stop_a_relay(world: World) -> None:
    """Politely; it has a few seconds."""
    machine = world.dice.choice(world.machines)
    if machine.relay is not None and machine.process is not None and machine.process.is_alive:
        _note(world)("relay stopped")
        stopping = asyncio.ensure_future(machine.relay.stop())
        await asyncio.wait((stopping,), timeout=10)
        machine.process.kill()


async def kill_the_aggregators(world: World) -> None:
    """All of them, or one in the middle of a transaction."""
    _note(world)("aggregators killed")
    world.kill_aggregators()


async def part(world: World) -> None:
    """A relay reaches nobody for a while."""
    _note(world)("parted")
    world.net.parted.add(world.dice.choice(world.machines).name)


async def heal(world: World) -> None:
    """The net is whole again."""
    world.net.parted.clear()
    world.net.loses = 0.0
    world.database.slow_s = 0.0
    world.database.is_full = False


async def lose_calls(world: World) -> None:
    """The net loses calls and answers."""
    world.net.loses = world.dice.choice((0.1, 0.3, 0.6))


async def repeat_frames(world: World) -> None:
    """Frames arrive once more."""
    for _ in range(world.dice.randint(1, 4)):
        world.net.repeat()


async def slow_the_database(world: World) -> None:
    """Each statement takes its time; some longer than a relay waits."""
    _note(world)("database slow")
    world.database.slow_s = world.dice.choice((2.0, 12.0))


async def fill_the_database(world: World) -> None:
    """No room for the counts."""
    world.database.is_full = True


async def back_up(world: World) -> None:
    """Keep what is committed."""
    world.database.back_up(world.now_ms())


async def restore(world: World) -> None:
    """Go back to a backup of the last two days, if there is one; the relays are told nothing."""
    recent = [kept for at, kept in world.database.backups if world.now_ms() - at <= OLDEST_BACKUP_MS]
    if recent:
        _note(world)("restored")
        world.kill_aggregators()
        with world.restoring():
            world.database.restore(world.dice.choice(recent))


async def fail_a_sync(world: World) -> None:
    """The disk does not confirm; twice in a row the relay gives up."""
    world.dice.choice(world.machines).disk.failing_syncs = world.dice.choice((1, 1, 2, 3))


async def fill_a_disk(world: World) -> None:
    """No room at a relay, for a while."""
    disk = world.dice.choice(world.machines).disk
    disk.is_full = True
    await asyncio.sleep(world.dice.choice((5, 60)))
    disk.is_full = False


async def set_a_clock(world: World) -> None:
    """A relay's clock is off: by little, or by more than an aggregator accepts."""
    _note(world)("clock set")
    world.dice.choice(world.machines).skew_ms = world.dice.choice((0, 60_000, -240_000, 50 * 60_000, -50 * 60_000))


async def let_an_hour_pass(world: World) -> None:
    """Or a few."""
    world.passed_ms += world.dice.randint(1, 6) * HOUR_MS


async def let_days_pass(world: World) -> None:
    """With nothing sent meanwhile: nonces grow old, segments are dropped, what still waits becomes stale."""
    _note(world)("days passed")
    world.passed_ms += world.dice.choice((20, 26, 49, 71, 100, 160)) * HOUR_MS


# From here on confirmed beacons may be lost with the disk that held them: never counted twice, and never unseen.


async def snapshot_a_disk(world: World) -> None:
    """Keep a relay's disk as it is."""
    machine = world.dice.choice(world.machines)
    world.snapshots.append((machine, machine.disk.snapshot()))


async def roll_a_disk_back(world: World) -> None:
    """A machine is brought back from its snapshot."""
    if world.snapshots:
        machine, files = world.dice.choice(world.snapshots)
        _note(world)("disk rolled back")
        world.kill(machine, power=False)
        with world.spoiling(machine):
            machine.disk.files = {name: file.copy() for name, file in files.items()}


async def clone_a_relay(world: World) -> None:
    """A second machine begins as a copy of another, chance included: it writes to the same epoch."""
    machine = world.dice.choice(world.machines)
    if len(world.machines) < 4 and machine.relay is not None and machine.is_up:
        _note(world)("relay cloned")
        twin = world.machine(machine.name, machine.disk.copy())
        epoch = machine.relay._journal.epoch
        for name in [name for name in twin.disk.files if name.startswith(epoch.id.hex())]:
            del twin.disk.files[name]
        twin.epochs.append(epoch.id)
        world.machines.append(twin)


async def believe_a_liar(world: World) -> None:
    """A disk says that it has synced, and has not; then the power fails."""
    machine = world.dice.choice(world.machines)
    machine.disk.is_lying = True
    await asyncio.sleep(world.dice.choice((5, 40)))
    with world.spoiling(machine):
        world.kill(machine, power=True)
    machine.disk.is_lying = False


async def flip_a_bit(world: World) -> None:
    """Of a file that a relay has written before."""
    machine = world.dice.choice(world.machines)
    files = [file for file in machine.disk.files.values() if len(file.content) > HEAD_BYTES]
    if files:
        _note(world)("bit flipped")
        content = world.dice.choice(files).content
        with world.spoiling(machine):
            content[world.dice.randrange(len(content))] ^= 1 << world.dice.randrange(8)


async def lose_a_segment(world: World) -> None:
    """A file is gone when the relay starts again."""
    machine = world.dice.choice(world.machines)
    world.kill(machine, power=False)
    if machine.disk.files:
        _note(world)("segment gone")
        with world.spoiling(machine):
            del machine.disk.files[world.dice.choice(sorted(machine.disk.files))]


SAFE: dict[Fault, int] = {
    kill_a_relay: 4,
    cut_the_power: 6,
    stop_a_relay: 2,
    kill_the_aggregators: 4,
    part: 3,
    heal: 8,
    lose_calls: 4,
    repeat_frames: 6,
    slow_the_database: 2,
    fill_the_database: 1,
    back_up: 6,
    restore: 6,
    fail_a_sync: 3,
    fill_a_disk: 2,
    set_a_clock: 2,
    let_an_hour_pass: 4,
    let_days_pass: 2,
}
"""After these everything that was confirmed is counted once. How often each happens, beside the others."""

UNSAFE: dict[Fault, int] = {
    snapshot_a_disk: 3,
    roll_a_disk_back: 3,
    clone_a_relay: 2,
    believe_a_liar: 2,
    flip_a_bit: 3,
    lose_a_segment: 1,
}
"""After these what only the spoiled disk held may be gone."""


def drawn(world: World, faults: Mapping[Fault, int]) -> Fault:
    """One of them."""
    return world.dice.choices(list(faults), weights=list(faults.values()))[0]
