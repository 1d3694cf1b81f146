"""CSS selectors read by cssselect2, whose complaints become plain words.

May not know which selectors need no such reading, or what is done to the elements found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import cssselect2
import tinycss2
from cssselect2 import parser as css
from cssselect2.compiler import CompiledSelector
from tinycss2.ast import Node

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
        tokens = tinycss2.parse_component_value_list(text)
        _read_functions(tokens)
        for name in _partly_read(tokens):
            return _of_some(name, text)
        return tuple(cssselect2.compile_selector_list(_in_old_words(tokens)))
    except cssselect2.SelectorError as error:
        return Flaw(f"cannot be read: {_said(error)}", _hint(text))
    # cssselect2 0.10.1 fails in other ways than its own: it reads on past the end of | and :nth-child(2n+), and
    # evaluates code that it has written. Whatever breaks it is no selector to us.
    except Exception:  # noqa: BLE001 - that library alone runs here, on a text that is not trusted
        return Flaw("cannot be read: something in it is missing or out of place", _hint(text))


def _of_some(name: str, text: str) -> Flaw:
    why = f"names :{name}, which not every browser reads"
    same = re.sub(r":-webkit-autofill(?![\w-])", ":autofill", text) if name == "-webkit-autofill" else ""
    return Flaw(why, _INSTEAD.get(name, "give the element a class"), same)


_READ_BY_ALL = frozenset(
    """
    autofill default defined fullscreen in-range indeterminate invalid modal optional out-of-range placeholder-shown
    popover-open read-only read-write required valid
    """.split()  # noqa: SIM905
)
"""What Chrome, Firefox and Safari read (as of 2026, in versions two years old) and cssselect2 does not know."""

_READ_BY_SOME = frozenset(
    """
    active-view-transition blank buffering current future has-slotted heading host host-context interest-source
    interest-target local-link muted nth-col nth-last-col open past paused picture-in-picture playing seeking stalled
    target-current target-within volume-locked xr-overlay
    """.split()  # noqa: SIM905
)
"""What some of them do not: there, a style sheet with it is passed over, and a search for it fails."""

_INSTEAD = {
    "open": "write [open]",
    "-webkit-autofill": "write :autofill",
    "-moz-placeholder": "write :placeholder-shown",
    "-ms-input-placeholder": "write :placeholder-shown",
}


def _partly_read(tokens: Iterable[Any]) -> Iterator[str]:
    """The pseudo-classes that only some browsers read."""
    for name, _ in _pseudo_classes(list(tokens)):
        if name in _READ_BY_SOME or name in _INSTEAD:
            yield name


def _pseudo_classes(tokens: list[Any]) -> Iterator[tuple[str, Any]]:
    """Each pseudo-class by its name, with its token; those inside of others too."""
    for before, colon, token in zip([None, None, *tokens], [None, *tokens], tokens, strict=False):
        if colon == ":" and before != ":":
            if token.type == "ident":
                yield token.lower_value, token
            elif token.type == "function":
                yield token.lower_name, token
        if token.type == "function":
            yield from _pseudo_classes(token.arguments)


def _in_old_words(tokens: list[Any]) -> list[Any]:
    """The same selector for cssselect2, with a pseudo-class that it knows for each that it does not."""
    known = tinycss2.parse_component_value_list("hover")
    newer = {id(token) for name, token in _pseudo_classes(tokens) if _is_newer(name, token)}
    return _replaced(tokens, newer, known[0])


def _is_newer(name: str, token: Node) -> bool:
    if token.type == "ident":
        return name in _READ_BY_ALL
    said = [each for each in token.arguments if each.type != "whitespace"]
    one = said[0].lower_value if len(said) == 1 and said[0].type == "ident" else ""
    return (name == "dir" and one in ("ltr", "rtl")) or (name == "state" and bool(one))


def _replaced(tokens: list[Any], newer: set[int], known: Node) -> list[Any]:
    for token in tokens:
        if token.type == "function":
            token.arguments = _replaced(token.arguments, newer, known)
    return [known if id(token) in newer else token for token in tokens]


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
