"""Children are kept alive, stopped together and never left behind: real processes, small ones."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leadbright.readiness import until_ready
from leadbright.supervisor import LONGEST_PAUSE_S, Child, Supervisor, pause_after, role_command
from tests.leadbright.children import DEAF, LASTING, are_gone, command, has_begun, is_alive, lives

ENVIRONMENT = dict(os.environ)


@pytest.fixture
def child(tmp_path: Path) -> Callable[..., Child]:
    """Makes a child by name and program."""

    def make(name: str, program: str = LASTING) -> Child:
        return Child(name, command(program, tmp_path / name), has_begun(tmp_path / name), tmp_path / f"{name}.log")

    return make


async def test_a_killed_child_is_started_again(child: Callable[..., Child], tmp_path: Path) -> None:
    supervisor = Supervisor(ENVIRONMENT)
    assert await supervisor.start([child("one"), child("two")])
    first, other = lives(tmp_path / "one"), lives(tmp_path / "two")
    os.kill(first[0], signal.SIGKILL)
    assert await until_ready(has_begun(tmp_path / "one", 2), 10, 0.02)
    assert lives(tmp_path / "two") == other
    await supervisor.stop()
    assert not any(map(is_alive, lives(tmp_path / "one") + other))


async def test_all_stop_together_and_soon(child: Callable[..., Child], tmp_path: Path) -> None:
    supervisor = Supervisor(ENVIRONMENT)
    assert await supervisor.start([child("one"), child("two")])
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 5
    assert supervisor.pids() == {}
    assert not any(map(is_alive, lives(tmp_path / "one") + lives(tmp_path / "two")))


async def test_a_child_that_does_not_listen_is_killed_at_the_deadline(
    child: Callable[..., Child], tmp_path: Path
) -> None:
    supervisor = Supervisor(ENVIRONMENT)
    assert await supervisor.start([child("deaf", DEAF)])
    await supervisor.stop(within_s=0.3)
    assert not any(map(is_alive, lives(tmp_path / "deaf")))


async def test_a_child_that_is_not_ready_in_time_is_said(child: Callable[..., Child]) -> None:
    supervisor = Supervisor(ENVIRONMENT, ready_s=0.3)
    sleeper = Child("sleeper", (sys.executable, "-c", "import time; time.sleep(60)"), has_begun(Path("/nowhere")))
    assert not await supervisor.start([sleeper])
    await supervisor.stop()


async def test_wrong_usage_is_given_up_instead_of_repeated(tmp_path: Path) -> None:
    supervisor = Supervisor(ENVIRONMENT)
    wrong = Child("wrong", (sys.executable, "-c", "raise SystemExit(2)"), has_begun(tmp_path / "never"))
    assert not await supervisor.start([wrong])
    assert supervisor.gave_up.is_set()
    await supervisor.stop()


async def test_no_child_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    mark = tmp_path / "one"
    program = f"""
import asyncio, os
from leadbright.supervisor import Child, Supervisor
async def main():
    await Supervisor(dict(os.environ)).start([Child("one", {command(LASTING, mark)!r})])
    await asyncio.sleep(60)
asyncio.run(main())
"""
    supervising = await asyncio.create_subprocess_exec(sys.executable, "-c", program, start_new_session=True)
    try:
        assert await until_ready(has_begun(mark), 20, 0.02)
    finally:
        supervising.kill()
        await supervising.wait()
    assert await until_ready(are_gone(lives(mark)), 10, 0.02)


def test_pauses_grow_to_a_bound() -> None:
    pauses = [pause_after(deaths) for deaths in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.5
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_role_runs_nothing_of_the_folder_that_one_stands_in(tmp_path: Path) -> None:
    for name in ("leadbright", "web", "domain"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    command = [*role_command("web")[:-2], "version"]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
