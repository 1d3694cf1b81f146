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
def sqlite_url(tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    return f"sqlite://{tmp_path / 'counts.db'}"


@pytest.mark.parametrize(("plan", "engine"), list(zip(SHORT, ("postgres", "sqlite"), strict=True)), ids=["T2", "T3"])
async def test_what_is_confirmed_is_counted_once(
    tmp_path: Path, request: pytest.FixtureRequest, plan: Plan, engine: str
) -> None:
    outcome = await fight(plan, tmp_path, request.getfixturevalue(f"{engine}_url"))
    print(f"\n{plan.name} on {engine}: {outcome}")
    assert outcome.is_won
    assert outcome.confirmed == outcome.issued > plan.seconds * plan.per_s / 2
    if plan.kill_every_s is not None:
        assert outcome.kills + outcome.freezes > 2
        assert outcome.duplicates > 0
