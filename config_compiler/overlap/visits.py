"""Decides whether one visit can be in two experiments: proves that none can, or finds one.

A depth-first search through what each of the two wants, cut off as soon as one subject has no value left. What it
finds is put to the reference evaluator before it is believed.
May not know what the experiments change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from config_compiler.overlap.effort import Effort, UndecidedError
from config_compiler.overlap.formula import (
    HOST,
    PATH,
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
from config_compiler.overlap.witness import visit_of
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
    settled: _Settled | None
    """What leaves no choice, put together once for all pairs; None where that alone cannot be answered."""


_State = dict[str, frozenset[Atom]]
_Settled = tuple[_State, list[Either]]


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
            found = search.both(first, second, [self._home])
            if found is None and HOST in first.asked | second.asked:
                found = search.both(first, second, [])
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
            settled = self._settled(reach, formula)
            known = self._reaches[id(reach)] = _Asking(reach, formula, frozenset(_asked(formula)), settled)
        return known

    def _settled(self, reach: Reach, formula: Formula) -> _Settled | None:
        state: _State = {}
        try:
            alone = _Search(self, reach.span, (reach, reach), Effort(STEPS_A_PAIR, self.together))
            choices = alone.settle([formula], state)
        except UndecidedError:
            return None
        return None if choices is None else (state, choices)


@dataclass(slots=True)
class _Search:
    """One search: for a visit in both."""

    meetings: Meetings
    span: Span
    reaches: tuple[Reach, Reach]
    effort: Effort
    open: list[str] = field(default_factory=list)

    def both(self, one: _Asking, other: _Asking, more: list[Formula]) -> Visit | None:
        """A visit that is in both, or None; `open` then says what was left undecided on the way."""
        if one.settled is None or other.settled is None:
            return self._choose([one.formula, other.formula, *more], {}, 0)
        state = self._merged(one.settled[0], other.settled[0])
        return None if state is None else self._choose([*one.settled[1], *other.settled[1], *more], state, 0)

    def _merged(self, one: _State, other: _State) -> _State | None:
        """What two experiments ask together; None where one subject cannot answer both."""
        state = {**one, **other}
        for subject in sorted(one.keys() & other.keys(), key=_quickest):
            state[subject] = one[subject] | other[subject]
            if state[subject] != one[subject] and not self._answered(state[subject]):
                return None
        return state

    def _choose(self, wanted: list[Formula], state: _State, depth: int) -> Visit | None:
        """Settle what leaves no choice, then try each way of the smallest choice."""
        self.effort.spend(4)
        choices = self.settle(wanted, state)
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

    def settle(self, wanted: list[Formula], state: _State) -> list[Either] | None:
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
        return self._answered(state[atom.subject])

    def _answered(self, atoms: frozenset[Atom]) -> bool:
        """Whether one value of their subject answers all of them; where that is not known, `open` says why."""
        self.effort.spend(4)
        match self.meetings.answer(atoms, self.effort):
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


def _quickest(subject: str) -> tuple[bool, str]:
    """What is looked up comes before what has to be searched for."""
    return subject in (HOST, PATH) or "." in subject, subject


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
