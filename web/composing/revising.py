"""What differs between two revisions of a definition: in words, from what they mean, and line by line.

Experiments are compared whatever their status is, as if they ran; whom that moves is said where they do run. May not
know who saved them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff

from config_compiler.differences.comparing import Side, compare
from config_compiler.differences.difference import Difference, Kind
from config_compiler.differences.words import share
from config_compiler.layer_ranges import GOING_ON
from config_compiler.lower import lower
from domain.experiment import Experiment, Status
from domain.names import ExperimentKey
from domain.site import Site

SITE = "The site"
_UNTOLD = frozenset({Kind.COUNTED, Kind.CODE, Kind.SHARED, Kind.ZONES})
"""What follows from something else that is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """One difference: the name of the experiment or `SITE`, and a sentence."""

    about: str
    what: str


@dataclass(frozen=True, slots=True)
class FileDifference:
    """How one file differs, line by line."""

    name: str
    how: str
    """`new`, `gone` or `changed`."""
    lines: tuple[str, ...]


def told(before: Site, after: Site) -> tuple[Told, ...]:
    """Everything that differs in what they mean."""
    return tuple(_told(before, after))


def files_told(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileDifference, ...]:
    """Every file that differs."""
    names = sorted({*before, *after}, key=lambda name: ("/" in name, name))
    return tuple(
        _file(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _file(name: str, before: str | None, after: str | None) -> FileDifference:
    how = "new" if before is None else "gone" if after is None else "changed"
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2)
    return FileDifference(name, how, tuple(lines)[2:])


def _told(before: Site, after: Site) -> Iterator[Told]:
    old, new = ({str(x.key): x for x in site.experiments} for site in (before, after))
    for key in sorted(old | new):
        match old.get(key), new.get(key):
            case None, Experiment() as now:
                yield Told(now.name, f"is new, {_as_what(now)}")
            case Experiment() as was, None:
                yield Told(was.name, "is taken out")
            case Experiment() as was, Experiment() as now:
                yield from (Told(now.name, said) for said in _of_experiment(was, now))
    for difference in _compared(before, after):
        one, other = old.get(difference.about), new.get(difference.about)
        if one and other:
            runs = one.status in GOING_ON and other.status in GOING_ON
            yield Told(other.name, _sentence(difference if runs else replace(difference, moves=None)))
        elif difference.kind not in _UNTOLD:
            yield Told(SITE, _sentence(difference))
    if before.name != after.name:
        yield Told(SITE, f"is called “{after.name}” instead of “{before.name}”")


def _compared(before: Site, after: Site) -> tuple[Difference, ...]:
    """Both as if every experiment ran that both have."""
    common = {x.key for x in before.experiments} & {x.key for x in after.experiments}
    sides = [_side(_running(site, common)) for site in (before, after)]
    return compare(sides[0], sides[1], _running(after, common), ())


def _running(site: Site, keys: set[ExperimentKey]) -> Site:
    return replace(
        site, experiments=tuple(replace(x, status=Status.RUNNING) for x in site.experiments if x.key in keys)
    )


def _side(site: Site) -> Side:
    lowered = lower(site, "")
    return Side(lowered.plan, lowered.rules, b"")


def _of_experiment(was: Experiment, now: Experiment) -> Iterator[str]:
    """What visitors notice nothing of, or what a plan does not hold."""
    if was.status is not now.status:
        yield f"is {now.status.value} instead of {was.status.value}"
    if was.name != now.name:
        yield f"was called “{was.name}”"
    if was.hypothesis != now.hypothesis:
        yield "has another hypothesis"
    if (was.allocation, was.analysis) != (now.allocation, now.analysis):
        yield "is judged in another way"


def _as_what(x: Experiment) -> str:
    weights = ", ".join(f"{v.key} {share(v.weight)}" for v in x.variations)
    return f"{x.status.value}, with {weights}"


def _sentence(difference: Difference) -> str:
    return difference.sentence.removeprefix(f"{difference.about}: ")
