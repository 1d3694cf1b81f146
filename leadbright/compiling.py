"""Compiles sites and looks them over, beside the loop: in a thread, or for many in processes that share no lock.

May not know where a site comes from, or what becomes of its artifacts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

from config_compiler.compiler import Deployment, Rejected, Runtime, compile_site
from config_compiler.source import Source
from domain.artifact import ArtifactSet
from domain.plan import Plan
from leadbright.doubts import Refused as Doubted
from leadbright.inspecting import inspect

Compile = Callable[[Source, Plan | None], Awaitable[ArtifactSet | Doubted | int]]
"""The artifacts of a site that goes on from that plan, looked over; why they may not go live;
or, where there are none, the number of findings."""

_begun: list[tuple[Runtime, Deployment]] = []
"""What this process compiles with; one, once it has begun."""


@asynccontextmanager
async def compiling(runtime: Runtime, deployment: Deployment, processes: int) -> AsyncIterator[Compile]:
    """Compile with these for as long as the context lasts; in this process's own threads where `processes` is 0."""
    if not processes:
        yield lambda source, plan: asyncio.to_thread(_compiled, runtime, deployment, source, plan)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (runtime, deployment)) as pool:

        async def apart(source: Source, plan: Plan | None) -> ArtifactSet | Doubted | int:
            return await asyncio.get_running_loop().run_in_executor(pool, _compiled_there, dict(source.files), plan)

        yield apart


def _begin(runtime: Runtime, deployment: Deployment) -> None:
    _begun[:] = [(runtime, deployment)]


def _compiled_there(files: dict[str, str], plan: Plan | None) -> ArtifactSet | Doubted | int:
    ((runtime, deployment),) = _begun
    return _compiled(runtime, deployment, Source(files), plan)


def _compiled(
    runtime: Runtime, deployment: Deployment, source: Source, plan: Plan | None
) -> ArtifactSet | Doubted | int:
    made = compile_site(source, plan, runtime, deployment)
    if isinstance(made, Rejected):
        return len(made.findings)
    found = inspect(made.artifacts, runtime)
    return found if isinstance(found, Doubted) else made.artifacts
