"""Styles are CSS declarations that browsers read.

May not know what they look like.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.css_properties import CSS_PROPERTIES
from config_compiler.declarations import property_flaw, value_flaw
from config_compiler.finding import Finding
from config_compiler.kinds import Pair, Written, shortened
from config_compiler.nearest import nearest_word
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each declaration that cannot be used, a warning for each that browsers will pass over."""
    for change in definition.changes:
        for pair in change.style.values if change.style else ():
            yield from _declaration(pair)


def _declaration(pair: Pair) -> Iterator[Finding]:
    name, value = pair.name, pair.value
    if flaw := property_flaw(name.value):
        yield Finding(Code.E210, f'"{shortened(name.value)}" {flaw.why}', name.span, hint=flaw.hint, fix=flaw.fix)
    elif flaw := value_flaw(value.value or ""):
        message = f'the value "{shortened(value.value or "")}" of "{name.value}" {flaw.why}'
        yield Finding(Code.E210, message, value.span, hint=flaw.hint, fix=_without_end(value.value or ""))
    elif not name.value.startswith("-") and name.value not in CSS_PROPERTIES:
        yield _unknown(name)


def _without_end(text: str) -> str:
    """A value without the semicolon that CSS wants behind it, where that is all that is wrong."""
    bare = text.strip().removesuffix(";").rstrip()
    return bare if bare and value_flaw(bare) is None else ""


def _unknown(name: Written[str]) -> Finding:
    close = nearest_word(name.value, CSS_PROPERTIES)
    hint = f'did you mean "{close}"?' if close else "browsers will pass over it"
    # A property that is merely near could be one that is newer than the list.
    fix = name.value.replace("colour", "color").replace("grey", "gray")
    message = f'browsers know no CSS property "{name.value}"'
    return Finding(Code.W404, message, name.span, hint=hint, fix=fix if fix in CSS_PROPERTIES else "")
