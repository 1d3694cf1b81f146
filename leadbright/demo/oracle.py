"""What the crowd did, one row a visitor, and what the reports must therefore say: counted by brute force.

Keeps everything that Leadbright refuses to keep. May not know about ledgers, beacons or differences.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.names import GoalKey, RunName, VariationKey

SESSION_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Viewing:
    """A page looked at, in a minute since 1970 UTC, on a site-local day."""

    minute: int
    day: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A variation seen."""

    run: RunName
    variation: VariationKey


@dataclass(frozen=True, slots=True)
class Achievement:
    """A goal reached, worth `amount` in minor units."""

    goal: GoalKey
    amount: int


Deed = Viewing | Sighting | Achievement


@dataclass(frozen=True, slots=True)
class Arm:
    """Of one variation and goal: how many converted, how often, and the sums over visitors of totals and squares."""

    converted: int = 0
    count: int = 0
    total: int = 0
    squares: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of an experiment. Arms in which nothing happened are left out."""

    exposed: Mapping[VariationKey, int]
    arms: Mapping[tuple[VariationKey, GoalKey], Arm]


@dataclass(frozen=True, slots=True)
class Footfall:
    """A range of days."""

    visitors: int
    sessions: int
    views: int
    bounces: int


@dataclass(slots=True)
class Oracle:
    """Every visitor's deeds, in order."""

    deeds: dict[int, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    countries: dict[int, str] = field(default_factory=dict)

    def note(self, visitor: int, country: str, deed: Deed) -> None:
        """Remember one deed."""
        self.countries[visitor] = country
        self.deeds[visitor].append(deed)

    def outcome(self, run: RunName, goals: Sequence[GoalKey], caps: Mapping[GoalKey, int]) -> Outcome:
        """What became of a run that is judged by `goals`, each visitor's total cut off at its cap (0: none)."""
        exposed: Counter[VariationKey] = Counter()
        totals: dict[tuple[VariationKey, GoalKey], list[tuple[int, int]]] = defaultdict(list)
        for deeds in self.deeds.values():
            seen = _since_seen(deeds, run)
            if seen is None:
                continue
            variation, since = seen
            exposed[variation] += 1
            for goal in goals:
                amounts = [deed.amount for deed in since if isinstance(deed, Achievement) and deed.goal == goal]
                if amounts:
                    totals[variation, goal].append((len(amounts), _cut(sum(amounts), caps.get(goal, 0))))
        return Outcome(exposed, {arm: _arm(rows) for arm, rows in totals.items()})

    def footfall(self, first: int, last: int) -> Footfall:
        """What happened from one site-local day to another, both included."""
        visitors = sessions = views = bounces = 0
        for deeds in self.deeds.values():
            viewings = [d for d in deeds if isinstance(d, Viewing)]
            views += sum(first <= v.day <= last for v in viewings)
            visitors += any(first <= v.day <= last for v in viewings)
            begun = [s for s in _sessions(viewings) if first <= s[0].day <= last]
            sessions += len(begun)
            bounces += sum(len(s) == 1 for s in begun)
        return Footfall(visitors, sessions, views, bounces)

    def views_by_country(self, first: int, last: int) -> Counter[str]:
        """Page views from one site-local day to another, both included."""
        viewings = ((visitor, deed) for visitor, deeds in self.deeds.items() for deed in deeds)
        return Counter(
            self.countries[visitor] for visitor, d in viewings if isinstance(d, Viewing) and first <= d.day <= last
        )

    def visitor_days(self) -> Counter[tuple[int, str]]:
        """Visitors by day and country."""
        return Counter(
            (day, self.countries[visitor])
            for visitor, deeds in self.deeds.items()
            for day in {d.day for d in deeds if isinstance(d, Viewing)}
        )


def _since_seen(deeds: Sequence[Deed], run: RunName) -> tuple[VariationKey, Sequence[Deed]] | None:
    for index, deed in enumerate(deeds):
        if isinstance(deed, Sighting) and deed.run == run:
            return deed.variation, deeds[index:]
    return None


def _sessions(viewings: Sequence[Viewing]) -> Iterator[list[Viewing]]:
    session: list[Viewing] = []
    for viewing in viewings:
        if session and viewing.minute - session[-1].minute >= SESSION_MINUTES:
            yield session
            session = []
        session.append(viewing)
    if session:
        yield session


def _cut(total: int, cap: int) -> int:
    return min(total, cap) if cap else total


def _arm(rows: Sequence[tuple[int, int]]) -> Arm:
    return Arm(
        converted=len(rows),
        count=sum(count for count, _ in rows),
        total=sum(total for _, total in rows),
        squares=sum(total * total for _, total in rows),
    )
