"""An experiment compares at least two variations.

May not know what the variations change.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.source import Span
from config_compiler.syntax import Definition, VariationSyntax


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each experiment with none or one."""
    for experiment in definition.experiments:
        written = experiment.variations
        if written and written.whole and len(written.values) < 2:
            yield _too_few(written.values, written.span)


def _too_few(variations: tuple[VariationSyntax, ...], span: Span) -> Finding:
    message = "the experiment has one variation" if variations else "the experiment has no variation"
    hint = "add one to compare with; the first one is usually the page as it is, without changes"
    return Finding(Code.E206, message, span, hint=hint)
