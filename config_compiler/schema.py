"""The JSON Schema of the definition language, made from the shapes that read it.

Editors that know it complete keys and mark mistakes while one types; what it cannot say, the rules do.
May not know any particular shape.
"""

from __future__ import annotations

from collections.abc import Callable

from config_compiler.condition_syntax import GROUPS, Audience, Condition
from config_compiler.kinds import Choice, Flag, ListOf, Number, Pairs, Percent, Text, Whole
from config_compiler.page_syntax import Page
from config_compiler.shapes import Key, S, ShapeOf, keys_of
from config_compiler.syntax import EXPERIMENT, SITE
from domain.condition import CLOSED, NAMED, NUMBERS, Field

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT: dict[str, Json] = {"type": ["string", "number", "boolean"]}
_CONDITION: Json = {"$ref": "#/$defs/condition"}


def schema() -> dict[str, Json]:
    """One schema for both kinds of file: `site.yaml` and `experiments/….yaml`."""
    return {
        "$schema": DIALECT,
        "title": "A Leadbright definition: site.yaml or experiments/NAME.yaml",
        "oneOf": [{"$ref": "#/$defs/site"}, {"$ref": "#/$defs/experiment"}],
        "$defs": {
            "site": _shape(SITE),
            "experiment": _shape(EXPERIMENT),
            "condition": _condition(),
            "question": _question(),
        },
    }


def _shape(kind: ShapeOf[S]) -> Json:
    keys = keys_of(kind.shape).values()
    said: dict[str, Json] = {
        "type": "object",
        "description": kind.noun,
        "properties": {key.name: schema_of(key.kind) for key in keys},
        "additionalProperties": False,
    }
    always: list[Json] = [key.name for key in keys if key.required and not key.instead]
    either: list[Json] = [_either(key) for key in keys if key.required and key.instead]
    return {**said, **({"required": always} if always else {}), **({"allOf": either} if either else {})}


def _either(key: Key) -> Json:
    return {"anyOf": [{"required": [name]} for name in (key.name, *key.instead)]}


def schema_of(kind: object) -> Json:
    """What a value of this kind may be."""
    return _SCHEMAS[type(kind)](kind)


def _list(kind: ListOf[object]) -> Json:
    items = schema_of(kind.kind)
    whole: dict[str, Json] = {"type": "array", "items": items, **({} if kind.empty else {"minItems": 1})}
    return {"anyOf": [whole, items]} if kind.single else whole


def _pairs(kind: Pairs) -> Json:
    value: Json = {"type": ["string", "number", "boolean", "null"]} if kind.nothing else _TEXT
    return {"type": "object", "description": kind.noun, "additionalProperties": value, "minProperties": 1}


def _page(_: object) -> Json:
    return {
        "anyOf": [
            {"type": "string", "description": Page().noun},
            {
                "type": "object",
                "properties": {"path": {"type": "string"}, "query": _pairs(Pairs("parameters"))},
                "required": ["path", "query"],
                "additionalProperties": False,
            },
        ]
    }


_SCHEMAS: dict[type, Callable[..., Json]] = {
    Text: lambda kind: {**_TEXT, "description": kind.noun},
    Percent: lambda kind: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?\s?%$", "description": kind.noun},
    Number: lambda kind: {"type": "number", "description": kind.noun},
    Whole: lambda kind: {"type": "integer", "minimum": kind.low, "maximum": kind.high},
    Flag: lambda _: {"type": "boolean"},
    Choice: lambda kind: {"enum": [option.value for option in kind.options]},
    ListOf: _list,
    Pairs: _pairs,
    ShapeOf: _shape,
    Page: _page,
    Condition: lambda _: _CONDITION,
    Audience: lambda kind: {"anyOf": [{"type": "string", "description": kind.noun}, _CONDITION]},
}


def _condition() -> Json:
    parts: Json = {"type": "array", "items": _CONDITION, "minItems": 1}
    fields: dict[str, Json] = {field.value: _field(field) for field in Field if field not in NAMED}
    joined: dict[str, Json] = {**dict.fromkeys(GROUPS, parts), "not": _CONDITION}
    named = "|".join(sorted(field.value for field in NAMED))
    return {
        "type": "object",
        "description": Condition().noun,
        "properties": {**joined, **fields},
        "patternProperties": {rf"^({named})\..+$": {"$ref": "#/$defs/question"}},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _field(field: Field) -> Json:
    if field in NUMBERS or field not in CLOSED:
        return {"$ref": "#/$defs/question"}
    value: Json = {"enum": list(CLOSED[field])}
    some: Json = {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}
    opposite: Json = {"type": "object", "properties": {"not": some}, "additionalProperties": False}
    return {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}, opposite]}


def _question() -> Json:
    number: Json = {"type": ["integer", "string"]}
    operators: dict[str, Json] = {
        "not": {"$ref": "#/$defs/question"},
        "gte": number,
        "lte": number,
        "contains": _TEXT,
        "matches": {"type": "string"},
        "exists": {"type": "boolean"},
    }
    asked: Json = {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1}
    return {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}, asked]}
