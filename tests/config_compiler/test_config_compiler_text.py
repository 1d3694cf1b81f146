"""Selectors, declarations, expressions and HTML: what is taken and what is refused."""

from __future__ import annotations

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config_compiler.declarations import value_flaw
from config_compiler.markup import RUNNING, attribute_flaw, html_flaw
from config_compiler.regex import regex_flaw
from config_compiler.selectors import selector_flaw

TAKEN = (
    r"^/p/[0-9]+$",
    r"^/(en|de)/x",
    r"(?:a|b)?c{2,5}x{3}",
    r"[^/]+\.html?$",
    r"[\w\-.]+?/\d\b",
    "a|b|",
    r"\$\(\)",
    "[a-]",
)
TAKEN_TOO = ("(ab)+", "(ab){2,}", "(a{3})+", "(^a|b$)", ".*", "(a+)?", "[^^]", r"[\]]", "a{0}", "x{2}?")
REFUSED = (
    "",
    "(",
    ")",
    "a(?=b)",
    "(?P<x>a)",
    "(?i)a",
    r"(a)\1",
    r"\p{L}",
    r"\A",
    r"\x41",
    "[",
    "[]",
    "[]a]",
    "[^]",
    "[[a]",
    "[z-a]",
)
REFUSED_TOO = (
    "*a",
    "a**",
    "a{2,1}",
    "a{,3}",
    "a{",
    "a}",
    "]",
    "^*",
    r"\b+",
    "(a+)+",
    "(a|b)*",
    "(a?)*",
    "(a*){2}",
    "a{101}",
    "[a--]",
)
REFUSED_BESIDES = (
    "[a&&b]",
    r"[\w-z]",
    "\\",
    "a\n",
    "((((((((((((a))))))))))))",
    ".*" * 7,
    "a" * 301,
    r"[\b]",
    "(a{1,2})+",
)


@pytest.mark.parametrize("source", [*TAKEN, *TAKEN_TOO])
def test_an_expression_is_taken(source: str) -> None:
    assert regex_flaw(source) is None
    re.compile(source)


@pytest.mark.parametrize("source", [*REFUSED, *REFUSED_TOO, *REFUSED_BESIDES])
def test_an_expression_is_refused_with_a_reason(source: str) -> None:
    flaw = regex_flaw(source)
    assert flaw
    assert flaw.why


PIECES = [
    "a",
    "b",
    "/",
    ".",
    "*",
    "+",
    "?",
    "(",
    ")",
    "[",
    "]",
    "|",
    "^",
    "$",
    "{2}",
    "{1,}",
    "\\d",
    "\\.",
    "-",
    "(?:",
    "{",
    "}",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_taken_python_reads_and_runs_quickly(source: str) -> None:
    if regex_flaw(source) is None:
        # A repetition of a repetition would need minutes for this text; the polynomial rest needs moments.
        re.compile(source).search("/" + "ab" * 20)


SELECTORS_TAKEN = (
    "h1",
    "#cta, .x > a:hover",
    "[data-x='a b' i]",
    ":has(> img)",
    "li:nth-child(2n+1)",
    ":not(.a, .b)",
    "é.ü",
)
SELECTORS_REFUSED = (
    "",
    " ",
    "h1,",
    "> a >",
    "a{b}",
    "a;b",
    "a[href=x",
    "a[b='c",
    "a\\",
    "a:foo",
    "svg|a",
    "a/*b*/",
    "@x",
    ")",
)


@pytest.mark.parametrize("text", SELECTORS_TAKEN)
def test_a_selector_is_taken(text: str) -> None:
    assert selector_flaw(text) is None


@pytest.mark.parametrize("text", [*SELECTORS_REFUSED, "a" * 401, ":not(" * 9 + "a" + ")" * 9, "a::before"])
def test_a_selector_is_refused(text: str) -> None:
    assert selector_flaw(text)


def test_a_style_reaches_a_part_of_an_element() -> None:
    assert selector_flaw("a::before", elements_only=False) is None


@given(st.text(st.sampled_from("ab.#[]()'\"\\,>:*{}/;@ \n"), max_size=14))
def test_a_selector_that_is_taken_cannot_reach_out_of_its_rule(text: str) -> None:
    if selector_flaw(text) is None:
        assert "{" not in re.sub(r"\\.|'[^']*'|\"[^\"]*\"", "", text)


VALUES_TAKEN = (
    "red",
    "#e33",
    "0 auto",
    "calc(1px + (2em * 3))",
    "url(/b.jpg)",
    "url('https://a.example/x')",
    "'a;b'",
    "var(--x)",
)
VALUES_REFUSED = (
    "",
    "red;x:y",
    "red}",
    "{",
    "a{b}",
    "calc(1px",
    "'x",
    "url(javascript:x)",
    "url('java\tscript:x')",
    "expression(x)",
)


@pytest.mark.parametrize("text", [*VALUES_TAKEN, "red !important"])
def test_a_value_is_taken(text: str) -> None:
    assert value_flaw(text) is None


@pytest.mark.parametrize(
    "text", [*VALUES_REFUSED, "a/*b*/", "@x", "a!b", "url('vbscript:x')", "image-set('javascript:x')", "\\"]
)
def test_a_value_is_refused(text: str) -> None:
    assert value_flaw(text)


HTML_TAKEN = (
    "",
    "plain",
    "1 < 2 & 3 > 2",
    "<b>x</b>",
    '<a href="/x" class=y data-z>t</a>',
    "<br/>",
    "<svg viewBox='0 0 1 1'><path d='M0 0'/></svg>",
)
HTML_REFUSED = (
    "<script>x</script>",
    "<SCRIPT src=x>",
    "<img onerror=x>",
    "<img/onerror=x>",
    '<a title="<b>" onclick=x>',
    "<a href=javascript:x>",
    "<a href='&#106;avascript:x'>",
    "<a href=' java\tscript:x'>",
    "<a href",
    "<iframe src=x>",
    "<a b='c'onclick=x>",
    "<textarea><a title='</textarea>'>",
    "<svg><animate attributeName=href values=x>",
    "<a href='data:text/html,x'>",
    "<div srcdoc=x>",
)


@pytest.mark.parametrize("text", HTML_TAKEN)
def test_html_is_taken(text: str) -> None:
    assert html_flaw(text) is None


@pytest.mark.parametrize("text", HTML_REFUSED)
def test_html_that_could_run_a_script_is_refused(text: str) -> None:
    assert html_flaw(text)


SOUP = [
    "<",
    ">",
    "a",
    "img",
    "p",
    " ",
    "=",
    '"',
    "'",
    "onclick",
    "x",
    "/",
    "<!--",
    "-->",
    "<script",
    "<p ",
    "title",
    "\t",
    "&lt;",
    "svg",
]


@given(st.lists(st.sampled_from(SOUP), max_size=16).map("".join))
def test_html_that_is_taken_holds_no_handler_for_an_independent_parser(text: str) -> None:
    """html5ever, through nh3, parses as browsers do; it is asked for every attribute and tag that it sees."""
    if html_flaw(text):
        return
    seen: list[str] = []

    def note(_tag: str, name: str, value: str) -> str:
        seen.append(name)
        return value

    cleaned = nh3.clean(
        text,
        tags={"a", "img", "p", "svg", "x"} | (set(RUNNING) - {"script", "style"}),
        clean_content_tags=set(),
        attributes={},
        generic_attribute_prefixes=set("abcdefghijklmnopqrstuvwxyz"),
        attribute_filter=note,
        link_rel=None,
    )
    assert not [name for name in seen if name.startswith("on")]
    assert "<script" not in cleaned


def test_taking_an_attribute_away_needs_no_value() -> None:
    assert attribute_flaw("loading", None) is None
    assert attribute_flaw("onclick", None)
