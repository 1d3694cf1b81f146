"""A test describes a visit that can be, and expects what an experiment could do.

May not know whether it passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from config_compiler.codes import Code
from config_compiler.fields import subject_of, value_flaw
from config_compiler.finding import Finding
from config_compiler.flaw import Flaw
from config_compiler.kinds import Pair, Written, shortened
from config_compiler.nearest import fix_for, nearest
from config_compiler.sections import combinations, key_of
from config_compiler.syntax import Definition, ExperimentSyntax
from config_compiler.tests_syntax import DefinitionTestSyntax, Expectation
from domain.condition import Field

_URL, _NOW = "url", "now"
_OF_PAGE = (Field.PATH, Field.HOST)


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each part of a test that makes no sense."""
    experiments = {x.key.value: x for x in definition.experiments if x.key}
    for test in definition.definition_tests:
        yield from _visit(test)
        if test.visitor and not re.fullmatch(r"[0-9a-f]{8}", test.visitor.value):
            lower = test.visitor.value.lower()
            fix = lower if re.fullmatch(r"[0-9a-f]{8}", lower) else ""
            yield _refused(test.visitor, "is no visitor", "a visitor is 8 hex digits such as 0badcafe", fix)
        for expectation in test.expect.values if test.expect else ():
            yield from _expected(test, expectation, experiments)


def _refused(written: Written[str], why: str, hint: str, fix: str = "") -> Finding:
    return Finding(Code.E251, f'"{shortened(written.value)}" {why}', written.span, hint=hint, fix=fix)


def _visit(test: DefinitionTestSyntax) -> Iterator[Finding]:
    if test.visit is None:
        return
    names = [pair.name.value for pair in test.visit.values]
    if test.visit.whole and _URL not in names:
        message = "the visit is to no page"
        yield Finding(Code.E251, message, test.visit.span, hint="add url: https://… with one of the site's domains")
    for pair in test.visit.values:
        yield from _part(pair)


def _part(pair: Pair) -> Iterator[Finding]:
    value = Written(pair.value.value or "", pair.value.span)
    if pair.name.value == _URL:
        if not _is_address(value.value):
            yield _refused(value, "is not the address of a page", "write it like https://shop.example/")
        return
    if pair.name.value == _NOW:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", value.value):
            yield _refused(value, "is not a time", "write it like 2026-12-01T09:00, in the site's time zone")
        return
    subject = subject_of(pair.name.value)
    if isinstance(subject, Flaw):
        yield _refused(pair.name, subject.why, subject.hint, subject.fix)
    elif subject.field in _OF_PAGE:
        yield _refused(pair.name, "is part of the page's address", "write it in url")
    elif flaw := value_flaw(subject, value.value):
        yield _refused(value, flaw.why, flaw.hint, flaw.fix)


def _is_address(text: str) -> bool:
    try:
        return re.fullmatch(r"https?://[^\s/?#@]+([/?#]\S*)?", text) is not None and urlsplit(text).netloc != ""
    except ValueError:
        return False


def _expected(
    test: DefinitionTestSyntax, expectation: Expectation, experiments: dict[str, ExperimentSyntax]
) -> Iterator[Finding]:
    experiment = experiments.get(expectation.experiment.value)
    if experiment is None:
        hint = nearest(expectation.experiment.value, experiments) or "its key stands in its file, after experiment:"
        near = fix_for(expectation.experiment.value, experiments)
        yield _refused(expectation.experiment, "is no experiment of the site", hint, near)
        return
    known = _variations(experiment)
    outcome = expectation.outcome
    for variation, _ in expectation.shares:
        if variation.value not in known:
            near = fix_for(variation.value, known)
            yield _refused(variation, "is no variation of the experiment", nearest(variation.value, known), near)
    if expectation.shares and test.visitors is None:
        message = "shares are expected of nobody"
        yield Finding(Code.E251, message, expectation.experiment.span, hint="add visitors: 20000 to the test")
    elif outcome and outcome.value not in ("in", "out"):
        if outcome.value not in known:
            hint = nearest(outcome.value, ["in", "out", *known])
            near = fix_for(outcome.value, ["in", "out", *known])
            yield _refused(outcome, "is neither in, out nor a variation of the experiment", hint, near)
        elif test.visitor is None:
            yield _refused(outcome, "is not what every visitor gets", "add visitor: 0badcafe, or whose it is")


def _variations(experiment: ExperimentSyntax) -> set[str]:
    if experiment.sections:
        return set(map(key_of, combinations(experiment.sections.values)))
    listed = experiment.variations.values if experiment.variations else ()
    return {variation.key.value for variation in listed if variation.key}
