"""A folded condition answers every visit as the one that was written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from config_compiler.folding import folded
from domain.condition import (
    CLOSED,
    EVERYBODY,
    NOBODY,
    All,
    AnyOf,
    Between,
    Condition,
    Contains,
    Exists,
    Field,
    Not,
    OneOf,
    Subject,
)
from domain.condition import Test as Question
from domain.visits import Visit, meets

DEVICE, VISITOR, WEEKDAY, LANGUAGE = (
    Subject(field) for field in (Field.DEVICE, Field.VISITOR, Field.WEEKDAY, Field.LANGUAGE)
)
COOKIE = Subject(Field.COOKIE, "a")


def values(subject: Subject, among: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    chosen = st.lists(st.sampled_from(among), min_size=1, max_size=3).map(tuple)
    return chosen.map(lambda v: Question(subject, OneOf(v)))


BOUND = st.none() | st.integers(0, 9)
TESTS = st.one_of(
    values(DEVICE, CLOSED[Field.DEVICE]),
    values(VISITOR, CLOSED[Field.VISITOR]),
    values(WEEKDAY, ("1", "5", "6", "7")),
    values(LANGUAGE, ("pt", "pt-BR", "de")),
    values(COOKIE, ("1", "5", "x")),
    st.tuples(st.sampled_from((WEEKDAY, COOKIE)), BOUND, BOUND).map(lambda t: Question(t[0], Between(t[1], t[2]))),
    st.sampled_from((Question(COOKIE, Exists()), Question(COOKIE, Contains("x")), EVERYBODY, NOBODY)),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda p: All(tuple(p))),
        st.lists(inner, max_size=4).map(lambda p: AnyOf(tuple(p))),
        inner.map(Not),
    ),
    max_leaves=12,
)
VISITS = st.builds(
    Visit,
    url=st.just("https://shop.example/"),
    device=st.sampled_from(CLOSED[Field.DEVICE]),
    visitor=st.sampled_from(CLOSED[Field.VISITOR]),
    weekday=st.integers(1, 7),
    language=st.sampled_from(("", "pt", "pt-BR", "de", "en")),
    cookies=st.dictionaries(st.just("a"), st.sampled_from(("1", "5", "x", "2.5", ""))),
)


@settings(max_examples=400)
@given(CONDITIONS, st.lists(VISITS, min_size=1, max_size=8))
def test_folding_changes_no_answer(condition: Condition, visits: list[Visit]) -> None:
    short = folded(condition)
    assert [meets(short, visit) for visit in visits] == [meets(condition, visit) for visit in visits]


@given(CONDITIONS)
def test_what_is_folded_stays_as_it_is(condition: Condition) -> None:
    assert folded(folded(folded(condition))) == folded(folded(condition))


def of(subject: Subject, *among: str) -> Condition:
    return Question(subject, OneOf(among))


FOLDED = (
    (All((of(DEVICE, "mobile"),)), of(DEVICE, "mobile")),
    (All((of(DEVICE, "mobile"), of(DEVICE, "desktop"))), NOBODY),
    (AnyOf((of(VISITOR, "new"), of(VISITOR, "returning"))), EVERYBODY),
    (Not(of(DEVICE, "mobile")), of(DEVICE, "desktop", "tablet")),
    (Not(Not(of(COOKIE, "x"))), of(COOKIE, "x")),
    (All((of(COOKIE, "x"), Not(of(COOKIE, "x")))), NOBODY),
    (All((of(LANGUAGE, "pt"), of(LANGUAGE, "pt-BR"))), All((of(LANGUAGE, "pt"), of(LANGUAGE, "pt-BR")))),
    (Question(WEEKDAY, Between(1, 7)), EVERYBODY),
    (All((Question(WEEKDAY, Between(2, None)), Question(WEEKDAY, Between(None, 1)))), NOBODY),
    (All((EVERYBODY, All((of(COOKIE, "x"), Question(COOKIE, Exists()))))), of(COOKIE, "x")),
)


def test_what_is_certain_is_seen() -> None:
    for written, expected in FOLDED:
        assert folded(written) == expected
