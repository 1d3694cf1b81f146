"""Made-up visitors: what their browsers report, and the same counted the plain way, with one row a visitor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from domain import ledger
from domain.beacon import Admitted, Converted, Entry, Surroundings
from domain.ledger import Ledger, Source, Step
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.plan import Arm, Plan, PlannedExperiment, PlannedGoal
from domain.site import Consent
from domain.tally import Sums
from tests.aggregator.traces import nonce

HERO, PRICE = RunName("hero"), RunName("price")
SIGNUP, PURCHASE = GoalKey("signup"), GoalKey("purchase")
CAPS: Mapping[GoalKey, int] = {SIGNUP: 0, PURCHASE: 500}

ARMS = {HERO: ("control", "bold"), PRICE: ("control", "round")}
GOALS = {HERO: (SIGNUP, PURCHASE), PRICE: (PURCHASE,)}


def plan_of(site: SiteKey) -> Plan:
    """Two experiments over two goals."""
    experiments = tuple(
        PlannedExperiment(run, (), (), 10_000, GOALS[run], tuple(Arm(VariationKey(arm), 5_000) for arm in ARMS[run]))
        for run in (HERO, PRICE)
    )
    goals = (PlannedGoal(SIGNUP, "click", "#signup"), PlannedGoal(PURCHASE, "event", "purchase", "amount", 2))
    return Plan(site, "https://relay.example", "UTC", Consent.NONE, (), (), goals, experiments)


@dataclass(frozen=True)
class Reach:
    """A goal reached for an amount."""

    goal: GoalKey
    amount: int


@dataclass(frozen=True)
class See:
    """A variation seen, if none of the experiment was seen before."""

    experiment: RunName
    variation: VariationKey


Act = Reach | See


@dataclass(frozen=True)
class Visit:
    """A session: the acts on each of its pages."""

    pages: tuple[tuple[Act, ...], ...]


@dataclass(frozen=True)
class Visitor:
    """Someone, by the day (counted from the first one of the story): their sessions."""

    days: Mapping[int, tuple[Visit, ...]]
    country: str


acts = st.one_of(
    st.builds(Reach, st.just(PURCHASE), st.integers(-200, 700)),
    st.builds(Reach, st.just(SIGNUP), st.just(0)),
    *(st.builds(See, st.just(key), st.sampled_from([VariationKey(a) for a in arms])) for key, arms in ARMS.items()),
)
visits = st.builds(Visit, st.lists(st.lists(acts, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple))
visitors = st.builds(
    Visitor,
    st.dictionaries(st.integers(0, 80), st.lists(visits, min_size=1, max_size=2).map(tuple), max_size=6),
    st.sampled_from(["DE", "AT", ""]),
)


def reported(someone: Visitor, site: SiteKey, first_day: int) -> Iterator[Admitted]:
    """The beacons of one visitor, a page each, in order of day."""
    plan, account = plan_of(site), Ledger("00000000", first_day)
    for offset, sessions in sorted(someone.days.items()):
        day = first_day + offset
        for number, session in enumerate(sessions):
            for place, page in enumerate(session.pages):
                minute = day * 1_440 + number * 60 + place
                account, entries = _page(account, plan, page, day, minute)
                where = Surroundings(page=f"/{place}", country=someone.country)
                yield Admitted(nonce(), site, day, where, entries)


def _page(account: Ledger, plan: Plan, page: Sequence[Act], day: int, minute: int) -> tuple[Ledger, tuple[Entry, ...]]:
    entries: list[Entry] = []
    account, more = ledger.visit(account, day)
    entries += more
    account, more = ledger.view(account, minute, Source())
    entries += more
    for act in page:
        account, more = _done(account, plan, act)
        # The relay knows the cap of a goal, the browser does not.
        entries += [replace(e, cap=CAPS[e.goal]) if isinstance(e, Converted) else e for e in more]
    return account, tuple(entries)


def _done(account: Ledger, plan: Plan, act: Act) -> Step:
    match act:
        case Reach(goal, amount):
            return ledger.convert(account, plan, goal, amount)
        case See(experiment, variation):
            return ledger.expose(account, experiment, variation)


@dataclass
class Row:
    """One visitor in the plain table: what was seen first, and each goal's amounts since."""

    seen: dict[RunName, VariationKey] = field(default_factory=dict)
    amounts: dict[tuple[RunName, GoalKey], list[int]] = field(default_factory=dict)


def row_of(someone: Visitor) -> Row:
    """The row of one visitor."""
    row = Row()
    for _, sessions in sorted(someone.days.items()):
        for act in (act for session in sessions for page in session.pages for act in page):
            match act:
                case See(experiment, variation):
                    row.seen.setdefault(experiment, variation)
                case Reach(goal, amount):
                    for experiment in row.seen:
                        if goal in GOALS[experiment]:
                            row.amounts.setdefault((experiment, goal), []).append(amount)
    return row


def exposed(table: Sequence[Row], experiment: RunName, variation: VariationKey) -> int:
    """Visitors who saw a variation first."""
    return sum(row.seen.get(experiment) == variation for row in table)


def conversions(table: Sequence[Row], experiment: RunName, variation: VariationKey, goal: GoalKey) -> Sums:
    """Converted visitors, conversions, sum and sum of squares of the visitors' capped totals."""
    amounts = [
        row.amounts[experiment, goal]
        for row in table
        if row.seen.get(experiment) == variation and (experiment, goal) in row.amounts
    ]
    totals = [min(sum(a), CAPS[goal]) if CAPS[goal] else sum(a) for a in amounts]
    return Sums(len(amounts), sum(map(len, amounts)), sum(totals), sum(t * t for t in totals))


def uniques(crowd: Sequence[Visitor], first: int, last: int) -> int:
    """Visitors with a visit on any day of the range."""
    return sum(any(first <= day <= last for day in someone.days) for someone in crowd)
