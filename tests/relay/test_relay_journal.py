"""A beacon is confirmed once it is durable, and not before; a disk that fails or fills up loses nothing confirmed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.beacon import Admitted, Surroundings, Viewed
from domain.names import SiteKey
from ingest_grpc.relay.counts import Counts
from ingest_grpc.relay.disk import LOCK, Disk, FolderDisk
from ingest_grpc.relay.journal import Journal, JournalLimits
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.segment import HEAD_BYTES, read_frames, read_head
from ingest_grpc.relay.shelf import Shelf
from ingest_grpc.wire.batch import decode_batch, encode_beacon
from ingest_grpc.wire.frame import Frame, Watermark, seal
from tests.relay.parts import Clock, MemoryDisk, soon


def encoded(number: int) -> bytes:
    """A beacon that can be told from others."""
    return encode_beacon(Admitted(number.to_bytes(16, "big"), SiteKey("shop"), 1, Surroundings(), (Viewed(),)))


LIMITS = JournalLimits(gather_s=0.0)
ON_DISK = replace(LIMITS, reserve_bytes=0, reserve_share=0.0)


def journal_on(disk: Disk, limits: JournalLimits = LIMITS) -> Journal:
    """A journal, not opened yet."""
    numbers = iter(range(1, 100))
    shelf = Shelf(disk, "relay-1")
    return Journal(disk, shelf, "relay-1", Clock(), lambda n: next(numbers).to_bytes(n, "big"), Counts(), limits)


@pytest.fixture
def disk() -> MemoryDisk:
    return MemoryDisk()


@pytest.fixture
async def journal(disk: MemoryDisk) -> AsyncIterator[Journal]:
    journal = journal_on(disk)
    await journal.open()
    yield journal
    disk.gate.set()
    await journal.close()


def kept(journal: Journal, number: int) -> asyncio.Future[Refusal | None]:
    """A beacon that the journal takes."""
    future = journal.keep(encoded(number))
    assert isinstance(future, asyncio.Future)
    return future


def frames_on(disk: MemoryDisk) -> list[Frame]:
    """What stands in all segments."""
    return [
        f for _, data in sorted(disk.files.items()) for f in read_frames(bytes(data[HEAD_BYTES:]), at_end=True).frames
    ]


def numbers_on(disk: MemoryDisk) -> list[int]:
    """The beacons in all segments."""
    payloads = [frame.payload for frame in frames_on(disk) if frame.payload is not None]
    return [int.from_bytes(b.nonce, "big") for payload in payloads for b in decode_batch(payload)]


async def test_a_new_epoch_is_durable_before_the_first_beacon_is_taken(disk: MemoryDisk) -> None:
    journal = journal_on(disk)
    assert journal.keep(encoded(1)) is Refusal.STOPPING
    await journal.open()
    (data,) = disk.files.values()
    head = read_head(bytes(data))
    assert head is not None
    assert (head.epoch, head.number, head.first_sequence) == (journal.epoch, 1, 1)
    assert disk.log == ["write", "synced"]
    await journal.close()


async def test_each_start_is_another_epoch() -> None:
    disk = MemoryDisk()
    first, second = journal_on(disk), journal_on(disk)
    second._randomness = lambda n: b"\xff" * n
    for journal in (first, second):
        await journal.open()
        await journal.close()
    assert first.epoch != second.epoch


async def test_a_beacon_is_confirmed_after_its_frame_was_synced(disk: MemoryDisk, journal: Journal) -> None:
    disk.gate.clear()
    confirmed = kept(journal, 1)
    confirmed.add_done_callback(lambda _: disk.log.append("confirmed"))
    await soon(lambda: disk.log[-1] == "write")
    for _ in range(20):
        await asyncio.sleep(0)
    assert not confirmed.done()
    disk.gate.set()
    assert await confirmed is None
    assert disk.log[-3:] == ["write", "synced", "confirmed"]


async def test_beacons_that_come_while_the_disk_is_busy_share_the_next_frame(
    disk: MemoryDisk, journal: Journal
) -> None:
    disk.gate.clear()
    first = kept(journal, 1)
    await soon(lambda: disk.log[-1] == "write")
    others = [kept(journal, number) for number in range(2, 50)]
    disk.gate.set()
    await asyncio.gather(first, *others)
    assert [frame.beacons for frame in frames_on(disk)] == [1, 48]
    assert numbers_on(disk) == list(range(1, 50))


@pytest.mark.parametrize(
    "limits", [replace(LIMITS, group_beacons=3), replace(LIMITS, group_bytes=3 * len(encoded(1)) - 1)]
)
async def test_a_group_has_a_greatest_size(disk: MemoryDisk, limits: JournalLimits) -> None:
    journal = journal_on(disk, limits)
    await journal.open()
    await asyncio.gather(*[kept(journal, number) for number in range(7)])
    assert [frame.beacons for frame in frames_on(disk)] == [3, 3, 1]
    await journal.close()


async def test_frames_are_numbered_and_chained(disk: MemoryDisk, journal: Journal) -> None:
    for number in range(5):
        await kept(journal, number)
    frames = frames_on(disk)
    assert [f.sequence for f in frames] == [1, 2, 3, 4, 5]
    assert [f.previous_hash for f in frames] == [b"", *[f.hash for f in frames[:-1]]]
    assert journal.written == Watermark(5, frames[-1].hash)


async def test_a_full_segment_is_followed_by_another(disk: MemoryDisk) -> None:
    journal = journal_on(disk, replace(LIMITS, segment_bytes=HEAD_BYTES + 200))
    await journal.open()
    for number in range(8):
        await kept(journal, number)
    heads = [read_head(bytes(data)) for _, data in sorted(disk.files.items())]
    assert [h.number for h in heads if h] == [1, 2, 3, 4]
    assert [h.first_sequence for h in heads if h] == [1, 3, 5, 7]
    assert numbers_on(disk) == list(range(8))
    await journal.close()


async def test_a_failed_sync_refuses_its_group_and_is_final_for_its_file(disk: MemoryDisk, journal: Journal) -> None:
    await kept(journal, 1)
    disk.failures = 1
    assert await kept(journal, 2) is Refusal.JOURNAL_FAILED
    assert await kept(journal, 3) is None
    first, second = (bytes(disk.files[name]) for name in sorted(disk.files))
    assert [f.sequence for f in read_frames(first[HEAD_BYTES:], at_end=True).frames] == [1]
    assert [f.sequence for f in read_frames(second[HEAD_BYTES:], at_end=True).frames] == [2]
    assert numbers_on(disk) == [1, 3]
    assert not journal.broken.is_set()


async def test_two_failures_in_a_row_are_the_end(disk: MemoryDisk, journal: Journal) -> None:
    disk.failures = 2
    assert await kept(journal, 1) is Refusal.JOURNAL_FAILED
    assert await kept(journal, 2) is Refusal.JOURNAL_FAILED
    assert journal.broken.is_set()
    assert journal.keep(encoded(3)) is Refusal.JOURNAL_FAILED


async def test_a_browser_that_leaves_does_not_take_others_beacons_along(disk: MemoryDisk, journal: Journal) -> None:
    disk.gate.clear()
    leaving, staying = kept(journal, 1), kept(journal, 2)
    await soon(lambda: disk.log[-1] == "write")
    leaving.cancel()
    disk.gate.set()
    assert await staying is None
    assert numbers_on(disk) == [1, 2]


async def test_what_was_taken_is_written_before_closing(disk: MemoryDisk) -> None:
    journal = journal_on(disk)
    await journal.open()
    taken = [kept(journal, number) for number in range(1000)]
    await journal.close()
    assert {future.result() for future in taken} == {None}
    assert numbers_on(disk) == list(range(1000))
    assert journal.keep(encoded(1)) is Refusal.STOPPING


async def test_nothing_is_taken_beyond_the_waiting_bytes(disk: MemoryDisk) -> None:
    journal = journal_on(disk, replace(LIMITS, waiting_bytes=3 * len(encoded(1))))
    await journal.open()
    disk.gate.clear()
    taken = [journal.keep(encoded(number)) for number in range(4)]
    assert [isinstance(t, asyncio.Future) for t in taken] == [True, True, True, False]
    assert taken[3] is Refusal.BUSY
    disk.gate.set()
    await journal.close()


async def test_beacons_are_refused_before_the_disk_is_full_and_taken_again_when_it_is_not(
    disk: MemoryDisk, journal: Journal
) -> None:
    disk.free = (64 << 20) - 1
    await journal.look_for_room()
    assert journal.keep(encoded(1)) is Refusal.JOURNAL_FULL
    disk.free = 1 << 40
    await journal.look_for_room()
    assert await kept(journal, 1) is None


async def test_beacons_are_refused_when_the_journal_has_its_share_of_the_disk(disk: MemoryDisk) -> None:
    journal = journal_on(disk, replace(LIMITS, kept_bytes=HEAD_BYTES + 50))
    await journal.open()
    await kept(journal, 1)
    await journal.look_for_room()
    assert journal.keep(encoded(2)) is Refusal.JOURNAL_FULL
    await journal.close()


async def test_a_copied_frame_stands_alone_and_keeps_its_count_and_its_seal(disk: MemoryDisk, journal: Journal) -> None:
    payload = encoded(1) + encoded(2)
    original = seal(7, 1_234, b"12345678", 2, payload)
    await asyncio.gather(kept(journal, 8), journal.copy(original, payload), kept(journal, 9))
    assert [(f.sequence, f.beacons) for f in frames_on(disk)] == [(1, 2), (2, 2)]
    assert frames_on(disk)[1].sealed_ms == 1_234


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


async def test_on_a_real_disk_beacons_are_confirmed_after_fdatasync(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync = os.fdatasync

    def noted(file: int) -> None:
        sync(file)
        order.append("synced")

    monkeypatch.setattr(os, "fdatasync", noted)
    disk = FolderDisk(folder)
    await disk.claim()
    journal = journal_on(disk, ON_DISK)
    await journal.open()
    for number in range(3):
        assert await kept(journal, number) is None
        order.append("confirmed")
    await journal.close()
    disk.close()
    assert order == ["synced", "confirmed"] * 3


async def test_on_a_real_disk_a_failed_fdatasync_is_never_tried_again_on_that_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FolderDisk(folder)
    await disk.claim()
    journal = journal_on(disk, ON_DISK)
    await journal.open()
    sync = os.fdatasync
    files: list[int] = []

    def fail_once(file: int) -> None:
        files.append(os.fstat(file).st_ino)
        if len(files) == 1:
            raise OSError(5, "Input/output error")
        sync(file)

    monkeypatch.setattr(os, "fdatasync", fail_once)
    assert await kept(journal, 1) is Refusal.JOURNAL_FAILED
    assert await kept(journal, 2) is None
    await journal.close()
    disk.close()
    assert files[0] != files[1]
    assert len(os.listdir(folder)) == 3


async def test_a_folder_disk_reads_what_it_wrote(folder: Path) -> None:
    disk = FolderDisk(folder)
    await disk.claim()
    assert await disk.names() == [LOCK]
    await disk.create("a.seg", b"head")
    await disk.append("a.seg", b"frame")
    assert await disk.size("a.seg") == 9
    assert await disk.read("a.seg", 4, 100) == b"frame"
    with pytest.raises(FileExistsError):
        await disk.create("a.seg", b"")
    with pytest.raises(OSError, match=r"b\.seg"):
        await disk.append("b.seg", b"")
    await disk.remove("a.seg")
    await disk.remove("a.seg")
    assert await disk.names() == [LOCK]
    assert (await disk.room()).free > 0
    disk.close()


async def test_a_folder_belongs_to_one_process_at_a_time(folder: Path) -> None:
    first, second = FolderDisk(folder), FolderDisk(folder)
    await first.claim()
    with pytest.raises(BlockingIOError, match="another process"):
        await second.claim()
    first.close()
    await second.claim()
    second.close()
