"""Countries and the time zones that lie in each, by the IANA data that is installed with this package.

Reads nothing but that data. May not know what is asked about a country.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files


@cache
def countries() -> dict[str, str]:
    """Two capitals to the English name, of every country that has a time zone of its own."""
    own = set(_own_zones().values())
    return {code: name for code, name in _rows("iso3166.tab") if code in own}


def zones_of(wanted: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The zones of these countries, each with its country, in order of name; other names of a zone included."""
    codes = set(wanted)
    if not codes:
        return ()
    return tuple((zone, code) for zone, code in sorted(_zones().items()) if code in codes)


@cache
def _zones() -> dict[str, str]:
    """Zone to country. Browsers know zones by old names too: `Asia/Calcutta` is where `Asia/Kolkata` is."""
    own = _own_zones()
    links = {name: target for target, name in _links() if name not in own}
    return {**{name: own[target] for name, target in links.items() if target in own}, **own}


@cache
def _own_zones() -> dict[str, str]:
    return {row[2]: row[0] for row in _rows("zone.tab")}


def _rows(table: str) -> Iterator[list[str]]:
    for line in _lines(table):
        if not line.startswith("#"):
            yield line.split("\t")


def _links() -> Iterator[tuple[str, str]]:
    for line in _lines("tzdata.zi"):
        if line.startswith("L "):
            _, target, name = line.split()
            yield target, name


def _lines(table: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / table).read_text("utf-8").splitlines()
