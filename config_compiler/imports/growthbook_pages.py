"""Where an experiment of GrowthBook runs: `urlPatterns`, as pages of a definition.

May not know what an experiment changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from config_compiler.imports.left_out import Omissions
from config_compiler.imports.parsed import items, line, mapping, text
from config_compiler.imports.trial import Trial
from config_compiler.imports.writing import Value
from config_compiler.patterns import REGEX

_AT_START = ("^/", r"^\/", "/", r"\/")
_BEYOND_THE_PATH = re.compile(r"\\\?|#|https?:|^(\\?/){2}")
_NO_SCHEME = re.compile(r"[^/:?#]+\.[^/?#]*")


def pages_of(where: str, patterns: object, trial: Trial, omissions: Omissions) -> dict[str, Value]:
    """`include` and `exclude`, as far as there are any."""
    found: dict[bool, list[Value]] = {True: [], False: []}
    for pattern in map(mapping, items(patterns)):
        for page in _pages(where, pattern, omissions):
            if refusal := trial.of_page(page):
                omissions.add(where, f"the page {_quoted(pattern)}", refusal.message, refusal.hint or "write it anew")
                break
            found[pattern.get("include") is not False].append(page)
    if items(patterns) and not found[True] and any(mapping(p).get("include") is not False for p in items(patterns)):
        omissions.add(where, "where it runs", "none of its pages could be", "write pages before it is started")
    words = {"include": found[True], "exclude": found[False]}
    return {word: tuple(pages) for word, pages in words.items() if pages}


def hosts_of(patterns: object) -> Iterator[str]:
    """The hosts that patterns name, without ports and wildcards."""
    for pattern in map(mapping, items(patterns)):
        if pattern.get("type") != "regex":
            host = _split(text(pattern.get("pattern")))[0].partition(":")[0].lower()
            if host and "*" not in host:
                yield host


def _pages(where: str, pattern: dict[str, object], omissions: Omissions) -> tuple[Value, ...]:
    source = text(pattern.get("pattern"))
    if pattern.get("type") == "regex":
        return _of_expression(where, pattern, source, omissions)
    host, path, query, fragment = _split(source)
    if fragment:
        omissions.add(where, f"the fragment of {_quoted(pattern)}", "fragments do not count here", "check its pages")
    start = f"https://{host}" if host else ""
    paths = (path,) if path.endswith(("*", "/")) else (path, f"{path}/")
    addresses = tuple(f"{start}{each}" for each in paths)
    if not query:
        return addresses
    if any("*" in value for value in query.values()):
        omissions.add(where, f"the page {_quoted(pattern)}", "values of the query hold no *", "ask for query.NAME")
        return ()
    return tuple({"path": each, "query": query} for each in addresses)


def _of_expression(where: str, pattern: dict[str, object], source: str, omissions: Omissions) -> tuple[Value, ...]:
    if source.startswith(_AT_START) and not _BEYOND_THE_PATH.search(source):
        return (f"{REGEX}{source}",)
    omissions.add(
        where,
        f"the page {_quoted(pattern)}",
        "an expression is searched in the path here, and this one may ask about the whole address",
        "write one that begins with ^/",
    )
    return ()


def _split(pattern: str) -> tuple[str, str, dict[str, str], str]:
    """Host, path, query and fragment of a pattern, which may begin with any of them."""
    address = _address(pattern)
    try:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return "", pattern, {}, ""
    return "" if parts.netloc == "_" else parts.netloc, parts.path or "/", query, parts.fragment


def _address(pattern: str) -> str:
    """A pattern as an address; one without a host is given `_` for it."""
    if "://" in pattern:
        return f"https://{pattern.partition('://')[2]}"
    return f"https://{pattern}" if _NO_SCHEME.match(pattern) else f"https://_/{pattern.removeprefix('/')}"


def _quoted(pattern: dict[str, object]) -> str:
    return f'"{line(text(pattern.get("pattern")))}"'
