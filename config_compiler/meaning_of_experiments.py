"""What an experiment in which nothing is wrong means: audience, schedule, arms with their weights.

May not know what could have been wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from zoneinfo import ZoneInfo

from config_compiler.condition_syntax import ConditionSyntax
from config_compiler.conditions import condition_of
from config_compiler.flaw import Flaw
from config_compiler.given import certain, given_or, share, text, texts
from config_compiler.kinds import Written
from config_compiler.meaning_of_changes import changes_of
from config_compiler.page_syntax import PageSyntax
from config_compiler.patterns import page_pattern
from config_compiler.schedules import minute_of
from config_compiler.sections import combinations, key_of
from config_compiler.syntax import (
    AnalysisSyntax,
    ExperimentSyntax,
    LayerShareSyntax,
    PagesSyntax,
    ScheduleSyntax,
    VariationSyntax,
)
from domain.condition import EVERYBODY, Condition
from domain.experiment import (
    WHOLE,
    Allocation,
    Analysis,
    Experiment,
    Kind,
    LayerShare,
    PagePattern,
    Pages,
    QueryPattern,
    Schedule,
    Status,
    Variation,
)
from domain.names import ExperimentKey, GoalKey, LayerKey, VariationKey


def experiment_of(x: ExperimentSyntax, audiences: Mapping[str, Condition], zone: ZoneInfo) -> Experiment:
    """The experiment; `audiences` are the site's by key, times are those of `zone`."""
    key, judged = text(x.key), certain(x.goals)
    return Experiment(
        key=ExperimentKey(key),
        name=given_or(x.name, key),
        hypothesis=given_or(x.hypothesis, ""),
        status=given_or(x.status, Status.DRAFT),
        pages=_pages(x.pages),
        traffic=share(given_or(x.traffic, Fraction(1))),
        primary=GoalKey(text(judged.primary)),
        secondary=tuple(GoalKey(g) for g in texts(judged.secondary)),
        guardrails=tuple(GoalKey(g) for g in texts(judged.guardrails)),
        variations=_variations(x),
        kind=given_or(x.kind, Kind.TEST),
        audience=_audience(x.audience, audiences),
        layer=_layer(x.layer),
        schedule=_schedule(x.schedule, zone),
        phase=given_or(x.phase, 1),
        allocation=given_or(x.allocation, Allocation.FIXED),
        analysis=_analysis(x.analysis),
        sections=tuple(_keys(listed.values) for listed in x.variation_lists) if x.sections else (),
    )


def page_of(page: PageSyntax) -> PagePattern:
    """The pattern that is meant."""
    pattern = page_pattern(page.value)
    assert not isinstance(pattern, Flaw | QueryPattern)
    if not page.query:
        return pattern
    return QueryPattern(pattern, tuple(sorted((p.name.value, p.value.value or "") for p in page.query)))


def _pages(pages: PagesSyntax | None) -> Pages:
    include = pages.include.values if pages and pages.include else ()
    exclude = pages.exclude.values if pages and pages.exclude else ()
    return Pages(tuple(map(page_of, include)), tuple(map(page_of, exclude)))


def _audience(written: Written[str | ConditionSyntax] | None, audiences: Mapping[str, Condition]) -> Condition:
    if written is None:
        return EVERYBODY
    return audiences[written.value] if isinstance(written.value, str) else condition_of(written.value)


def _layer(written: LayerShareSyntax | None) -> LayerShare | None:
    return None if written is None else LayerShare(LayerKey(text(written.key)), share(certain(written.share).value))


def _schedule(written: ScheduleSyntax | None, zone: ZoneInfo) -> Schedule:
    if written is None:
        return Schedule()
    return Schedule(_minute(written.start, zone), _minute(written.end, zone))


def _minute(written: Written[str] | None, zone: ZoneInfo) -> int | None:
    if written is None:
        return None
    minute = minute_of(written.value, zone)
    assert not isinstance(minute, Flaw)
    return minute


def _analysis(written: AnalysisSyntax | None) -> Analysis:
    usual = Analysis()
    if written is None:
        return usual
    return Analysis(
        given_or(written.method, usual.method),
        given_or(written.alpha, usual.alpha),
        written.prior.value if written.prior else None,
        given_or(written.cuped, usual.cuped),
    )


def _variations(x: ExperimentSyntax) -> tuple[Variation, ...]:
    """The variations that are written, or every combination of the sections', weighed by the product of weights."""
    if x.sections:
        arms = combinations(x.sections.values)
    else:
        arms = [(variation,) for variation in certain(x.variations).values]
    weights = largest_remainder([prod((certain(v.weight).value for v in arm), start=Fraction(1)) for arm in arms])
    return tuple(_arm(arm, weight) for arm, weight in zip(arms, weights, strict=True))


def _arm(arm: Sequence[VariationSyntax], weight: int) -> Variation:
    written = (change for v in arm for change in (v.changes.values if v.changes else ()))
    return Variation(VariationKey(key_of(arm)), weight, tuple(c for change in written for c in changes_of(change)))


def _keys(variations: Sequence[VariationSyntax]) -> tuple[str, ...]:
    return tuple(text(variation.key) for variation in variations)


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
