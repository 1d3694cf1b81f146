"""How a variation's changes went comes back from real browsers as the counts that the guard reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import BrowserContext

from domain.health import HealthCounts, OpName
from domain.names import RunName, SiteKey, VariationKey
from domain.report import Days
from ingest_grpc.wire.report import ReportClient
from leadbright.papers import aggregator_channel
from tests.services.house import PATIENCE_S, House

CHANGES = 3
BOLD = [OpName(RunName("hero"), VariationKey("bold"), op) for op in range(CHANGES)]


async def _health(house: House) -> HealthCounts:
    today = int(time.time() // 86_400)
    async with aggregator_channel(house.settings) as channel:
        return await ReportClient(channel).health(SiteKey("shop"), Days(today - 1, today + 1))


def worked(house: House) -> dict[OpName, int]:
    """How often each change of the bold headline was told to have worked; none may have failed."""
    # In a thread of its own: Playwright's synchronous interface has a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        counts = thread.submit(asyncio.run, _health(house)).result()
    assert [ops for ops in counts.ops if ops.misses or ops.errors] == []
    return {ops.name: ops.ok for ops in counts.ops}


def test_every_change_that_a_newcomer_sees_is_counted_once_as_working(
    house: House, new_visitor: Callable[..., BrowserContext]
) -> None:
    before = worked(house)
    assert before == {}
    tab = new_visitor().new_page()
    while tab.goto(house.shop) and tab.inner_text("h1.hero") != "Dry feet. Every mile.":
        tab.context.clear_cookies()
    deadline = time.monotonic() + PATIENCE_S
    while sorted(now := worked(house)) != BOLD:
        assert time.monotonic() < deadline, f"still {now}"
    assert set(now.values()) == {1}
