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
        for html in change.html_texts:
            if flaw := html_flaw(html.value):
                yield Finding(Code.E211, f"the HTML {flaw.why}", html.span, hint=flaw.hint)
