"""An experiment as a form: what is read from a file, what was typed, and the file that comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config_compiler.rewriting.rewriting import read, rewritten
from tests.web.sample import HERO
from web.composing.acting import acted
from web.composing.audience import FIELDS, Chosen
from web.composing.typed import MOST, MOST_PARTS, Arm, Change, Part, Typed, typed_from, typed_of
from web.composing.wanted import share, wanted

CASES = sorted((Path(__file__).parents[1] / "cases").rglob("experiments/*.yaml"))


def sent(typed: Typed) -> dict[str, str]:
    """What a browser sends of the form when nothing in it is touched."""
    fields = {
        **{name: _line(getattr(typed, name)) for name in ("name", "status", "traffic", "primary", "start", "end")},
        **{name: getattr(typed, name) for name in ("hypothesis", "include", "exclude")},
        "layer": typed.layer,
        "layer.share": _line(typed.layer_share),
        "audience": typed.audience.chosen.value,
        "audience.name": typed.audience.name,
        **{f"audience.{field}": typed.audience.answer(field) for field in FIELDS},
        **{f"secondary:{each}": "on" for each in typed.secondary},
        **{f"guardrails:{each}": "on" for each in typed.guardrails},
        **({} if typed.leaves_arms else dict(_arms(typed))),
    }
    return {name: text.replace("\r\n", "\n").replace("\r", "\n") for name, text in fields.items()}


def _arms(typed: Typed) -> Iterator[tuple[str, str]]:
    for i, arm in enumerate(typed.arms):
        yield from ((f"v{i}.was", str(arm.was)), (f"v{i}.key", _line(arm.key)), (f"v{i}.weight", _line(arm.weight)))
        for j, change in enumerate(arm.changes):
            at = f"v{i}.c{j}."
            yield from ((f"{at}was", str(change.was)), (f"{at}select", _line(change.select)))
            for k, part in enumerate(change.parts):
                yield from ((f"{at}p{k}.effect", part.effect), (f"{at}p{k}.value", part.value))


def _line(text: str) -> str:
    """A field of one line holds no line ends."""
    return text.replace("\n", "").replace("\r", "")


def after(text: str, typed: Typed) -> str | None:
    """The file with what was typed."""
    said = read(text)
    assert isinstance(said, dict)
    return rewritten(text, wanted(said, typed_from(sent(typed), leaves_arms=typed.leaves_arms)))


def of(text: str) -> Typed:
    """The form of a file."""
    said = read(text)
    assert isinstance(said, dict)
    return typed_of(said)


def readable() -> list[Path]:
    """Every experiment of the compiler's cases that is a mapping, be it wrong in many ways."""
    return [path for path in CASES if isinstance(read(path.read_bytes().decode("utf-8", "surrogateescape")), dict)]


@pytest.mark.parametrize("path", readable(), ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_form_that_nobody_touched_leaves_its_file_to_the_byte(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    assert after(text, of(text)) == text


BOLD = of(HERO).arms[1]
EDITS = [
    ({"name": "Hero"}, ["name: Hero"]),
    ({"traffic": "50"}, ["traffic: 50%"]),
    ({"include": "/\n/offers/*"}, ['pages: {include: ["/", "/offers/*"]}']),
    ({"exclude": "/?ref=ad"}, ['pages: {include: ["/"], exclude: [{path: "/", query: {ref: ad}}]}']),
    ({"guardrails": ("signup",)}, ["goals: {primary: signup, secondary: [purchase], guardrails: [signup]}"]),
    ({"secondary": ()}, ["goals: {primary: signup}"]),
    ({"layer": "home", "layer_share": "50"}, ["layer: {key: home, share: 50%}"]),
    ({"start": "2026-12-01T09:00"}, ['schedule: {start: "2026-12-01T09:00"}']),
    (
        {"arms": (of(HERO).arms[0], replace(BOLD, weight="40"), Arm(None, "calm", "10%"))},
        ["    weight: 40%", "  - {key: calm, weight: 10%}"],
    ),
    (
        {
            "arms": (
                of(HERO).arms[0],
                replace(
                    BOLD, changes=(*BOLD.changes, Change(None, "#cta", (Part("style", "color: #c33\nmargin: 0"),)))
                ),
            )
        },
        ['      - {select: "#cta", style: {color: "#c33", margin: "0"}}'],
    ),
    (
        {"arms": (of(HERO).arms[0], replace(BOLD, changes=(replace(BOLD.changes[0], parts=(Part("hide", ""),)),)))},
        ['      - {select: "h1.hero", hide: true}'],
    ),
    (
        {"arms": (of(HERO).arms[0], replace(BOLD, changes=(Change(0, "h1", (Part("redirect", "/b"),)),)))},
        ['      - {redirect: "/b"}'],
    ),
    ({"arms": (of(HERO).arms[0], replace(BOLD, changes=()))}, []),
]


@pytest.mark.parametrize(("edit", "come"), EDITS)
def test_what_is_typed_is_written_and_nothing_else(edit: dict[str, object], come: list[str]) -> None:
    new = after(HERO, replace(of(HERO), **edit))  # type: ignore[arg-type]
    assert new is not None
    assert [line for line in new.split("\n") if line not in HERO.split("\n")] == come


def many(*changes: int, effects: str = "hide: true") -> str:
    """A file whose variations have so many changes each."""
    change = f'      - {{select: "h1", {effects}}}\n'
    arms = (f"  - key: v{i}\n    weight: 0%\n    changes:\n{change * n}" for i, n in enumerate(changes))
    return HERO[: HERO.index("variations:")] + "variations:\n" + "".join(arms)


TOO_MANY = [
    many(MOST + 1),
    many(*[1] * (MOST + 1)),
    many(60, 60, 60, 60, MOST_PARTS - 240 + 1),
    many(50, 51, effects="hide: true, text: a, html: b"),
]
AT_MOST = [many(MOST), many(*[1] * MOST), many(60, 60, 60, 60, MOST_PARTS - 240)]


@pytest.mark.parametrize("text", TOO_MANY)
def test_more_than_a_form_can_show_is_left_as_it_is_written(text: str) -> None:
    assert of(text).leaves_arms
    assert after(text, replace(of(text), name="Other")) == text.replace("Hero headline", "Other")


@pytest.mark.parametrize("text", AT_MOST)
def test_as_much_as_a_form_can_show_is_shown_and_comes_back(text: str) -> None:
    assert not of(text).leaves_arms
    assert after(text, of(text)) == text
    assert len(sent(of(text))) < 1_600


@pytest.mark.parametrize(
    ("text", "action", "drop"),
    [
        (AT_MOST[0], "add-change:0", "drop-change:0.0"),
        (AT_MOST[1], "add-arm", "drop-arm:0"),
        (AT_MOST[2], "add-change:0", "drop-arm:1"),
    ],
)
def test_no_more_is_added_than_comes_back_from_the_form(text: str, action: str, drop: str) -> None:
    typed = of(text)
    assert acted(typed, action) == typed
    fewer = acted(typed, drop)
    assert fewer is not None
    assert acted(fewer, action) != fewer


@pytest.mark.parametrize(
    ("audience", "chosen"),
    [
        ("", Chosen.EVERYBODY),
        ("audience: phones\n", Chosen.NAMED),
        ("audience: {device: [mobile, tablet], country: DE}\n", Chosen.CONDITION),
        ("audience: {not: {device: mobile}}\n", Chosen.WRITTEN),
        ("audience: {width: {lte: 500}}\n", Chosen.WRITTEN),
    ],
)
def test_an_audience_is_shown_as_far_as_fields_can_say_it_and_is_else_left_alone(audience: str, chosen: Chosen) -> None:
    text = HERO + audience
    assert of(text).audience.chosen is chosen
    assert after(text, replace(of(text), name="Other")) == text.replace("Hero headline", "Other")


def test_an_experiment_leaves_its_layer() -> None:
    text = HERO + "layer: {key: home, share: 50 %}   # with price\n"
    assert after(text, of(text)) == text
    assert after(text, replace(of(text), layer="")) == HERO


def test_an_audience_is_written_as_a_list_only_where_it_has_several_values() -> None:
    asked = {**dict.fromkeys(FIELDS, ""), "device": "mobile, tablet", "country": "DE"}
    typed = replace(of(HERO), audience=replace(of(HERO).audience, chosen=Chosen.CONDITION, asked=asked))
    new = after(HERO, typed)
    assert new is not None
    assert "audience: {device: [mobile, tablet], country: DE}\n" in new


@pytest.mark.parametrize(
    ("typed", "written"), [("50", "50%"), ("33,3", "33.3%"), ("12.5 %", "12.5%"), ("half", "half"), ("", "")]
)
def test_a_share_is_taken_as_people_write_it(typed: str, written: str) -> None:
    assert share(typed) == written
