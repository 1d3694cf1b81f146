"""The second pass: what was written to what it means, or to findings.

May not know how any single rule decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config_compiler.finding import Finding, Problems
from config_compiler.live import Live, live_of
from config_compiler.meaning import site_of
from config_compiler.rules import (
    amounts,
    arms,
    attributes,
    audiences,
    budget,
    chains,
    changes,
    conditions,
    continuity,
    dealing,
    domains,
    duplicates,
    emptiness,
    judging,
    layers,
    markup,
    misleading,
    names,
    overlap,
    pages,
    reach,
    redirects,
    references,
    repeats,
    sameness,
    schedules,
    scripts,
    sections,
    selectors,
    shares,
    standstill,
    styles,
    stylesheets,
    tests,
    timezone,
    triggers,
    weights,
    without_effect,
)
from config_compiler.syntax import Definition
from domain.plan import Plan
from domain.site import Site

RULES: tuple[Callable[[Definition], Iterator[Finding]], ...] = (
    names.find,
    duplicates.find,
    domains.find,
    timezone.find,
    triggers.find,
    amounts.find,
    references.find,
    repeats.find,
    arms.find,
    shares.find,
    weights.find,
    pages.find,
    reach.find,
    selectors.find,
    changes.find,
    styles.find,
    attributes.find,
    markup.find,
    sameness.find,
    conditions.find,
    audiences.find,
    emptiness.find,
    layers.find,
    schedules.find,
    sections.find,
    stylesheets.find,
    redirects.find,
    scripts.find,
    judging.find,
    budget.find,
    misleading.find,
    without_effect.find,
    tests.find,
)
"""What a definition must be by itself."""

RULES_OF_CHANGE: tuple[Callable[[Definition, Live], Iterator[Finding]], ...] = (continuity.find,)
"""What it must be after the one that is live."""

RULES_OF_SUCCESSION: tuple[Callable[[Definition, Site, Live], Iterator[Finding]], ...] = (dealing.find,)
"""What the site that it means must be after the one that is live; asked where nothing else is wrong."""

RULES_OF_MEANING: tuple[Callable[[Definition, Site], Iterator[Finding]], ...] = (
    standstill.find,
    chains.find,
    overlap.find,
)
"""What must be true of the site that is meant, once nothing else is wrong."""


def check(definition: Definition, published: Site | Plan | None, problems: Problems) -> Site | None:
    """Ask every rule; the site that is meant, unless something is wrong with it."""
    live = None if published is None else live_of(published)
    for rule in RULES:
        problems.extend(rule(definition))
    if live is not None:
        for rule_of_change in RULES_OF_CHANGE:
            problems.extend(rule_of_change(definition, live))
    if problems.fatal:
        return None
    site = site_of(definition)
    for rule_of_meaning in RULES_OF_MEANING:
        problems.extend(rule_of_meaning(definition, site))
    if live is not None:
        for rule_of_succession in RULES_OF_SUCCESSION:
            problems.extend(rule_of_succession(definition, site, live))
    return None if problems.fatal else site
