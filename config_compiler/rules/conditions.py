"""Conditions ask for what a visit has, in a way that can be answered.

May not know whom a condition takes in.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.condition_syntax import Ask, Bounds, Negated, Part, TestSyntax, Values, tests_of
from config_compiler.fields import (
    ASKED,
    BOUNDS,
    CONTAINS,
    EXISTS,
    MATCHES,
    VALUE,
    number_flaw,
    number_of,
    subject_of,
    value_flaw,
)
from config_compiler.finding import Finding
from config_compiler.flaw import Flaw
from config_compiler.kinds import Written, shortened
from config_compiler.regex import regex_flaw
from config_compiler.source import Span
from config_compiler.syntax import Definition
from domain.condition import Subject


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each field, value, operator and expression that cannot be used."""
    for condition in definition.conditions:
        for test in tests_of(condition.value):
            yield from _test(test)


def _test(test: TestSyntax) -> Iterator[Finding]:
    subject = subject_of(test.field.value)
    if isinstance(subject, Flaw):
        message = f'"{shortened(test.field.value)}" {subject.why}'
        yield Finding(Code.E225, message, test.field.span, hint=subject.hint, fix=subject.fix)
        return
    for ask in test.asks:
        yield from _ask(test, subject, ask)


def _ask(test: TestSyntax, subject: Subject, ask: Ask) -> Iterator[Finding]:
    word, span = _operator(test, ask)
    if isinstance(ask, Negated):
        for inner in ask.asks:
            yield from _ask(test, subject, inner)
    elif word not in ASKED[subject.field]:
        message = f'"{subject.field.value}" cannot be asked with {word}'
        yield Finding(Code.E227, message, span, hint=f"it takes {', '.join(ASKED[subject.field])}")
    elif isinstance(ask, Values):
        for written in ask.values:
            yield from _said(written, value_flaw(subject, written.value))
    elif isinstance(ask, Bounds):
        yield from _bounds(subject, ask)
    elif isinstance(ask, Part) and ask.word == "matches" and (flaw := regex_flaw(ask.text.value)):
        message = f'the regular expression "{shortened(ask.text.value)}" {flaw.why}'
        yield Finding(Code.E228, message, ask.text.span, hint=flaw.hint)


def _operator(test: TestSyntax, ask: Ask) -> tuple[str, Span]:
    match ask:
        case Values(values):
            return VALUE, values[0].span
        case Bounds(low, high):
            written = low or high
            return BOUNDS, written.span if written else test.field.span
        case Part(word, text):
            return (CONTAINS if word == "contains" else MATCHES), text.span
        case _:
            return EXISTS, test.field.span


def _bounds(subject: Subject, ask: Bounds) -> Iterator[Finding]:
    numbers = []
    for written in (ask.low, ask.high):
        if written is None:
            continue
        flaw = number_flaw(subject.field, written.value)
        yield from _said(written, flaw)
        numbers.append(None if flaw else number_of(subject.field, written.value))
    if ask.high and len(numbers) == 2 and None not in numbers and numbers[0] > numbers[1]:  # type: ignore[operator]
        message = f"no number is at least {numbers[0]} and at most {numbers[1]}"
        yield Finding(Code.E226, message, ask.high.span, hint="change the two, or join them with any")


def _said(written: Written[str], flaw: Flaw | None) -> Iterator[Finding]:
    if flaw:
        yield Finding(Code.E226, f'"{shortened(written.value)}" {flaw.why}', written.span, hint=flaw.hint, fix=flaw.fix)
