"""Battles at full size: `python -m tests.chaos.run [T1] [T2] [T3] [--on sqlite|postgres] [--seconds N] [--seed N]`.

May not know how a battle is fought.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from tests.chaos.battle import Outcome, Plan, fight
from tests.chaos.plans import FULL
from tests.services.postgres import new_database, running_postgres


@contextmanager
def counts_on(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if engine == "sqlite":
        yield f"sqlite://{folder / 'counts.db'}"
        return
    with running_postgres() as server, new_database(server) as address:
        yield address


def told(plan: Plan, engine: str, outcome: Outcome) -> str:
    """What came of a battle, a line for each figure."""
    lines = [f"## {plan.name} on {engine}: {'won' if outcome.is_won else 'LOST'}", ""]
    return "\n".join(lines + [f"{name:16} {figure}" for name, figure in asdict(outcome).items()]) + "\n"


def main() -> int:
    """Fight them; 1 if one was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("battles", nargs="*", help="T1, T2, T3; all where none is named")
    parser.add_argument("--on", choices=("sqlite", "postgres"), action="append")
    parser.add_argument("--seconds", type=float, help="shorter, or longer, than they are meant")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    won = True
    for plan in (plan for plan in FULL if not asked.battles or plan.name in asked.battles):
        shortened = shorter(plan, asked.seconds) if asked.seconds else plan
        for engine in asked.on or ("postgres", "sqlite"):
            with tempfile.TemporaryDirectory() as folder, counts_on(engine, Path(folder)) as counts:
                outcome = asyncio.run(fight(shortened, Path(folder), counts, asked.seed))
            print(told(shortened, engine, outcome), flush=True)
            won = won and outcome.is_won
    return 0 if won else 1


def shorter(plan: Plan, seconds: float) -> Plan:
    """The same in less time."""
    share = seconds / plan.seconds
    outage = plan.outage and (plan.outage[0] * share, plan.outage[1] * share)
    return replace(plan, seconds=seconds, outage=outage)


if __name__ == "__main__":
    sys.exit(main())
