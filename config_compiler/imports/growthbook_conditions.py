"""Whom an experiment of GrowthBook is for: its `condition`, as a condition of a definition.

May not know where the experiment runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config_compiler.imports.left_out import Omissions
from config_compiler.imports.parsed import items, line, mapping, number, scalar
from config_compiler.imports.writing import Value

MAX_DEPTH = 8

_UNASKED = {"url": "path or host", "query": "query.NAME", "pageTitle": "path"}
"""Attributes that GrowthBook fills in by itself, and what comes near them here."""

FIELDS = {
    "deviceType": "device",
    "device": "device",
    "browser": "browser",
    "country": "country",
    "language": "language",
    "path": "path",
    "host": "host",
    "utmSource": "query.utm_source",
    "utmMedium": "query.utm_medium",
    "utmCampaign": "query.utm_campaign",
    "utmTerm": "query.utm_term",
    "utmContent": "query.utm_content",
}
"""Attributes that every visit has here too; any other is a value of the page's own data."""


_GROUPS = {"$inGroup": "$in", "$notInGroup": "$nin"}


class NoTwin(Exception):  # noqa: N818
    """A condition asks something that cannot be asked here."""


def condition_of(where: str, condition: object, omissions: Omissions) -> dict[str, Value] | None:
    """The condition; None where there is none, or where it cannot be asked as a whole."""
    if not mapping(condition):
        return None
    try:
        asked = _group(mapping(condition), 0)
    except NoTwin as end:
        omissions.add(where, "its condition", str(end), "write audience before it is started, or it is for everybody")
        return None
    for name in sorted(_data(asked)):
        omissions.add(
            "",
            f'the attribute "{name}"',
            "it is the site's own",
            f"hand it in as window.leadbrightData.{name}, where data.{name} looks for it",
        )
    return asked


def with_members(condition: object, groups: Mapping[str, object], depth: int = 0) -> object:
    """A condition in which saved groups are written out, as far as their members are known."""
    if depth > 4 * MAX_DEPTH:
        return condition  # refused for its depth later on
    if isinstance(condition, list):
        return [with_members(each, groups, depth + 1) for each in condition]
    if not isinstance(condition, dict):
        return condition
    said = (_written_out(word, value, groups) for word, value in condition.items())
    return {word: with_members(value, groups, depth + 1) for word, value in said}


def _written_out(word: str, value: object, groups: Mapping[str, object]) -> tuple[str, object]:
    members = groups.get(value) if isinstance(value, str) and word in _GROUPS else None
    return (_GROUPS[word], members) if members else (word, value)


def _data(asked: Value) -> set[str]:
    if isinstance(asked, dict):
        names = {key.removeprefix("data.") for key in asked if key.startswith("data.")}
        return names.union(*map(_data, asked.values()))
    return set().union(*map(_data, asked)) if isinstance(asked, tuple) else set()


def _group(condition: dict[str, object], depth: int) -> dict[str, Value]:
    if depth > MAX_DEPTH:
        raise NoTwin(f"it is nested more than {MAX_DEPTH} deep")
    parts = [_part(key, value, depth) for key, value in condition.items()]
    return parts[0] if len(parts) == 1 else {"all": tuple(parts)}


def _part(key: str, value: object, depth: int) -> dict[str, Value]:
    match key:
        case "$and" | "$or" | "$nor" if items(value):
            parts = tuple(_group(mapping(each), depth + 1) for each in items(value) if mapping(each))
            if len(parts) != len(items(value)):
                raise NoTwin(f'it has something empty under "{key}"')
            return {"all": parts} if key == "$and" else {"any": parts} if key == "$or" else {"not": {"any": parts}}
        case "$not" if mapping(value):
            return {"not": _group(mapping(value), depth + 1)}
        case _ if key.startswith("$"):
            raise NoTwin(f'it asks "{line(key)}", which cannot be asked here')
    if key in _UNASKED:
        raise NoTwin(f'it asks for "{key}", and here there is {_UNASKED[key]}')
    field = FIELDS.get(key, f"data.{key}")
    return {field: _asked(value)}


def _asked(value: object) -> Value:
    if value is None:
        return _exists(False)
    if not isinstance(value, dict):
        return _value(value)
    tests = [_operator(operator, operand) for operator, operand in value.items()]
    if len(tests) == 1:
        return tests[0]
    pairs = [pair for test in tests if isinstance(test, dict) for pair in test.items()]
    joined = dict(pairs)
    if joined and len(joined) == len(pairs) and all(isinstance(test, dict) for test in tests):
        return joined
    raise NoTwin("it asks several things at once that cannot be joined here")


def _operator(operator: str, operand: object) -> Value:
    if operator not in _OPERATORS:
        raise NoTwin(f'it asks "{line(operator)}", which cannot be asked here')
    return _OPERATORS[operator](operand)


def _value(value: object) -> str:
    if (found := scalar(value)) is None:
        raise NoTwin("it compares with something that is neither a text nor a number")
    return found


def _several(value: object) -> Value:
    if not items(value):
        raise NoTwin("it compares with an empty list")
    return tuple(map(_value, items(value)))


def _bound(word: str) -> Callable[[object], Value]:
    def bound(value: object) -> Value:
        limit = number(value)
        if limit is None or not limit.is_integer():
            raise NoTwin("it compares with a bound that is not a whole number")
        return {word: str(int(limit))}

    return bound


def _exists(value: object) -> Value:
    return {"exists": bool(value)}


def _negated(value: object) -> Value:
    return {"not": _asked(value)}


_OPERATORS: dict[str, Callable[[object], Value]] = {
    "$eq": lambda value: _exists(False) if value is None else _value(value),
    "$ne": lambda value: _exists(True) if value is None else {"not": _value(value)},
    "$in": _several,
    "$nin": lambda value: {"not": _several(value)},
    "$gt": lambda value: {"exists": True, "not": _bound("lte")(value)},
    "$gte": _bound("gte"),
    "$lt": lambda value: {"exists": True, "not": _bound("gte")(value)},
    "$lte": _bound("lte"),
    "$regex": lambda value: {"matches": _value(value)},
    "$exists": _exists,
    "$not": _negated,
}
