"""Runs the tests of a definition: visits are decided, and what they get is compared with what is expected.

Every experiment that is not stopped is taken for a running one, and, where a test says no time, for one that goes on.
Pure. May not know where the definition came from or how results are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt

from config_compiler.compiler import plan_site
from config_compiler.emit import canonical
from config_compiler.plan_json import condition_json
from config_compiler.syntax import Definition
from config_compiler.tests_syntax import DefinitionTestSyntax, Expectation
from domain.condition import All, AnyOf, Condition, Not, Test
from domain.experiment import Status
from domain.plan import Plan, PlannedExperiment
from domain.site import Site
from domain.targeting import away, decide
from domain.visits import Visit, meets
from leadbright.described_visit import NOW, as_browsers_write_it, described

STANDARD_ERRORS = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test went: what was wrong, nothing where it passed."""

    name: str
    file: str
    line: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Every outcome, and the questions of audiences that were never answered with yes."""

    outcomes: tuple[Outcome, ...]
    questions: int
    unmet: tuple[str, ...]
    """Experiment and question, such as `hero: ["is","device","mobile"]`."""


def run_tests(definition: Definition, site: Site) -> Report:
    """Run every test of a definition in which nothing is wrong; `site` is what it means."""
    plan = plan_site(
        replace(site, experiments=tuple(replace(x, status=_taken_for(x.status)) for x in site.experiments))
    )
    outcomes = []
    visits = []
    for test in definition.definition_tests:
        visit, timed = _visit(test, site.timezone)
        outcomes.append(_outcome(test, plan if timed else _timeless(plan), visit))
        visits.append(visit)
    asked = [(x.key, question) for x in plan.experiments for question in dict.fromkeys(_questions(x.who))]
    unmet = [f"{key}: {_said(q)}" for key, q in asked if not any(meets(q, visit) for visit in visits)]
    return Report(tuple(outcomes), len(asked), tuple(unmet))


def _taken_for(status: Status) -> Status:
    return Status.STOPPED if status is Status.STOPPED else Status.RUNNING


def _timeless(plan: Plan) -> Plan:
    return replace(plan, experiments=tuple(replace(x, start=None, end=None) for x in plan.experiments))


def _visit(test: DefinitionTestSyntax, timezone: str) -> tuple[Visit, bool]:
    words = {pair.name.value: pair.value.value or "" for pair in test.visit.values} if test.visit else {}
    url = as_browsers_write_it(words.pop("url"))
    return described(Visit(url), words, timezone), NOW in words


def _outcome(test: DefinitionTestSyntax, plan: Plan, visit: Visit) -> Outcome:
    assert test.name is not None
    assert test.expect is not None
    planned = {x.key: x for x in plan.experiments}
    faults = []
    for expectation in test.expect.values:
        experiment = planned.get(expectation.experiment.value)  # type: ignore[call-overload]
        fault = _fault(test, expectation, plan, experiment, visit)
        if fault:
            faults.append(f"{expectation.experiment.value} {fault}")
    return Outcome(test.name.value, test.name.span.file, test.name.span.line, tuple(faults))


def _fault(
    test: DefinitionTestSyntax, expected: Expectation, plan: Plan, experiment: PlannedExperiment | None, visit: Visit
) -> str:
    """What is not as expected; nothing where all is."""
    if experiment is None:
        outcome = expected.outcome
        return "" if outcome and outcome.value == "out" else "is stopped"
    if expected.shares:
        return _fault_of_shares(test, expected, plan, experiment, visit)
    assert expected.outcome is not None
    wanted = expected.outcome.value
    if test.visitor:
        decision = decide(plan, visit, test.visitor.value, {})[experiment.run]
        got, reason = decision.variation, decision.reason.value
    else:
        found = away(experiment, visit)
        got, reason = (None, found.value) if found else ("in", "")  # type: ignore[assignment]
    if wanted in ("in", "out"):
        return "" if (got is not None) == (wanted == "in") else f"is {'out: ' + reason if got is None else 'in'}"
    return "" if got == wanted else f"gives {got}" if got else f"is out: {reason}"


def _fault_of_shares(
    test: DefinitionTestSyntax, expected: Expectation, plan: Plan, experiment: PlannedExperiment, visit: Visit
) -> str:
    """Shares of those who take part, each within four standard errors."""
    assert test.visitors is not None
    alone = replace(plan, experiments=(experiment,))
    counts = Counter(
        decide(alone, visit, f"{n * 2654435761 % 2**32:08x}", {})[experiment.run].variation
        for n in range(test.visitors.value)
    )
    taking_part = sum(count for variation, count in counts.items() if variation is not None)
    if taking_part == 0:
        reason = away(experiment, visit)
        return f"has nobody: {reason.value if reason else 'no visitor takes part'}"
    for variation, share in expected.shares:
        allowed = STANDARD_ERRORS * sqrt(float(share * (1 - share)) * taking_part)
        count = counts[variation.value]  # type: ignore[index]
        if abs(count - float(share) * taking_part) > allowed:
            return f"gives {variation.value} to {count / taking_part:.1%} of {taking_part:,} visitors"
    return ""


def _questions(condition: Condition) -> Iterator[Test]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _questions(part)
        case Not(part):
            yield from _questions(part)
        case Test():
            yield condition


def _said(question: Test) -> str:
    return canonical(condition_json(question)).decode()
