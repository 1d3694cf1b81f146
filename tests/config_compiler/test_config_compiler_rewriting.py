"""A file changed in place: what is wanted is said, and everything else stays to the byte."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config_compiler.rewriting.places import path_to, places
from config_compiler.rewriting.rewriting import Kept, bare, read, rewritten

HERO = """\
# The front page.
experiment: hero      # never renamed
name: "Hero headline"
hypothesis: A shorter headline helps.

status: running       # since May
strange: {left: "as it is"}
pages: {include: ["/", '/landing/*']}   # where
goals:
  # what counts
  primary: signup
variations:

  # the old one
  - key: control      # first
    weight: 50%

  - key: bold
    weight: 50%       # half
    changes:
      - {select: "h1.hero", text: "Buy now"}   # the claim
      # below the claim
      - select: "#cta"
        html: |
          <b>Now</b>
          <i>or never</i>
        style: {color: 'red'}
# The end.
"""


def wanted(text: str = HERO) -> dict[str, Any]:
    """What the file says, to be changed."""
    said = read(text)
    assert isinstance(said, dict)
    return copy.deepcopy(said)


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that went, and lines that came."""
    old, new = before.split("\n"), after.split("\n")
    return [each for each in old if each not in new], [each for each in new if each not in old]


@pytest.mark.parametrize("text", [HERO, HERO.replace("\n", "\r\n"), "\ufeff" + HERO, HERO.rstrip("\n")])
def test_a_file_of_which_nothing_is_changed_stays_as_it_is_to_the_byte(text: str) -> None:
    assert rewritten(text, wanted(text)) == text


CHANGES = [
    (("name",), "It's new", 'name: "Hero headline"', 'name: "It\'s new"'),
    (("hypothesis",), "Another one", "hypothesis: A shorter headline helps.", "hypothesis: Another one"),
    (("hypothesis",), "a: b # c", "hypothesis: A shorter headline helps.", 'hypothesis: "a: b # c"'),
    (("status",), "paused", "status: running       # since May", "status: paused       # since May"),
    (("variations", 1, "weight"), "40%", "    weight: 50%       # half", "    weight: 40%       # half"),
    (
        ("variations", 1, "changes", 1, "style", "color"),
        "it's",
        "        style: {color: 'red'}",
        "        style: {color: 'it''s'}",
    ),
    (("goals", "secondary"), ["buy"], None, "  secondary: [buy]"),
    (("schedule",), {"start": "2026-12-01T09:00"}, None, 'schedule: {start: "2026-12-01T09:00"}'),
]


@pytest.mark.parametrize(("path", "value", "gone", "come"), CHANGES)
def test_one_value_changes_one_line(path: tuple[str | int, ...], value: Any, gone: str | None, come: str) -> None:  # noqa: ANN401
    new = wanted()
    place: Any = new
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    after = rewritten(HERO, new)
    assert after is not None
    assert lines_changed(HERO, after) == ([gone] if gone else [], [come])


def test_a_text_of_several_lines_stays_a_block() -> None:
    new = wanted()
    new["variations"][1]["changes"][1]["html"] = "<b>Never</b>\n\n<i>or now</i>\n"
    after = rewritten(HERO, new)
    assert after is not None
    assert "        html: |\n          <b>Never</b>\n\n          <i>or now</i>\n        style:" in after


def test_an_item_goes_with_its_lines_and_a_new_one_comes_behind_the_last() -> None:
    new = wanted()
    first, second = new["variations"]
    new["variations"] = [Kept(1, second), {"key": "calm", "weight": "50%"}]
    after = rewritten(HERO, new)
    assert after is not None
    assert "key: control" not in after
    assert "# the old one" in after
    assert after.endswith("        style: {color: 'red'}\n  - {key: calm, weight: 50%}\n# The end.\n")
    assert first


def test_an_item_that_is_kept_keeps_its_comments_whatever_changes_in_it() -> None:
    new = wanted()
    first, second = new["variations"]
    second["changes"] = [Kept(1, {**second["changes"][1], "select": "#buy"}), {"select": "h2", "hide": True}]
    new["variations"] = [Kept(0, first), Kept(1, second)]
    after = rewritten(HERO, new)
    assert after is not None
    gone, come = lines_changed(HERO, after)
    assert gone == ['      - {select: "h1.hero", text: "Buy now"}   # the claim', '      - select: "#cta"']
    assert come == ['      - select: "#buy"', "      - {select: h2, hide: true}"]


def test_pages_are_told_by_what_they_say() -> None:
    new = wanted()
    new["pages"]["include"] = ["/landing/*", "/new", {"path": "/", "query": {"ref": "ad"}}]
    after = rewritten(HERO, new)
    assert after is not None
    assert lines_changed(HERO, after)[1] == [
        'pages: {include: [\'/landing/*\', "/new", {path: "/", query: {ref: ad}}]}   # where'
    ]


def test_the_last_of_a_mapping_that_goes_leaves_an_empty_one() -> None:
    new = wanted()
    new["strange"] = {}
    after = rewritten(HERO, new)
    assert after is not None
    assert "strange: {}" in after


def test_what_an_alias_stands_for_is_not_changed_behind_its_back() -> None:
    text = "a: &x one\nb: *x\n"
    assert rewritten(text, {"a": "two", "b": "one"}) is None
    assert rewritten(text, {"a": "one", "b": "two"}) == "a: &x one\nb: two\n"


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n", "a: {b: c"])
def test_a_text_that_is_no_mapping_is_left_alone(text: str) -> None:
    assert rewritten(text, {"a": "b"}) is None


def test_a_place_leads_to_the_value_there() -> None:
    root = places(HERO)
    assert root is not None
    assert path_to(root, HERO.index("40%") if "40%" in HERO else HERO.index("50%       # half")) == (
        "variations",
        1,
        "weight",
    )
    assert path_to(root, HERO.index('"#cta"')) == ("variations", 1, "changes", 1, "select")
    assert path_to(root, HERO.index("weight: 50%\n")) == ("variations", 0, "weight")
    assert path_to(root, HERO.index("# The end")) == ()


_SCALARS = st.one_of(
    st.text(
        alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\ufeff"),
        max_size=12,
    ),
    st.sampled_from(
        [
            "",
            "null",
            "~",
            "true",
            "50%",
            "#cta",
            "a: b",
            " x",
            "x ",
            "'",
            '"',
            "- a",
            "a\nb",
            "a\nb\n",
            "\n",
            "[",
            "{",
            "*x",
            "&x",
            "12",
        ]
    ),
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(_SCALARS, st.booleans(), st.none()),
    lambda each: st.one_of(
        st.lists(each, max_size=3),
        st.dictionaries(st.sampled_from(["key", "weight", "select", "text", "html", "changes"]), each, max_size=3),
    ),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """The file with a few values put, added or taken out anywhere."""
    new = wanted()
    for _ in range(draw(st.integers(1, 4))):
        place: Any = new
        while True:
            if not place:
                break
            step = draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
            inner = place[step]
            if isinstance(inner, dict | list) and inner and draw(st.booleans()):
                place = inner
                continue
            match draw(st.sampled_from(["put", "take", "add"])):
                case "put":
                    place[step] = draw(_VALUES)
                case "take" if len(place) > 1:
                    del place[step]
                case _ if isinstance(place, dict):
                    place[draw(st.sampled_from(["new", "text", "weight", "a b"]))] = draw(_VALUES)
                case _:
                    place.insert(step, draw(_VALUES))
            break
    return new


@settings(max_examples=300, deadline=None)
@given(changed())
def test_whatever_is_wanted_is_what_the_text_says_then(new: dict[str, Any]) -> None:
    after = rewritten(HERO, new)
    assert after is not None
    assert read(after) == bare(new)
    assert after.startswith("# The front page.\n")
    assert after.endswith("# The end.\n")
