"""The audience that an experiment names is one of the site's.

May not know who is in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.nearest import fix_for, nearest
from config_compiler.syntax import Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that the site does not have, if the site's audiences could all be read."""
    site = definition.site
    if site is None or (site.audiences is None and not site.whole) or (site.audiences and not site.audiences.whole):
        return
    known = {audience.key.value for audience in definition.audiences if audience.key}
    for experiment in definition.experiments:
        named = experiment.audience
        if named and isinstance(named.value, str) and named.value not in known:
            message = f'the site has no audience "{named.value}"'
            yield Finding(
                Code.E229, message, named.span, hint=_hint(named.value, known), fix=fix_for(named.value, known)
            )


def _hint(key: str, known: set[str]) -> str:
    if not known:
        return "write it under audiences in site.yaml, or the condition in place, such as {device: mobile}"
    return nearest(key, known) or f"the site's audiences are {', '.join(sorted(known))}"
