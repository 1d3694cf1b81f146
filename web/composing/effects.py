"""What a change may do to a page: each as a word of the language, in words for people, and its value as one text.

May not know which element is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import Wanted

PLACES = ("before", "prepend", "append", "after")


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a change may do; `key` is its word in a definition."""

    key: str
    title: str
    hint: str
    """What its value is; empty where it has none."""
    of_page: bool = False
    """Whether it is done to the page as a whole, so that no element is selected."""


EFFECTS: tuple[Effect, ...] = (
    Effect("text", "Change the text", "The new text"),
    Effect("html", "Change the HTML inside", "HTML"),
    Effect("style", "Change the style", "A line for each, such as color: #c33"),
    Effect("attributes", "Change attributes", "A line for each, such as href: /offer; a name alone takes it away"),
    Effect("hide", "Hide it", ""),
    Effect("remove", "Remove it", ""),
    Effect("before", "Insert HTML before it", "HTML"),
    Effect("prepend", "Insert HTML at its beginning", "HTML"),
    Effect("append", "Insert HTML at its end", "HTML"),
    Effect("after", "Insert HTML after it", "HTML"),
    Effect("add-class", "Add classes", "Names with spaces between them"),
    Effect("remove-class", "Take classes away", "Names with spaces between them"),
    Effect("move", "Move it", "before, prepend, append or after, and a selector, such as after .price"),
    Effect("redirect", "Send visitors to another page", "A page, such as /landing-b", of_page=True),
    Effect("css", "Add a style sheet", "CSS", of_page=True),
    Effect("script", "Run JavaScript", "JavaScript; the site has to allow scripts", of_page=True),
)

NOTHING = Effect("", "Choose what happens", "")
"""What a change does that does nothing yet."""

BY_KEY: Mapping[str, Effect] = {each.key: each for each in EFFECTS}


def text_of(key: str, value: Plain) -> str:
    """A value as one text."""
    match value:
        case None:
            return ""
        case str():
            return "" if key in _FLAGS and value == "true" else value
        case list():
            return " ".join(map(_said, value))
        case dict() if key == "move":
            return " ".join(f"{place} {_said(target)}" for place, target in value.items())
        case dict():
            return "\n".join(name if each is None else f"{name}: {_said(each)}" for name, each in value.items())


def value_of(key: str, text: str, old: Plain, *, was: bool = False) -> Wanted:
    """What a text means; the old value where it says the same, however it was written.

    `was` says that there is an old one, be it nothing.
    """
    if was and text_of(key, old).replace("\r\n", "\n").replace("\r", "\n") == text:
        return old
    return _READ.get(key, _as_is)(text)


def _said(value: Plain) -> str:
    return value if isinstance(value, str) else ""


def _as_is(text: str) -> Wanted:
    return text


def _flag(text: str) -> Wanted:
    return True if text.strip() in ("", "true") else text


def _classes(text: str) -> Wanted:
    names: list[Wanted] = [*text.split()]
    return names if len(names) != 1 else names[0]


def _lines(text: str) -> Wanted:
    found: dict[str, Wanted] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, colon, value = line.partition(": ") if ": " in line else line.partition(":")
        found[name.strip()] = value.strip() if colon else None
    return found


def _move(text: str) -> Wanted:
    place, _, target = text.strip().partition(" ")
    return {place: target.strip()} if place in PLACES else text


_FLAGS = ("hide", "remove")
_READ: Mapping[str, Callable[[str], Wanted]] = {
    "hide": _flag,
    "remove": _flag,
    "add-class": _classes,
    "remove-class": _classes,
    "style": _lines,
    "attributes": _lines,
    "move": _move,
}
