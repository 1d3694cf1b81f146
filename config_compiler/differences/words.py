"""The parts of a plan in a few words: shares, pages, audiences, changes, goals.

May not know what they are compared with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from domain.condition import (
    EVERYBODY,
    All,
    AnyOf,
    Between,
    Condition,
    Contains,
    Exists,
    Matches,
    Not,
    OneOf,
    Operator,
    Test,
)
from domain.names import RunName, VariationKey
from domain.plan import Arm, LayerRange, Op, PageTest, PlannedExperiment, PlannedGoal


def share(per_ten_thousand: int) -> str:
    """`50 %`, `33.33 %`."""
    return f"{per_ten_thousand / 100:.2f}".rstrip("0").rstrip(".") + " %"


def amount(minor: int, digits: int) -> str:
    """An amount in its currency's own unit; `none` for 0."""
    return f"{minor / 10**digits:.{digits}f}" if minor else "none"


def listed(texts: Iterable[str], nothing: str = "none") -> str:
    """`a, b`; a word where there are none."""
    return ", ".join(texts) or nothing


def quoted(text: str) -> str:
    """In quotes, on one line, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def moment(minute: int | None, nothing: str) -> str:
    """A minute of a schedule, in UTC."""
    return nothing if minute is None else datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%MZ")


def place(layer: LayerRange | None) -> str:
    """A part of a layer: `home 0 % to 50 %`."""
    return f"{layer.layer} {share(layer.start)} to {share(layer.end)}" if layer else "none"


def page(test: PageTest) -> str:
    """A page, much as a definition writes it."""
    path = {"=": test.value, "^": f"{test.value}*", "~": f"regex:{test.value}", "@": f"address regex:{test.value}"}
    asked = "&".join(f"{name}={value}" for name, value in test.query)
    return path[test.kind] + (f"?{asked}" if asked else "")


def pages(x: PlannedExperiment) -> str:
    """Where an experiment runs."""
    included = listed(map(page, x.include), "all")
    return included + (f" but {listed(map(page, x.exclude))}" if x.exclude else "")


def audience(condition: Condition) -> str:
    """Whom an experiment is for."""
    return "everybody" if condition == EVERYBODY else _condition(condition)


def _condition(condition: Condition) -> str:
    match condition:
        case All(parts) | AnyOf(parts):
            word = " and " if isinstance(condition, All) else " or "
            return f"({word.join(map(_condition, parts))})" if parts else "nobody"
        case Not(part):
            return f"not {_condition(part)}"
        case Test(subject, operator):
            asked = f"{subject.field.value}.{subject.name}" if subject.name else subject.field.value
            return f"{asked} {_asked(operator)}"


def _asked(operator: Operator) -> str:
    match operator:
        case OneOf(values):
            return f"is {'/'.join(values)}"
        case Between(low, high):
            return f"is {'' if low is None else low}…{'' if high is None else high}"
        case Contains(text):
            return f"has {quoted(text)}"
        case Matches(regex):
            return f"matches {quoted(regex)}"
        case Exists():
            return "is there"


def variations(x: PlannedExperiment) -> str:
    """`control 50 %, bold 50 %`."""
    return listed(f"{arm.key} {share(arm.weight)}" for arm in x.arms)


def runs(experiments: Iterable[tuple[RunName, tuple[VariationKey, ...]]]) -> str:
    """`hero (control/bold), price (control/round)`."""
    return listed(f"{run} ({'/'.join(keys)})" for run, keys in experiments)


def goal(planned: PlannedGoal) -> str:
    """What sets a goal off, and what it is worth."""
    what = page(planned.what) if isinstance(planned.what, PageTest) else planned.what
    worth = f", value {planned.property} ({planned.digits} digits)" if planned.property else ""
    return f"{planned.trigger} {what}{worth}"


def changes(arm: Arm) -> tuple[str, ...]:
    """Everything that a variation does to a page, in order."""
    styles = tuple(f"style {quoted(rule)}" for rule in _rules(arm.css))
    redirect = (f"redirect to {arm.redirect}",) if arm.redirect else ()
    return (*redirect, *styles, *map(_op, arm.ops))


def _rules(css: str) -> Iterable[str]:
    """A style sheet rule by rule where it is a flat one; whole where it is not."""
    rules = [f"{rule}}}" for rule in css.split("}") if rule]
    return rules if "@" not in css and css.count("{") == len(rules) else filter(None, (css,))


def _op(op: Op) -> str:
    match op.kind:
        case "text" | "html":
            return f"{op.kind} of {op.selector} {quoted(op.value or '')}"
        case "attribute":
            return f"{op.name} of {op.selector} " + ("none" if op.value is None else quoted(op.value))
        case "add" | "drop":
            return f"{'class' if op.kind == 'add' else 'no class'} {op.name} at {op.selector}"
        case "remove":
            return f"remove {op.selector}"
        case "insert":
            return f"{op.name} {op.selector} {quoted(op.value or '')}"
        case "move":
            return f"move {op.selector} {op.name} {op.value}"
        case "script":
            return f"script {op.number + 1}"
