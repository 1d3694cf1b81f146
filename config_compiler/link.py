"""The fourth pass: finds out what a plan uses of the snippet. A site pays only for what its rules need.

May not know how the snippet does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config_compiler.lower import Lowered, RelayRules
from config_compiler.template import Runtime
from domain.condition import EVERYBODY, All, AnyOf, Condition, Field, Not, Test
from domain.experiment import WHOLE
from domain.plan import Arm, PageTest, Plan
from domain.site import Consent, Signal


@dataclass(frozen=True, slots=True)
class Linked:
    """A plan, the snippet, and what of it the plan uses."""

    plan: Plan
    rules: RelayRules
    runtime: Runtime
    uses: frozenset[str]
    scripts: tuple[str, ...] = ()
    """Code that ops run by number."""


class MissingModuleError(LookupError):
    """The runtime was built from another version; the message says what to do."""

    def __init__(self, name: str) -> None:
        super().__init__(f'the built snippet has no module "{name}": it is of another version; build it anew')


USED_WHEN: dict[str, Callable[[Plan], bool]] = {
    "consent": lambda plan: plan.consent is Consent.REQUIRED,
    "gpc": lambda plan: Signal.GPC in plan.honour,
    "dnt": lambda plan: Signal.DNT in plan.honour,
    "domains": lambda plan: bool(plan.cookie_domains),
    "engagement": lambda plan: plan.engagement,
    "experiments": lambda plan: bool(plan.experiments),
    "excluded": lambda plan: any(x.exclude for x in plan.experiments),
    "patterns": lambda plan: any(test.kind != "=" for test in _tests(plan)),
    "queries": lambda plan: any(test.query for test in _tests(plan)),
    "schedules": lambda plan: any(x.start is not None or x.end is not None for x in plan.experiments),
    "shares": lambda plan: any(x.layer or x.traffic < WHOLE for x in plan.experiments),
    "holdout": lambda plan: plan.holdout > 0,
    "who": lambda plan: any(x.who != EVERYBODY for x in plan.experiments),
    "channel": lambda plan: any(_asks_for(Field.CHANNEL, x.who) for x in plan.experiments),
    "style": lambda plan: any(arm.css or arm.guards or arm.redirect for arm in _arms(plan)),
    "ops": lambda plan: any(arm.ops for arm in _arms(plan)),
    "html": lambda plan: _has_op(plan, "html"),
    "attribute": lambda plan: _has_op(plan, "attribute"),
    "class": lambda plan: _has_op(plan, "add", "drop"),
    "remove": lambda plan: _has_op(plan, "remove"),
    "insert": lambda plan: _has_op(plan, "insert", "move"),
    "redirect": lambda plan: any(arm.redirect for arm in _arms(plan)),
    "script": lambda plan: _has_op(plan, "script"),
    "navigation": lambda plan: plan.single_page,
    "goals": lambda plan: bool(plan.goals),
    "click": lambda plan: any(goal.trigger == "click" for goal in plan.goals),
    "submit": lambda plan: any(goal.trigger == "submit" for goal in plan.goals),
    "visit": lambda plan: any(goal.trigger == "visit" for goal in plan.goals),
    "event": lambda plan: any(goal.trigger == "event" for goal in plan.goals),
    "amounts": lambda plan: any(goal.property for goal in plan.goals),
}
"""What the snippet asks about a plan, and the plans of which it is true."""


def link(lowered: Lowered, runtime: Runtime) -> Linked:
    """Find out what the plan uses of the snippet.

    Raises MissingModuleError where the snippet knows nothing of something that the plan uses, or asks for more than is
    known here.
    """
    uses = frozenset(feature for feature, used in USED_WHEN.items() if used(lowered.plan))
    asked = runtime.features()
    for feature in sorted((uses - asked) | (asked - USED_WHEN.keys())):
        raise MissingModuleError(feature)
    return Linked(lowered.plan, lowered.rules, runtime, uses, lowered.scripts)


def _has_op(plan: Plan, *kinds: str) -> bool:
    return any(op.kind in kinds for arm in _arms(plan) for op in arm.ops)


def _tests(plan: Plan) -> Iterator[PageTest]:
    for x in plan.experiments:
        yield from (*x.include, *x.exclude)
    yield from (goal.what for goal in plan.goals if isinstance(goal.what, PageTest))


def _arms(plan: Plan) -> Iterator[Arm]:
    return (arm for x in plan.experiments for arm in x.arms)


def _asks_for(field: Field, condition: Condition) -> bool:
    match condition:
        case Test(subject, _):
            return subject.field is field
        case Not(part):
            return _asks_for(field, part)
        case All(parts) | AnyOf(parts):
            return any(_asks_for(field, part) for part in parts)
