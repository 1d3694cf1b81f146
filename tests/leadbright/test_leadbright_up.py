"""`leadbright up` and the roles alone, as real processes on ports of their own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from leadbright import readiness
from leadbright.readiness import Probe, until_ready
from leadbright.settings import Settings, as_environment, read_settings
from tests.leadbright.children import are_gone, is_alive

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Everything on free ports, in a folder of its own."""
    free = {f"LEADBRIGHT_{role}_LISTEN": "127.0.0.1:0" for role in ("WEB", "RELAY", "AGGREGATOR", "SHOP")}
    found = read_settings(free | {"LEADBRIGHT_DATA": str(tmp_path / "data")}, tmp_path)
    assert isinstance(found, Settings)
    return found


@asynccontextmanager
async def running(
    settings: Settings, *command: str, more: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `leadbright` process with these settings; gone afterwards, whatever the test did."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "leadbright",
        *command,
        env={**os.environ, **as_environment(settings), **(more or {}), "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def roles_of(pid: int) -> dict[str, int]:
    """The living children of a process, by the role that they run."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid and b"--leashed" in words:
            found[words[words.index(b"--leashed") - 1].decode()] = int(folder.name)
    return found


def all_ready(settings: Settings) -> Probe:
    """Ready once every role is."""
    probes = (
        readiness.over_grpc(settings.aggregator_listen),
        readiness.over_http(settings.relay_listen),
        readiness.over_http(settings.web_listen),
    )

    async def probe() -> bool:
        return all([await each() for each in probes])

    return probe


async def said(process: asyncio.subprocess.Process, what: str) -> str:
    """The line of its standard output that holds `what`."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while line := await process.stdout.readline():
            if what in line.decode():
                return line.decode()
    raise AssertionError(f"it ended without saying {what}")


async def test_up_signs_in_restarts_what_dies_and_leaves_nobody_behind(settings: Settings) -> None:
    async with running(settings, "up") as process:
        link = (await said(process, "/sign-in/")).split()[-1]
        assert re.fullmatch(rf"{settings.web_url}/sign-in/[\w-]{{43}}", link)
        await said(process, "Ctrl-C stops everything")
        async with httpx.AsyncClient() as client:
            assert (await client.get(link)).status_code == 200
            assert (await client.get(f"{settings.cdn_base}/production/shop/lb.js")).status_code == 404
        before = roles_of(process.pid)
        assert set(before) == {"aggregator", "relay", "web"}
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        assert await until_ready(all_ready(settings), PATIENCE_S)
        after = roles_of(process.pid)
        assert set(after) == set(before)
        assert not set(after.values()) & set(before.values())
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(12):
            assert await process.wait() == 0
        assert not any(map(is_alive, after.values()))


async def test_nobody_outlives_an_up_that_was_killed(settings: Settings) -> None:
    async with running(settings, "up") as process:
        await said(process, "Ctrl-C stops everything")
        children = roles_of(process.pid)
        process.kill()
        assert await until_ready(are_gone(list(children.values())), 15, 0.05)


@pytest.mark.parametrize(
    ("role", "address", "over"),
    [
        ("aggregator", "aggregator_listen", readiness.over_grpc),
        ("relay", "relay_listen", readiness.over_http),
        ("web", "web_listen", readiness.over_http),
        ("demo-shop", "shop_listen", readiness.over_http),
    ],
)
async def test_each_role_runs_alone_and_stops_when_told(
    role: str, address: str, over: object, settings: Settings
) -> None:
    assert callable(over)
    async with running(settings, role) as process:
        assert await until_ready(over(getattr(settings, address)), PATIENCE_S)
        process.terminate()
        async with asyncio.timeout(10):
            assert await process.wait() == 0


async def test_the_web_alone_says_how_to_sign_in(settings: Settings) -> None:
    async with running(settings, "web") as process:
        link = (await said(process, "sign in")).split()[-1]
        assert await until_ready(readiness.over_http(settings.web_listen), PATIENCE_S)
        async with httpx.AsyncClient() as client:
            assert (await client.get(link)).status_code == 200


async def test_a_database_that_cannot_be_opened_is_one_line(settings: Settings) -> None:
    nowhere = {"LEADBRIGHT_COUNTS": "sqlite:///no/such/folder/counts.db"}
    async with running(settings, "aggregator", more=nowhere) as process:
        async with asyncio.timeout(PATIENCE_S):
            _, complaints = await process.communicate()
        assert process.returncode == 1
        assert complaints.decode().startswith("can't start: ")
        assert complaints.count(b"\n") == 1


async def test_a_second_relay_in_the_same_folder_is_refused(settings: Settings) -> None:
    other = {"LEADBRIGHT_RELAY_LISTEN": "127.0.0.1:0"}
    async with running(settings, "relay") as first:
        assert await until_ready(readiness.over_http(settings.relay_listen), PATIENCE_S)
        async with running(settings, "relay", more=other) as second, asyncio.timeout(PATIENCE_S):
            _, complaints = await second.communicate()
        assert second.returncode == 1
        assert b"another process works in" in complaints
        assert first.returncode is None
