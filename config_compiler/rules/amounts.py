"""A goal's value, currency and cap fit together.

May not know what anything costs.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.currencies import CURRENCIES
from config_compiler.finding import Finding
from config_compiler.kinds import Written, shortened
from config_compiler.nearest import nearest_word
from config_compiler.syntax import Definition, GoalSyntax

MAX_CAP = 1_000_000_000


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each part that lacks its counterpart, or is impossible."""
    for goal in definition.goals:
        if goal.whole:
            yield from _parts(goal)
        if goal.currency and goal.currency.value not in CURRENCIES:
            yield _unknown(goal.currency)
        if goal.cap:
            yield from _cap(goal)


def _parts(goal: GoalSyntax) -> Iterator[Finding]:
    if goal.value and goal.on and goal.on.whole and not goal.on.event:
        message = "the goal has a value, which only an event can bring"
        yield Finding(Code.E224, message, goal.value.span, hint="set it off by an event, or take the value away")
    elif goal.value and not goal.currency:
        message = "the goal has a value and no currency"
        yield Finding(Code.E224, message, goal.value.span, hint="add currency: EUR, or what you count in")
    for name, part in (("currency", goal.currency), ("cap", goal.cap)):
        if part and not goal.value:
            message = f"the goal has a {name} and no value"
            yield Finding(Code.E224, message, part.span, hint="add value: the event's property that holds the amount")


def _unknown(currency: Written[str]) -> Finding:
    close = currency.value.upper() if currency.value.upper() in CURRENCIES else None
    close = close or nearest_word(currency.value, [code.lower() for code in CURRENCIES])
    message = f'there is no currency "{shortened(currency.value)}"'
    hint = f'write "{close.upper()}"' if close else "write it like EUR"
    fix = currency.value.upper() if currency.value.upper() in CURRENCIES else ""
    return Finding(Code.E224, message, currency.span, hint=hint, fix=fix)


def _cap(goal: GoalSyntax) -> Iterator[Finding]:
    cap, digits = goal.cap, CURRENCIES.get(goal.currency.value, 4) if goal.currency else 4
    if cap is None:
        return
    if not 0 < cap.value <= MAX_CAP:
        message = f"the cap is not between 0 and {MAX_CAP:,}"
        yield Finding(Code.E224, message, cap.span, hint="write the most that one visitor may count, or take it away")
    elif cap.value * 10**digits % 1:
        message = f"the cap has more than the {digits} decimals of its currency"
        yield Finding(Code.E224, message, cap.span, hint="round it")
