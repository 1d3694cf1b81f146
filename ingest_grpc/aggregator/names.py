"""A site's pages, sources, events and the like are counted by name up to a cap a day; the rest as `(other)`.

May not know how cells are stored.
"""

from __future__ import annotations

from typing import Protocol

from domain.names import SiteKey
from domain.tally import TOTAL, Cell, Tally
from ingest_grpc.aggregator.constants import CAPS, OTHER

EVENT_KIND = "event"
EVENT_PREFIX = "event/"

Place = tuple[SiteKey, int, str]
"""Site, day, and the kind of name: a dimension, or EVENT_KIND."""

REMEMBERED_PLACES = 20_000


class NameTable(Protocol):
    """What of the names must be asked of the database, within the transaction that will add to them."""

    async def lock_names(self, site: SiteKey, day: int, kind: str) -> None:
        """Until the transaction ends, nobody else gives new names of this kind to this site and day."""
        ...

    async def values(self, site: SiteKey, day: int, dimension: str) -> set[str]:
        """The values of a dimension that a site has on a day."""
        ...

    async def events(self, site: SiteKey, day: int) -> set[str]:
        """The names of events that a site has on a day."""
        ...


class Names:
    """Names known to be in the cells; they never leave a day again, so what is remembered stays true."""

    def __init__(self) -> None:
        self._known: dict[Place, frozenset[str]] = {}

    def of(self, place: Place) -> frozenset[str]:
        """The names remembered of a place; there may be more of them."""
        return self._known.get(place, frozenset())

    def learn(self, found: dict[Place, frozenset[str]]) -> None:
        """Remember what a transaction found or added, once it is committed."""
        self._known.update(found)
        while len(self._known) > REMEMBERED_PLACES:
            del self._known[next(iter(self._known))]


async def cap(tally: Tally, names: Names, table: NameTable) -> tuple[Tally, dict[Place, frozenset[str]]]:
    """Give the cells of names beyond the caps to `(other)`; also what to `learn` once that is committed."""
    asked = _unknown(tally, names)
    found = {place: await _admit(place, asked[place], table) for place in sorted(asked)}
    surplus = {place: asked[place].keys() - found[place] for place in asked}
    return _renamed(tally, {place: gone for place, gone in surplus.items() if gone}), found


def _unknown(tally: Tally, names: Names) -> dict[Place, dict[str, None]]:
    """Names not remembered, in the order in which they first came."""
    unknown: dict[Place, dict[str, None]] = {}
    for cell in tally.cells:
        if (named := _named(cell)) is None:
            continue
        place, name = named
        if name != OTHER and name not in names.of(place):
            unknown.setdefault(place, {})[name] = None
    return unknown


async def _admit(place: Place, asked: dict[str, None], table: NameTable) -> frozenset[str]:
    """Every name that the place has from now on."""
    site, day, kind = place
    await table.lock_names(site, day, kind)
    there = await (table.events(site, day) if kind == EVENT_KIND else table.values(site, day, kind))
    there.discard(OTHER)
    room = max(0, CAPS[kind] - len(there))
    new = [name for name in asked if name not in there]
    return frozenset(there | set(new[:room]))


def _named(cell: Cell) -> tuple[Place, str] | None:
    if cell.dimension != TOTAL:
        return (cell.site, cell.day, cell.dimension), cell.value
    if cell.what.startswith(EVENT_PREFIX):
        return (cell.site, cell.day, EVENT_KIND), cell.what.removeprefix(EVENT_PREFIX)
    return None


def _renamed(tally: Tally, surplus: dict[Place, set[str]]) -> Tally:
    if not surplus:
        return tally
    capped = Tally()
    for cell, sums in tally.cells.items():
        named = _named(cell)
        if named is not None and named[1] in surplus.get(named[0], ()):
            capped.add(_other(cell), sums)
        else:
            capped.add(cell, sums)
    return capped


def _other(cell: Cell) -> Cell:
    if cell.dimension == TOTAL:
        return cell._replace(what=EVENT_PREFIX + OTHER)
    return cell._replace(value=OTHER)
