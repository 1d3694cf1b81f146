"""Keys of sites, goals, experiments and the rest, and names of events, are spelt as browsers and relays expect.

May not know what the names stand for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Written, shortened
from config_compiler.syntax import Definition
from domain.names import is_event_name, is_key


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each name that is spelt otherwise."""
    for what, written in _keys(definition):
        if written and not is_key(written.value):
            message = (
                f'the {what} "{shortened(written.value)}" is not lower-case letters, digits and hyphens, 40 at most'
            )
            yield Finding(Code.E203, message, written.span, hint=_hint(written.value, "-"))
    for goal in definition.goals:
        event = goal.on.event if goal.on else None
        if event and not is_event_name(event.value):
            message = f'the event "{shortened(event.value)}" is not lower-case letters, digits and _ . : -, 40 at most'
            yield Finding(Code.E203, message, event.span, hint=_hint(event.value, "_"))


def _keys(definition: Definition) -> Iterator[tuple[str, Written[str] | None]]:
    if definition.site:
        yield "site key", definition.site.key
    yield from (("audience key", audience.key) for audience in definition.audiences)
    yield from (("layer key", layer.key) for layer in definition.layers)
    yield from (("goal key", goal.key) for goal in definition.goals)
    yield from (("experiment key", experiment.key) for experiment in definition.experiments)
    sections = (section for x in definition.experiments if x.sections for section in x.sections.values)
    yield from (("section key", section.key) for section in sections)
    yield from (("variation key", variation.key) for variation in definition.variations)


def _hint(text: str, joint: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    spelt = re.sub(r"[^a-z0-9]+", joint, plain).strip(joint)[:40].strip(joint)
    return f'write "{spelt}"' if is_key(spelt.replace(joint, "-")) else "begin with a letter"
