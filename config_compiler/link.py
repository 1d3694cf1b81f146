"""The fourth pass: chooses the modules of the runtime that a plan uses. A site pays only for what its rules need.

May not know what is inside a module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config_compiler.lower import Lowered, RelayRules
from domain.condition import EVERYBODY, All, AnyOf, Condition, Field, Not, Test
from domain.plan import Arm, Plan


@dataclass(frozen=True, slots=True)
class RuntimeModule:
    """A part of the snippet: minified JavaScript, and the modules that it cannot do without."""

    name: str
    code: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Runtime:
    """The snippet as it was built, its modules in the order in which they must run, the core last."""

    modules: tuple[RuntimeModule, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """A plan with the code that runs it."""

    plan: Plan
    rules: RelayRules
    modules: tuple[RuntimeModule, ...]
    scripts: tuple[str, ...] = ()
    """Code that ops run by number."""


class MissingModuleError(LookupError):
    """The runtime was built from another version; the message says what to do."""

    def __init__(self, name: str) -> None:
        super().__init__(f'the built snippet has no module "{name}": it is of another version; build it anew')


TAKEN_WHEN: tuple[tuple[str, Callable[[Plan], bool]], ...] = (
    ("experiments", lambda plan: bool(plan.experiments)),
    ("who", lambda plan: any(x.who != EVERYBODY for x in plan.experiments)),
    ("channel", lambda plan: any(_asks_for(Field.CHANNEL, x.who) for x in plan.experiments)),
    ("style", lambda plan: any(arm.css or arm.guards for arm in _arms(plan))),
    ("ops", lambda plan: any(arm.ops for arm in _arms(plan))),
    ("insert", lambda plan: _has_op(plan, "insert", "move")),
    ("redirect", lambda plan: any(arm.redirect for arm in _arms(plan))),
    ("script", lambda plan: _has_op(plan, "script")),
    ("goals", lambda plan: bool(plan.goals)),
    ("click", lambda plan: any(goal.trigger == "click" for goal in plan.goals)),
    ("submit", lambda plan: any(goal.trigger == "submit" for goal in plan.goals)),
    ("visit", lambda plan: any(goal.trigger == "visit" for goal in plan.goals)),
    ("event", lambda plan: any(goal.trigger == "event" for goal in plan.goals)),
    ("navigation", lambda plan: plan.single_page),
    ("core", lambda plan: True),
)
"""Module, and the plans that need it."""


def link(lowered: Lowered, runtime: Runtime) -> Linked:
    """Take the modules that the plan uses and those that they need, in the runtime's order.

    Raises MissingModuleError where the runtime lacks one.
    """
    known = {module.name: module for module in runtime.modules}
    taken: set[str] = set()
    wanted = [name for name, needed in TAKEN_WHEN if needed(lowered.plan)]
    while wanted:
        name = wanted.pop()
        if name not in known:
            raise MissingModuleError(name)
        if name not in taken:
            taken.add(name)
            wanted.extend(known[name].needs)
    modules = tuple(m for m in runtime.modules if m.name in taken)
    return Linked(lowered.plan, lowered.rules, modules, lowered.scripts)


def _has_op(plan: Plan, *kinds: str) -> bool:
    return any(op.kind in kinds for arm in _arms(plan) for op in arm.ops)


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
