"""CSS declarations: whether browsers read them, and what they look like when they win.

May not know which elements they apply to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config_compiler.css_properties import CSS_PROPERTIES
from config_compiler.flaw import Flaw

if TYPE_CHECKING:
    from tinycss2.ast import FunctionBlock, Node

MAX_LENGTH = 2_000

_PROPERTY = re.compile(r"-?[a-z][a-z0-9-]*|--[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[#.]?[A-Za-z0-9-][A-Za-z0-9.%-]*(?: [#.]?[A-Za-z0-9-][A-Za-z0-9.%-]*)*")
"""Words, numbers and colours: nothing that could end a declaration or load something."""
_SCRIPT_SCHEMES = ("javascript", "vbscript")


def property_flaw(name: str) -> Flaw | None:
    """Why a name cannot be a CSS property."""
    if _PROPERTY.fullmatch(name):
        return None
    hint = name.lower().replace("_", "-").strip()
    if hint not in CSS_PROPERTIES:
        hint = re.sub(r"(?<!^)([A-Z])", r"-\1", name.replace("_", "-")).lower()
    if _PROPERTY.fullmatch(hint):
        return Flaw("is not a CSS property", f'write "{hint}"', hint if hint in CSS_PROPERTIES else "")
    return Flaw("is not a CSS property", "write it like background-color")


def value_flaw(text: str) -> Flaw | None:
    """Why a text cannot be the value of a declaration, alone and complete."""
    if len(text) > MAX_LENGTH:
        return Flaw(f"has more than {MAX_LENGTH:,} characters", "put it into the page's own style sheet")
    if _PLAIN.fullmatch(text):
        return None
    if "/*" in text:
        return Flaw("holds a comment", "write the comment in YAML, after #")
    import tinycss2  # only where a value is not plain, since it is much to load

    tokens = tinycss2.parse_component_value_list(f"{_without_important(text)};")
    if not (tokens[-1].type == "literal" and tokens[-1].value == ";"):
        return Flaw("has a bracket or a quote that is not closed", "close it")
    if all(token.type == "whitespace" for token in tokens[:-1]):
        return Flaw("is empty", "write a value")
    return _flaw_of_tokens(tokens[:-1])


def declaration(name: str, value: str) -> str:
    """A declaration that wins over the page's own; the property in lower case, unless it is a custom one."""
    return f"{name}:{' '.join(_without_important(value).split())}!important"


def _without_important(value: str) -> str:
    return re.sub(r"!\s*important\s*$", "", value.strip(), flags=re.IGNORECASE).strip()


def _flaw_of_tokens(tokens: list[Node]) -> Flaw | None:
    for token in tokens:
        if flaw := _flaw_of_token(token):
            return flaw
    return None


def _flaw_of_token(token: Node) -> Flaw | None:
    match token.type:
        case "error":
            return Flaw(f"cannot be read: {token.message}", "write what stands after the colon in CSS")
        case "{} block" | "at-keyword":
            return Flaw("holds { } or @, which end a declaration", "write one value for one property")
        case "literal" if token.value in (";", "!"):
            return Flaw(f'holds "{token.value}", which ends a declaration', "write one value for one property")
        case "url" | "string":
            return _flaw_of_url(token.value)
        case "function":
            return _flaw_of_function(token)
        case "() block" | "[] block":
            return _flaw_of_tokens(token.content)
    return None


def _flaw_of_function(token: FunctionBlock) -> Flaw | None:
    if token.lower_name == "expression":
        return Flaw("calls expression(), which runs a script in old browsers", "write a plain value")
    return _flaw_of_tokens(token.arguments)


def _flaw_of_url(url: str) -> Flaw | None:
    # Browsers take tabs and line breaks out of an address before they read its scheme.
    scheme, colon, _ = re.sub(r"[\x00-\x20]", "", url).lower().partition(":")
    if colon and scheme in _SCRIPT_SCHEMES:
        return Flaw(f'has an address that begins with "{scheme}:"', "use https")
    return None
