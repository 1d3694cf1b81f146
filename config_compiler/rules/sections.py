"""The sections of a multivariate experiment can be combined.

May not know what their variations change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import prod

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.sections import JOINT, MAX_ARMS, combinations, key_of
from config_compiler.syntax import Definition, ExperimentSyntax, SectionSyntax
from domain.names import is_key


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each experiment whose sections make no arms, too many, or arms without a key of their own."""
    for experiment in definition.experiments:
        if experiment.sections is None:
            continue
        if experiment.variations:
            labels = (Label(experiment.variations.span, "the variations"),)
            message = "the experiment has both variations and sections"
            hint = "keep one of them; the variations of sections are combined"
            yield Finding(Code.E233, message, experiment.sections.span, labels=labels, hint=hint)
        elif experiment.sections.whole:
            yield from _sections(experiment, experiment.sections.values)


def _sections(experiment: ExperimentSyntax, sections: tuple[SectionSyntax, ...]) -> Iterator[Finding]:
    place = experiment.sections.span if experiment.sections else experiment.span
    arms = prod(len(section.variations.values) for section in sections if section.variations)
    if len(sections) < 2:
        hint = "add another, or write its variations under the experiment"
        yield Finding(Code.E233, "an experiment with sections needs two of them", place, hint=hint)
    elif arms > MAX_ARMS:
        message = f"the sections make {arms:,} combinations, of which {MAX_ARMS} are possible"
        yield Finding(Code.E233, message, place, hint="take a section or some variations away")
    elif all(section.whole and section.variations and section.variations.whole for section in sections):
        yield from _keys(sections)


def _keys(sections: tuple[SectionSyntax, ...]) -> Iterator[Finding]:
    keys = Counter(key_of(arm) for arm in combinations(sections))
    span = sections[0].span
    if bad := next((key for key in keys if len(key) > 40 or not is_key(key)), None):
        message = f'a combination would have the key "{bad}", of which 40 characters at most are possible'
        yield Finding(Code.E233, message, span, hint="give the variations shorter keys")
    elif twice := next((key for key, count in keys.items() if count > 1), None):
        message = f'two combinations would have the key "{twice}"'
        yield Finding(Code.E233, message, span, hint=f'take "{JOINT}" out of the keys of the variations')
