"""Whom an experiment is for, as a few fields: everybody, an audience of the site, or the plainest of conditions.

Conditions that say more stay as they are written. May not know whom a site knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import Wanted
from domain.condition import DEVICES, VISITORS

FIELDS: Mapping[str, str] = {
    "device": ", ".join(DEVICES),
    "visitor": " or ".join(VISITORS),
    "country": "such as DE, AT",
    "language": "such as de, pt-BR",
    "channel": "such as email, paid-social",
}
"""What the form asks, and what may be answered; several values with commas between them."""


class Chosen(Enum):
    """How an audience is told; the value is that of the form's field."""

    EVERYBODY = "everybody"
    NAMED = "named"
    CONDITION = "condition"
    WRITTEN = "written"
    """A condition that only the text can say."""


@dataclass(frozen=True, slots=True)
class Audience:
    """`name` where it is one of the site's, `asked` by the names of `FIELDS` where it is a condition."""

    chosen: Chosen = Chosen.EVERYBODY
    name: str = ""
    asked: Mapping[str, str] | None = None

    def answer(self, field: str) -> str:
        """What was answered for a field."""
        return (self.asked or {}).get(field, "")


def audience_of(said: Plain) -> Audience:
    """What is written."""
    match said:
        case None:
            return Audience()
        case str():
            return Audience(Chosen.NAMED, said)
        case dict() if said and all(key in FIELDS and _is_plain(value) for key, value in said.items()):
            return Audience(Chosen.CONDITION, asked={key: _text(value) for key, value in said.items()})
    return Audience(Chosen.WRITTEN)


def typed_audience(fields: Mapping[str, str]) -> Audience:
    """What was typed."""
    chosen = next((each for each in Chosen if each.value == fields.get("audience")), Chosen.EVERYBODY)
    asked = {field: fields.get(f"audience.{field}", "").strip() for field in FIELDS}
    return Audience(chosen, fields.get("audience.name", ""), asked)


def wanted_audience(typed: Audience, old: Plain) -> Wanted:
    """What is to be written; None for nothing."""
    match typed.chosen:
        case Chosen.NAMED:
            return typed.name or None
        case Chosen.CONDITION:
            asked = {field: _values(text) for field, text in (typed.asked or {}).items() if text}
            before = audience_of(old)
            same = before.chosen is Chosen.CONDITION and dict(before.asked or {}) == {
                field: text for field, text in (typed.asked or {}).items() if text
            }
            return old if same else (asked or None)
        case Chosen.WRITTEN:
            return old
    return None


def _is_plain(value: Plain) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _text(value: Plain) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _values(text: str) -> Wanted:
    values: list[Wanted] = [each.strip() for each in text.split(",") if each.strip()]
    return values if len(values) != 1 else values[0]
