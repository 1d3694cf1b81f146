"""Who meets a condition: what counts as missing, as a number, as a language, and what a regular expression finds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.condition import (
    EVERYBODY,
    NOBODY,
    Between,
    Condition,
    Contains,
    Exists,
    Field,
    Matches,
    Not,
    OneOf,
    Subject,
)
from domain.condition import Test as Question
from domain.visits import Visit, found, meets, query_of, value_of

VISIT = Visit("https://shop.example/a?x=1&x=2&empty=&y=b+c%20d#z", cookies={"n": "12.5", "e": "1e3"})


def asked(field: Field, operator: OneOf | Between | Contains | Matches | Exists, name: str = "") -> Condition:
    return Question(Subject(field, name), operator)


def test_what_is_missing_answers_no_and_its_opposite_yes() -> None:
    for operator in (OneOf(("",)), Between(None, None), Contains(""), Matches("a?"), Exists()):
        missing = asked(Field.COOKIE, operator, "missing")
        assert not meets(missing, VISIT)
        assert meets(Not(missing), VISIT)


def test_what_is_empty_is_not_missing() -> None:
    assert meets(asked(Field.QUERY, Exists(), "empty"), VISIT)
    assert meets(asked(Field.QUERY, OneOf(("",)), "empty"), VISIT)


def test_everybody_and_nobody_are_what_they_say() -> None:
    assert meets(EVERYBODY, VISIT)
    assert not meets(NOBODY, VISIT)


@pytest.mark.parametrize(
    ("language", "met"), [("pt", True), ("pt-BR", True), ("ptx", False), ("", False), ("de-pt", False)]
)
def test_a_language_takes_its_variants(language: str, met: bool) -> None:
    assert meets(asked(Field.LANGUAGE, OneOf(("pt",))), replace(VISIT, language=language)) is met


@pytest.mark.parametrize(("name", "met"), [("n", True), ("e", False)])
def test_only_plain_decimal_numbers_are_numbers(name: str, met: bool) -> None:
    assert meets(asked(Field.COOKIE, Between(12, 2000), name), VISIT) is met


def test_of_several_parameters_with_one_name_the_first_counts() -> None:
    assert query_of(VISIT.url) == {"x": "1", "empty": "", "y": "b c d"}
    assert value_of(Subject(Field.PATH), Visit("https://shop.example?x=/y")) == "/"
    assert value_of(Subject(Field.HOST), Visit("https://shop.example:8443/")) == "shop.example:8443"


FOUND = (
    ("a$", "a\n", False),
    ("a.b", "a\rb", False),
    ("a.b", "a b", True),
    (r"\d", "٣", False),
    (r"\w", "é", False),
    (r"a\sb", "a\u00a0b", True),
    (r"a\Sb", "a\u00a0b", False),
    (r"[\s.]", "\ufeff", True),
    (r"[$.]", "a", False),
    (r"\$\.", "$.", True),
)


@pytest.mark.parametrize(("regex", "text", "expected"), FOUND)
def test_an_expression_finds_what_it_finds_in_a_browser(regex: str, text: str, expected: bool) -> None:
    assert found(regex, text) is expected
