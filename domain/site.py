"""A site as its owner means it: domains, time zone, consent, goals and experiments.

May not know how it was written or what a browser will be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from domain.condition import Condition
from domain.experiment import Experiment, PagePattern
from domain.names import AudienceKey, EventName, GoalKey, LayerKey, SiteKey


class Consent(Enum):
    """Whether a visitor is asked before anything is stored."""

    NONE = "none"
    REQUIRED = "required"


class Signal(Enum):
    """A browser signal that means: run nothing, store nothing."""

    GPC = "gpc"
    DNT = "dnt"


@dataclass(frozen=True, slots=True)
class Click:
    """A click on, or inside, an element that matches."""

    selector: str


@dataclass(frozen=True, slots=True)
class Submit:
    """A form that matches is sent."""

    selector: str


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A view of a page that matches."""

    page: PagePattern


@dataclass(frozen=True, slots=True)
class Event:
    """An event that the page reports by name."""

    name: EventName


Trigger = Click | Submit | PageVisit | Event


@dataclass(frozen=True, slots=True)
class Value:
    """What a conversion is worth: the event property that holds it, and its currency."""

    property: str
    currency: str
    """ISO 4217, such as EUR."""
    digits: int
    """Decimal places of the currency's minor unit; 2 for cents."""
    cap: int | None
    """Most that one visitor's total may weigh in an experiment, in minor units."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What counts as a conversion."""

    key: GoalKey
    trigger: Trigger
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One website: everything that its owner has decided about it."""

    key: SiteKey
    name: str
    domains: tuple[str, ...]
    """Host names; `*.shop.example` stands for every host below `shop.example`."""
    timezone: str
    """IANA name; the site's days begin at midnight there."""
    consent: Consent
    honour: tuple[Signal, ...]
    goals: tuple[Goal, ...]
    experiments: tuple[Experiment, ...]
    audiences: tuple[tuple[AudienceKey, Condition], ...] = ()
    layers: tuple[LayerKey, ...] = ()
    holdout: int = 0
    """Share of the visitors who are in no experiment, per ten thousand."""
    scripts: bool = False
    """Whether changes may run JavaScript."""
    single_page: bool = True
    """Whether a change of address without a new page is looked for."""
    engagement: bool = False
    """Whether engaged time and scroll depth are reported."""
