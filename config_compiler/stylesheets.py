"""Style sheets that a change adds: whether browsers read them, and what they load.

May not know which page they come into.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config_compiler.flaw import Flaw

if TYPE_CHECKING:
    from tinycss2.ast import Node

MAX_LENGTH = 50_000

_TAKEN = frozenset(
    {"media", "supports", "keyframes", "-webkit-keyframes", "font-face", "container", "layer", "property"}
)
_LOADS = frozenset({"url", "src", "image", "image-set", "-webkit-image-set"})
_HARMLESS = ("", "data")


def canonical_css(text: str) -> str:
    """A style sheet as it is emitted: without comments, and on one line."""
    import tinycss2  # here and below only where there is a style sheet, since it is much to load

    parts = tinycss2.parse_component_value_list(text, skip_comments=True)
    return "".join(" " if part.type == "whitespace" else part.serialize() for part in parts).strip()


def stylesheet_flaw(text: str) -> Flaw | None:
    """Why a style sheet is refused; what it loads is `addresses_of`."""
    if len(text) > MAX_LENGTH:
        return Flaw(f"has more than {MAX_LENGTH:,} characters", "put it into a file of the site")
    import tinycss2

    tokens = tinycss2.parse_component_value_list(f"{text};")
    if not (tokens[-1].type == "literal" and tokens[-1].value == ";"):
        return Flaw("has a bracket, a quote or a comment that is not closed", "close it")
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    if not rules:
        return Flaw("is empty", "write a rule such as h1{color:red}")
    return next((flaw for rule in rules if (flaw := _flaw_of_rule(rule))), None)


def _flaw_of_rule(rule: Node) -> Flaw | None:
    if rule.type == "error":
        return Flaw(f"cannot be read: {rule.message}", "write rules such as h1{color:red}")
    if rule.type == "at-rule" and rule.lower_at_keyword not in _TAKEN:
        hint = "write its rules here" if rule.lower_at_keyword == "import" else f"use {', '.join(sorted(_TAKEN))}"
        return Flaw(f"holds @{rule.at_keyword}", hint)
    return None


def addresses_of(text: str) -> Iterator[str]:
    """Every address that a style sheet or a value loads something from."""
    if "(" not in text:  # an address is loaded by a function, or by @import, which is refused
        return
    import tinycss2

    yield from _addresses(tinycss2.parse_component_value_list(text, skip_comments=True), loading=False)


def _addresses(tokens: list[Node], *, loading: bool) -> Iterator[str]:
    for token in tokens:
        if token.type == "url" or (loading and token.type == "string"):
            yield token.value
        elif token.type == "function":
            yield from _addresses(token.arguments, loading=token.lower_name in _LOADS)
        elif token.type in ("{} block", "() block", "[] block"):
            yield from _addresses(token.content, loading=False)


def address_flaw(address: str, on_site: Callable[[str], bool]) -> Flaw | None:
    """Why nothing may be loaded from an address."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return Flaw("is no address", "write it like /b.jpg")
    if parts.scheme not in ("http", "https", *_HARMLESS):
        return Flaw(f'begins with "{parts.scheme}:"', "use https")
    if host and not on_site(host):
        return Flaw(f'lies on "{host}", which is not one of the site\'s domains', "serve it from the site itself")
    return None
