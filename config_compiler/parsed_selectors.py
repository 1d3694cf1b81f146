"""CSS selectors read by cssselect2, whose complaints become plain words.

May not know which selectors need no such reading, or what is done to the elements found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cssselect2
import tinycss2
from cssselect2 import parser as css
from cssselect2.compiler import CompiledSelector

from config_compiler.flaw import Flaw
from config_compiler.kinds import shortened


def flaw_of_parsed(text: str, *, elements_only: bool) -> Flaw | None:
    """Why a selector is refused; None where it may be used. Only a style can reach a pseudo-element."""
    if flaw := _flaw_of_text(text):
        return flaw
    selectors = _compiled(text)
    if isinstance(selectors, Flaw):
        return selectors
    if elements_only and any(s.pseudo_element for s in selectors):
        return Flaw("names a part such as ::before, which is no element", "use it with style alone")
    return None


def _compiled(text: str) -> tuple[CompiledSelector, ...] | Flaw:
    try:
        _read_functions(tinycss2.parse_component_value_list(text))
        return tuple(cssselect2.compile_selector_list(text))
    except cssselect2.SelectorError as error:
        return Flaw(f"cannot be read: {_said(error)}", _hint(text))
    # cssselect2 0.10.1 fails in other ways than its own: it reads on past the end of | and :nth-child(2n+), and
    # evaluates code that it has written. Whatever breaks it is no selector to us.
    except Exception:  # noqa: BLE001 - that library alone runs here, on a text that is not trusted
        return Flaw("cannot be read: something in it is missing or out of place", _hint(text))


def _read_functions(tokens: Iterable[Any]) -> None:
    """Raise SelectorError for what cssselect2 forgives in :has() and :lang(), and browsers do not."""
    for token in tokens:
        if token.type == "function":
            if token.lower_name == "has":
                list(css.parse(token.arguments, relative=True))
            elif token.lower_name == "lang" and all(each.type == "whitespace" for each in token.arguments):
                raise cssselect2.SelectorError("Invalid arguments for :lang()")
            _read_functions(token.arguments)


def _flaw_of_text(text: str) -> Flaw | None:
    if "/*" in text:
        return Flaw("holds a comment", "write the comment in YAML, after #")
    # Whatever is left open swallows the semicolon, and would swallow the rule that follows the selector.
    tokens = tinycss2.parse_component_value_list(f"{text};")
    if not (tokens[-1].type == "literal" and tokens[-1].value == ";"):
        return Flaw("has a bracket or a quote that is not closed", "close it")
    return None


def _said(error: cssselect2.SelectorError) -> str:
    """The library's message, with what stands in the text where it puts its own name for that."""
    match error.args:
        case (str(what), str(name)):
            return f"{_begun(what)} :{name}"
        case (str(what),):
            return _begun(what)
        case (token, str(what)):
            found = f'"{shortened(token.serialize())}"' if token else "its end"
            expected, got, _ = what.partition(", got ")
            if got:
                return f"{_begun(expected)}, found {found}"
            if not what.startswith("unexpected"):
                return _begun(what)
            return f"{found} is out of place" if token else "it ends too early"
    return "it is not one"


def _begun(what: str) -> str:
    return what[0].lower() + what[1:]


def _hint(text: str) -> str:
    if text.rstrip().endswith((",", ">", "+", "~")):
        return "write what follows, or take the last sign away"
    if text.startswith(("/", "http")):
        return "a page goes under pages; a selector is written like #cta or .hero h1"
    return "write it like #cta or .hero h1, and try it in the browser's console"
