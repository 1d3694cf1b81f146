"""What a button of an experiment's form does to what was typed: a variation or a change more, or one fewer.

May not know which button saves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from web.composing.typed import Arm, Change, Part, Typed, fits

T = TypeVar("T")


def acted(typed: Typed, action: str) -> Typed | None:
    """The form after a button such as `add-change:1`; None for one that adds and drops nothing."""
    verb, _, place = action.partition(":")
    arm, _, change = place.partition(".")
    act = _ACTS.get(verb)
    if act is None or not _is_number(arm or "0") or not _is_number(change or "0"):
        return None
    return act(typed, int(arm or 0), int(change or 0))


def _add_arm(typed: Typed, _: int, __: int) -> Typed:
    return _fitting(typed, replace(typed, arms=(*typed.arms, Arm(None, "", "0%"))))


def _drop_arm(typed: Typed, arm: int, _: int) -> Typed:
    return replace(typed, arms=_without(typed.arms, arm))


def _add_change(typed: Typed, arm: int, _: int) -> Typed:
    def added(each: Arm) -> Arm:
        return replace(each, changes=(*each.changes, Change(None, "", (Part("text", ""),))))

    return _fitting(typed, _with_arm(typed, arm, added))


def _drop_change(typed: Typed, arm: int, change: int) -> Typed:
    return _with_arm(typed, arm, lambda each: replace(each, changes=_without(each.changes, change)))


def _fitting(before: Typed, after: Typed) -> Typed:
    """What was added, unless it would not come back from the form."""
    return after if fits(after.arms) else before


def _with_arm(typed: Typed, number: int, new: Callable[[Arm], Arm]) -> Typed:
    return replace(typed, arms=tuple(new(arm) if i == number else arm for i, arm in enumerate(typed.arms)))


def _without(items: tuple[T, ...], number: int) -> tuple[T, ...]:
    return tuple(each for i, each in enumerate(items) if i != number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


_ACTS: Mapping[str, Callable[[Typed, int, int], Typed]] = {
    "add-arm": _add_arm,
    "drop-arm": _drop_arm,
    "add-change": _add_change,
    "drop-change": _drop_change,
}
