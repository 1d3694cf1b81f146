"""Turns a definition in which nothing is wrong into the site that it means, defaults filled in.

May not know what could have been wrong: it takes for granted what the rules have made sure of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeVar

from config_compiler.currencies import CURRENCIES
from config_compiler.flaw import Flaw
from config_compiler.kinds import Listed, Written
from config_compiler.patterns import page_pattern
from config_compiler.syntax import (
    ChangeSyntax,
    Definition,
    ExperimentSyntax,
    GoalSyntax,
    PagesSyntax,
    SiteSyntax,
    TriggerSyntax,
    VariationSyntax,
)
from domain.experiment import (
    WHOLE,
    Change,
    Experiment,
    Hide,
    PagePattern,
    Pages,
    Remove,
    SetAttribute,
    SetClass,
    SetHtml,
    SetStyle,
    SetText,
    Status,
    Variation,
)
from domain.names import EventName, ExperimentKey, GoalKey, SiteKey, VariationKey
from domain.site import Click, Consent, Event, Goal, PageVisit, Signal, Site, Trigger, Value

T = TypeVar("T")

DEFAULT_TIMEZONE = "UTC"
DEFAULT_HONOUR = (Signal.GPC, Signal.DNT)


def site_of(definition: Definition) -> Site:
    """The site, its experiments in order of key."""
    syntax = _certain(definition.site)
    key = _text(syntax.key)
    return Site(
        key=SiteKey(key),
        name=_or(syntax.name, key),
        domains=_texts(syntax.domains),
        timezone=_or(syntax.timezone, DEFAULT_TIMEZONE),
        consent=_or(syntax.consent, Consent.NONE),
        honour=_honour(syntax),
        goals=tuple(_goal(goal) for goal in definition.goals),
        experiments=tuple(sorted((_experiment(x) for x in definition.experiments), key=lambda x: x.key)),
    )


def _certain(value: T | None) -> T:
    """A value that a definition without findings always has."""
    assert value is not None
    return value


def _text(written: Written[str] | None) -> str:
    return _certain(written).value


def _or(written: Written[T] | None, default: T) -> T:
    return default if written is None else written.value


def _texts(listed: Listed[Written[str]] | None) -> tuple[str, ...]:
    return tuple(w.value for w in listed.values) if listed else ()


def _honour(syntax: SiteSyntax) -> tuple[Signal, ...]:
    if syntax.honour is None:
        return DEFAULT_HONOUR
    written = {signal.value for signal in syntax.honour.values}
    return tuple(signal for signal in Signal if signal in written)


def _goal(goal: GoalSyntax) -> Goal:
    return Goal(GoalKey(_text(goal.key)), _trigger(_certain(goal.on)), _value(goal))


def _trigger(on: TriggerSyntax) -> Trigger:
    if on.click:
        return Click(on.click.value)
    if on.visit:
        return PageVisit(_page(on.visit.value))
    return Event(EventName(_text(on.event)))


def _value(goal: GoalSyntax) -> Value | None:
    if goal.value is None:
        return None
    currency = _text(goal.currency)
    digits = CURRENCIES[currency]
    return Value(goal.value.value, currency, digits, int(goal.cap.value * 10**digits) if goal.cap else None)


def _page(text: str) -> PagePattern:
    pattern = page_pattern(text)
    assert not isinstance(pattern, Flaw)
    return pattern


def _experiment(x: ExperimentSyntax) -> Experiment:
    key, judged = _text(x.key), _certain(x.goals)
    variations = _certain(x.variations).values
    weights = largest_remainder([_certain(v.weight).value for v in variations])
    return Experiment(
        key=ExperimentKey(key),
        name=_or(x.name, key),
        hypothesis=_or(x.hypothesis, ""),
        status=_or(x.status, Status.DRAFT),
        pages=_pages(x.pages),
        traffic=_share(_or(x.traffic, Fraction(1))),
        primary=GoalKey(_text(judged.primary)),
        secondary=tuple(GoalKey(g) for g in _texts(judged.secondary)),
        guardrails=tuple(GoalKey(g) for g in _texts(judged.guardrails)),
        variations=tuple(_variation(v, weight) for v, weight in zip(variations, weights, strict=True)),
    )


def _pages(pages: PagesSyntax | None) -> Pages:
    if pages is None:
        return Pages()
    return Pages(tuple(map(_page, _texts(pages.include))), tuple(map(_page, _texts(pages.exclude))))


def _share(share: Fraction) -> int:
    """Per ten thousand, halves rounded up."""
    return int(share * WHOLE + Fraction(1, 2))


def largest_remainder(shares: Sequence[Fraction]) -> list[int]:
    """Integers per ten thousand in the proportion of `shares`, 10,000 together.

    Each is rounded down; what is left goes, one by one, to the largest remainders, the first of equals first
    (Hamilton's method).
    """
    whole = sum(shares)
    exact = [share * WHOLE / whole for share in shares]
    weights = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (weights[i] - exact[i], i))
    for index in by_remainder[: WHOLE - sum(weights)]:
        weights[index] += 1
    return weights


def _variation(variation: VariationSyntax, weight: int) -> Variation:
    changes = variation.changes.values if variation.changes else ()
    return Variation(
        VariationKey(_text(variation.key)), weight, tuple(c for change in changes for c in _changes(change))
    )


def _changes(change: ChangeSyntax) -> Iterator[Change]:
    """What one mapping asks for, contents first: what is put inside an element does not depend on its attributes."""
    selector = _text(change.select)
    if change.text:
        yield SetText(selector, change.text.value)
    if change.html:
        yield SetHtml(selector, change.html.value)
    if change.style:
        yield SetStyle(selector, tuple((p.name.value, p.value.value or "") for p in change.style.values))
    for pair in change.attributes.values if change.attributes else ():
        yield SetAttribute(selector, pair.name.value, pair.value.value)
    for name in _unique(_texts(change.add_class)):
        yield SetClass(selector, name, "add")
    for name in _unique(_texts(change.remove_class)):
        yield SetClass(selector, name, "remove")
    if change.hide and change.hide.value:
        yield Hide(selector)
    if change.remove and change.remove.value:
        yield Remove(selector)


def _unique(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(names)
