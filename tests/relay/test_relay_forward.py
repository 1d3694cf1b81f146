"""What is durable reaches the aggregator and is counted once, whatever is lost, repeated, restarted or restored."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from domain.beacon import Admitted, Surroundings, Viewed
from domain.names import SiteKey
from ingest_grpc.relay.forward import Pace
from ingest_grpc.relay.journal import JournalLimits
from ingest_grpc.relay.relay import Accepted, Relay
from ingest_grpc.relay.segment import FRAME_HEAD_BYTES, HEAD_BYTES, read_frames, write_frame
from ingest_grpc.relay.shelf import BACKLOG_MS, RETAIN_MS
from ingest_grpc.wire.batch import encode_beacon
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark, seal
from tests.relay.parts import CALM, World, arrival, settled, soon

SMALL = replace(CALM, journal=JournalLimits(gather_s=0.0, group_beacons=1, segment_bytes=HEAD_BYTES + 400))
"""One beacon a frame, about three frames a segment."""


@pytest.fixture
def world() -> World:
    return World()


async def receive(relay: Relay, count: int = 1) -> None:
    """So many beacons, each durable before the next."""
    for _ in range(count):
        assert isinstance(await relay.receive(arrival()), Accepted)


async def live(world: World, count: int) -> None:
    """One life of a relay whose aggregator is away: so many beacons, then it is killed."""
    world.aggregation.trouble = lambda _: "before"
    relay = world.relay(SMALL)
    await relay.start()
    await receive(relay, count)
    await relay.stop()
    world.aggregation.trouble = lambda _: ""


async def drain(world: World) -> Relay:
    """A relay that starts, sends all there is and goes on running."""
    relay = world.relay(SMALL)
    await relay.start()
    await settled(relay)
    return relay


async def test_beacons_reach_the_aggregator(world: World) -> None:
    relay = await drain(world)
    await receive(relay, 10)
    await settled(relay)
    assert len(world.aggregation.counted) == 10
    await relay.stop()


async def test_a_restart_drains_what_earlier_lives_left_behind(world: World) -> None:
    for count in (5, 0, 7):
        await live(world, count)
    assert world.aggregation.counted == {}
    relay = await drain(world)
    assert len(world.aggregation.counted) == 12
    assert world.aggregation.duplicates == 0
    await relay.stop()


TROUBLES: dict[str, Callable[[random.Random], str]] = {
    "calls that never arrive": lambda r: "before" if r.random() < 0.5 else "",
    "replies that never arrive": lambda r: "after" if r.random() < 0.5 else "",
    "both": lambda r: r.choice(["before", "after", ""]),
}


@pytest.mark.parametrize("name", TROUBLES)
async def test_with_a_network_that_loses_things_every_beacon_is_counted_once(world: World, name: str) -> None:
    chance = random.Random(3)
    world.aggregation.trouble = lambda _: TROUBLES[name](chance)
    relay = world.relay(SMALL)
    await relay.start()
    await receive(relay, 60)
    await settled(relay)
    assert len(world.aggregation.counted) == 60
    assert world.aggregation.duplicates == 0
    assert relay.counts.unanswered > 0
    await relay.stop()


async def test_a_call_without_an_answer_is_given_up_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(gather_s=0.0, ask_s=0.02, first_retry_s=0.0, most_retry_s=0.0, call_s=0.02)
    relay = world.relay(replace(CALM, pace=pace))
    hello = world.aggregation.hello
    silences = [asyncio.Event()]

    async def say_nothing_once(epoch: Epoch, now_ms: int) -> Watermark:
        if silences:
            await silences.pop().wait()
        return await hello(epoch, now_ms)

    monkeypatch.setattr(world.aggregation, "hello", say_nothing_once)
    await relay.start()
    await receive(relay)
    await settled(relay)
    assert relay.counts.unanswered == 1
    await relay.stop()


async def test_waits_between_tries_grow_to_their_limit_and_are_drawn_at_random(world: World) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    world.aggregation.trouble = lambda _: "before"
    pace = Pace(gather_s=0.0, ask_s=60.0, first_retry_s=0.1, most_retry_s=30.0, call_s=5.0)
    seams = replace(world.seams, sleep=sleep, randomness=lambda n: b"\x80" + bytes(n - 1))
    relay = world.relay(replace(CALM, pace=pace), seams)
    await relay.start()
    await soon(lambda: len(waits) >= 12)
    await relay.stop()
    assert waits[:4] == [0.05, 0.1, 0.2, 0.4]
    assert waits[11] == 15.0


async def test_a_restored_database_gets_everything_since_its_backup_again(world: World) -> None:
    # It must hear of it from a reply, and so never ask by itself.
    relay = world.relay(replace(SMALL, pace=replace(SMALL.pace, ask_s=60.0)))
    await relay.start()
    await receive(relay, 20)
    await settled(relay)
    (epoch,) = [e for e, history in world.aggregation.watermarks.items() if len(history) > 1]
    before = dict(world.aggregation.counted)
    world.aggregation.forget_after(epoch, 8)
    world.aggregation.counted = dict(list(before.items())[:8])
    await receive(relay)  # the next call is answered GAP
    await settled(relay)
    assert world.aggregation.statuses[Status.GAP] == 1
    assert set(before) < set(world.aggregation.counted)
    assert len(world.aggregation.counted) == 21
    assert world.aggregation.duplicates == 0
    await relay.stop()


async def test_an_idle_relay_notices_by_itself_that_a_database_was_restored(world: World) -> None:
    await live(world, 6)
    relay = await drain(world)
    (epoch,) = [e for e, history in world.aggregation.watermarks.items() if len(history) > 1]
    world.aggregation.forget_after(epoch, 2)
    world.aggregation.counted.clear()
    await soon(lambda: len(world.aggregation.counted) == 4)
    await relay.stop()


async def test_a_cloned_relay_sends_its_own_beacons_under_a_new_name(world: World) -> None:
    relay = world.relay(SMALL)
    twin_world = World(aggregation=world.aggregation, random=random.Random(7))
    twin = twin_world.relay(SMALL)  # same randomness, so the same epoch
    await relay.start()
    await twin.start()
    await receive(relay, 3)
    await settled(relay)
    for count in (1, 5):
        await receive(twin, count)
        await settled(twin)
    assert twin.counts.diverged == 1
    assert relay.counts.diverged == 0
    assert len(world.aggregation.counted) == 9
    await receive(relay, 3)
    await settled(relay)
    assert len(world.aggregation.counted) == 12
    for each in (relay, twin):
        await each.stop()


async def test_a_disk_that_fails_as_a_new_name_is_taken_stops_nothing(world: World) -> None:
    relay = world.relay(SMALL)
    twin_world = World(aggregation=world.aggregation, random=random.Random(7))
    twin = twin_world.relay(SMALL)
    await relay.start()
    await twin.start()
    await receive(relay, 3)
    await settled(relay)
    twin_world.aggregation.trouble = lambda _: "before"
    await receive(twin, 5)
    twin_world.disk.failures = 1
    twin_world.aggregation.trouble = lambda _: ""
    await settled(twin)
    await receive(twin)
    await settled(twin)
    assert twin.counts.diverged == 1
    assert len(world.aggregation.counted) == 9
    for each in (relay, twin):
        await each.stop()


async def test_a_clone_that_is_behind_is_not_taken_in_by_what_its_twin_has_sent(world: World) -> None:
    relay, twin = world.relay(SMALL), World(aggregation=world.aggregation, random=random.Random(7)).relay(SMALL)
    await relay.start()
    await receive(relay, 9)
    await settled(relay)
    await twin.start()
    await receive(twin, 2)
    await settled(twin)
    assert len(world.aggregation.counted) == 11
    for each in (relay, twin):
        await each.stop()


def only_segment(world: World) -> str:
    """The one segment that holds frames."""
    (name,) = [name for name, data in world.disk.files.items() if len(data) > HEAD_BYTES]
    return name


async def test_a_damaged_payload_is_declared_lost_with_its_number_and_the_rest_is_counted(world: World) -> None:
    await live(world, 3)
    data = world.disk.files[only_segment(world)]
    data[HEAD_BYTES + FRAME_HEAD_BYTES + 5] ^= 1
    relay = await drain(world)
    assert (len(world.aggregation.counted), world.aggregation.lost) == (2, 1)
    assert (relay.counts.frames_damaged, relay.counts.beacons_damaged) == (1, 1)
    await relay.stop()


async def test_a_frame_with_a_damaged_head_is_declared_lost_and_the_rest_is_counted(world: World) -> None:
    await live(world, 3)
    name = only_segment(world)
    data = world.disk.files[name]
    (first, second, third) = read_frames(bytes(data[HEAD_BYTES:]), at_end=True).frames
    data[HEAD_BYTES + len(write_frame(first)) + 6] ^= 1
    relay = await drain(world)
    assert len(world.aggregation.counted) == 2
    assert relay.counts.frames_damaged == 1
    assert relay.counts.beacons_damaged == 0  # nobody can tell how many there were
    assert world.aggregation.watermarks[bytes.fromhex(name[:32])][-1] == Watermark(3, third.hash)
    assert second.sequence == 2
    await relay.stop()


async def test_a_torn_tail_is_cut_off_and_three_starts_end_alike(world: World) -> None:
    await live(world, 3)
    name = only_segment(world)
    del world.disk.files[name][-7:]
    for _ in range(3):
        relay = await drain(world)
        await relay.stop()
        assert (len(world.aggregation.counted), world.aggregation.lost) == (2, 0)
        assert world.aggregation.duplicates == 0


async def test_a_segment_that_is_gone_is_declared_lost_and_files_of_others_are_left_alone(world: World) -> None:
    await live(world, 10)
    names = [name for name, data in sorted(world.disk.files.items()) if len(data) > HEAD_BYTES]
    assert len(names) > 3
    gone = read_frames(bytes(world.disk.files.pop(names[1])[HEAD_BYTES:]), at_end=True).frames
    world.disk.files["notes.txt"] = bytearray(b"not a segment")
    world.disk.files["0123.seg"] = bytearray(b"not one either")
    relay = await drain(world)
    assert len(world.aggregation.counted) == 10 - len(gone)
    assert relay.counts.frames_damaged == len(gone)
    assert {"notes.txt", "0123.seg"} < set(world.disk.files)
    await relay.stop()


async def test_a_damaged_segment_head_costs_nothing(world: World) -> None:
    await live(world, 8)
    for data in world.disk.files.values():
        data[9] ^= 1
    relay = await drain(world)
    assert len(world.aggregation.counted) == 8
    await relay.stop()


async def test_a_frame_that_was_never_confirmed_does_not_shadow_the_one_that_took_its_place(world: World) -> None:
    relay = world.relay(SMALL)
    world.aggregation.trouble = lambda _: "before"
    await relay.start()
    await receive(relay)
    (name,) = world.disk.files
    (first,) = read_frames(bytes(world.disk.files[name][HEAD_BYTES:]), at_end=True).frames
    world.disk.failures = 1
    await relay.receive(arrival())
    # All of the frame had reached the disk, only the sync failed.
    assert first.payload is not None
    cut = HEAD_BYTES + len(write_frame(first))
    ghost = write_frame(seal(2, first.sealed_ms, first.hash, 1, first.payload))
    world.disk.files[name][cut:] = ghost
    await receive(relay, 2)
    await relay.stop()
    world.aggregation.trouble = lambda _: ""
    again = await drain(world)
    assert len(world.aggregation.counted) == 3
    assert world.aggregation.duplicates == 0
    await again.stop()


async def asked_again(world: World) -> None:
    """Wait until the senders have asked, and so swept, once more."""
    before = world.aggregation.hellos
    await soon(lambda: world.aggregation.hellos >= before + 2)


async def test_a_disk_that_fails_at_once_and_then_recovers_loses_nothing_confirmed(world: World) -> None:
    relay = world.relay(SMALL)
    await relay.start()
    world.disk.failures = 1
    await relay.receive(arrival())
    await asked_again(world)
    await receive(relay, 3)
    await settled(relay)
    assert len(world.aggregation.counted) == 3
    await relay.stop()


async def test_a_relay_that_stops_sends_a_little_longer(world: World) -> None:
    relay = world.relay(replace(SMALL, drain_s=5.0))
    await relay.start()
    await receive(relay, 20)
    await relay.stop()
    assert len(world.aggregation.counted) == 20


async def test_acknowledged_segments_are_kept_50_hours_and_then_deleted(world: World) -> None:
    relay = await drain(world)
    await receive(relay, 10)
    await settled(relay)
    kept = len(world.disk.files)
    assert kept > 3
    await asked_again(world)
    world.clock.now_ms += RETAIN_MS
    await asked_again(world)
    assert len(world.disk.files) == kept
    world.clock.now_ms += 1
    await soon(lambda: len(world.disk.files) == 1)
    assert relay.refusal is None
    await receive(relay)
    await settled(relay)
    assert len(world.aggregation.counted) == 11
    await relay.stop()


async def test_what_was_acknowledged_late_is_kept_as_long_for_a_restored_database(world: World) -> None:
    await live(world, 6)
    world.clock.now_ms += BACKLOG_MS - 1
    relay = await drain(world)
    (epoch,) = [e for e, history in world.aggregation.watermarks.items() if len(history) > 1]
    await asked_again(world)
    world.clock.now_ms += RETAIN_MS
    await asked_again(world)
    world.aggregation.forget_after(epoch, 0)
    world.aggregation.counted.clear()
    await soon(lambda: len(world.aggregation.counted) == 6)
    await relay.stop()


async def test_what_is_not_acknowledged_is_never_deleted(world: World) -> None:
    await live(world, 5)
    kept = {name for name, data in world.disk.files.items() if len(data) > HEAD_BYTES}
    world.clock.now_ms += 2 * BACKLOG_MS
    world.aggregation.trouble = lambda _: "before"
    relay = world.relay(SMALL)
    await relay.start()
    await soon(lambda: relay.counts.unanswered > 20)
    assert kept < set(world.disk.files)
    await relay.stop()


async def test_lives_without_a_beacon_leave_nothing_behind(world: World) -> None:
    for _ in range(5):
        relay = await drain(world)
        await relay.stop()
    relay = await drain(world)
    await soon(lambda: len(world.disk.files) == 1)
    await relay.stop()


async def test_old_epochs_are_deleted_in_time_however_often_the_relay_restarts(world: World) -> None:
    await live(world, 5)
    for _ in range(6):
        relay = await drain(world)
        await relay.stop()
        world.clock.now_ms += BACKLOG_MS // 3
    relay = await drain(world)
    await soon(lambda: len(world.disk.files) == 1)
    await relay.stop()


async def test_frames_older_than_all_that_is_kept_are_declared_lost(world: World) -> None:
    await live(world, 10)
    names = sorted(name for name, data in world.disk.files.items() if len(data) > HEAD_BYTES)
    del world.disk.files[names[0]]
    relay = await drain(world)
    assert len(world.aggregation.counted) == 10 - relay.counts.frames_damaged
    assert relay.counts.frames_damaged > 0
    await relay.stop()


async def test_thousands_of_missing_frames_are_declared_lost_too(world: World) -> None:
    await live(world, 2)
    name = only_segment(world)
    head = bytes(world.disk.files[name][:HEAD_BYTES])
    payload = encode_beacon_of(world)
    late = seal(3_500, world.clock.now_ms, b"12345678", 1, payload)
    world.disk.files[name] = bytearray(head + write_frame(late))
    relay = await drain(world)
    assert relay.counts.frames_damaged == 3_499
    assert len(world.aggregation.counted) == 1
    await relay.stop()


def encode_beacon_of(world: World) -> bytes:
    """A beacon's bytes."""
    return encode_beacon(Admitted(world.random.randbytes(16), SiteKey("shop"), 1, Surroundings(), (Viewed(),)))


async def test_a_call_carries_about_a_megabyte_at_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    commit = world.aggregation.commit

    async def noted(epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        sizes.append(sum(len(f.payload or b"") for f in frames))
        return await commit(epoch, frames)

    world.aggregation.trouble = lambda _: "before"
    relay = world.relay(replace(CALM, journal=JournalLimits(gather_s=0.0)))
    await relay.start()
    long = arrival(p="/" + "/".join(["word"] * 12), src=["", "s" * 60, "m", "c" * 60])
    for _ in range(40):
        await asyncio.gather(*[relay.receive(long) for _ in range(200)])
    await relay.stop()
    world.aggregation.trouble = lambda _: ""
    monkeypatch.setattr(world.aggregation, "commit", noted)
    relay = await drain(world)
    assert 900_000 < max(sizes) <= 1 << 20
    await relay.stop()
