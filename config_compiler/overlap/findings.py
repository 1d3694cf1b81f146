"""Puts the running experiments of a site side by side, and says which of them may come into each other's way.

May not know how it is decided whether visits or changes meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import combinations

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.overlap.effort import UndecidedError
from config_compiler.overlap.footprints import Aspect, Footprint, footprints
from config_compiler.overlap.moments import clock
from config_compiler.overlap.touches import Contact, Touch, touch
from config_compiler.overlap.visits import Disjoint, Meet, Meetings, Reach, Unknown, reach_of
from config_compiler.overlap.wording import visit_in_pairs, visit_in_words
from config_compiler.source import Span
from config_compiler.syntax import ChangeSyntax, Definition, ExperimentSyntax
from domain.experiment import (
    AddCss,
    Change,
    Experiment,
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
    Status,
)
from domain.site import Site

SHOWN = 3
"""How many of the experiments with which one may meet are named."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A running experiment: whom it reaches, what it changes, and how it was written."""

    experiment: Experiment
    reach: Reach
    marks: tuple[Footprint, ...]
    syntax: ExperimentSyntax
    changes: tuple[ChangeSyntax, ...]
    """As they were written, in order."""

    @property
    def key(self) -> str:
        return self.experiment.key


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two of them whose changes meet, and what is known of a visit in both."""

    one: _Running
    other: _Running
    touch: Touch
    meeting: Meet | Unknown

    @property
    def actor(self) -> _Running:
        """The one whose change reaches further."""
        return self.one if self.touch.actor is self.touch.one else self.other


def overlaps(definition: Definition, site: Site) -> Iterator[Finding]:
    """Yield a finding for each pair that meets, and one for each experiment of which it is not known."""
    doubtful: dict[tuple[str, str], list[_Pair]] = {}
    for pair in _pairs(_running(definition, site), Meetings(site.domains, site.timezone)):
        if isinstance(pair.meeting, Meet) and pair.touch.contact is not Contact.PERHAPS:
            yield _overlap(pair, pair.meeting, site)
        else:
            doubtful.setdefault((pair.actor.key, _reason(pair)), []).append(pair)
    for pairs in doubtful.values():
        yield _doubt(pairs, site)


def _running(definition: Definition, site: Site) -> list[_Running]:
    written = {x.key.value: x for x in definition.experiments if x.key}
    return [
        _Running(x, reach_of(x), marks, written[x.key], tuple(_changes(written[x.key])))
        for x in site.experiments
        if x.status is Status.RUNNING and x.key in written
        if (marks := footprints(c for v in x.variations for c in v.changes))
    ]


def _pairs(running: list[_Running], meetings: Meetings) -> Iterator[_Pair]:
    for one, other in combinations(running, 2):
        if one.reach.layer and one.reach.layer == other.reach.layer:
            continue
        try:
            met = touch(one.marks, other.marks, meetings.together)
        except UndecidedError as undecided:
            first = (one.marks[0], other.marks[0])
            yield _Pair(one, other, Touch(Contact.PERHAPS, *first, first[0]), Unknown(undecided.why))
            continue
        if met is None:
            continue
        verdict = meetings.judge(one.reach, other.reach)
        if not isinstance(verdict, Disjoint):
            yield _Pair(one, other, met, verdict)


def _overlap(pair: _Pair, meeting: Meet, site: Site) -> Finding:
    one, other, met = pair.one, pair.other, pair.touch
    dated = any(r.reach.span.start is not None or r.reach.span.end is not None for r in (one, other))
    now = clock(meeting.witness.now, site.timezone)
    visit = visit_in_words(meeting.witness, meeting.asked, now if dated else "")
    return Finding(
        Code.E241 if met.contact is Contact.SETTING else Code.W441,
        f"{_what(pair)}, and a visit to {visit} can be in both",
        _place(one, met.one),
        f'"{one.key}" changes it here',
        (Label(_place(other, met.other), f'"{other.key}" changes it here'),),
        _hint(one, other, site),
        visit_in_pairs(meeting.witness, now),
    )


def _what(pair: _Pair) -> str:
    one, other, met = pair.one.key, pair.other.key, pair.touch
    actor, suffers = (one, other) if pair.actor is pair.one else (other, one)
    inner = met.other if met.actor is met.one else met.one
    match met.contact:
        case Contact.SETTING:
            return f'"{one}" and "{other}" both set {_aspect(met)}'
        case Contact.AWAY:
            return f'"{actor}" sends visitors away from pages that "{suffers}" changes'
        case Contact.INSIDE:
            where = f'"{inner.selector}", which "{suffers}" changes, lies inside "{met.actor.selector}"'
            return f'{where}, which "{actor}" {_DOES[met.actor.aspect]}'
        case _:
            both = f'"{met.one.selector}"' if met.one.selector == met.other.selector else _two(met)
            return f'"{one}" and "{other}" both change {both}'


_DOES = {Aspect.INSIDE: "fills anew", Aspect.PRESENCE: "hides, moves or removes"}


def _two(met: Touch) -> str:
    return f'the same element where "{met.one.selector}" is "{met.other.selector}"'


def _aspect(met: Touch) -> str:
    mark = met.one
    match mark.aspect:
        case Aspect.INSIDE:
            texts = isinstance(mark.change, SetText) and isinstance(met.other.change, SetText)
            return f'{"the text of" if texts else "what is inside"} "{mark.selector}"'
        case Aspect.ADDRESS:
            return "where visitors are sent"
        case _:
            return f'"{mark.name}" of "{mark.selector}"'


def _hint(one: _Running, other: _Running, site: Site) -> str:
    layers = [r.reach.layer for r in (one, other) if r.reach.layer]
    if len(layers) == 1:
        lonely = other if one.reach.layer else one
        return f'put "{lonely.key}" into the layer "{layers[0]}" too, or keep their pages or audiences apart'
    if layers:
        return "put both into one layer, or keep their pages or audiences apart"
    name = site.layers[0] if site.layers else "pages"
    add = "" if site.layers else f"add layers: [{{key: {name}}}] to site.yaml, "
    return f"{add}write layer: {{key: {name}, share: 50%}} in both, or keep their pages or audiences apart"


def _reason(pair: _Pair) -> str:
    """What is not known, as the beginning of a sentence without its second half."""
    actor, mark = pair.actor.key, pair.touch.actor
    if isinstance(pair.meeting, Unknown):
        return f'because {pair.meeting.why}, it is not known whether a visit can be in "{actor}" and'
    if mark.aspect is Aspect.ANYTHING:
        return f'"{actor}" runs a script; it is not known whether that touches what is changed by'
    if mark.aspect in _DOES:
        return (
            f'"{actor}" {_DOES[mark.aspect]} "{mark.selector}"; it is not known whether that holds what is changed by'
        )
    return f'"{actor}" changes "{mark.selector}"; it is not known whether that is an element changed by'


def _doubt(pairs: list[_Pair], site: Site) -> Finding:
    """One finding for all that one experiment may meet for one reason."""
    first = pairs[0]
    actor = first.actor
    others = [pair.other if pair.actor is pair.one else pair.one for pair in pairs]
    labels = tuple(
        Label(
            _place(other, pair.touch.other if pair.actor is pair.one else pair.touch.one), f'"{other.key}" changes this'
        )
        for pair, other in zip(pairs[:SHOWN], others, strict=False)
    )
    seen = first.meeting.witness if isinstance(first.meeting, Meet) else None
    witness = visit_in_pairs(seen, clock(seen.now, site.timezone)) if seen else ()
    message = f"{_reason(first)} {_listed([other.key for other in others])}"
    hint = "if they should not meet, put them into one layer or keep their pages or audiences apart"
    return Finding(Code.W442, message, _place(actor, first.touch.actor), "", labels, hint, witness)


def _listed(keys: list[str]) -> str:
    named = ", ".join(f'"{key}"' for key in keys[:SHOWN])
    return named if len(keys) <= SHOWN else f"{named} and {len(keys) - SHOWN} more"


_KEYS: dict[type[Change], tuple[str, ...]] = {
    SetText: ("text",),
    SetHtml: ("html",),
    SetStyle: ("style",),
    SetAttribute: ("attributes",),
    SetClass: ("add_class", "remove_class"),
    Hide: ("hide",),
    Remove: ("remove",),
    InsertHtml: ("before", "after", "prepend", "append"),
    Move: ("move",),
    AddCss: ("css",),
    Redirect: ("redirect",),
    RunScript: ("script",),
}
"""Under which keys each kind of change is written."""


def _place(running: _Running, mark: Footprint) -> Span:
    """Where a change was written: its selector, or its own key."""
    selector = getattr(mark.change, "selector", None)
    for change in running.changes:
        written = [v for key in _KEYS[type(mark.change)] if (v := getattr(change, key, None)) is not None]
        if written and (change.select.value if change.select else None) == selector:
            span: Span = change.select.span if change.select else written[0].span
            return span
    return running.syntax.key.span if running.syntax.key else running.syntax.span


def _changes(node: object) -> Iterator[ChangeSyntax]:
    """Every change in what was written, in order."""
    if isinstance(node, ChangeSyntax):
        yield node
    elif isinstance(node, tuple):
        yield from (change for part in node for change in _changes(part))
    elif is_dataclass(node):
        yield from (change for field in fields(node) for change in _changes(getattr(node, field.name)))
