"""What differs in what a site is as a whole: goals, consent, signals, holdout, and what its relays are told.

May not know about experiments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config_compiler.differences import words
from config_compiler.differences.difference import Difference, Kind, Moves
from config_compiler.lower import RelayRules
from domain.plan import Plan

SITE = "site"

_Words = Callable[[Plan], str]

_WORDED: tuple[tuple[Kind, _Words], ...] = (
    (Kind.CONSENT, lambda plan: plan.consent.value),
    (Kind.HONOUR, lambda plan: words.listed(signal.value for signal in plan.honour)),
    (Kind.SHARED, lambda plan: words.listed(plan.cookie_domains)),
    (Kind.TIMEZONE, lambda plan: plan.timezone),
    (Kind.SINGLE_PAGE, lambda plan: "auto" if plan.single_page else "off"),
    (Kind.ENGAGEMENT, lambda plan: "on" if plan.engagement else "off"),
    (Kind.RELAY, lambda plan: plan.relay),
    (Kind.ZONES, lambda plan: words.listed(dict.fromkeys(country for _, country in plan.zones))),
)
"""What is said of both and compared as it is said."""


def differences(now: Plan, new: Plan) -> Iterator[Difference]:
    """What differs in the plans."""
    yield from _goals(now, new)
    for kind, say in _WORDED:
        if say(now) != say(new):
            yield Difference(SITE, kind, "", say(now), say(new))
    if now.holdout != new.holdout:
        moves = Moves.HELD_OUT if new.holdout > now.holdout else Moves.LET_IN
        yield Difference(SITE, Kind.HOLDOUT, "", words.share(now.holdout), words.share(new.holdout), moves)


def differences_of_rules(now: RelayRules, new: RelayRules, plan: Plan) -> Iterator[Difference]:
    """What differs in what relays are told and browsers are not; `plan` goes with `new`."""
    if now.domains != new.domains:
        yield Difference(SITE, Kind.DOMAINS, "", words.listed(now.domains), words.listed(new.domains))
    if now.experiments != new.experiments:
        yield Difference(SITE, Kind.COUNTED, "", words.runs(now.experiments), words.runs(new.experiments))
    digits = {goal.key: goal.digits for goal in plan.goals}
    caps = dict(now.caps)
    for key, cap in new.caps:
        if key in caps and caps[key] != cap:
            was, will = (words.amount(each, digits.get(key, 0)) for each in (caps[key], cap))
            yield Difference(SITE, Kind.CAP, key, was, will)


def _goals(now: Plan, new: Plan) -> Iterator[Difference]:
    old, kept = ({goal.key: words.goal(goal) for goal in plan.goals} for plan in (now, new))
    for key, said in kept.items():
        if key not in old:
            yield Difference(SITE, Kind.GOAL_ADDED, key, "", said)
        elif old[key] != said:
            yield Difference(SITE, Kind.GOAL, key, old[key], said)
    for key in (key for key in old if key not in kept):
        yield Difference(SITE, Kind.GOAL_GONE, key, old[key], "")
