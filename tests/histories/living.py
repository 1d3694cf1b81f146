"""Lets simulated visitors live with the snippet as it is linked for a site, and reads what became of them.

May not know what is counted.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.histories.reckoning import JUDGED, Histories, errors, sorted_out, unique_errors
from tests.snippet.linking import Json, experiment, linked, plan

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of visitor: the words by which `snippet/test/histories/main.ts` knows it, and what has to be exact."""

    words: str = "plain"
    consent: int = 0
    errors: Callable[[Histories], Iterator[str]] = errors


KINDS: dict[str, Kind] = {
    "several tabs, crashes, lost requests and answers": Kind(),
    "no Web Locks": Kind("lockless"),
    "opting out and in again": Kind("wavering"),
    "consent given and taken back": Kind("asked,wavering", consent=1),
    "clocks that jump by days and years": Kind("jumping", errors=unique_errors),
}

_ARMS = [["control", 5_000, "", [], []], ["bold", 5_000, "", [], []]]


def _plan(consent: int) -> Json:
    experiments = [
        experiment("hero", arms=_ARMS, goals=JUDGED["hero"]),
        experiment("price", arms=_ARMS, goals=JUDGED["price"], traffic=5_000) | {"in": [["^", "/shop/"]]},
    ]
    goals = [
        ["signup", "click", "#signup"],
        ["thanks", "visit", ["^", "/thanks/"]],
        ["purchase", "event", "purchase", "amount", 2],
    ]
    return plan(relay="https://relay.example", tz="UTC", consent=consent, goals=goals, experiments=experiments)


def lived(kind: Kind, visitors: int, days: int, seed: int, folder: Path) -> Histories:
    """So many visitors' histories of so many days; the same seed, the same histories."""
    script, out = folder / "lb.js", folder / "histories.jsonl"
    script.write_text(linked(_plan(kind.consent)))
    arguments = [str(script), str(out), str(visitors), str(days), str(seed), kind.words]
    run = [sys.executable, "hatch_build.py", "npm", "run", "--silent", "histories", "--", *arguments]
    subprocess.run(run, cwd=ROOT, check=True, timeout=3_600)
    with out.open() as lines:
        return sorted_out(lines)
