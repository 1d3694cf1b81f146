"""HTML that a change puts into the page runs no script.

May not know where in the page it goes.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.markup import html_flaw
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each piece that could."""
    for change in definition.changes:
        if change.html and (flaw := html_flaw(change.html.value)):
            yield Finding(Code.E211, f"the HTML {flaw.why}", change.html.span, hint=flaw.hint)
