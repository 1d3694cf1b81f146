"""The time zones that exist, by the IANA data that is installed with this package: the same list on every machine.

Reads nothing but that list. May not know the time.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def time_zones() -> frozenset[str]:
    """Every name, such as `Europe/Berlin`."""
    return frozenset((files("tzdata") / "zones").read_text("ascii").split())


@cache
def time_zone(name: str) -> ZoneInfo:
    """The rules of a zone that exists."""
    with (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)
