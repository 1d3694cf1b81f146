"""What a new experiment can begin as: a few questions each, and the file that their answers make.

A question is named as the field of the experiment's form that its answer ends in, so that what the compiler says of the
file finds its way back. May not know which site it is for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config_compiler.imports.writing import Value, written
from domain.names import is_key

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the short form; `sample` is what stands in it at first, where that is a good guess."""

    name: str
    label: str
    hint: str = ""
    sample: str = ""
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of beginning."""

    key: str
    title: str
    what: str
    questions: tuple[Question, ...]
    build: Callable[[Answers], dict[str, Value]]
    """All of the file but its key, name, status, pages and goals."""


_ELEMENT = "A CSS selector, such as h1 or #buy. In your browser: right-click the element, Inspect, Copy selector."
_NAME = Question("name", "Name", "For you and your team, such as Shorter headline.")
_WHY = Question("hypothesis", "Hypothesis", "What should change, and why. You will be glad of it later.", needed=False)
_PAGE = Question("include", "On which page", "A path such as / or /landing/*; * stands for anything.", "/")


def _changed(answers: Answers, change: dict[str, Value]) -> list[Value]:
    return [{"key": "control", "weight": "50%"}, {"key": "variation", "weight": "50%", "changes": [change]}]


def _headline(answers: Answers) -> dict[str, Value]:
    change: dict[str, Value] = {"select": answers["v1.c0.select"], "text": answers["v1.c0.text"]}
    return {"variations": _changed(answers, change)}


def _button(answers: Answers) -> dict[str, Value]:
    change: dict[str, Value] = {"select": answers["v1.c0.select"], "text": answers["v1.c0.text"]}
    if answers["v1.c0.style"]:
        change["style"] = {"background-color": answers["v1.c0.style"]}
    return {"variations": _changed(answers, change)}


def _redirect(answers: Answers) -> dict[str, Value]:
    return {"variations": _changed(answers, {"redirect": answers["v1.c0.redirect"]})}


def _personalise(answers: Answers) -> dict[str, Value]:
    asked = {key: _values(text) for key in ("device", "visitor", "country") if (text := answers[f"audience.{key}"])}
    change: dict[str, Value] = {"select": answers["v0.c0.select"], "text": answers["v0.c0.text"]}
    return {
        "type": "personalisation",
        **({"audience": asked} if asked else {}),
        "variations": [{"key": "personal", "weight": "100%", "changes": [change]}],
    }


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "headline",
        "Another headline",
        "Show half of the visitors another text, and see which of the two brings more of them to your goal.",
        (
            _NAME,
            _PAGE,
            Question("v1.c0.select", "Which headline", _ELEMENT, "h1"),
            Question("v1.c0.text", "The new headline"),
            _WHY,
        ),
        _headline,
    ),
    Pattern(
        "button",
        "Another button",
        "Another text on a button, and another colour if you like.",
        (
            _NAME,
            _PAGE,
            Question("v1.c0.select", "Which button", _ELEMENT),
            Question("v1.c0.text", "The new text"),
            Question(
                "v1.c0.style", "The new colour", "Such as #0a7d4f or seagreen. Leave it empty to keep it.", "", False
            ),
            _WHY,
        ),
        _button,
    ),
    Pattern(
        "redirect",
        "Another page",
        "Send half of the visitors of a page to another one that you have built.",
        (_NAME, _PAGE, Question("v1.c0.redirect", "Send them to", "A page of the site, such as /landing-b."), _WHY),
        _redirect,
    ),
    Pattern(
        "personalise",
        "A text for some visitors",
        "Greet some visitors in their own way: on phones, back again, from one country. Nothing is compared.",
        (
            _NAME,
            _PAGE,
            Question("audience.device", "Devices", "desktop, mobile, tablet; any if you leave it empty.", "", False),
            Question("audience.visitor", "Visitors", "new or returning; both if you leave it empty.", "", False),
            Question("audience.country", "Countries", "Such as DE, AT; any if you leave it empty.", "", False),
            Question("v0.c0.select", "Which element", _ELEMENT, "h1"),
            Question("v0.c0.text", "Its text for them"),
        ),
        _personalise,
    ),
)

BY_KEY: Mapping[str, Pattern] = {each.key: each for each in PATTERNS}


def file_text(pattern: Pattern, key: str, answers: Answers) -> str:
    """The experiment's file: a draft, so that nothing of it reaches a visitor yet."""
    values: dict[str, Value] = {
        "experiment": key,
        "name": answers["name"],
        "hypothesis": answers.get("hypothesis", ""),
        "status": "draft",
        "pages": {"include": [line.strip() for line in answers["include"].split("\n") if line.strip()]},
        "goals": {"primary": answers["primary"]},
    }
    order = ("type", "audience", "variations")
    built = pattern.build(answers)
    return written({**values, **{each: built[each] for each in order if each in built}})


def key_for(name: str, taken: frozenset[str]) -> str:
    """A key made of a name, unlike any that is taken."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:34].rstrip("-")
    start = next((each for each in (words, f"x-{words}") if words and is_key(each)), "experiment")
    numbered = (f"{start}-{n}" for n in range(2, len(taken) + 3))
    return start if start not in taken else next(each for each in numbered if each not in taken)


def _values(text: str) -> Value:
    values = [each.strip() for each in text.split(",") if each.strip()]
    return values if len(values) != 1 else values[0]
