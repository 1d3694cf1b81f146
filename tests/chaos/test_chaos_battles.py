"""The battles T1 to T3, short: real processes on both databases, and an oracle that knows what was confirmed.

`python -m tests.chaos.run` fights them at full length.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.battle import Plan, fight
from tests.chaos.plans import SHORT
from tests.services.postgres import postgres_database, postgres_server, postgres_url

__all__ = ["postgres_database", "postgres_server", "postgres_url"]


@pytest.fixture
def counts(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the kind that is asked for."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'counts.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.mark.parametrize(
    ("plan", "counts"), list(zip(SHORT, ("postgres", "sqlite"), strict=True)), indirect=["counts"], ids=["T2", "T3"]
)
async def test_what_is_confirmed_is_counted_once(tmp_path: Path, plan: Plan, counts: str) -> None:
    outcome = await fight(plan, tmp_path, counts)
    print(f"\n{plan.name} on {counts.partition(':')[0]}: {outcome}")
    assert outcome.is_won
    assert outcome.confirmed == outcome.issued > plan.seconds * plan.per_s / 2
    if plan.kill_every_s is not None:
        assert outcome.kills + outcome.freezes > 0
        assert outcome.duplicates > 0
