"""What is concluded from selectors and kinds of change alone."""

from __future__ import annotations

import pytest

from config_compiler.overlap.effort import Effort
from config_compiler.overlap.elements import Certainty, nesting, sameness
from config_compiler.overlap.footprints import footprints
from config_compiler.overlap.touches import Contact, touch
from domain.experiment import (
    AddCss,
    Change,
    Hide,
    InsertHtml,
    Move,
    Redirect,
    Remove,
    RunScript,
    SetAttribute,
    SetClass,
    SetHtml,
    SetStyle,
    SetText,
)

NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("#a", "#b"),
        ("h1", "h2"),
        ("h1.hero", "H2.hero"),
        ("[data-x=a]", "[data-x=b]"),
        ("[data-x=abc]", "[data-x^=b]"),
        ("[data-x=abc]", "[data-x$=b]"),
        ("[data-x=abc]", "[data-x*=d]"),
        ("[data-x='a b']", "[data-x~=c]"),
        ("[lang=de]", "[lang|=en]"),
        ("#a", "[id=b]"),
        ("#a > .x", "#b > .x"),
        ("main > #a > .x", "main > #b > .x"),
        ("h1, h2", "h3, h4"),
        ("#a.x:hover", "#b:not(.y)"),
    ],
)
def test_selectors_are_proved_to_be_different_elements(one: str, other: str) -> None:
    assert sameness(one, other, NOTHING) is Certainty.NO
    assert sameness(other, one, NOTHING) is Certainty.NO


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#a", "#a", Certainty.SHOWN),
        ("#a", "#A", Certainty.SHOWN),  # without a doctype, ids are alike in either case
        ("h1", "h2, h1", Certainty.SHOWN),
        ("h1", "h1.x", Certainty.SHOWN),
        ("a.buy", "#main .buy", Certainty.SHOWN),
        ("[data-x=a]", "b[data-x=A i]", Certainty.SHOWN),
        ("#a .x", "#b .x", Certainty.SHOWN),  # the one may lie inside the other
        ("#a > .x", "#b .x", Certainty.SHOWN),
        ("#a + .x", "#b > .x", Certainty.SHOWN),
        ("#a:not(#b)", "#a", Certainty.SHOWN),
        ("#a", ".b", Certainty.POSSIBLE),
        (".a", ".b", Certainty.POSSIBLE),
        ("h1.a", "h1.b", Certainty.POSSIBLE),
        ("h1", "*", Certainty.POSSIBLE),
        ("h1", ":is(h1, h2)", Certainty.POSSIBLE),
        ("[data-x=a]", "[data-y=b]", Certainty.POSSIBLE),
        ("[data-x=ab]", "[data-x^=a]", Certainty.POSSIBLE),
    ],
)
def test_selectors_may_be_the_same_element_unless_it_is_proved_otherwise(
    one: str, other: str, expected: Certainty
) -> None:
    assert sameness(one, other, NOTHING) is expected
    assert sameness(other, one, NOTHING) is expected


def test_an_attribute_that_an_experiment_changes_proves_nothing() -> None:
    assert sameness("[data-x=a]", "[data-x=b]", frozenset({"data-x"})) is Certainty.POSSIBLE
    assert sameness("#a", "#b", frozenset({"id"})) is Certainty.POSSIBLE


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (".hero .cta", ".hero", Certainty.SHOWN),
        ("#main > p", "#main", Certainty.SHOWN),
        ("main h1", "main", Certainty.SHOWN),
        ("#cta", "body", Certainty.SHOWN),
        ("#cta", "#hero", Certainty.POSSIBLE),
        (".x", "h1", Certainty.POSSIBLE),
        ("span", "h1", Certainty.POSSIBLE),
        ("#cta", "img.hero", Certainty.NO),
        ("div", "h1", Certainty.NO),
        ("h2.x", "p", Certainty.NO),
        ("a.x", "a.y", Certainty.NO),
        ("body", "div", Certainty.NO),
        ("body", "html", Certainty.SHOWN),
        (".a + .b", ".a", Certainty.POSSIBLE),
    ],
)
def test_selectors_show_what_lies_inside_what(inner: str, outer: str, expected: Certainty) -> None:
    assert nesting(inner, outer, NOTHING) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (SetText("h1", "a"), SetText("h1", "b"), Contact.SETTING),
        (SetText("h1", "a"), SetHtml("h1", "b"), Contact.SETTING),
        (SetText("h1", "a"), SetText("h1.x", "b"), Contact.ELEMENT),
        (SetText("#a", "a"), SetStyle("#a", (("color", "red"),)), Contact.ELEMENT),
        (SetStyle("a", (("color", "red"),)), SetStyle("a", (("color", "blue"),)), Contact.SETTING),
        (SetStyle("a", (("color", "red"),)), SetStyle("a", (("width", "1px"),)), None),
        (SetStyle("a", (("background", "red"),)), SetStyle("a", (("background-color", "blue"),)), Contact.ELEMENT),
        (SetStyle("a", (("font", "x"),)), SetStyle("a", (("line-height", "1"),)), Contact.ELEMENT),
        (SetStyle("#a", (("color", "red"),)), SetStyle("#b", (("color", "red"),)), None),
        (SetStyle("#a", (("color", "red"),)), Hide("#a"), Contact.ELEMENT),
        (SetAttribute("img", "src", "a"), SetAttribute("img", "SRC", "b"), Contact.SETTING),
        (SetAttribute("img", "src", "a"), SetAttribute("img", "alt", "b"), None),
        (SetClass("#a", "x", "add"), SetClass("#a", "y", "add"), None),
        (SetClass("#a", "x", "add"), SetClass("#a", "x", "remove"), Contact.ELEMENT),
        (SetStyle(".a", (("color", "red"),)), SetStyle(".b", (("color", "red"),)), Contact.PERHAPS),
        (Remove(".hero"), SetText(".hero h1", "a"), Contact.INSIDE),
        (SetText(".hero h1", "a"), Remove(".hero"), Contact.INSIDE),
        (Move("#a", "before", "#b"), SetText("#a p", "a"), Contact.INSIDE),
        (Move("#a", "append", "ul"), SetHtml("ul", "a"), Contact.ELEMENT),
        (SetHtml("#a", "x"), SetStyle("#b", (("color", "red"),)), Contact.PERHAPS),
        (InsertHtml("#a", "before", "x"), SetStyle("#a", (("color", "red"),)), None),
        (InsertHtml("#a", "before", "x"), Hide("#a"), Contact.ELEMENT),
        (InsertHtml("#a", "append", "x"), SetText("#a", "a"), Contact.ELEMENT),
        (AddCss("#a{color:red} @media (width>1px){#b{color:red}}"), SetStyle("#b", (("color", "x"),)), Contact.SETTING),
        (AddCss("#a{color:red}"), SetStyle("#b", (("color", "x"),)), None),
        (AddCss("#a{&:hover{color:red}}"), SetStyle("#a", (("width", "1px"),)), Contact.ELEMENT),
        (Redirect("/a"), Redirect("/b"), Contact.SETTING),
        (Redirect("/a"), SetText("#a", "a"), Contact.AWAY),
        (RunScript("1"), SetText("#a", "a"), Contact.PERHAPS),
        (RunScript("1"), Redirect("/a"), Contact.AWAY),
    ],
)
def test_changes_meet_as_their_kinds_and_selectors_say(one: Change, other: Change, expected: Contact | None) -> None:
    for first, second in ((one, other), (other, one)):
        met = touch(footprints((first,)), footprints((second,)), Effort(10_000))
        assert (met.contact if met else None) is expected


def test_the_contact_that_weighs_most_is_told() -> None:
    ours = footprints((Remove("#x"), SetText("h1", "a"), SetStyle("#cta", (("color", "red"),))))
    theirs = footprints((SetStyle("#cta", (("color", "blue"),)), SetText("h1.y", "a")))
    met = touch(ours, theirs, Effort(10_000))
    assert met is not None
    assert (met.contact, met.one.selector, met.other.name) == (Contact.SETTING, "#cta", "color")
