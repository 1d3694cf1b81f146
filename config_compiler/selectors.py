"""CSS selectors: whether browsers read them, and whether they can find an element.

May not know what is done to the elements found.
"""

from __future__ import annotations

import cssselect2
import tinycss2

from config_compiler.flaw import Flaw

MAX_LENGTH = 400
MAX_NESTING = 8


def canonical_selector(text: str) -> str:
    """A selector as it is emitted."""
    return " ".join(text.split()) if "'" not in text and '"' not in text else text.strip()


def selector_flaw(text: str, *, elements_only: bool = True) -> Flaw | None:
    """Why a selector is refused; None where it may be used. Only a style can reach a pseudo-element."""
    if len(text) > MAX_LENGTH or text.count("(") > MAX_NESTING:
        return Flaw(f"is longer than {MAX_LENGTH} characters or nests too much", "give the element a class or an id")
    if flaw := _flaw_of_text(text):
        return flaw
    try:
        selectors = cssselect2.compile_selector_list(text)
    except cssselect2.SelectorError as error:
        return Flaw(f"cannot be read: {_said(error)}", _hint(text))
    except AttributeError:  # cssselect2 0.10.1 reads on where a | ends the selector
        return Flaw("cannot be read: no name follows |", _hint(text))
    if elements_only and any(s.pseudo_element for s in selectors):
        return Flaw("names a part such as ::before, which is no element", "use it with style alone")
    return None


def _flaw_of_text(text: str) -> Flaw | None:
    if "/*" in text:
        return Flaw("holds a comment", "write the comment in YAML, after #")
    # Whatever is left open swallows the semicolon, and would swallow the rule that follows the selector.
    tokens = tinycss2.parse_component_value_list(f"{text};")
    if not (tokens[-1].type == "literal" and tokens[-1].value == ";"):
        return Flaw("has a bracket or a quote that is not closed", "close it")
    return None


_WORDS = {"EOF": "its end", "ident": "a word", "literal": "a sign", "hash": "this #", "function": "a function"}


def _said(error: cssselect2.SelectorError) -> str:
    what, *more = [arg for arg in error.args if isinstance(arg, str)] or ["it is not one"]
    if more:
        return f"{what[0].lower()}{what[1:]} :{more[0]}"
    head, _, token = what.partition(", got ")
    return f"{head[0].lower()}{head[1:]}, found {_WORDS.get(token, token)}" if token else f"{what[0].lower()}{what[1:]}"


def _hint(text: str) -> str:
    if text.rstrip().endswith((",", ">", "+", "~")):
        return "write what follows, or take the last sign away"
    if text.startswith(("/", "http")):
        return "a page goes under pages; a selector is written like #cta or .hero h1"
    return "write it like #cta or .hero h1, and try it in the browser's console"
