"""Scripts run only where the site allows them, and only such as can stand inside the script around them.

May not know what they do.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.javascript import script_flaw
from config_compiler.syntax import Definition, Scripts


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that may not be, or cannot be read."""
    policy = definition.site.scripts if definition.site else None
    allowed = policy is not None and policy.value is Scripts.ALLOWED
    for change in definition.changes:
        if change.script is None:
            continue
        if not allowed:
            labels = (Label(policy.span, "here"),) if policy else ()
            message = "the change runs a script, which the site forbids"
            hint = "write scripts: allowed in site.yaml, if whoever edits experiments may run code on the site"
            yield Finding(Code.E237, message, change.script.span, labels=labels, hint=hint)
        elif flaw := script_flaw(change.script.value):
            yield Finding(Code.E237, f"the script {flaw.why}", change.script.span, hint=flaw.hint, fix=flaw.fix)
