"""What stands in the fields of an experiment's form: read from the file, or from what was sent.

May not know what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config_compiler.rewriting.places import Plain
from web.composing.audience import Audience, audience_of, typed_audience
from web.composing.effects import BY_KEY, NOTHING, text_of
from web.composing.pages import lines_of

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")

MOST = 64
"""Variations of a form, changes of a variation, effects of a change: more is not read, and so never shown."""

MOST_PARTS = 300
"""Effects of all its changes: with four fields each, the form stays well below the fields that `web.form` reads."""


@dataclass(frozen=True, slots=True)
class Part:
    """One effect of a change, and its value as one text."""

    effect: str
    value: str


@dataclass(frozen=True, slots=True)
class Change:
    """`was` is its number in the file; None for a new one."""

    was: int | None
    select: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One variation; `was` is its number in the file, None for a new one."""

    was: int | None
    key: str
    weight: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """The whole form, as text."""

    name: str
    hypothesis: str
    status: str
    traffic: str
    include: str
    exclude: str
    audience: Audience
    primary: str
    secondary: tuple[str, ...]
    guardrails: tuple[str, ...]
    start: str
    end: str
    arms: tuple[Arm, ...]
    layer: str = ""
    layer_share: str = ""
    leaves_arms: bool = False
    """Whether the form leaves its variations as they are: combinations, too many, or written as they should not be."""

    @property
    def has_moments(self) -> bool:
        """Whether beginning and end are what a field for moments can hold; a browser would drop anything else."""
        return all(_MOMENT.fullmatch(each) for each in (self.start, self.end) if each)


def typed_of(said: Mapping[str, Plain]) -> Typed:
    """What a file says."""
    pages, goals, schedule, layer = (_table(said.get(key)) for key in ("pages", "goals", "schedule", "layer"))
    arms = tuple(_arm(i, _table(each)) for i, each in enumerate(_items(said.get("variations"))))
    return Typed(
        name=_text(said.get("name")),
        hypothesis=_text(said.get("hypothesis")),
        status=_text(said.get("status")) or "draft",
        traffic=_text(said.get("traffic")) or "100%",
        include=lines_of(pages.get("include")),
        exclude=lines_of(pages.get("exclude")),
        audience=audience_of(said.get("audience")),
        primary=_text(goals.get("primary")),
        secondary=_texts(goals.get("secondary")),
        guardrails=_texts(goals.get("guardrails")),
        start=_text(schedule.get("start")),
        end=_text(schedule.get("end")),
        arms=arms,
        layer=_text(layer.get("key")),
        layer_share=_text(layer.get("share")),
        leaves_arms="sections" in said or not (_can_be_shown(said.get("variations")) and fits(arms)),
    )


def fits(arms: tuple[Arm, ...]) -> bool:
    """Whether all of them come back from a form."""
    counts = [len(arm.changes) for arm in arms]
    parts = sum(max(1, len(change.parts)) for arm in arms for change in arm.changes)
    return max(len(arms), *counts, 0) <= MOST and parts <= MOST_PARTS


def _can_be_shown(variations: Plain) -> bool:
    """Whether it is a list of mappings, and the changes of each too."""
    arms = _items(variations)
    changes = [each["changes"] for each in arms if isinstance(each, dict) and "changes" in each]
    lists = [variations or [], *changes]
    return all(isinstance(each, list) and all(isinstance(item, dict) for item in each) for each in lists)


def _arm(number: int, said: Mapping[str, Plain]) -> Arm:
    changes = tuple(_change(i, _table(each)) for i, each in enumerate(_items(said.get("changes"))))
    return Arm(number, _text(said.get("key")), _text(said.get("weight")), changes)


def _change(number: int, said: Mapping[str, Plain]) -> Change:
    parts = tuple(Part(key, text_of(key, value)) for key, value in said.items() if key in BY_KEY)
    return Change(number, _text(said.get("select")), parts or (Part(NOTHING.key, ""),))


def typed_from(fields: Mapping[str, str], *, leaves_arms: bool) -> Typed:
    """What was sent."""

    def field(name: str) -> str:
        return fields.get(name, "").strip()

    return Typed(
        name=field("name"),
        hypothesis=field("hypothesis"),
        status=field("status"),
        traffic=field("traffic"),
        include=field("include"),
        exclude=field("exclude"),
        audience=typed_audience(fields),
        primary=field("primary"),
        secondary=_marked(fields, "secondary:"),
        guardrails=_marked(fields, "guardrails:"),
        start=field("start"),
        end=field("end"),
        arms=tuple(_sent_arms(fields)),
        layer=field("layer"),
        layer_share=field("layer.share"),
        leaves_arms=leaves_arms,
    )


def _sent_arms(fields: Mapping[str, str]) -> Iterator[Arm]:
    for i in range(MOST):
        if f"v{i}.key" not in fields:
            return
        changes = tuple(_sent_changes(fields, f"v{i}."))
        yield Arm(_was(fields, f"v{i}."), fields[f"v{i}.key"].strip(), fields.get(f"v{i}.weight", "").strip(), changes)


def _sent_changes(fields: Mapping[str, str], start: str) -> Iterator[Change]:
    for i in range(MOST):
        at = f"{start}c{i}."
        if f"{at}p0.effect" not in fields:
            return
        kinds = [fields[name] for n in range(MOST) if (name := f"{at}p{n}.effect") in fields]
        parts = tuple(
            Part(kind if kind in BY_KEY else NOTHING.key, fields.get(f"{at}p{n}.value", ""))
            for n, kind in enumerate(kinds)
        )
        yield Change(_was(fields, at), fields.get(f"{at}select", "").strip(), parts)


def _was(fields: Mapping[str, str], start: str) -> int | None:
    text = fields.get(f"{start}was", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _marked(fields: Mapping[str, str], start: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(start) for name in fields if name.startswith(start))


def _text(said: Plain) -> str:
    return said if isinstance(said, str) else ""


def _texts(said: Plain) -> tuple[str, ...]:
    return tuple(_text(each) for each in _items(said)) if isinstance(said, list) else tuple(filter(None, [_text(said)]))


def _items(said: Plain) -> list[Plain]:
    return said if isinstance(said, list) else []


def _table(said: Plain) -> Mapping[str, Plain]:
    return said if isinstance(said, dict) else {}
