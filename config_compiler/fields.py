"""The fields of a visit that conditions ask about: how each is written, which values it has, what it can be asked.

May not know how conditions are joined.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from config_compiler.countries import countries
from config_compiler.flaw import Flaw
from config_compiler.nearest import fix_for, nearest, nearest_word
from config_compiler.patterns import KEPT
from domain.condition import CLOSED, NAMED, NUMBERS, Field, Subject

VALUE, BOUNDS, CONTAINS, MATCHES, EXISTS = "a value", "gte and lte", "contains", "matches", "exists"

_WORDS = (VALUE,)
_COUNTED = (VALUE, BOUNDS)
_TEXTS = (VALUE, CONTAINS, MATCHES)

ASKED: dict[Field, tuple[str, ...]] = {
    **dict.fromkeys(Field, _WORDS),
    **dict.fromkeys(NUMBERS, _COUNTED),
    **dict.fromkeys((Field.PATH, Field.HOST, Field.REFERRER), _TEXTS),
    **dict.fromkeys(NAMED, (VALUE, BOUNDS, CONTAINS, MATCHES, EXISTS)),
}
"""What each field can be asked."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NAME = re.compile(r"[^\s\x00-\x1f]{1,100}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_MAX_LENGTH = 300


def subject_of(text: str) -> Subject | Flaw:
    """The field that a word names, and its name behind the dot."""
    head, dot, name = text.partition(".")
    known = {field.value: field for field in Field}
    field = known.get(head)
    if field is None:
        fix = f"{near}{dot}{name}" if (near := fix_for(head, known)) and bool(dot) == (known[near] in NAMED) else ""
        return Flaw("is nothing that a visit has", nearest(head, known) or f"a visit has {', '.join(known)}", fix)
    if field in NAMED and not _NAME.fullmatch(name):
        return Flaw("lacks the name of what is asked", f"write {head}.NAME")
    if dot and field not in NAMED:
        return Flaw("has no parts", f"write {head}")
    return Subject(field, name)


def value_flaw(subject: Subject, text: str) -> Flaw | None:
    """Why the subject can never have this value."""
    if len(text) > _MAX_LENGTH:
        return Flaw(f"has more than {_MAX_LENGTH} characters", "say less, with contains")
    field = subject.field
    if field in CLOSED and text not in CLOSED[field]:
        hint = nearest(text, CLOSED[field]) or f"there are {', '.join(CLOSED[field])}"
        return Flaw(f"is no {field.value}", hint, fix_for(text, CLOSED[field]))
    match field:
        case Field.COUNTRY if text not in countries():
            return Flaw("is no country", _country_hint(text), _country(text))
        case Field.LANGUAGE if not _LANGUAGE.fullmatch(text):
            fix = text.strip().replace("_", "-")
            return Flaw("is no language", "write it like de or pt-BR", fix if _LANGUAGE.fullmatch(fix) else "")
        case Field.PATH if not text.startswith("/"):
            return Flaw("does not begin with /, as every path does", f'write "/{text}", or use contains')
        case Field.HOST | Field.REFERRER if "/" in text:
            fix = re.sub(r"^https?://", "", text.lower()).removesuffix("/")
            return Flaw("is no host", "write it like shop.example, without https://", "" if "/" in fix else fix)
    return number_flaw(field, text) if field in NUMBERS else None


def number_flaw(field: Field, text: str) -> Flaw | None:
    """Why a text is no number that the field can have."""
    number = number_of(field, text)
    if number is None:
        hint = "write 1 to 7, or mon to sun" if field is Field.WEEKDAY else "write it like 768"
        return Flaw("is not a whole number", hint)
    low, high = NUMBERS.get(field, (number, number))
    return None if low <= number <= high else Flaw(f"is no {field.value}", f"write a number from {low} to {high:,}")


def number_of(field: Field, text: str) -> int | None:
    """A number, or a day of the week by its name."""
    if field is Field.WEEKDAY and len(text) >= 3:
        word = text.lower()
        return next((n for n, day in enumerate(WEEKDAYS, 1) if word in (day, day[:3])), None)
    return int(text) if _WHOLE.fullmatch(text) else None


def canonical_value(subject: Subject, text: str) -> str:
    """A value as a browser would spell it."""
    field = subject.field
    if field in NUMBERS:
        return str(number_of(field, text))
    match field:
        case Field.LANGUAGE:
            return _language(text)
        case Field.HOST | Field.REFERRER:
            return text.lower()
        case Field.PATH:
            return quote(text, safe=KEPT)
    return text


def canonical_part(subject: Subject, text: str) -> str:
    """Part of a value as a browser would spell it."""
    return canonical_value(subject, text) if subject.field in (Field.HOST, Field.REFERRER, Field.PATH) else text


def _language(text: str) -> str:
    first, *rest = text.split("-")
    spelt = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(spelt.get(len(part), str.lower)(part) for part in rest)])


def _country(text: str) -> str:
    """The code of a country that is written in small letters, or by its name."""
    by_name = {name.lower(): code for code, name in countries().items()}
    code = "GB" if text.upper() == "UK" else text.upper()
    return code if code in countries() else by_name.get(text.lower(), "")


def _country_hint(text: str) -> str:
    if text.upper() in countries():
        return f'write "{text.upper()}"'
    if text.upper() == "UK":
        return 'write "GB"'
    by_name = {name.lower(): code for code, name in countries().items()}
    close = nearest_word(text, by_name)
    return f'write "{by_name[close]}"' if close else "write two capitals such as DE, ISO 3166-1"
