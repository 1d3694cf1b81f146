"""Once a day old releases' files are taken away, for every site of a target, and never what may be wanted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cdn_publish.cleaning import KEPT_RELEASES, published_sites
from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment, Place
from cdn_publish.release import publish
from cdn_publish.target import TargetError
from domain.names import SiteKey
from leadbright.sweeping import FIRST_S, PERIOD_S, Swept, sweep, sweeping
from tests.cdn_publish.publishing import HookedTarget, artifacts, nothing

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=400)
SHOP, BLOG = SiteKey("shop"), SiteKey("blog")
PRODUCTION, STAGING = Environment.PRODUCTION, Environment.STAGING


async def released(target: FolderTarget, environment: Environment, site: SiteKey, count: int, at: datetime) -> None:
    for n in range(count):
        await publish(target, environment, artifacts(str(n), site), ReleaseNote("ci"), at)


@pytest.fixture
async def target(tmp_path: Path) -> FolderTarget:
    """Two releases too many of a shop and of its staging, and of a blog that releases all the time."""
    made = FolderTarget(tmp_path)
    await released(made, PRODUCTION, SHOP, KEPT_RELEASES + 2, LONG_AGO)
    await released(made, STAGING, SHOP, KEPT_RELEASES + 1, LONG_AGO)
    await released(made, PRODUCTION, BLOG, KEPT_RELEASES + 3, AT - timedelta(days=29))
    (tmp_path / "production" / "Not-a-site").mkdir()
    return made


def bodies(folder: Path, place: Place) -> int:
    return len(list((folder / place.bodies).iterdir()))


async def test_every_site_is_cleaned_and_what_may_be_wanted_stays(target: FolderTarget, tmp_path: Path) -> None:
    places = (Place(STAGING, SHOP), Place(PRODUCTION, BLOG), Place(PRODUCTION, SHOP))
    assert await published_sites(target) == places
    assert await sweep(target, AT) == Swept(sites=3, taken=3, failed=0)
    assert [bodies(tmp_path, place) for place in places] == [KEPT_RELEASES, KEPT_RELEASES + 3, KEPT_RELEASES]
    assert await sweep(target, AT) == Swept(sites=3, taken=0, failed=0)


async def test_a_site_whose_log_is_damaged_keeps_its_files_and_no_other_site_from_being_cleaned(
    target: FolderTarget, tmp_path: Path
) -> None:
    (tmp_path / "production/shop/releases.json").write_bytes(b"{")
    with capture_logs() as logged:
        assert await sweep(target, AT) == Swept(sites=3, taken=1, failed=1)
    assert [(each["site"], each["error"]) for each in logged] == [("shop", "DamagedError")]
    assert bodies(tmp_path, Place(PRODUCTION, SHOP)) == KEPT_RELEASES + 2


async def test_it_is_done_once_a_day_also_after_a_day_on_which_the_target_was_away(
    target: FolderTarget, tmp_path: Path
) -> None:
    pauses, third = list[float](), asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            third.set()
            await asyncio.Event().wait()

    async def away_at_first(call: int, what: str, path: str) -> None:
        if call == 1:
            raise TargetError("away")

    with capture_logs() as logged:
        async with sweeping(HookedTarget(target, away_at_first, nothing), lambda: AT, pause), asyncio.timeout(60):
            await third.wait()
    assert pauses == [FIRST_S, PERIOD_S, PERIOD_S]
    assert [each.get("count") for each in logged] == [None, 3]
    assert bodies(tmp_path, Place(PRODUCTION, SHOP)) == KEPT_RELEASES


async def test_an_empty_target_has_no_sites(tmp_path: Path) -> None:
    assert await sweep(FolderTarget(tmp_path / "none"), AT) == Swept(0, 0, 0)
