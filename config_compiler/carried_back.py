"""What `lb.js` carries, read back: the script held against the snippet that it was linked from, text for text.

The way back of `carried.py`. May not know what becomes of what it finds.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config_compiler.emit import script_of
from config_compiler.javascript import end_of_brackets
from config_compiler.template import Choice, Code, Runtime, Value
from domain.experiment import WHOLE

Said = Any
"""What a literal says: JSON, LEFT_OUT for a place left empty, and the code of functions as text."""

LEFT_OUT = object()

_MARK = "\0"
_EXPERIMENT = ("run", "arms", "goals", "in", "out", "traffic", "who", "from", "until", "layer")
_MEANT: Mapping[str, Said] = {"in": [], "out": [], "traffic": WHOLE}
_ARM: tuple[Said, ...] = ("", 0, "", [], [])
"""What is meant where a place is left empty."""

_JSON = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Strange:
    """The script is not the snippet with some plan's values: where it departs, and what stands there."""

    at: int
    text: str


def values_of(script: str, runtime: Runtime, uses: Collection[str]) -> dict[str, Said] | Strange:
    """By name, the values in a script that was linked for a plan that uses these features."""
    marks = {name: f"{_MARK}{name}{_MARK}" for code in (*runtime.parts, runtime.start) for name in _names(code)}
    pieces = "".join(piece.text for piece in script_of(runtime, uses, marks)).split(_MARK)
    found: dict[str, Said] = {}
    at = 0
    for text, name in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if not script.startswith(text, at):
            return Strange(at, script[at : at + 60])
        at += len(text)
        if name:
            try:
                value, end = _literal(script, at)
            except (ValueError, RecursionError):
                return Strange(at, script[at : at + 60])
            if found.setdefault(name, value) != value:
                return Strange(at, script[at : at + 60])
            at = end
    return found if at == len(script) else Strange(at, script[at : at + 60])


def config_of(values: Mapping[str, Said], config: Mapping[str, Said]) -> dict[str, Said]:
    """`config.json` as these values would have it; where they are silent, as it is. Raises ValueError."""
    said = {name: values[name] for name in ("site", "tz", "domains", "goals", "holdout", "zones") if name in values}
    if "beacons" in values:
        relay, _, path = str(values["beacons"]).rpartition("/v1/b/")
        said["relay"] = relay
        said["site"] = path.removesuffix("?n=")
    if "experiments" in values:
        said["experiments"] = [_experiment(items) for items in values["experiments"]]
    return {**config, **said}


def _names(code: Code) -> Iterator[str]:
    for piece in code:
        if isinstance(piece, Value):
            yield piece.name
        elif isinstance(piece, Choice):
            yield from _names(piece.yes)
            yield from _names(piece.no)


def _experiment(items: list[Said]) -> dict[str, Said]:
    if len(items) > len(_EXPERIMENT):
        raise ValueError(f"an experiment of {len(items)} places")
    said = {name: item for name, item in zip(_EXPERIMENT, items, strict=False) if item is not LEFT_OUT}
    return {**_MEANT, **said, "arms": [_arm(arm) for arm in said["arms"]]}


def _arm(items: list[Said]) -> list[Said]:
    meant = [default if item is LEFT_OUT else item for item, default in zip(items, _ARM, strict=False)]
    return [*meant, *_ARM[len(items) :], *items[len(_ARM) :]]


def _literal(text: str, at: int) -> tuple[Said, int]:
    """What the literal at a place says, and where it ends. Raises ValueError."""
    if text.startswith("(", at):
        value, end = _literal(text, at + 1)
        return value, _past(")", text, end)
    if text.startswith("[", at):
        return _list(text, at + 1)
    if text.startswith("function(){", at):
        end = end_of_brackets(text, text.index("{", at))
        return text[at:end], end
    return _JSON.raw_decode(text, at)


def _list(text: str, at: int) -> tuple[list[Said], int]:
    items: list[Said] = []
    while not text.startswith("]", at):
        item, at = (LEFT_OUT, at) if text.startswith(",", at) else _literal(text, at)
        items.append(item)
        if not text.startswith("]", at):
            at = _past(",", text, at)
    return items, at + 1


def _past(sign: str, text: str, at: int) -> int:
    if not text.startswith(sign, at):
        raise ValueError(f"no {sign}")
    return at + 1
