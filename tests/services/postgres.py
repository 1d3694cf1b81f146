"""A real PostgreSQL for tests: started once a run from the machine's own binaries, or the one that an address names.

`LEADBRIGHT_TEST_POSTGRES` (postgres://USER@HOST:PORT/DATABASE, allowed to create databases) takes the place of
starting one. Without either the tests fail and say so; they are never skipped.
"""

from __future__ import annotations

import asyncio
import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg  # type: ignore[import-untyped]
import pytest

VARIABLE = "LEADBRIGHT_TEST_POSTGRES"
ACCOUNT = "postgres"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""

START_S = 30
EMPTY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public;
"""
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "64MB",
}


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of a running server."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named
        return
    folder = Path(tempfile.mkdtemp(prefix="leadbright-postgres-"))
    try:
        yield from _running(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running server, the same for the whole run."""
    with running_postgres() as address:
        yield address


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty database on a server; dropped afterwards."""
    name = f"leadbright_{uuid.uuid4().hex}"
    asyncio.run(_say(server, f"CREATE DATABASE {name}"))
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    asyncio.run(_say(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The address of a database of this run's own."""
    with new_database(postgres_server) as address:
        yield address


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The address of a database that is empty: emptying one takes a tenth of the time of making another."""
    asyncio.run(_say(postgres_database, EMPTY))
    return postgres_database


def _running(folder: Path) -> Iterator[str]:
    binaries = _binaries()
    user = ACCOUNT if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    initialise = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "leadbright",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run([*initialise, "--locale=C.UTF-8"], user=user, check=True, stdout=subprocess.DEVNULL)
    port = _free_port()
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *settings]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, user=user, stdout=log, stderr=log)
    try:
        address = f"postgres://leadbright@127.0.0.1:{port}/postgres"
        _await_start(address, server, folder / "log")
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=START_S)


def _binaries() -> Path:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=_version)
    on_path = shutil.which("postgres")
    if on_path is not None:
        found.append(on_path)
    if not found:
        pytest.fail(f"these tests need PostgreSQL: install postgresql, or let {VARIABLE} name a running one")
    return Path(found[-1]).parent


def _version(path: str) -> int:
    return int(Path(path).parts[4])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_start(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            asyncio.run(_say(address, "SELECT 1"))
        except (OSError, asyncpg.PostgresError):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text(errors='replace')[-2000:]}")


async def _say(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
