"""Compiles many sites with several processes: folders in, one small outcome for each out, in no order.

What has not changed since its fingerprint was taken is passed over. Only names and outcomes travel between processes,
a bounded number at a time, so that memory does not grow with the number of sites. May not know what a site says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from cdn_publish.layout import Environment
from config_compiler.compiler import Deployment, Rejected, Runtime, compile_site
from config_compiler.fingerprint import basis, fingerprint
from domain.artifact import Digest
from domain.names import SiteKey
from leadbright.definition_folder import read_definition
from leadbright.published_layout import write_artifacts

CHUNK = 8
"""Sites that a process is handed at once."""

_AHEAD = 2
"""Chunks that wait for each process, so that none is idle."""

DEADLINE_S = 600.0
"""For one chunk."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The site is as it was when its fingerprint was taken."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Written:
    """The site was compiled and its artifacts are written."""

    folder: Path
    site: SiteKey
    fingerprint: Digest
    digest: Digest


@dataclass(frozen=True, slots=True)
class Refused:
    """Something is wrong with the site; nothing was written. `errors` is the number of findings."""

    folder: Path
    errors: int


@dataclass(frozen=True, slots=True)
class Unread:
    """The folder cannot be read, or its artifacts cannot be written."""

    folder: Path
    why: str


Outcome = Unchanged | Written | Refused | Unread


@dataclass(frozen=True, slots=True)
class Fleet:
    """What every site is compiled with, and where to."""

    runtime: Runtime
    deployment: Deployment
    out: Path
    environment: Environment = Environment.PRODUCTION

    @property
    def basis(self) -> bytes:
        """What the fingerprints of all sites begin with."""
        return basis(version("leadbright"), self.runtime, self.deployment)


class FleetStalledError(Exception):
    """A process took longer than the deadline for a few sites."""


def compile_fleet(
    fleet: Fleet, folders: Iterable[Path], known: Mapping[Path, Digest], processes: int
) -> Iterator[Outcome]:
    """Compile each folder whose fingerprint is not the known one.

    Raises FleetStalledError, and BrokenProcessPool where a process dies.
    """
    tasks = ((folder, known.get(folder)) for folder in folders)
    if processes == 1:
        common = fleet.basis
        yield from (_outcome(fleet, common, *task) for task in tasks)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (fleet,)) as pool:
        yield from _shared_out(pool, tasks, processes * _AHEAD)


def _shared_out(
    pool: ProcessPoolExecutor, tasks: Iterator[tuple[Path, Digest | None]], ahead: int
) -> Iterator[Outcome]:
    chunks = iter(lambda: list(islice(tasks, CHUNK)), [])
    running: set[Future[list[Outcome]]] = {pool.submit(_chunk, chunk) for chunk in islice(chunks, ahead)}
    while running:
        done, running = wait(running, DEADLINE_S, FIRST_COMPLETED)
        if not done:
            pool.shutdown(wait=False, cancel_futures=True)
            raise FleetStalledError
        running |= {pool.submit(_chunk, chunk) for chunk in islice(chunks, len(done))}
        for each in done:
            yield from each.result()


_begun: list[tuple[Fleet, bytes]] = []
"""What this process compiles with; one, once it has begun."""


def _begin(fleet: Fleet) -> None:
    _begun[:] = [(fleet, fleet.basis)]


def _chunk(tasks: list[tuple[Path, Digest | None]]) -> list[Outcome]:
    ((fleet, common),) = _begun
    return [_outcome(fleet, common, *task) for task in tasks]


def _outcome(fleet: Fleet, common: bytes, folder: Path, known: Digest | None) -> Outcome:
    try:
        source = read_definition(folder)
        taken = fingerprint(common, source)
        if taken == known:
            return Unchanged(folder)
        compiled = compile_site(source, None, fleet.runtime, fleet.deployment)
        if isinstance(compiled, Rejected):
            return Refused(folder, len(compiled.findings))
        write_artifacts(fleet.out, fleet.environment, compiled.artifacts)
        return Written(folder, compiled.site.key, taken, compiled.artifacts.digest)
    except OSError as error:
        return Unread(folder, str(error))
