"""Somebody belongs to an audience.

Folds conditions; one that cannot be met for a deeper reason is not found out. May not know who visits the site.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.condition_syntax import tests_of
from config_compiler.conditions import condition_of
from config_compiler.finding import Finding
from config_compiler.folding import folded
from config_compiler.rules.conditions import find as faults
from config_compiler.syntax import Definition
from domain.condition import NOBODY


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each condition that no visit meets, where all conditions can be understood."""
    if next(faults(definition), None):
        return
    for condition in definition.conditions:
        if folded(condition_of(condition.value)) == NOBODY:
            place = next(tests_of(condition.value)).field.span
            hint = "ask for one of several with any: [ … ] or with a list of values"
            yield Finding(Code.W405, "no visit meets this condition", place, "it begins here", hint=hint)
