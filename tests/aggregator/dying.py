"""A process that kills itself with -9 at a chosen step of a transaction.

`python -m tests.aggregator.dying committing URL STEP` commits frame 1, then frames 2 and 3 in one transaction, in which
it dies before the STEP-th thing that it says to the database; beyond the last, after the commit. It prints what it was
acknowledged. `python -m tests.aggregator.dying opening URL STEP` dies in the same way while the tables are made.
The drivers are changed in this process only.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.sqlite.client import SqliteTransactionWrapper

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.store import open_store
from tests.aggregator.traces import RELAY, Clock, Journal, landing

SAID = ("execute_query", "execute_query_dict", "commit")


def journal() -> Journal:
    """Three frames; the third repeats a beacon of the first. The same in every process."""
    first, second, third, fourth = (landing(arm, key=arm.ljust(16).encode()) for arm in ("a", "b", "c", "d"))
    frames = Journal()
    frames.seal(first, second)
    frames.seal(third)
    frames.seal(first, fourth)
    return frames


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_before(step: int) -> None:
    left = [step]

    def counted(said: Callable[..., Awaitable[object]], is_commit: bool) -> Callable[..., Awaitable[object]]:
        async def say(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                _die()
            answer = await said(*arguments, **named)
            if is_commit:
                _die()
            return answer

        return say

    for client in (SqliteTransactionWrapper, TransactionWrapper):
        for name in SAID:
            setattr(client, name, counted(getattr(client, name), name == "commit"))


async def commit(url: str, step: int) -> None:
    """Commit, and die."""
    store = await open_store(url)
    aggregator = Aggregator(store, Clock())
    frames = journal().frames
    await aggregator.commit(RELAY, frames[:1])
    print("acknowledged 1", flush=True)
    _die_before(step)
    await aggregator.commit(RELAY, frames[1:])
    print("acknowledged 3", flush=True)


async def open_(url: str, step: int) -> None:
    """Make the tables, and die."""
    _die_before(step)
    await open_store(url)


WAYS = {"committing": commit, "opening": open_}

if __name__ == "__main__":
    asyncio.run(WAYS[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
