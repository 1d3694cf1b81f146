"""A site as its visitors' browsers need it: integers, ranges, tests and ops, and nothing private.

What the compiler lowers a `Site` to, what the snippet runs and what `targeting` decides on.
May not know how it is written down (that is `config_compiler/emit.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.names import ExperimentKey, GoalKey, SiteKey, VariationKey
from domain.site import Consent, Signal


@dataclass(frozen=True, slots=True)
class PageTest:
    """The cheapest test of one page pattern.

    `=` the path is `value` · `^` it starts with `value` · `~` the regular expression `value` is found in the
    path · `@` the regular expression `value` is found in scheme, host and path.
    """

    kind: Literal["=", "^", "~", "@"]
    value: str


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """A goal and what sets it off: a selector, a page test or an event name."""

    key: GoalKey
    trigger: Literal["click", "visit", "event"]
    what: str | PageTest
    property: str = ""
    """The event property that holds the amount; empty where the goal has no value."""
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Op:
    """One change that CSS cannot make.

    `text` and `html` use `value`; `attribute` uses `name` and `value` (None takes it away); `add` and `drop`
    use `name` (a class); `remove` uses neither.
    """

    kind: Literal["text", "html", "attribute", "add", "drop", "remove"]
    selector: str
    name: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One variation: its weight, its style sheet, the rules that hide what ops will change, and the ops."""

    key: VariationKey
    weight: int
    css: str = ""
    guards: tuple[str, ...] = ()
    """Selectors of elements kept unpainted until an op has reached them."""
    ops: tuple[Op, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedExperiment:
    """A running experiment."""

    key: ExperimentKey
    salt: str
    include: tuple[PageTest, ...]
    exclude: tuple[PageTest, ...]
    traffic: int
    goals: tuple[GoalKey, ...]
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a visitor's browser needs of a site."""

    site: SiteKey
    relay: str
    """Where beacons go: scheme, host and port."""
    timezone: str
    consent: Consent
    honour: tuple[Signal, ...]
    cookie_domains: tuple[str, ...]
    """Parent domains over whose subdomains the ledger is shared."""
    goals: tuple[PlannedGoal, ...]
    experiments: tuple[PlannedExperiment, ...]
