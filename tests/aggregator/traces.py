"""Beacons, frames and what a store holds, as tests write and read them."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.beacon import Admitted, Entry, Exposed, SessionStarted, Surroundings, Viewed, Visited
from domain.names import RunName, SiteKey, VariationKey
from domain.tally import Cell, Sums
from ingest_grpc.aggregator.books import Book
from ingest_grpc.aggregator.constants import DAY_MS
from ingest_grpc.aggregator.dialect import LIMB_BITS, Row
from ingest_grpc.aggregator.store import Store
from ingest_grpc.wire.batch import encode_batch
from ingest_grpc.wire.frame import NO_HASH, Epoch, Frame, chain_hash, seal

SHOP = SiteKey("shop")
DAY = 20_781
NOON_MS = DAY * DAY_MS + DAY_MS // 2

RELAY = Epoch("relay-1", b"e" * 16)

NOWHERE = Surroundings()

Opening = Callable[[str], Awaitable[Store]]
"""Opens a store that is closed when the test ends."""

_nonces = itertools.count(1)


@dataclass
class Clock:
    """Milliseconds since 1970-01-01 UTC, until it is set to others."""

    now_ms: int = NOON_MS

    def __call__(self) -> int:
        """What time it is."""
        return self.now_ms


def nonce() -> bytes:
    """A nonce that nobody has had."""
    return next(_nonces).to_bytes(16, "big")


def beacon(
    *entries: Entry,
    site: str = SHOP,
    day: int = DAY,
    key: bytes | None = None,
    where: Surroundings = NOWHERE,
) -> Admitted:
    """A beacon with nonce `key`; a page view where no entries are given."""
    return Admitted(key or nonce(), SiteKey(site), day, where, entries or (Viewed(),))


def landing(arm: str = "bold", key: bytes | None = None, where: Surroundings = NOWHERE) -> Admitted:
    """The first beacon of a new visitor who sees a variation."""
    exposed = Exposed(RunName("hero"), VariationKey(arm))
    return beacon(Visited(0, 3), SessionStarted(), Viewed(), exposed, key=key, where=where)


class Journal:
    """The frames of one epoch, sealed one after another."""

    def __init__(self, epoch: Epoch = RELAY, clock: Clock | None = None) -> None:
        self.epoch = epoch
        self.frames: list[Frame] = []
        self.clock = clock or Clock()

    def seal(self, *beacons: Admitted) -> Frame:
        """A frame of beacons."""
        return self.seal_payload(encode_batch(beacons), len(beacons))

    def seal_payload(self, payload: bytes, beacons: int) -> Frame:
        """A frame of any bytes."""
        return self._append(seal(len(self.frames) + 1, self.clock.now_ms, self._end, beacons, payload))

    def lose(self, *beacons: Admitted) -> Frame:
        """A frame that the disk spoiled."""
        sequence, payload = len(self.frames) + 1, encode_batch(beacons)
        hashed = chain_hash(sequence, self.clock.now_ms, self._end, payload)
        return self._append(Frame(sequence, self.clock.now_ms, self._end, len(beacons), None, hashed))

    @property
    def _end(self) -> bytes:
        return self.frames[-1].hash if self.frames else NO_HASH

    def _append(self, frame: Frame) -> Frame:
        self.frames.append(frame)
        return frame


async def cells(store: Store) -> dict[Cell, Sums]:
    """Everything that is counted; cells that came to nothing left out."""
    rows = await store.read(
        "SELECT site, day, what, dimension, value, n, conversions, total, squares_high, squares_low FROM counts_cell"
    )
    return nonzero(dict(map(_cell, rows)))


def _cell(row: Row) -> tuple[Cell, Sums]:
    site, day, what, dimension, value, n, conversions, total, high, low = row
    return Cell(site, day, what, dimension, value), Sums(n, conversions, total, (high << LIMB_BITS) + low)


def nonzero(found: dict[Cell, Sums]) -> dict[Cell, Sums]:
    """Without the cells that came to nothing."""
    return {cell: sums for cell, sums in found.items() if any(sums)}


async def count_of(store: Store, what: str, dimension: str = "", value: str = "", day: int = DAY) -> int:
    """`n` of one cell of the shop."""
    found = await cells(store)
    return found.get(Cell(SHOP, day, what, dimension, value), Sums()).n


async def books(store: Store) -> dict[tuple[str, int], Book]:
    """Every site's books by the hour."""
    rows = await store.read(f"SELECT site, hour, {', '.join(Book._fields)} FROM counts_book")
    return {(site, hour): Book(*numbers) for site, hour, *numbers in rows}


def balanced(pages: Iterable[Book]) -> bool:
    """Whether every beacon that was accepted has become of something."""
    return all(page.accepted == sum(page[1:]) for page in pages)


async def set_aside(store: Store) -> list[tuple[int, str]]:
    """Sequence and reason of each frame in quarantine."""
    rows = await store.read("SELECT sequence, reason FROM counts_quarantine ORDER BY sequence")
    return [(sequence, reason) for sequence, reason in rows]


def beacons_of(frames: Sequence[Sequence[Admitted]]) -> list[Admitted]:
    """All of them, in order."""
    return list(itertools.chain.from_iterable(frames))
