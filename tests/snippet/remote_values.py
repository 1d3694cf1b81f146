"""Values as WebDriver BiDi writes them, from and to Python's. May not know who asked for them."""

from __future__ import annotations

from typing import Any

Json = Any
"""What a JSON document holds."""

_NUMBERS = {"NaN": float("nan"), "-0": -0.0, "Infinity": float("inf"), "-Infinity": float("-inf")}


def to_remote(value: Json) -> Json:
    """A value for a page."""
    match value:
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean", "value": value}
        case int() | float():
            return {"type": "number", "value": value}
        case str():
            return {"type": "string", "value": value}
        case list() | tuple():
            return {"type": "array", "value": [to_remote(each) for each in value]}
        case dict():
            return {"type": "object", "value": [[key, to_remote(each)] for key, each in value.items()]}
    raise TypeError(f"no page can be handed {value!r}")


def from_remote(remote: Json) -> Json:
    """A value of a page; None for whatever Python has no word for."""
    value = remote.get("value")
    match remote["type"]:
        case "number":
            return _NUMBERS.get(value, value)
        case "string" | "boolean":
            return value
        case "array" | "nodelist" | "set":
            return [from_remote(each) for each in value]
        case "object" | "map":
            return {_key(key): from_remote(each) for key, each in value or ()}
    return None


def _key(key: Json) -> Json:
    return key if isinstance(key, str) else from_remote(key)
