"""A site as its visitors' browsers need it: integers, ranges, tests and ops, and nothing private.

What the compiler lowers a `Site` to, what the snippet runs and what `targeting` decides on.
May not know how it is written down (that is `config_compiler/emit.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.condition import EVERYBODY, Condition
from domain.names import ExperimentKey, GoalKey, LayerKey, RunName, SiteKey, VariationKey, experiment_of
from domain.site import Consent, Signal


@dataclass(frozen=True, slots=True)
class PageTest:
    """The cheapest test of one page pattern.

    `=` the path is `value` · `^` it starts with `value` · `~` the regular expression `value` is found in the
    path · `@` the regular expression `value` is found in scheme, host and path.
    """

    kind: Literal["=", "^", "~", "@"]
    value: str
    query: tuple[tuple[str, str], ...] = ()
    """Parameters that the page's query must hold besides, with these values; in order of name."""


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """A goal and what sets it off: a selector, a page test or an event name."""

    key: GoalKey
    trigger: Literal["click", "submit", "visit", "event"]
    what: str | PageTest
    property: str = ""
    """The event property that holds the amount; empty where the goal has no value."""
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Op:
    """One change that CSS cannot make.

    `text` and `html` use `value`; `attribute` uses `name` and `value` (None takes it away); `add` and `drop`
    use `name` (a class); `remove` uses neither. `insert` uses `name` (before, prepend, append or after) and `value`
    (HTML), `move` `name` and `value` (the target's selector). `script` uses `number` alone: which of the scripts.
    """

    kind: Literal["text", "html", "attribute", "add", "drop", "remove", "insert", "move", "script"]
    selector: str
    name: str = ""
    value: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """One variation: its weight, its style sheet, the rules that hide what ops will change, and the ops."""

    key: VariationKey
    weight: int
    css: str = ""
    guards: tuple[str, ...] = ()
    """Selectors of elements kept unpainted until an op has reached them."""
    ops: tuple[Op, ...] = ()
    redirect: str = ""
    """Where its visitors are sent; empty for nowhere."""


@dataclass(frozen=True, slots=True)
class LayerRange:
    """The visitors of a layer whose place is in `start` (included) to `end` (not)."""

    layer: LayerKey
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlannedExperiment:
    """A running experiment."""

    run: RunName
    """Its phase's name: the salt by which visitors are dealt out, and what exposures and counts go by."""
    include: tuple[PageTest, ...]
    exclude: tuple[PageTest, ...]
    traffic: int
    goals: tuple[GoalKey, ...]
    arms: tuple[Arm, ...]
    who: Condition = EVERYBODY
    start: int | None = None
    """Minute since 1970-01-01 UTC from which it runs."""
    end: int | None = None
    """Minute at which it no longer does."""
    layer: LayerRange | None = None
    """Decides instead of `traffic` who takes part."""

    @property
    def key(self) -> ExperimentKey:
        """The experiment, whatever its phase."""
        return experiment_of(self.run)


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
    holdout: int = 0
    """Visitors whose place for `SITE/holdout` is below are in no experiment."""
    engagement: bool = False
    """Whether engaged time and scroll depth are reported when a page is left."""
    zones: tuple[tuple[str, str], ...] = ()
    """Time zones of the countries that conditions name, each with its country, in order."""
    single_page: bool = False
    """Whether a change of address without a new page is a page of its own."""
