"""Style sheets can be read by browsers and load nothing from elsewhere; neither does a style.

May not know what they look like.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Written
from config_compiler.rules.reach import domains_of, on_site
from config_compiler.stylesheets import address_flaw, addresses_of, stylesheet_flaw
from config_compiler.syntax import ChangeSyntax, Definition


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each style sheet that is refused, and for each address beyond the site's domains."""
    domains = domains_of(definition)
    for change in definition.changes:
        if change.css and (flaw := stylesheet_flaw(change.css.value)):
            yield Finding(Code.E234, f"the style sheet {flaw.why}", change.css.span, hint=flaw.hint)
            continue
        for written in _css(change):
            for address in addresses_of(written.value):
                flaw = address_flaw(address, lambda host: not domains or on_site(host, domains))
                if flaw:
                    yield Finding(Code.E234, f'the address "{address[:60]}" {flaw.why}', written.span, hint=flaw.hint)


def _css(change: ChangeSyntax) -> Iterator[Written[str]]:
    if change.css:
        yield change.css
    for pair in change.style.values if change.style else ():
        if pair.value.value:
            yield Written(pair.value.value, pair.value.span)
