"""Attributes and classes that a change sets can be set, and run no script.

May not know which elements they are set on.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace

from config_compiler.codes import Code
from config_compiler.finding import Finding, Mend
from config_compiler.kinds import Pair, Written, shortened
from config_compiler.markup import attribute_flaw, class_flaw
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that cannot be set."""
    for change in definition.changes:
        for pair in change.attributes.values if change.attributes else ():
            yield from _attribute(pair)
        for listed in (change.add_class, change.remove_class):
            for name in listed.values if listed else ():
                yield from _class(name, alone=listed is not None and listed.span == name.span)


def _attribute(pair: Pair) -> Iterator[Finding]:
    value = None if pair.value.value is None else html.escape(pair.value.value)
    if flaw := attribute_flaw(pair.name.value, value):
        message = f'the attribute "{shortened(pair.name.value)}" {flaw.why}'
        yield Finding(Code.E212, message, pair.name.span, hint=flaw.hint)


def _class(name: Written[str], *, alone: bool) -> Iterator[Finding]:
    if flaw := class_flaw(name.value):
        message = f'the class "{shortened(name.value)}" {flaw.why}'
        finding = Finding(Code.E212, message, name.span, hint=flaw.hint, fix=flaw.fix)
        words = name.value.split()
        if alone and len(words) > 1 and not any(map(class_flaw, words)) and all(map(str.isidentifier, words)):
            finding = replace(finding, fix=f"[{', '.join(words)}]", mend=Mend.AS_IS)
        yield finding
