"""Endings under which anybody may have a domain, such as `com` and `co.uk`: none of them is a site.

The common ones, not all: the whole list changes weekly, and what it holds beyond these is rarely mistaken for a site.
May not know what a site's domains are for.
"""

from __future__ import annotations

_GENERIC = frozenset(
    """
    app biz blog cloud com dev edu gov info int mil mobi name net online org page pro shop site store tech website xyz
    """.split()  # noqa: SIM905
)

_BELOW: dict[str, frozenset[str]] = {
    country: frozenset(labels.split())
    for countries, labels in (
        ("uk", "ac co gov ltd me net nhs org plc police sch"),
        ("au", "asn com edu gov id net org"),
        ("nz", "ac co cri geek gen govt health iwi kiwi maori mil net org school"),
        ("jp", "ac ad co ed go gr lg ne or"),
        ("kr", "ac co go ne or pe re"),
        ("za", "ac co gov net org web"),
        ("in", "ac co edu firm gen gov ind net nic org res"),
        ("il", "ac co gov k12 muni net org"),
        ("th", "ac co go in mi net or"),
        ("id", "ac biz co go my net or sch web"),
        ("at", "ac co gv or"),
        ("es", "com edu gob nom org"),
        ("cr ke tz ug zm zw bw ma", "ac co go gov ne net or org"),
        ("ar br bd bo cn co cy do ec eg gh gr gt hk lb mt mx my ng", "com edu gob gov mil net org"),
        ("ni np pa pe ph pk pl pt py sa sg sv tr tw ua uy ve vn", "com edu gob gov mil net org"),
    )
    for country in countries.split()
}  # fmt: skip


def is_public_suffix(host: str) -> bool:
    """Whether everybody's domains end like this."""
    first, dot, country = host.partition(".")
    if not dot:
        return first in _GENERIC or len(first) == 2
    return first in _BELOW.get(country, ())
