"""Page patterns can match a page, in Python as in every browser.

May not know which pages a site has.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.flaw import Flaw
from config_compiler.kinds import shortened
from config_compiler.page_syntax import PageSyntax
from config_compiler.patterns import REGEX, page_pattern
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each pattern that cannot be used."""
    for written in _patterns(definition):
        flaw = page_pattern(written.value)
        if isinstance(flaw, Flaw):
            yield _unusable(written, flaw)


def _patterns(definition: Definition) -> Iterator[PageSyntax]:
    for goal in definition.goals:
        if goal.on and goal.on.visit:
            yield goal.on.visit
    for experiment in definition.experiments:
        for listed in (experiment.pages.include, experiment.pages.exclude) if experiment.pages else ():
            if listed:
                yield from listed.values


def _unusable(written: PageSyntax, flaw: Flaw) -> Finding:
    code, what = (Code.E208, "regular expression") if written.value.startswith(REGEX) else (Code.E207, "page pattern")
    text = shortened(written.value.removeprefix(REGEX))
    return Finding(code, f'the {what} "{text}" {flaw.why}', written.span, hint=flaw.hint, fix=flaw.fix)
