"""How a role's process begins and ends: real processes that hold up a role of a few lines."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

PROGRAM = """
import asyncio, sys
from contextlib import asynccontextmanager
from leadbright.logs import start_log
from leadbright.process import leave_when_wedged, run_until_stopped

@asynccontextmanager
async def role():
    broken = asyncio.Event()
    {before}
    print("up", flush=True)
    yield broken
    {after}
    print("down", flush=True)

start_log("test", "json")
raise SystemExit(run_until_stopped(role, leashed={leashed}))
"""


@asynccontextmanager
async def role(
    before: str = "pass", after: str = "pass", leashed: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that holds the role up; gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM.format(before=before, after=after, leashed=leashed),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def first_line(process: asyncio.subprocess.Process) -> bytes:
    """What it says first."""
    assert process.stdout is not None
    return await process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_role_that_is_told_to_stop_is_taken_apart(number: signal.Signals) -> None:
    async with role() as process:
        assert await first_line(process) == b"up\n"
        process.send_signal(number)
        said, log = await process.communicate()
    assert (process.returncode, said) == (0, b"down\n")
    assert b'"event": "stopped"' in log


async def test_a_leashed_role_ends_with_its_input() -> None:
    async with role(leashed=True) as process:
        assert await first_line(process) == b"up\n"
        assert process.stdin is not None
        process.stdin.close()
        said, _ = await process.communicate()
    assert (process.returncode, said) == (0, b"down\n")


async def test_a_role_without_a_leash_does_not_care_about_its_input() -> None:
    async with role() as process:
        assert await first_line(process) == b"up\n"
        assert process.stdin is not None
        process.stdin.close()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.5)


async def test_a_role_that_cannot_go_on_leaves_as_failed_to_be_started_anew() -> None:
    async with role(before="broken.set()") as process:
        said, log = await process.communicate()
    assert (process.returncode, said) == (1, b"up\ndown\n")
    assert b"can't go on" in log


async def test_a_role_that_cannot_start_says_why_on_one_line() -> None:
    async with role(before='raise OSError("the disk is full")') as process:
        _, complaints = await process.communicate()
    assert (process.returncode, complaints) == (1, b"can't start: the disk is full\n")


async def test_what_goes_wrong_at_the_end_is_logged_without_its_text() -> None:
    async with role(before="broken.set()", after='raise ValueError("from 192.0.2.7")') as process:
        _, log = await process.communicate()
    assert process.returncode == 1
    assert b"ValueError" in log
    assert b"192.0.2.7" not in log


async def test_a_wedged_process_leaves_in_any_case() -> None:
    async with role(before="leave_when_wedged(0.2); __import__('time').sleep(600)") as process:
        assert await process.wait() == 70
