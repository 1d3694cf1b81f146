"""A site's domains are host names, and not an ending that belongs to everybody.

May not know whether they exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import shortened
from config_compiler.public_suffixes import is_public_suffix
from config_compiler.syntax import Definition

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(\*\.(?=.*\.))?{_LABEL}(\.{_LABEL})*")


def is_domain(text: str) -> bool:
    """Whether a text is a host name, or `*.` and a domain of two parts at least."""
    return len(text) <= 253 and _DOMAIN.fullmatch(text) is not None


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each that is not."""
    listed = definition.site.domains if definition.site else None
    for domain in listed.values if listed else ():
        if not is_domain(domain.value):
            message = f'"{shortened(domain.value)}" is not a host name'
            host = _host(domain.value)
            lower = domain.value.lower()
            fix = lower if is_domain(lower) else host if host[:1].isalnum() and is_domain(host) else ""
            yield Finding(Code.E221, message, domain.span, hint=_hint(host), fix=fix)
        elif is_public_suffix(host := domain.value.removeprefix("*.")):
            message = f'"{domain.value}" is no site: everybody\'s domains may end in ".{host}"'
            yield Finding(Code.E221, message, domain.span, hint=f"write your own domain, such as shop.{host}")


def _host(text: str) -> str:
    """What is likely meant."""
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).partition("/")[0].partition(":")[0].rstrip(".")
    return host if host.isascii() else _ascii(host)


def _hint(host: str) -> str:
    return f'write "{host}"' if is_domain(host) else 'write it like shop.example, or "*.shop.example" for all below it'


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
