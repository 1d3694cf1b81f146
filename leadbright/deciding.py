"""What a visitor would get on a page, experiment by experiment, with a reason where it is nothing.

Pure: asks the same reference that the snippet is tested against. May not know where the definition came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from config_compiler.rules.reach import on_site
from domain.experiment import Status
from domain.plan import Plan
from domain.site import Site
from domain.targeting import decide
from domain.visits import Visit

Answer = dict[str, str | None]

_NOT_RUNNING = {
    Status.DRAFT: "the experiment is a draft",
    Status.PAUSED: "the experiment is paused",
    Status.STOPPED: "the experiment is stopped",
}


_ELSEWHERE = "the page is not on one of the site's domains"


def host_of(url: str) -> str:
    """The host of a page's address, in lower case; empty where the address is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is none
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") and " " not in parts.netloc else ""


def decisions(site: Site, plan: Plan, visit: Visit, seed: str) -> dict[str, Answer]:
    """`{"hero": {"variation": "bold"}}` for every experiment of the site; beside a None, the reason.

    `seed` is a new visitor's, 8 lower-case hex digits.
    """
    if not on_site(host_of(visit.url), site.domains):
        return {experiment.key: {"variation": None, "reason": _ELSEWHERE} for experiment in site.experiments}
    made = decide(plan, visit, seed, {})
    answers: dict[str, Answer] = {}
    for experiment in site.experiments:
        decision = made.get(experiment.run)
        if decision is None:
            answers[experiment.key] = {"variation": None, "reason": _NOT_RUNNING[experiment.status]}
        elif decision.variation is None:
            answers[experiment.key] = {"variation": None, "reason": decision.reason.value}
        else:
            answers[experiment.key] = {"variation": decision.variation}
    return answers


def sentences(answers: dict[str, Answer]) -> Iterator[str]:
    """The same for people, a line for each experiment."""
    for key, answer in answers.items():
        yield f"{key}: {answer['variation'] or 'nothing, because ' + str(answer['reason'])}"
