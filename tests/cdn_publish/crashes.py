"""A crash after every single call that any command makes to its target: the list is made, not written.

`python -m tests.cdn_publish.crashes` runs all of it and prints what became of it. May not know how a release is made
safe.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cdn_publish.cleaning import KEPT_DAYS, KEPT_RELEASES, clean
from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import POINTERS, Environment, Place
from cdn_publish.release import promote, publish, rollback
from cdn_publish.site_files import SiteFiles
from cdn_publish.target import Target
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import ArtifactSet
from leadbright.release_commands import switched_off
from leadbright.runtime import load_runtime
from tests.cdn_publish.publishing import SHOP, HookedTarget, nothing
from tests.cdn_publish.soundness import Found, found_at

PRODUCTION, STAGING = Environment.PRODUCTION, Environment.STAGING
PLACE = Place(PRODUCTION, SHOP)
NOTE = ReleaseNote("ci")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=KEPT_DAYS * 10)


class Crash(Exception):  # noqa: N818  it is one
    """The publishing process is gone."""


@cache
def content(words: str) -> ArtifactSet:
    """A real site with one running experiment, told apart by its words."""
    site = "site: shop\nname: Shop\ndomains: [shop.example]\ntimezone: UTC\ngoals: [{key: buy, on: {click: '#b'}}]\n"
    experiment = (
        "experiment: hero\nname: Hero\nstatus: running\npages: {include: ['/']}\ngoals: {primary: buy}\nvariations:\n"
        f"  - {{key: control, weight: 50%}}\n  - {{key: bold, weight: 50%, changes: [{{select: h1, text: {words}}}]}}\n"
    )
    source = Source({"site.yaml": site, "experiments/hero.yaml": experiment})
    compiled = compile_site(source, None, load_runtime(), Deployment("https://relay.example"))
    assert isinstance(compiled, Compiled), compiled.findings
    return compiled.artifacts


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a person does to a target: what was there before, what is done, what is served once it is."""

    before: Callable[[Target], Awaitable[object]]
    run: Callable[[Target], Awaitable[object]]
    served: Callable[[Target], Awaitable[ArtifactSet]]
    makes_a_release: bool = True


async def _release(target: Target, *words: str, environment: Environment = PRODUCTION, at: datetime = AT) -> None:
    for each in words:
        await publish(target, environment, content(each), NOTE, at)


async def _switch_off(target: Target) -> None:
    await publish(target, PRODUCTION, await switched_off(target, PLACE), NOTE, AT)


async def _off_of(words: str) -> ArtifactSet:
    with tempfile.TemporaryDirectory() as folder:
        target = FolderTarget(Path(folder))
        await _release(target, words)
        return await switched_off(target, PLACE)


async def _many(target: Target) -> None:
    await _release(target, *(f"w{n}" for n in range(KEPT_RELEASES + 2)), at=LONG_AGO)


def _this(words: str) -> Callable[[Target], Awaitable[ArtifactSet]]:
    async def served(_: Target) -> ArtifactSet:
        return content(words)

    return served


async def _to_promote(target: Target) -> None:
    await _release(target, "b", environment=STAGING)
    await _release(target, "a")


OPERATIONS: dict[str, Operation] = {
    "publish, the first": Operation(lambda t: _release(t), lambda t: _release(t, "a"), _this("a")),
    "publish": Operation(lambda t: _release(t, "a"), lambda t: _release(t, "b"), _this("b")),
    "publish what was there once": Operation(lambda t: _release(t, "a", "b"), lambda t: _release(t, "a"), _this("a")),
    "promote": Operation(_to_promote, lambda t: promote(t, SHOP, None, NOTE, AT), _this("b")),
    "rollback": Operation(
        lambda t: _release(t, "a", "b"), lambda t: rollback(t, PRODUCTION, SHOP, 1, NOTE, AT), _this("a")
    ),
    "off": Operation(lambda t: _release(t, "a"), _switch_off, lambda _: _off_of("a")),
    "clean": Operation(_many, lambda t: clean(t, PLACE, AT), _this(f"w{KEPT_RELEASES + 1}"), makes_a_release=False),
}


@dataclass(slots=True)
class Outcome:
    """What became of one operation: how many calls it makes, and the crashes after which something was wrong."""

    calls: int = 0
    crashes: int = 0
    torn: list[str] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """The next run did not finish it."""

    @property
    def is_fine(self) -> bool:
        """Whether nothing was ever wrong."""
        return self.crashes > 0 and not (self.torn or self.dangling or self.unfinished)


async def crash_everywhere(operation: Operation, folder: Path) -> Outcome:
    """Run the operation to its end once, then crash it at each of its calls, each time from the same beginning."""
    begin = folder / "begin"
    begin.mkdir(parents=True)
    await operation.before(FolderTarget(begin))
    before = (await found_at(FolderTarget(begin), PLACE)).numbers
    whole = folder / "whole"
    shutil.copytree(begin, whole)
    counted = HookedTarget(FolderTarget(whole), nothing, nothing)
    await operation.run(counted)
    expected = await operation.served(FolderTarget(whole))
    outcome = Outcome(counted.calls)
    for call in range(counted.calls + 1):
        here = folder / "here"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(begin, here)
        await _crash(operation, here, call)
        outcome.crashes += 1
        await _look(outcome, operation, here, expected, before, f"after call {call}")
    return outcome


async def _crash(operation: Operation, here: Path, after_call: int) -> None:
    """Run it until that call is done; 0 is before the first. Between two calls nothing changes in the target."""

    async def crash(call: int, what: str, path: str) -> None:
        if call == max(1, after_call):
            raise Crash

    hooks = (nothing, crash) if after_call else (crash, nothing)
    with suppress(Crash):
        await operation.run(HookedTarget(FolderTarget(here), *hooks))
        raise AssertionError(f"it made no call {after_call}")


async def _look(
    outcome: Outcome, operation: Operation, here: Path, expected: ArtifactSet, before: tuple[int, ...], where: str
) -> None:
    """At what is served after the crash, and after the next run."""
    target = FolderTarget(here)
    left = await found_at(target, PLACE)
    _note(outcome, left, where)
    if left.numbers[: len(before)] != before:
        outcome.unfinished.append(f"{where}: the log lost a release")
    await operation.run(target)
    after = await found_at(target, PLACE)
    _note(outcome, after, f"{where}, then run again")
    bodies = {each.name: each.body for each in expected.artifacts}
    grew = len(before) + operation.makes_a_release
    whole = len(after.numbers) == grew and after.is_finished and sorted(set(after.numbers)) == list(after.numbers)
    if not whole or any(after.pointers[name].body != bodies[name] for name in POINTERS):
        outcome.unfinished.append(f"{where}: {after.numbers}")
    await SiteFiles(target, PLACE).bodies(expected.digest)


def _note(outcome: Outcome, found: Found, where: str) -> None:
    outcome.torn += [f"{where}: {each}" for each in found.torn]
    outcome.dangling += [f"{where}: {each}" for each in found.dangling]


def main() -> int:
    """Print the table; 1 where anything was wrong."""
    print("| | calls | crashes | torn | dangling | not finished by the next run |\n|---|---|---|---|---|---|")
    total = Outcome()
    fine = True
    for name, operation in OPERATIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            each = asyncio.run(crash_everywhere(operation, Path(folder)))
        _row(name, each)
        for line in (*each.torn, *each.dangling, *each.unfinished):
            print(f"{name}: {line}", file=sys.stderr)
        fine = fine and each.is_fine
        total.calls += each.calls
        total.crashes += each.crashes
        total.torn += each.torn
        total.dangling += each.dangling
        total.unfinished += each.unfinished
    _row("all", total)
    return 0 if fine else 1


def _row(name: str, each: Outcome) -> None:
    counts = (each.calls, each.crashes, len(each.torn), len(each.dangling), len(each.unfinished))
    print(f"| {name} | {' | '.join(map(str, counts))} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
