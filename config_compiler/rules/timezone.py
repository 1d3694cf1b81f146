"""A site's time zone exists.

May not know what time it is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import shortened
from config_compiler.nearest import nearest_word
from config_compiler.syntax import Definition
from config_compiler.zones import time_zones


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding where it does not."""
    zone = definition.site.timezone if definition.site else None
    if zone and zone.value not in time_zones():
        message = f'there is no time zone "{shortened(zone.value)}"'
        yield Finding(Code.E222, message, zone.span, hint=_hint(zone.value), fix=_fix(zone.value))


def _fix(text: str) -> str:
    """The name that differs in capitals and underscores only."""
    wanted = text.strip().lower().replace(" ", "_")
    return next((name for name in sorted(time_zones()) if name.lower() == wanted), "")


def _hint(text: str) -> str:
    by_lower = {name.lower(): name for name in sorted(time_zones())}
    by_city = {name.rpartition("/")[2].lower(): name for name in sorted(time_zones(), reverse=True)}
    wanted = text.strip().lower().replace(" ", "_")
    close = by_lower.get(wanted) or by_city.get(wanted) or by_lower.get(nearest_word(wanted, by_lower) or "")
    return f'write "{close}"' if close else "write an IANA name such as Europe/Berlin"
