"""An aggregator killed with -9: watermark, cells and books always tell the same story, and nothing counts twice."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.beacon import Admitted
from domain.tally import fold
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.books import Outcome
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.wire.aggregation import AggregationClient
from ingest_grpc.wire.batch import decode_batch
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.frame import Frame, Status
from ingest_grpc.wire.ports import UnavailableError
from tests.aggregator.dying import journal
from tests.aggregator.traces import NOON_MS, RELAY, Clock, Journal, Opening, cells, landing, nonzero

ROOT = Path(__file__).parents[2]
TOO_LONG_S = 30

# The guarded watermark, the period twice, nonces, cells, books, old days, commit; the last one dies after the commit.
STEPS = range(1, 10)


def _first_of_each(frames: Sequence[Frame]) -> list[Admitted]:
    beacons = {b.nonce: b for frame in reversed(frames) for b in reversed(decode_batch(frame.payload or b""))}
    return list(beacons.values())


async def _run(*arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), TOO_LONG_S)
    return process.returncode, said.decode()


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_of_a_transaction(opening: Opening, counts_url: str, step: int) -> None:
    frames = journal().frames
    status, said = await _run("tests.aggregator.dying", "committing", counts_url, str(step))
    assert (status, said) == (-signal.SIGKILL, "acknowledged 1\n")
    store = await opening(counts_url)
    aggregator = Aggregator(store, Clock())
    stands = await aggregator.hello(RELAY, NOON_MS)
    assert stands.sequence == (1 if step < STEPS[-1] else 3)
    for committed in (stands.sequence, 3):
        known = frames[:committed]
        await aggregator.commit(RELAY, known)
        expected = _first_of_each(known)
        assert await cells(store) == nonzero(fold(expected).cells)
        total = await Reporter(store).total_book()
        assert (total.accepted, total.counted) == (sum(f.beacons for f in known), len(expected))


class _Served:
    """An aggregator process that is killed and started again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start it; its address."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.aggregator.serving", self._url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert self.process.stdout is not None
        port = await asyncio.wait_for(self.process.stdout.readline(), TOO_LONG_S)
        return f"127.0.0.1:{int(port)}"

    async def kill(self, after_s: float) -> None:
        """Kill it with -9, some time from now."""
        assert self.process is not None
        await asyncio.sleep(after_s)
        self.process.kill()
        await self.process.wait()


async def _send(address: str, frames: Sequence[Frame], delivered: list[int]) -> None:
    """What a relay does: ask where it stands, send what follows, twice where no answer came."""
    async with open_channel([address]) as channel:
        client = AggregationClient(channel)
        try:
            stands = (await client.hello(RELAY, NOON_MS)).sequence
            while stands < len(frames):
                reply = await client.commit(RELAY, frames[stands : stands + 2])
                assert reply.status in (Status.OK, Status.DUPLICATE)
                stands = reply.watermark.sequence
                delivered.append(stands)
        except UnavailableError:
            return


async def test_killed_in_mid_load_again_and_again(opening: Opening, counts_url: str) -> None:
    dice = random.Random(7)
    frames = Journal()
    for _ in range(250):
        new = [landing(dice.choice(["bold", "control"])) for _ in range(5)]
        frames.seal(*new, *dice.sample(new, 2))
    served = _Served(counts_url)
    kills = 0
    delivered: list[int] = []
    while not delivered or delivered[-1] < len(frames.frames):
        address = await served.start()
        sending = asyncio.create_task(_send(address, frames.frames, delivered))
        if kills < 4:
            await served.kill(after_s=dice.uniform(0.05, 0.4))
            kills += 1
            await sending
        else:
            await asyncio.wait_for(sending, TOO_LONG_S)
            await served.kill(after_s=0)
    store = await opening(counts_url)
    assert delivered == sorted(delivered)
    assert await cells(store) == nonzero(fold(_first_of_each(frames.frames)).cells)
    total = await Reporter(store).total_book()
    assert total._asdict() == {
        "accepted": 1750,
        **{outcome.name.lower(): 0 for outcome in Outcome},
        "counted": 1250,
        "duplicate": 500,
    }
