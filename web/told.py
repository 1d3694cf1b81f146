"""A verdict in words that a marketer reads: a headline, a sentence with the numbers, and the rule behind it.

May not know how the verdict was reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from domain.experiment import Experiment, Status
from domain.site import Site
from web.analysis.estimate import Estimate
from web.analysis.result import Arm, Comparison, Measure, Result
from web.analysis.split import Split
from web.analysis.verdict import ENOUGH_EXPOSED, ENOUGH_REACHED, Conclusion
from web.spelling import Spelling, spelling
from web.words import chance, count


class Tone(Enum):
    """How a verdict is coloured; the value is part of a class name."""

    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an experiment."""

    tone: Tone
    headline: str
    sentence: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Case:
    """What a sentence is made from."""

    experiment: Experiment
    result: Result
    spelling: Spelling

    @property
    def arm(self) -> Arm:
        """The arm that the verdict is about; the control where it is about none."""
        about = self.result.verdict.variation
        return next((a for a in self.result.primary.arms if a.variation == about), self.result.primary.arms[0])


def tell(site: Site, experiment: Experiment, result: Result) -> Told:
    """Put a result's verdict into words."""
    case = _Case(experiment, result, spelling(site, result.primary.goal, result.primary.measure))
    conclusion = result.verdict.conclusion
    tone, say = _SAID[conclusion]
    headline, sentence = say(case)
    return Told(tone, headline, sentence, conclusion.value)


_UNSEEN = {
    Status.DRAFT: "It is a draft: set its status to running in the definition, then publish.",
    Status.RUNNING: "Once it is published and the install line is on the site, visitors of its pages are counted here.",
    Status.PAUSED: "It is paused: set its status to running in the definition, then publish.",
    Status.STOPPED: "It was stopped before anybody saw it.",
}


def _nobody(case: _Case) -> tuple[str, str]:
    return "Nobody has seen it yet", _UNSEEN[case.experiment.status]


def _uneven(case: _Case) -> tuple[str, str]:
    seen = ", ".join(f"{key} {count(n)}" for key, n in case.result.exposed)
    p = f" (chance {chance(case.result.split.p)})" if isinstance(case.result.split, Split) else ""
    sentence = (
        f"Visitors did not come into the variations in the shares asked for: {seen}{p}. Something loses visitors of "
        "one variation, such as a redirect, a slow page or a filter. Find it before deciding anything."
    )
    return "The split is off: do not use these numbers", sentence


def _early(case: _Case) -> tuple[str, str]:
    arms = case.result.primary.arms
    exposed, reached = min(a.exposed for a in arms), min(a.sums.n for a in arms)
    sentence = (
        f"Every variation needs {ENOUGH_EXPOSED} visitors and {ENOUGH_REACHED} who reach {case.result.primary.goal}; "
        f"the smallest counts so far are {count(exposed)} and {count(reached)}."
    )
    return "Too early to say", sentence


def _better(case: _Case) -> tuple[str, str]:
    return f"“{case.arm.variation}” beats {_control(case)}", _against_control(case)


def _worse(case: _Case) -> tuple[str, str]:
    others = len(case.result.primary.arms) > 2
    headline = "Every variation does" if others else f"“{case.arm.variation}” does"
    return f"{headline} worse than {_control(case)}", _against_control(case)


def _undecided(case: _Case) -> tuple[str, str]:
    return "No clear difference so far", f"{_against_control(case)} That includes no difference at all."


def _control(case: _Case) -> str:
    return f"“{case.result.primary.arms[0].variation}”"


def _against_control(case: _Case) -> str:
    arm, control, goal = case.arm, case.result.primary.arms[0], case.result.primary.goal
    if not isinstance(arm.comparison, Comparison):
        return ""
    value, low, high = case.spelling.headline(arm.comparison)
    with_arm, with_control = _value(case.spelling, arm), _value(case.spelling, control)
    if case.result.primary.measure is Measure.RATE:
        facts = f"{with_arm} of the visitors who saw “{arm.variation}” reached {goal}, against {with_control} with "
    else:
        facts = f"A visitor who saw “{arm.variation}” is worth {with_arm} in {goal}, against {with_control} with "
    return f"{facts}“{control.variation}”: {value}, and with 95 % confidence between {low} and {high}."


def _value(words: Spelling, arm: Arm) -> str:
    return words.value(arm.estimate.value) if isinstance(arm.estimate, Estimate) else "–"


_SAID: dict[Conclusion, tuple[Tone, Callable[[_Case], tuple[str, str]]]] = {
    Conclusion.NOBODY: (Tone.CALM, _nobody),
    Conclusion.UNEVEN: (Tone.WARNING, _uneven),
    Conclusion.EARLY: (Tone.CALM, _early),
    Conclusion.BETTER: (Tone.GOOD, _better),
    Conclusion.WORSE: (Tone.BAD, _worse),
    Conclusion.UNDECIDED: (Tone.CALM, _undecided),
}
