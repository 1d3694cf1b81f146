"""Which part of the visitors an experiment of GrowthBook may have: its namespace, as payloads old and new write it.

May not know what the part is made into.
"""

from __future__ import annotations

from config_compiler.imports.parsed import items, mapping, number, text


def namespaces_of(experiment: dict[str, object]) -> list[tuple[str, list[float]]]:
    """Name and widths of ranges, each from 0 to 1: of `namespace`, then of each of `filters`."""
    name, *bounds = (*items(experiment.get("namespace")), None)
    old = [(text(name), _widths([bounds[:2]]))] if text(name) else []
    filters = [mapping(each) for each in items(experiment.get("filters"))]
    new = [(text(each.get("seed")) or "namespace", _widths(items(each.get("ranges")))) for each in filters]
    return [found for found in (*old, *new) if found[1]]


def _widths(ranges: list[object]) -> list[float]:
    ends = [(*map(number, items(each)), None, None)[:2] for each in ranges]
    return [min(high, 1.0) - max(low, 0.0) for low, high in ends if low is not None and high is not None]
