"""A site's names are counted up to a cap a day; the rest is `(other)`, and no total changes."""

from __future__ import annotations

import pytest

from domain.beacon import Admitted, Exposed, Happened, SessionStarted, Surroundings, Viewed
from domain.names import EventName, RunName, VariationKey
from domain.tally import DIMENSIONS, ORIGINS_AND_PAGE
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.constants import CAPS, OTHER
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.frame import Epoch
from tests.aggregator.traces import DAY, SHOP, Clock, Journal, beacon, cells, nonce

SEEN = Exposed(RunName("hero"), VariationKey("bold"))


async def _commit(aggregator: Aggregator, *beacons: Admitted) -> None:
    journal = Journal(Epoch("relay-1", nonce()))
    journal.seal(*beacons)
    await aggregator.commit(journal.epoch, journal.frames)


def _at(kind: str, name: str, day: int = DAY, site: str = SHOP) -> Admitted:
    if kind == "event":
        return beacon(Happened(EventName(name)), day=day, site=site)
    return beacon(SessionStarted(), Viewed(), SEEN, day=day, site=site, where=Surroundings(**{kind: name}))


async def _names(store: Store, kind: str, what: str = "views", day: int = DAY, site: str = SHOP) -> dict[str, int]:
    found = {cell: sums.n for cell, sums in (await cells(store)).items() if (cell.site, cell.day) == (site, day)}
    if kind == "event":
        return {c.what.removeprefix("event/"): n for c, n in found.items() if c.what.startswith("event/")}
    return {c.value: n for c, n in found.items() if (c.dimension, c.what) == (kind, what)}


def test_everything_that_counts_are_broken_down_by_has_a_cap() -> None:
    assert set(CAPS) == {*ORIGINS_AND_PAGE, "event"}


@pytest.mark.parametrize("kind", CAPS)
async def test_names_beyond_the_cap_are_counted_as_other(aggregator: Aggregator, store: Store, kind: str) -> None:
    most = CAPS[kind]
    await _commit(aggregator, *(_at(kind, f"n{i}") for i in range(most - 1)))
    await _commit(aggregator, *(_at(kind, f"n{i}") for i in range(most + 3)))
    await _commit(aggregator, _at(kind, "one-more"), _at(kind, "n0"), _at(kind, f"n{most - 1}"))
    found = await _names(store, kind)
    assert len(found) == most + 1
    assert found[OTHER] == 4
    assert (found["n0"], found[f"n{most - 1}"]) == (3, 2)
    assert sum(found.values()) == 2 * most + 5


@pytest.mark.parametrize("kind", DIMENSIONS)
async def test_a_name_beyond_the_cap_is_other_in_every_count(
    aggregator: Aggregator, store: Store, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, kind, 2)
    await _commit(aggregator, *(_at(kind, name) for name in ("a", "b", "c", "d", "a")))
    for what in ("views", "sessions", "exposed/hero/bold"):
        assert await _names(store, kind, what) == {"a": 2, "b": 1, OTHER: 2}


async def test_each_site_and_each_day_has_its_own_names(
    aggregator: Aggregator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, "page", 1)
    places = [(SHOP, DAY), (SHOP, DAY - 1), ("blog", DAY)]
    await _commit(aggregator, *(_at("page", f"/{site}/{day}", day, site) for site, day in places))
    for site, day in places:
        assert await _names(store, "page", day=day, site=site) == {f"/{site}/{day}": 1}


async def test_a_name_that_a_commit_rolled_back_takes_no_room(
    aggregator: Aggregator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, "page", 1)
    journal = Journal()
    journal.seal(_at("page", "/lost"))
    journal.seal(_at("page", "/kept"))
    await aggregator.commit(journal.epoch, journal.frames[1:])
    await _commit(aggregator, _at("page", "/kept"))
    assert await _names(store, "page") == {"/kept": 1}


async def test_aggregators_beside_each_other_keep_one_cap(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one remembers of the names is out of date whenever the other has added some."""
    monkeypatch.setitem(CAPS, "page", 5)
    both = (Aggregator(store, clock), Aggregator(store, clock))
    for index in range(12):
        await _commit(both[index % 2], _at("page", f"/{index}"))
    found = await _names(store, "page")
    assert (len(found), found[OTHER]) == (6, 7)


async def test_other_as_a_name_takes_no_room(
    aggregator: Aggregator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, "event", 1)
    await _commit(aggregator, _at("event", OTHER), _at("event", "a"), _at("event", "b"))
    assert await _names(store, "event") == {OTHER: 2, "a": 1}
