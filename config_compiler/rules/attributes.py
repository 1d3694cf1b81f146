"""Attributes and classes that a change sets can be set, and run no script.

May not know which elements they are set on.
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Pair, Written, shortened
from config_compiler.markup import attribute_flaw, class_flaw
from config_compiler.syntax import ChangeSyntax, Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that cannot be set."""
    for change in definition.changes:
        for pair in change.attributes.values if change.attributes else ():
            yield from _attribute(pair)
        for name in _classes(change):
            if flaw := class_flaw(name.value):
                message = f'the class "{shortened(name.value)}" {flaw.why}'
                yield Finding(Code.E212, message, name.span, hint=flaw.hint, fix=flaw.fix)


def _attribute(pair: Pair) -> Iterator[Finding]:
    value = None if pair.value.value is None else html.escape(pair.value.value)
    if flaw := attribute_flaw(pair.name.value, value):
        message = f'the attribute "{shortened(pair.name.value)}" {flaw.why}'
        yield Finding(Code.E212, message, pair.name.span, hint=flaw.hint)


def _classes(change: ChangeSyntax) -> Iterator[Written[str]]:
    for listed in (change.add_class, change.remove_class):
        if listed:
            yield from listed.values
