"""Page patterns as they are written: a path with `*`, a full address, `regex:…`.

May not know how a browser will test them.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from config_compiler.flaw import Flaw
from config_compiler.regex import MAX_REPETITIONS, regex_flaw
from domain.experiment import PagePattern, PathPattern, RegexPattern, UrlPattern

REGEX = "regex:"

KEPT = "/*%:@!$&'()+,;=~[]|\\^"
"""What a browser leaves as it is in a path, beside letters, digits and `-._`."""

BARE_PATH = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_*-]*)*")
"""A path without its slash; one with a dot could be a host."""

_UNSHOWN = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]")

_HOST = re.compile(r"(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*)(:[0-9]{1,5})?")


def page_pattern(text: str) -> PagePattern | Flaw:
    """Read a pattern. A path comes out as browsers write it: what is not ASCII percent-encoded, host in lower case."""
    if text.startswith(REGEX):
        source = text.removeprefix(REGEX)
        return regex_flaw(source) or RegexPattern(source)
    if flaw := _flaw_of_glob(text):
        return flaw
    if text.startswith("/"):
        return PathPattern(quote(text, safe=KEPT))
    return _url_pattern(text)


def _flaw_of_glob(text: str) -> Flaw | None:
    if not text.startswith(("/", "https://", "http://")):
        fix = f"/{text}" if BARE_PATH.fullmatch(text) else ""
        return Flaw("does not begin with / or https://", f'write "/{text.lstrip("*/")}"', fix)
    if "?" in text or "#" in text:
        return Flaw("has a query or a fragment, which do not count", "write the path alone")
    if re.sub(r"\*+", "*", text.rstrip("*")).count("*") >= MAX_REPETITIONS:
        return Flaw(f"has more than {MAX_REPETITIONS} stars", "use fewer, or several patterns")
    if any(c.isspace() or not c.isprintable() for c in text):
        fix = text.replace(" ", "%20") if text == text.strip() else text.strip()
        return Flaw("holds a space or a control character", "write a space as %20", "" if _UNSHOWN.search(fix) else fix)
    return None


def _url_pattern(text: str) -> PagePattern | Flaw:
    scheme, rest = text.split("://", 1)
    host, slash, path = rest.partition("/")
    if not _HOST.fullmatch(host.lower()):
        return Flaw("has no host that a browser could show", "write it like https://shop.example/landing/*")
    return UrlPattern(f"{scheme}://{host.lower()}/{quote(path, safe=KEPT) if slash else ''}")


def host_of(pattern: UrlPattern) -> str:
    """The host of a full address, without its port; may hold `*`."""
    return urlsplit(pattern.glob).netloc.partition(":")[0]
