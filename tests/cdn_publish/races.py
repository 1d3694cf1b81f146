"""Races of two publishers, as many as are asked for, on a folder and on a server that speaks S3.

`python -m tests.cdn_publish.races 1000` prints figures. In every other race one of the two falls asleep at some call
and wakes when the other is done; in the rest both dawdle a little, at random. May not know how a race is decided.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from random import Random
from time import monotonic

from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment, Place
from cdn_publish.opening import BadTarget, open_target
from cdn_publish.pointer import read_pointer
from cdn_publish.release import LostRace, Published, publish, releases
from cdn_publish.target import Target
from domain.names import SiteKey
from tests.cdn_publish.publishing import Hook, HookedTarget, artifacts, nothing
from tests.cdn_publish.soundness import found_at
from tests.services.buckets import running_s3

PRODUCTION = Environment.PRODUCTION
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CALLS = 17
"""That a release costs: where a sleeper may fall asleep."""
DAWDLE_S = 0.003
LOOKS_EACH_S = 0.01
SLEEPS_AT_MOST_S = 30.0
RACES_OF_A_SITE = 50
"""Then another takes its place, so that logs stay short."""

Open = Callable[[], Target]


@dataclass(slots=True)
class Figures:
    """What came of the races; the last four must be empty."""

    races: int = 0
    both_published: int = 0
    one_lost: int = 0
    slept: int = 0
    seconds: float = 0.0
    not_rising: list[str] = field(default_factory=list)
    lost_updates: list[str] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)
    brought_back: list[str] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        """Whether every race was won by somebody and nothing else happened."""
        wrong = self.not_rising or self.lost_updates or self.dangling or self.brought_back
        return self.races == self.both_published + self.one_lost and not wrong


async def race(open_: Open, count: int, seed: int) -> Figures:
    """So many races, one after the other."""
    figures, chance, began = Figures(), Random(seed), monotonic()
    for n in range(count):
        place = Place(PRODUCTION, SiteKey(f"s{n // RACES_OF_A_SITE}"))
        await _one(open_, place, n, chance, figures)
    figures.seconds = monotonic() - began
    return figures


async def _one(open_: Open, place: Place, n: int, chance: Random, figures: Figures) -> None:
    before = (await found_at(open_(), place)).numbers
    asleep, awake, is_sleepy = asyncio.Event(), asyncio.Event(), bool(n % 2)
    sleeping = _sleeping(chance.randint(2, CALLS), asleep, awake)
    hooks = (sleeping if is_sleepy else _dawdling(chance), _dawdling(chance))
    seen: list[int] = []

    async def publisher(which: int) -> Published | LostRace:
        if which and is_sleepy:
            await asleep.wait()
        target = HookedTarget(open_(), hooks[which], nothing)
        made = artifacts(f"{n}.{which}", place.site)
        answer = await publish(target, PRODUCTION, made, ReleaseNote(f"p{which}"), AT)
        (awake if which else asleep).set()  # it may have been done before it came to where it was to sleep
        assert isinstance(answer, Published | LostRace), answer
        return answer

    async with _watching(open_(), place, seen):
        answers = await asyncio.gather(publisher(0), publisher(1))
    won = [answer.release for answer in answers if isinstance(answer, Published)]
    figures.races += 1
    figures.slept += is_sleepy
    figures.both_published += len(won) == 2
    figures.one_lost += len(won) == 1
    found = await found_at(open_(), place)
    log = (await releases(open_(), PRODUCTION, place.site)).history
    where = f"race {n}"
    if list(found.numbers) != sorted(set(found.numbers)) or found.numbers[: len(before)] != before:
        figures.not_rising.append(f"{where}: {found.numbers}")
    if any(log.find(release.number) != release for release in won) or not found.is_finished:
        figures.lost_updates.append(f"{where}: {won}")
    figures.dangling += [f"{where}: {each}" for each in (*found.dangling, *found.torn)]
    if seen != sorted(seen):
        figures.brought_back.append(f"{where}: {seen}")


@asynccontextmanager
async def _watching(target: Target, place: Place, seen: list[int]) -> AsyncIterator[None]:
    """Load the script all the time, as visitors do, and note the number of its release."""

    async def watch() -> None:
        while True:
            await look()
            await asyncio.sleep(LOOKS_EACH_S)

    async def look() -> None:
        stored = await target.read(place.pointer("lb.js"))
        if stored is not None:
            seen.append(read_pointer("lb.js", stored.body).number or 0)

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
        await look()


def _dawdling(chance: Random) -> Hook:
    async def dawdle(call: int, what: str, path: str) -> None:
        await asyncio.sleep(chance.random() * DAWDLE_S)

    return dawdle


def _sleeping(at_call: int, asleep: asyncio.Event, awake: asyncio.Event) -> Hook:
    async def sleep(call: int, what: str, path: str) -> None:
        if call == at_call:
            asleep.set()
            async with asyncio.timeout(SLEEPS_AT_MOST_S):
                await awake.wait()

    return sleep


def opener(url: str) -> Open:
    """Opens a target, each time anew, as another publisher would."""

    def again() -> Target:
        target = open_target(url)
        assert not isinstance(target, BadTarget), target
        return target

    return again


def main(count: int) -> int:
    """Print the figures of both targets; 1 where anything was wrong."""
    print("| | races | both released | one was told | slept | not rising | lost | dangling | brought back | s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    fine = True
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        bucket = stack.enter_context(running_s3())()
        os.environ.update(bucket.environment)
        for name, url in (("folder", Path(folder, "cdn").as_uri()), ("S3", bucket.url)):
            figures = asyncio.run(race(opener(url), count, seed=1))
            wrong = (figures.not_rising, figures.lost_updates, figures.dangling, figures.brought_back)
            told = (figures.races, figures.both_published, figures.one_lost, figures.slept, *map(len, wrong))
            print(f"| {name} | {' | '.join(map(str, told))} | {figures.seconds:.0f} |", flush=True)
            for line in chain.from_iterable(wrong):
                print(f"{name}: {line}", file=sys.stderr)
            fine = fine and figures.is_fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
