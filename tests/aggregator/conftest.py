"""A store on either database, with a clock that stands where it is put."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.store import Store, open_store
from tests.aggregator.traces import Clock, Opening
from tests.services.postgres import postgres_database, postgres_server, postgres_url

__all__ = ["postgres_database", "postgres_server", "postgres_url"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    return f"sqlite://{tmp_path / 'counts.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def counts_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once of either kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def opening() -> AsyncIterator[Opening]:
    """Opens stores, and closes them whatever becomes of the test: one left open would keep the process alive."""
    opened: list[Store] = []

    async def open_one(url: str) -> Store:
        opened.append(await open_store(url))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def store(opening: Opening, counts_url: str) -> Store:
    """An open store."""
    return await opening(counts_url)


@pytest.fixture
def clock() -> Clock:
    """What time it is, for everyone."""
    return Clock()


@pytest.fixture
def aggregator(store: Store, clock: Clock) -> Aggregator:
    """An aggregator on the store."""
    return Aggregator(store, clock)


@pytest.fixture
def reporter(store: Store) -> Reporter:
    """Reports from the store."""
    return Reporter(store)
