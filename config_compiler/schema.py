"""The JSON Schema of the definition language, made from the shapes that read it.

Editors that know it complete keys and mark mistakes while one types; what it cannot say, the rules do.
May not know any particular shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config_compiler import key_words
from config_compiler.condition_syntax import GROUPS, Audience, Condition
from config_compiler.kinds import Choice, Flag, ListOf, Number, Pairs, Percent, Text, Whole
from config_compiler.page_syntax import Page
from config_compiler.shapes import Key, S, Shape, ShapeOf, keys_of
from config_compiler.syntax import (
    EXPERIMENT,
    SITE,
    AnalysisSyntax,
    AudienceSyntax,
    ChangeSyntax,
    ExperimentSyntax,
    GoalSyntax,
    JudgedBySyntax,
    LayerShareSyntax,
    LayerSyntax,
    MoveSyntax,
    PagesSyntax,
    ScheduleSyntax,
    SectionSyntax,
    SiteSyntax,
    TriggerSyntax,
    VariationSyntax,
)
from config_compiler.tests_syntax import TESTS, DefinitionTestSyntax, Expectations, TestsSyntax
from domain.condition import CLOSED, NAMED, NUMBERS, Field

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

WORDS: dict[type[Shape], Mapping[str, str]] = {
    SiteSyntax: key_words.SITE,
    GoalSyntax: key_words.GOAL,
    TriggerSyntax: key_words.TRIGGER,
    AudienceSyntax: key_words.AUDIENCE,
    LayerSyntax: key_words.LAYER,
    ExperimentSyntax: key_words.EXPERIMENT,
    PagesSyntax: key_words.PAGES,
    JudgedBySyntax: key_words.JUDGED_BY,
    LayerShareSyntax: key_words.LAYER_SHARE,
    ScheduleSyntax: key_words.SCHEDULE,
    AnalysisSyntax: key_words.ANALYSIS,
    VariationSyntax: key_words.VARIATION,
    SectionSyntax: key_words.SECTION,
    ChangeSyntax: key_words.CHANGE,
    MoveSyntax: key_words.MOVE,
    TestsSyntax: key_words.TESTS,
    DefinitionTestSyntax: key_words.TEST,
}
"""What each key of each shape is for."""

_TEXT: dict[str, Json] = {"type": ["string", "number", "boolean"]}
_CONDITION: Json = {"$ref": "#/$defs/condition"}


def schema() -> dict[str, Json]:
    """One schema for every kind of file: `site.yaml`, `experiments/….yaml` and `tests/….yaml`."""
    return {
        "$schema": DIALECT,
        "title": "Leadbright",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("site", "experiment", "tests")],
        "$defs": {
            "site": _shape(SITE),
            "experiment": _shape(EXPERIMENT),
            "tests": _shape(TESTS),
            "condition": _condition(),
            "question": _question(),
        },
    }


def _shape(kind: ShapeOf[S]) -> Json:
    keys, words = keys_of(kind.shape).values(), WORDS[kind.shape]
    said: dict[str, Json] = {
        "type": "object",
        "description": kind.noun,
        "properties": {key.name: _described(schema_of(key.kind), words[key.name]) for key in keys},
        "additionalProperties": False,
    }
    always: list[Json] = [key.name for key in keys if key.required and not key.instead]
    either: list[Json] = [_either(key) for key in keys if key.required and key.instead]
    return {**said, **({"required": always} if always else {}), **({"allOf": either} if either else {})}


def _described(said: Json, words: str) -> Json:
    assert isinstance(said, dict)
    return {**said, "description": words}


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
                "properties": {
                    "path": {"type": "string", "description": key_words.PAGE["path"]},
                    "query": _described(_pairs(Pairs("parameters")), key_words.PAGE["query"]),
                },
                "required": ["path", "query"],
                "additionalProperties": False,
            },
        ]
    }


_SCHEMAS: dict[type, Callable[..., Json]] = {
    Text: lambda kind: {**_TEXT, "description": kind.noun},
    Percent: lambda kind: {
        "type": "string",
        "pattern": r"^-?[0-9]+(\.[0-9]+)?\s?%$",
        "description": kind.noun,
        "errorMessage": "write it like 50%",
        "patternErrorMessage": "write it like 50%",
    },
    Number: lambda kind: {"type": "number", "description": kind.noun},
    Whole: lambda kind: {"type": "integer", "minimum": kind.low, "maximum": kind.high},
    Flag: lambda _: {"type": "boolean"},
    Choice: lambda kind: {"enum": [option.value for option in kind.options]},
    ListOf: _list,
    Pairs: _pairs,
    ShapeOf: _shape,
    Expectations: lambda _: _expectations(),
    Page: _page,
    Condition: lambda _: _CONDITION,
    Audience: lambda kind: {"anyOf": [{"type": "string", "description": kind.noun}, _CONDITION]},
}


def _expectations() -> Json:
    shares: Json = {"type": "object", "additionalProperties": schema_of(Percent()), "minProperties": 1}
    outcome: Json = {"anyOf": [{"type": "string"}, shares]}
    return {"type": "object", "additionalProperties": outcome, "minProperties": 1}


def _condition() -> Json:
    parts: Json = {"type": "array", "items": _CONDITION, "minItems": 1}
    asked: dict[str, Json] = {**dict.fromkeys(GROUPS, parts), "not": _CONDITION}
    asked |= {field.value: _field(field) for field in Field if field not in NAMED}
    named = "|".join(sorted(field.value for field in NAMED))
    return {
        "type": "object",
        "description": Condition().noun,
        "properties": {word: _described(said, key_words.FIELDS[word]) for word, said in asked.items()},
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
