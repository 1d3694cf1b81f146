"""Publishes many sites at once: folders in, one small outcome for each told, as they come.

A bounded number of sites is under way, so that memory does not grow with how many there are. May not know what a
site says, or what is told to whom.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdn_publish.history import DamagedError, ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import LostRace, Published, publish
from cdn_publish.target import Target, TargetError
from config_compiler.compiler import Deployment, MissingModuleError, Runtime
from config_compiler.finding import Problems
from config_compiler.parse import parse
from config_compiler.source import SITE_FILE, Source
from domain.artifact import ArtifactSet
from domain.names import SiteKey, is_key
from leadbright.compiling import Compile, compiling
from leadbright.definition_folder import read_definition
from leadbright.doubts import Refused as Doubted
from leadbright.live_release import LiveRelease, live_release

SITE_S = 300.0
"""How long one site may take."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A new release of the site is live."""

    folder: Path
    site: SiteKey
    number: int


@dataclass(frozen=True, slots=True)
class AsBefore:
    """What the folder says is live already."""

    folder: Path
    site: SiteKey


@dataclass(frozen=True, slots=True)
class Refused:
    """The definition has errors, as many as that; what was live still is."""

    folder: Path
    errors: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The folder can't be read, the target can't be written, or somebody else published; what was live still is."""

    folder: Path
    why: str


Outcome = Shipped | AsBefore | Refused | Failed


@dataclass(frozen=True, slots=True)
class Shipment:
    """What every site is compiled with, and where to; without `compares` visitors may be dealt out anew."""

    runtime: Runtime
    deployment: Deployment
    target: Target
    environment: Environment
    note: ReleaseNote
    now: Callable[[], datetime]
    compares: bool = True
    processes: int = 0
    """That compile; none: in threads of this one."""


async def ship(shipment: Shipment, folders: Iterable[Path], at_once: int, tell: Callable[[Outcome], None]) -> None:
    """Publish each folder's site, and tell what became of it. One that can't be published does not keep the others."""
    left, taken = iter(folders), dict[SiteKey, Path]()
    compiler = compiling(shipment.runtime, shipment.deployment, shipment.processes)
    async with _threads(at_once), compiler as compile_, asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_work(shipment, compile_, left, taken, tell))


async def _work(
    shipment: Shipment,
    compile_: Compile,
    left: Iterator[Path],
    taken: dict[SiteKey, Path],
    tell: Callable[[Outcome], None],
) -> None:
    for folder in left:
        tell(await _outcome(shipment, compile_, folder, taken))


@asynccontextmanager
async def _threads(at_once: int) -> AsyncIterator[None]:
    """As many threads as sites are under way: each waits for the store most of the time."""
    with ThreadPoolExecutor(at_once + 1, "ship") as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        yield


async def _outcome(shipment: Shipment, compile_: Compile, folder: Path, taken: dict[SiteKey, Path]) -> Outcome:
    """`taken`: the folder that a site is published from, for each of them so far."""
    try:
        async with asyncio.timeout(SITE_S):
            source = await asyncio.to_thread(read_definition, folder)
            live = await _live(shipment, source)
            plan = live.plan if live else None
            made = await compile_(source, plan)
            if isinstance(made, Doubted):
                return Failed(folder, made.sentence)
            if isinstance(made, int):
                return Refused(folder, made)
            if (other := taken.setdefault(made.site, folder)) != folder:
                return Failed(folder, f"the site {made.site} is in {other} too; only one of them can be published")
            return await _published(shipment, folder, made, live)
    except TimeoutError:
        return Failed(folder, "the publish target does not answer in time")
    except (OSError, TargetError, DamagedError, MissingModuleError) as error:
        return Failed(folder, str(error))
    except BrokenProcessPool:
        return Failed(folder, "a process that compiles was killed; try again, with fewer at once if memory is short")


async def _live(shipment: Shipment, source: Source) -> LiveRelease | None:
    """What the site is compared with; None where it is not, or the definition has no key, which compiling refuses."""
    described = Source({name: text for name, text in source.files.items() if name == SITE_FILE})
    site = parse(described, Problems()).site if shipment.compares else None
    if site is None or site.key is None or not is_key(site.key.value):
        return None
    return await live_release(shipment.target, shipment.environment, SiteKey(site.key.value))


async def _published(shipment: Shipment, folder: Path, artifacts: ArtifactSet, live: LiveRelease | None) -> Outcome:
    after, at = live.number if live else None, shipment.now()
    answer = await publish(shipment.target, shipment.environment, artifacts, shipment.note, at, after=after)
    match answer:
        case Published(release):
            return Shipped(folder, artifacts.site, release.number)
        case LostRace(newest):
            return Failed(folder, f"release {newest.number} came first and is live; look at it, then try again")
    return AsBefore(folder, artifacts.site)
