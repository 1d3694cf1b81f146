"""An experiment as its author means it: pages, variations and the changes that each makes.

May not know how it was written (YAML, a form) or what a browser will be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Literal

from domain.condition import EVERYBODY, Condition
from domain.names import ExperimentKey, GoalKey, LayerKey, RunName, VariationKey, run_name

WHOLE = 10_000
"""All visitors; every share and weight is an integer per ten thousand."""


class Status(Enum):
    """Where an experiment is in its life; only a running one reaches visitors."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A path in which `*` stands for any run of characters, such as `/landing/*`."""

    glob: str


@dataclass(frozen=True, slots=True)
class UrlPattern:
    """Scheme, host and path, with `*`; compared with the page's address without query and fragment."""

    glob: str


@dataclass(frozen=True, slots=True)
class RegexPattern:
    """A regular expression in the syntax of JavaScript, searched in the path."""

    source: str


@dataclass(frozen=True, slots=True)
class QueryPattern:
    """A page by its path or address, whose query holds these parameters with these values besides."""

    page: PathPattern | UrlPattern | RegexPattern
    query: tuple[tuple[str, str], ...]
    """Names and values, decoded, in order of name."""


PagePattern = PathPattern | UrlPattern | RegexPattern | QueryPattern


@dataclass(frozen=True, slots=True)
class Pages:
    """A set of pages: those that match one of `include` (none given: every page) and none of `exclude`."""

    include: tuple[PagePattern, ...] = ()
    exclude: tuple[PagePattern, ...] = ()


@dataclass(frozen=True, slots=True)
class SetText:
    """Replace the text of each element that matches."""

    selector: str
    text: str


@dataclass(frozen=True, slots=True)
class SetHtml:
    """Replace the inside of each element that matches."""

    selector: str
    html: str


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """Set one attribute, or take it away where `value` is None."""

    selector: str
    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class SetClass:
    """Add or take away one class."""

    selector: str
    name: str
    action: Literal["add", "remove"]


@dataclass(frozen=True, slots=True)
class SetStyle:
    """Set CSS properties, in the order written."""

    selector: str
    declarations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Hide:
    """Keep each element that matches in the page, unseen."""

    selector: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Take each element that matches out of the page."""

    selector: str


Place = Literal["before", "prepend", "append", "after"]
"""Where something goes: before an element, as the first or last thing inside of it, after it."""


@dataclass(frozen=True, slots=True)
class InsertHtml:
    """Put HTML beside or into each element that matches."""

    selector: str
    place: Place
    html: str


@dataclass(frozen=True, slots=True)
class Move:
    """Put the first element that matches beside or into the first that matches `target`."""

    selector: str
    place: Place
    target: str


@dataclass(frozen=True, slots=True)
class AddCss:
    """Add a style sheet to the page."""

    css: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the visitor to another page: a path or an address of the site's own domains."""

    to: str


@dataclass(frozen=True, slots=True)
class RunScript:
    """Run JavaScript."""

    code: str


ElementChange = SetText | SetHtml | SetAttribute | SetClass | SetStyle | Hide | Remove | InsertHtml | Move
"""Changes of the elements that match `selector`."""

PageChange = AddCss | Redirect | RunScript
"""Changes of a page as a whole."""

Change = ElementChange | PageChange


@dataclass(frozen=True, slots=True)
class Variation:
    """One arm. The first variation of an experiment is what the others are compared with."""

    key: VariationKey
    weight: int
    """Share of the experiment's visitors, per ten thousand."""
    changes: tuple[Change, ...] = ()


class Kind(Enum):
    """Whether variations are compared, or one is shown to its audience."""

    TEST = "test"
    PERSONALISATION = "personalisation"


class Allocation(Enum):
    """Whether weights stay as they are written or follow what is learnt."""

    FIXED = "fixed"
    BANDIT = "bandit"


class Method(Enum):
    """How results are judged."""

    BAYESIAN = "bayesian"
    FREQUENTIST = "frequentist"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class Analysis:
    """How an experiment's results are judged."""

    method: Method = Method.BAYESIAN
    alpha: Fraction = Fraction(5, 100)
    """How often an effect may be claimed that is none."""
    prior: Fraction | None = None
    """Standard deviation of the relative effects that are expected; None for the usual one."""
    cuped: bool = True
    """Whether what visitors did before is used to see effects sooner."""


@dataclass(frozen=True, slots=True)
class LayerShare:
    """Part of a layer's visitors. Experiments of one layer share no visitor."""

    layer: LayerKey
    share: int
    """Per ten thousand."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an experiment runs: minutes since 1970-01-01 UTC, the start included, the end not; None for no bound."""

    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is tested, on which pages, with how many of the visitors, judged by which goals."""

    key: ExperimentKey
    name: str
    hypothesis: str
    status: Status
    pages: Pages
    traffic: int
    """Share of the visitors of those pages who take part, per ten thousand."""
    primary: GoalKey
    secondary: tuple[GoalKey, ...]
    guardrails: tuple[GoalKey, ...]
    variations: tuple[Variation, ...]
    kind: Kind = Kind.TEST
    audience: Condition = EVERYBODY
    layer: LayerShare | None = None
    schedule: Schedule = Schedule()
    phase: int = 1
    """Counts from 1; a new phase deals all visitors out anew, and is counted apart."""
    allocation: Allocation = Allocation.FIXED
    analysis: Analysis = Analysis()
    sections: tuple[tuple[str, ...], ...] = ()
    """Of a multivariate experiment: the keys of each section's variations. `variations` are then all combinations."""

    @property
    def run(self) -> RunName:
        """The name of its present phase, by which it is counted."""
        return run_name(self.key, self.phase)

    @property
    def goals(self) -> tuple[GoalKey, ...]:
        """Every goal that the experiment is judged by, the primary one first."""
        return (self.primary, *self.secondary, *self.guardrails)
