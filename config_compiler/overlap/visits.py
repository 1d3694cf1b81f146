"""Decides whether one visit can be in two experiments: proves that none can, or finds one.

A depth-first search through what each of the two wants, cut off as soon as one subject has no value left. What it
finds is put to the reference evaluator before it is believed.
May not know what the experiments change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from config_compiler.overlap.effort import Effort, UndecidedError
from config_compiler.overlap.formula import (
    HOST,
    PATH,
    SCHEME,
    Atom,
    Both,
    Either,
    Formula,
    escaped,
    of_condition,
    of_pages,
)
from config_compiler.overlap.moments import ALWAYS, Moment, Span, moment
from config_compiler.overlap.values import Answer, Is, Never, Open, Values, possible
from config_compiler.page_tests import page_test
from domain.condition import Condition, Matches
from domain.experiment import Experiment, Pages
from domain.targeting import page_matches
from domain.visits import Visit, meets

STEPS_A_PAIR = 100_000
"""A step takes about half a microsecond."""
STEPS_TOGETHER = 4_000_000
MAX_CHOICES = 150
"""How many choices may hang on each other."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an experiment takes."""

    pages: Pages
    audience: Condition
    span: Span = ALWAYS
    layer: str = ""
    """A visitor is in one experiment of a layer at most; empty for none."""


def reach_of(x: Experiment) -> Reach:
    """Whom an experiment takes."""
    return Reach(x.pages, x.audience, Span(x.schedule.start, x.schedule.end), x.layer.layer if x.layer else "")


@dataclass(frozen=True, slots=True)
class Disjoint:
    """No visit can be in both; why, as a clause."""

    why: str


@dataclass(frozen=True, slots=True)
class Meet:
    """This visit can be in both."""

    witness: Visit
    asked: tuple[str, ...]
    """What about the visit made a difference, as plans name it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither is known; why, as a clause that follows "because"."""

    why: str


Verdict = Disjoint | Meet | Unknown


@dataclass(frozen=True, slots=True)
class _Asking:
    """What an experiment asks about a visit; holds on to the experiment, so that its identity stays its own."""

    reach: Reach
    formula: Formula
    asked: frozenset[str]


_State = dict[str, frozenset[Atom]]


@dataclass(slots=True)
class Meetings:
    """Judges the experiments of one site, two by two; keeps what it has learnt about single subjects."""

    domains: tuple[str, ...]
    timezone: str
    together: Effort = field(default_factory=lambda: Effort(STEPS_TOGETHER))
    _values: Values = field(default_factory=Values)
    _known: dict[frozenset[Atom], Answer] = field(default_factory=dict)
    _reaches: dict[int, _Asking] = field(default_factory=dict)
    _home: Formula = field(init=False)

    def __post_init__(self) -> None:
        self._home = _at_home(self.domains)

    def judge(self, one: Reach, other: Reach) -> Verdict:
        """Whether a visit can be in both."""
        if one.layer and one.layer == other.layer:
            return Disjoint("a layer keeps them apart")
        span = one.span.shared(other.span)
        if span is None:
            return Disjoint("they never run at the same time")
        search = _Search(self, span, (one, other), Effort(STEPS_A_PAIR, self.together))
        first, second = self._known_of(one), self._known_of(other)
        try:
            # A witness on one of the site's own hosts is worth more than one elsewhere.
            found = search.run([first.formula, second.formula, self._home])
            if found is None and HOST in first.asked | second.asked:
                found = search.run([first.formula, second.formula])
        except UndecidedError as undecided:
            return Unknown(undecided.why)
        if found is not None:
            return Meet(found, tuple(sorted(first.asked | second.asked)))
        return Unknown(search.open[0]) if search.open else Disjoint("no visit meets the conditions of both")

    def answer(self, atoms: frozenset[Atom], effort: Effort) -> Answer:
        """What is known about the questions to one subject."""
        known = self._known.get(atoms)
        if known is None:
            ordered = sorted(atoms, key=repr)
            known = self._known[atoms] = self._values.find(ordered[0].subject, ordered, effort)
        return known

    def _known_of(self, reach: Reach) -> _Asking:
        # By identity: to compare two conditions takes longer than most searches.
        known = self._reaches.get(id(reach))
        if known is None:
            formula = Both((of_pages(reach.pages), of_condition(reach.audience)))
            known = self._reaches[id(reach)] = _Asking(reach, formula, frozenset(_asked(formula)))
        return known


@dataclass(slots=True)
class _Search:
    """One search: for a visit in both."""

    meetings: Meetings
    span: Span
    reaches: tuple[Reach, Reach]
    effort: Effort
    open: list[str] = field(default_factory=list)

    def run(self, wanted: Iterable[Formula]) -> Visit | None:
        """A visit that is in both, or None; `open` then says what was left undecided on the way."""
        return self._choose(list(wanted), {}, 0)

    def _choose(self, wanted: list[Formula], state: _State, depth: int) -> Visit | None:
        """Settle what leaves no choice, then try each way of the smallest choice."""
        self.effort.spend(4)
        choices = self._settle(wanted, state)
        if choices is None:
            return None
        if not choices:
            return self._visit(state)
        if depth > MAX_CHOICES:
            raise UndecidedError("their conditions have too many alternatives")
        first = min(range(len(choices)), key=lambda i: len(choices[i].parts))
        rest: list[Formula] = [*choices[:first], *choices[first + 1 :]]
        for part in choices[first].parts:
            found = self._choose([part, *rest], dict(state), depth + 1)
            if found is not None:
                return found
        return None

    def _settle(self, wanted: list[Formula], state: _State) -> list[Either] | None:
        """Put every question into the state; the choices that are left, or None where one cannot be answered."""
        choices: list[Either] = []
        left = wanted[::-1]
        while left:
            match left.pop():
                case Atom() as atom:
                    if not self._add(atom, state):
                        return None
                case Both(parts):
                    left += parts[::-1]
                case Either() as choice:
                    choices.append(choice)
        return choices

    def _add(self, atom: Atom, state: _State) -> bool:
        before = state.get(atom.subject, frozenset())
        if atom in before:
            return True
        state[atom.subject] = before | {atom}
        self.effort.spend(4)
        match self.meetings.answer(state[atom.subject], self.effort):
            case Is():
                return True
            case Never():
                return False
            case Open(why):
                self.open.append(why)
                return False

    def _visit(self, state: _State) -> Visit | None:
        now = self._moment(state)
        if now is None:
            return None
        visit = visit_of(dict(self._found(state)), now)
        if not all(_takes(reach, visit) for reach in self.reaches):
            self.open.append("the only visit that was found does not stand up to a second look")
            return None
        return visit

    def _moment(self, state: _State) -> Moment | None:
        hours, weekdays = (set(map(int, possible(s, state.get(s, frozenset())))) for s in ("hour", "weekday"))
        return moment(self.span, hours, weekdays, self.meetings.timezone)

    def _found(self, state: _State) -> Iterator[tuple[str, str | None]]:
        for subject, atoms in state.items():
            answer = self.meetings.answer(atoms, self.effort)
            if isinstance(answer, Is):
                yield subject, answer.value


def visit_of(found: Mapping[str, str | None], now: Moment) -> Visit:
    """The visit with these values; what is not named is a newcomer's."""
    named = {kind: _named(found, f"{kind}.") for kind in ("query", "cookie", "data")}
    query = f"?{urlencode(named['query'], quote_via=quote)}" if named["query"] else ""
    plain = {k: v for k, v in found.items() if v is not None and k in _PLAIN}
    return Visit(
        url=f"{found.get(SCHEME) or 'https'}://{found.get(HOST) or 'localhost'}{found.get(PATH) or '/'}{query}",
        width=int(found.get("width") or 1280),
        hour=now.hour,
        weekday=now.weekday,
        now=now.now,
        cookies=named["cookie"],
        data=named["data"],
        **plain,
    )


_PLAIN = ("device", "platform", "browser", "country", "language", "channel", "visitor", "referrer")


def _named(found: Mapping[str, str | None], start: str) -> dict[str, str]:
    return {k.removeprefix(start): v for k, v in sorted(found.items()) if k.startswith(start) and v is not None}


def _takes(reach: Reach, visit: Visit) -> bool:
    """The reference evaluator's word."""
    include, exclude = reach.pages.include, reach.pages.exclude
    on_page = not include or any(page_matches(page_test(page), visit.url) for page in include)
    return (
        on_page
        and not any(page_matches(page_test(page), visit.url) for page in exclude)
        and meets(reach.audience, visit)
    )


def _at_home(domains: tuple[str, ...]) -> Formula:
    """On one of the site's own hosts, whatever the port."""
    return Either(tuple(Atom(HOST, Matches(_home(domain))) for domain in domains)) if domains else Both(())


def _home(domain: str) -> str:
    below = domain.startswith("*.")
    return f"^{'[a-z0-9-]+[.]' if below else ''}{escaped(domain.removeprefix('*.'))}(?::[0-9]{{1,5}})?$"


def _asked(formula: Formula) -> Iterator[str]:
    """Every subject that is asked about."""
    left = [formula]
    while left:
        match left.pop():
            case Atom(subject):
                yield subject
            case Both(parts) | Either(parts):
                left += parts
