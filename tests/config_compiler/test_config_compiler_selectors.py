"""Selectors that break their reader are refused like others."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config_compiler.parsed_selectors import flaw_of_parsed
from config_compiler.selectors import selector_flaw

LEAVES_OUT = [
    ":nth-child(2n+)",
    ":nth-child(2n+ )",
    "li:nth-child(n+)",
    ":has()",
    "a:has( )",
    "a:has(>)",
    ":lang()",
    "a:lang()",
]
READ_TO_A_SIGN = [
    "a..b",
    "a:",
    "a::",
    "a:.b",
    "a:(x)",
    ":[x]",
    "[=x]",
    "[a=.]",
    "[a!b]",
    "[a=b c]",
    "[*a]",
    "a)",
    "@x",
    "5",
]


@pytest.mark.parametrize("text", ["|", "*|", "a, |", ":is(|)", "a|"])
def test_a_selector_that_ends_in_a_bar_is_refused(text: str) -> None:
    assert selector_flaw(text) is not None


@pytest.mark.parametrize("text", LEAVES_OUT)
def test_a_selector_with_something_left_out_is_refused(text: str) -> None:
    assert selector_flaw(text) is not None


@pytest.mark.parametrize("text", [*LEAVES_OUT, *READ_TO_A_SIGN, "", "h1,", "svg|a", "a::middle", "a:foo(x)"])
def test_what_is_said_of_a_selector_is_in_words(text: str) -> None:
    flaw = selector_flaw(text)
    assert flaw is not None
    said = flaw.why.replace(text, "") if text else flaw.why
    assert not re.search(r"[Tt]oken|Block|Error|None|EOF|<", said), flaw.why


PIECES = ("a", "h1", ".b", "#c", ".-d", ".e_f-9", " ", ",", ">", "+", "~", "-", ".", "#", "9", "_", "--")


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_is_taken_without_reading_it_would_be_taken_if_it_were_read(text: str) -> None:
    if selector_flaw(text) is None:
        assert flaw_of_parsed(text, elements_only=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "input:required",
        "input:placeholder-shown",
        ":is(input:valid, select:invalid) + p",
        "dialog:modal",
        "div:popover-open",
        "a:dir(rtl)",
        "x-tab:state(open)",
        "li:not(:has(:read-only))",
        "INPUT:Out-Of-Range",
    ],
)
def test_what_every_browser_reads_is_taken(text: str) -> None:
    assert selector_flaw(text) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("details:open", "write [open]"),
        ("input:-webkit-autofill", "write :autofill"),
        ("a:not(:blank)", "give the element a class"),
        ("video:playing", "give the element a class"),
        ("a:nth-col(2)", "give the element a class"),
    ],
)
def test_what_some_browsers_do_not_read_is_refused_with_something_to_do(text: str, hint: str) -> None:
    flaw = selector_flaw(text)
    assert flaw is not None
    assert (flaw.why.endswith("which not every browser reads"), flaw.hint) == (True, hint)


@pytest.mark.parametrize("text", ["a:dir(up)", "a:dir()", "a:state()", "a:state(x y)", "a::valid", "a:valid()"])
def test_what_is_not_written_as_browsers_read_it_is_refused(text: str) -> None:
    assert selector_flaw(text) is not None
