"""An experiment as its author means it: pages, variations and the changes that each makes.

May not know how it was written (YAML, a form) or what a browser will be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from domain.names import ExperimentKey, GoalKey, VariationKey

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


PagePattern = PathPattern | UrlPattern | RegexPattern


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


Change = SetText | SetHtml | SetAttribute | SetClass | SetStyle | Hide | Remove


@dataclass(frozen=True, slots=True)
class Variation:
    """One arm. The first variation of an experiment is what the others are compared with."""

    key: VariationKey
    weight: int
    """Share of the experiment's visitors, per ten thousand."""
    changes: tuple[Change, ...] = ()


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

    @property
    def goals(self) -> tuple[GoalKey, ...]:
        """Every goal that the experiment is judged by, the primary one first."""
        return (self.primary, *self.secondary, *self.guardrails)
