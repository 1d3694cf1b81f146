"""Automata against the reference of what an expression finds, on short texts."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config_compiler.overlap.automaton import START, Automaton
from config_compiler.overlap.effort import Effort, UndecidedError
from config_compiler.overlap.expression import expression
from config_compiler.overlap.texts import VALUE, Found, Texts, Whole, Within, end_of, passes, start_of
from config_compiler.regex import regex_flaw
from domain.visits import found

LETTERS = "ab/-"
SHORT = ["".join(text) for length in range(5) for text in product(LETTERS, repeat=length)]

_SIMPLE = ["a", "b", "/", "-", r"\-", ".", "[ab]", "[^a]", r"\w", r"\W", r"[\w/]", "[a-b]", r"[^\W]", r"\d"]
_ATOMS = st.sampled_from(_SIMPLE)
_PLACES = st.sampled_from(["^", "$", r"\b", r"\B"])
_COUNTS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "*?"])
_PLAIN = st.builds("".join, st.lists(st.one_of(st.builds(str.__add__, _ATOMS, _COUNTS), _PLACES), max_size=4))
_GROUPS = st.one_of(
    st.builds("({}|{})".format, _PLAIN, _PLAIN),
    st.builds("(?:{}){}".format, st.builds("".join, st.lists(_ATOMS, min_size=1, max_size=2)), _COUNTS),
)
REGEXES = st.builds("".join, st.lists(st.one_of(_PLAIN, _GROUPS), min_size=1, max_size=3)).filter(
    lambda source: regex_flaw(source) is None
)


def finds(regex: str, text: str) -> bool:
    """Whether the automaton of an expression finds it in a text."""
    automaton, effort = Automaton(expression(regex)), Effort(10**9)
    state = START
    for character in text:
        state = automaton.after(state, character, effort)
    return automaton.ends(state)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(REGEXES)
def test_an_automaton_finds_what_the_reference_finds(regex: str) -> None:
    automaton, effort = Automaton(expression(regex)), Effort(10**9)
    states = {"": START}
    for text in SHORT:
        if text:
            states[text] = automaton.after(states[text[:-1]], text[-1], effort)
        if text or r"\B" not in regex:  # Python before 3.14 finds no \B in nothing; browsers do.
            assert automaton.ends(states[text]) is found(regex, text), (regex, text)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(REGEXES, REGEXES, REGEXES)
def test_a_text_for_three_expressions_is_found_or_there_is_none(one: str, two: str, not_three: str) -> None:
    if r"\B" in one + two + not_three:
        return
    wanted, unwanted = [Found(one), Found(two)], [Found(not_three)]
    text = Texts().find(wanted, unwanted, LETTERS, Effort(10**7))
    passing = [t for t in SHORT if all(passes(w, t) for w in wanted) and not passes(unwanted[0], t)]
    if text is None:
        assert not passing
    else:
        assert all(passes(test, text) for test in wanted)
        assert not passes(unwanted[0], text)
        assert len(text) <= min(map(len, passing), default=len(text))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(REGEXES)
def test_what_passes_has_the_start_and_the_end_that_are_seen_at_once(regex: str) -> None:
    start, end = start_of(Found(regex)), end_of(Found(regex))
    assert all(text.startswith(start) and text.endswith(end) for text in SHORT if found(regex, text))


@pytest.mark.parametrize(
    ("regex", "start", "end"),
    [
        (r"^/a\.b/.*/p12$", "/a.b/", "/p12"),
        (r"^/ab*c$", "/a", "c"),
        (r"^/ab+c{2}d$", "/ab", "d"),
        (r"^/x\dcd$", "/x", "cd"),
        (r"^/a[b]c\$", "/a", ""),
        (r"^/a|b$", "", ""),
        (r"a$", "", "a"),
        (r"^/ab$", "/ab", "/ab"),
    ],
)
def test_starts_and_ends_are_seen_in_an_expression(regex: str, start: str, end: str) -> None:
    assert (start_of(Found(regex)), end_of(Found(regex))) == (start, end)


@pytest.mark.parametrize(
    ("regex", "text", "expected"),
    [
        (r"^/product/[0-9]{3}$", "/product/123", True),
        (r"^/product/[0-9]{3}$", "/product/1234", False),
        (r"\bsale\b", "/summer-sale", True),
        (r"\bsale\b", "/sales", False),
        (r"[^\d]$", "/7", False),
        (r"[^\d-]", "7-7", False),
        (r"(?:ab){2,3}c", "xababc", True),
        (r"a|^b|c$", "xb", False),
        (r"\.html$", "/a.html", True),
        (r"^$", "", True),
        (r"a$", "a\n", False),
        (r"^.$", "\r", False),
        (r"^\w$", "é", False),
        (r"^\s$", "\xa0", True),
        (r"\ba", "éa", True),
    ],
)
def test_an_expression_is_read_as_browsers_read_it(regex: str, text: str, expected: bool) -> None:
    assert finds(regex, text) is expected
    assert found(regex, text) is expected


def test_places_and_negations_together_leave_no_text() -> None:
    effort = Effort(10**6)
    assert Texts().find([Found("^/a"), Found("b$")], [Within("b")], VALUE, effort) is None
    assert Texts().find([Found("^[a-z]+$"), Found("[0-9]")], [], VALUE, effort) is None
    assert Texts().find([Whole(("de",), subtags=True)], [Found("^de$")], VALUE, effort) == "de-"


def test_an_expression_too_large_is_left_undecided() -> None:
    with pytest.raises(UndecidedError, match="too large"):
        Automaton(expression("(?:" * 5 + "a{100}" + "){100}" * 5))


def test_a_search_that_takes_too_many_steps_is_left_undecided() -> None:
    # Every subset of the last twenty places is a state of its own.
    with pytest.raises(UndecidedError, match="steps"):
        Texts().find([Found("a.{20}b$"), Found("^[^z]*$")], [Found("a.{19}b"), Found("b.{22}a")], VALUE, Effort(20_000))
