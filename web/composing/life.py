"""What can be done with an experiment as a whole: started, paused, stopped, shipped, copied, taken out.

Each makes what its file is to say from what it says. May not know what visitors get now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import Kept, Wanted
from domain.experiment import Status
from web.composing.wanted import ordered
from web.notices import Notice


class Act(Enum):
    """A closed set; the value is what a form sends."""

    START = "start"
    PAUSE = "pause"
    STOP = "stop"
    SHIP = "ship"
    COPY = "copy"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One act that sets a status alone: from where it can be done, and what it says on its button."""

    act: Act
    label: str
    becomes: Status
    of: tuple[Status, ...]
    what: str
    notice: Notice


STEPS: tuple[Step, ...] = (
    Step(
        Act.START,
        "Start",
        Status.RUNNING,
        (Status.DRAFT, Status.PAUSED, Status.STOPPED),
        "Visitors of its pages are dealt out to its variations and counted. Whoever saw it before keeps what they saw.",
        Notice.STARTED,
    ),
    Step(
        Act.PAUSE,
        "Pause",
        Status.PAUSED,
        (Status.RUNNING,),
        "Everybody sees the original for now. What was counted stays, and it can be started again where it left off.",
        Notice.HALTED,
    ),
    Step(
        Act.STOP,
        "Stop",
        Status.STOPPED,
        (Status.RUNNING, Status.PAUSED),
        "Everybody sees the original for good. The results stay.",
        Notice.HALTED,
    ),
)


def status_of(said: Mapping[str, Plain]) -> Status:
    """Where it is; a draft where the file does not say, or says something else."""
    return next((each for each in Status if each.value == said.get("status")), Status.DRAFT)


def with_status(said: Mapping[str, Plain], status: Status) -> dict[str, Wanted]:
    """The same in another status."""
    return ordered({**said, "status": status.value})


def shippable(said: Mapping[str, Plain]) -> tuple[str, ...]:
    """The variations of which one could be shown to everybody; none where they are combinations of sections."""
    listed = said.get("variations")
    tables = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    keys = tuple(key for each in tables if isinstance(key := each.get("key"), str))
    return keys if "sections" not in said and len(keys) == len(tables) > 1 else ()


def shipped(said: Mapping[str, Plain], winner: str, *, everybody: bool) -> dict[str, Wanted]:
    """All of its traffic to one variation, without an end.

    For `everybody` it begins a new phase, which deals all visitors out anew; else whoever has seen another variation
    keeps that one.
    """
    new: dict[str, Wanted] = {**said, "status": Status.RUNNING.value, **_unbounded(said)}
    listed = said.get("variations")
    new["variations"] = [
        Kept(i, {**each, "weight": "100%" if each.get("key") == winner else "0%"})
        for i, each in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
    if everybody:
        new["phase"] = phase_of(said) + 1
    return ordered({key: value for key, value in new.items() if value is not None})


def _unbounded(said: Mapping[str, Plain]) -> dict[str, Wanted]:
    """What keeps visitors away, or moves weights, as it has to be; None for what goes."""
    new: dict[str, Wanted] = {}
    if "traffic" in said:
        new["traffic"] = "100%"
    if said.get("allocation") == "bandit":
        new["allocation"] = "fixed"
    schedule = said.get("schedule")
    if isinstance(schedule, dict) and "end" in schedule:
        new["schedule"] = {key: value for key, value in schedule.items() if key != "end"} or None
    return new


def copied(said: Mapping[str, Plain], key: str, name: str) -> dict[str, Wanted]:
    """A draft of its own that says the same; it has no phases behind it."""
    new: dict[str, Wanted] = {**said, "experiment": key, "name": name, "status": Status.DRAFT.value}
    return ordered({each: value for each, value in new.items() if each != "phase"})


def phase_of(said: Mapping[str, Plain]) -> int:
    """Its phase; 1 where the file does not say."""
    phase = said.get("phase")
    return int(phase) if isinstance(phase, str) and phase.isascii() and phase.isdigit() and len(phase) < 6 else 1
