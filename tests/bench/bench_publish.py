"""From an edit to the origin, and many changed sites to a server that speaks S3 beside a bare loop of puts.

`python -m tests.bench.bench_publish 10000` publishes that many sites; 500 where nothing is said. Edits are published
by what `leadbright publish` does, without the start of Python, and the start is shown beside. May not know how a
release is made.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import obstore
from obstore.store import S3Store

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.opening import BadTarget, open_target
from cdn_publish.release import Published, publish
from config_compiler.compiler import Compiled, Deployment, compile_site
from domain.artifact import ArtifactSet
from domain.names import SiteKey
from leadbright.definition_folder import read_definition
from leadbright.fleet_publish_command import AT_ONCE, CORES
from leadbright.runtime import load_runtime
from leadbright.shipping import Outcome, Shipment, Shipped, ship
from tests.bench.bench_compile import site
from tests.cdn_publish.publishing import HookedTarget, nothing
from tests.services.buckets import running_s3_apart

SITES = 500
EDITS = 31
TARGET_S = 0.3
"""At most so long, at the median, from an edit to the origin."""
RATIO = 0.8
"""At least so many requests a second beside bare puts."""
EXPERIMENTS = 3
SLICES = 10
"""Turns, at most, that releases and bare puts take, so that whatever else the machine does befalls both."""
PUTS = 8
"""Bare puts beside one site."""

NOTE = ReleaseNote("bench")


def now() -> datetime:
    return datetime.now(UTC)


def definitions(root: Path, count: int) -> list[Path]:
    """Folders of sites that differ in every selector and text."""
    files = site(EXPERIMENTS).files
    folders = [root / f"s{n}" for n in range(count)]
    for n, folder in enumerate(folders):
        (folder / "experiments").mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text.replace("hero", f"hero{n}-").replace("site: shop", f"site: s{n}"), "utf-8")
    return folders


def edits() -> list[float]:
    """Seconds from each of many edits of one site until its release is at the origin, a folder on this disk."""
    with tempfile.TemporaryDirectory() as root:
        (folder,) = definitions(Path(root, "sites"), 1)
        file = next((folder / "experiments").iterdir())
        text, spent = file.read_text("utf-8"), list[float]()
        runtime, target = load_runtime(), FolderTarget(Path(root, "cdn"))
        shipment = Shipment(runtime, Deployment("https://relay.example"), target, Environment.PRODUCTION, NOTE, now)
        for n in range(EDITS + 1):
            file.write_text(text.replace("hero0-", f"edit{n}-"), "utf-8")
            told: list[Outcome] = []
            began = time.perf_counter()
            asyncio.run(ship(shipment, [folder], 1, told.append))
            spent.append(time.perf_counter() - began)
            assert isinstance(told[0], Shipped), told
        return spent[1:]


def by_command() -> float:
    """Seconds that the command takes from its start to its end: Python and imports included."""
    with tempfile.TemporaryDirectory() as root:
        (folder,) = definitions(Path(root, "sites"), 1)
        command = [sys.executable, "-m", "leadbright", "publish", str(folder), "--to", Path(root, "cdn").as_uri()]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - began


def bare_puts(url: str, numbers: range, body: bytes) -> float:
    """Seconds that as many threads as a fleet has take to put that many new objects, one after the other."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    store = S3Store(bucket, prefix=f"{prefix}/bare", client_options={"allow_http": True})
    with ThreadPoolExecutor(AT_ONCE) as threads:
        began = time.perf_counter()
        list(threads.map(lambda n: obstore.put(store, f"{n}", body, mode="create", use_multipart=False), numbers))
        return time.perf_counter() - began


class Counting(HookedTarget):
    """A target that counts what is asked of it."""

    def __init__(self, url: str) -> None:
        target = open_target(url)
        assert not isinstance(target, BadTarget), target
        super().__init__(target, nothing, nothing)


@dataclass(slots=True)
class Run:
    """What came of many sites."""

    total: int
    requests: int = 0
    seconds: float = 0.0
    published: int = 0
    memory_mb: list[float] = field(default_factory=list)
    """At each tenth of the way."""

    @property
    def requests_s(self) -> float:
        return self.requests / self.seconds

    def note(self, *, is_published: bool) -> None:
        """One site more."""
        self.published += is_published
        if self.published % max(1, self.total // SLICES) == 0:
            self.memory_mb.append(_resident_mb())


def fleet(url: str, folders: list[Path]) -> Run:
    """Definitions compiled and published, as `publish-fleet` does."""
    target, run = Counting(url), Run(len(folders))
    deployment = Deployment("https://relay.example")
    shipment = Shipment(load_runtime(), deployment, target, Environment.PRODUCTION, NOTE, now, processes=CORES)

    def tell(outcome: Outcome) -> None:
        run.note(is_published=isinstance(outcome, Shipped))

    began = time.perf_counter()
    asyncio.run(ship(shipment, folders, AT_ONCE, tell))
    run.requests, run.seconds = target.calls, time.perf_counter() - began
    return run


def uploads(url: str, folder: Path, count: int) -> tuple[Run, float]:
    """Sites that are compiled already, so that only the store works; and bare puts a second, in turns with them."""
    made = compile_site(read_definition(folder), None, load_runtime(), Deployment("https://relay.example"))
    assert isinstance(made, Compiled)
    run, puts_s, puts = Run(count), 0.0, 0
    # Of a short turn much would be the wait for its last sites, while other threads have none left.
    turn = max(8 * AT_ONCE, count // SLICES)
    for first in range(0, count, turn):
        numbers = range(first, min(count, first + turn))
        puts_s += bare_puts(url, range(first * PUTS, numbers.stop * PUTS), os.urandom(4096))
        puts += len(numbers) * PUTS
        asyncio.run(_upload(url, made.artifacts, numbers, run))
    return run, puts / puts_s


async def _upload(url: str, artifacts: ArtifactSet, numbers: range, run: Run) -> None:
    target, left = Counting(url), iter(numbers)

    async def work() -> None:
        for n in left:
            answer = await publish(target, Environment.PRODUCTION, _of_site(artifacts, n), NOTE, now())
            run.note(is_published=isinstance(answer, Published))

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    run.requests, run.seconds = run.requests + target.calls, run.seconds + time.perf_counter() - began


def _of_site(artifacts: ArtifactSet, n: int) -> ArtifactSet:
    bodies = (replace(each, body=each.body.replace(b"hero0-", b"hero%d-" % n)) for each in artifacts.artifacts)
    return ArtifactSet(SiteKey(f"up{n}"), tuple(bodies))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main(count: int) -> int:
    """Print the tables; 1 where a site was not published or a figure is worse than it may be."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    spent = edits()
    median = statistics.median(spent)
    print(
        f"from an edit to the origin, a folder: median {median * 1000:.0f} ms (at most {TARGET_S * 1000:.0f}),", end=""
    )
    print(
        f" worst of {EDITS} {max(spent) * 1000:.0f} ms; the whole command {by_command() * 1000:.0f} ms;"
        f" at most {TARGET_S * 1000:.0f}\n",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as root, running_s3_apart() as new:
        bucket = new()
        os.environ.update(bucket.environment)
        folders = definitions(Path(root), count)
        print(
            f"{count:,} changed sites to S3, {AT_ONCE} at once\n\n| | requests/s | ratio | sites/s |\n|---|---|---|---|"
        )
        uploaded, bare = uploads(bucket.url, folders[0], count)
        print(f"| bare puts, in turns with the next | {bare:,.0f} | 1.00 | |")
        _row(f"releases, at least {RATIO}", uploaded, bare)
        shipped = fleet(bucket.url, folders)
        _row("releases, compiled in the same run", shipped, bare)
    for run in (uploaded, shipped):
        print(f"\nmemory at each tenth of the way, MB: {', '.join(f'{each:,.0f}' for each in run.memory_mb)}")
    fine = uploaded.published == shipped.published == count
    return 0 if fine and median <= TARGET_S and uploaded.requests_s / bare >= RATIO else 1


def _row(what: str, run: Run, bare: float) -> None:
    print(
        f"| {what} | {run.requests_s:,.0f} | {run.requests_s / bare:.2f} | {run.published / run.seconds:,.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SITES))
