"""What `report` asks of the releases, and how it is written for a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import publish
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.names import ExperimentKey, GoalKey, SiteKey, VariationKey
from domain.report import ArmDay, ExperimentCounts, GoalDay
from domain.tally import Sums
from leadbright.asked import Money, as_published
from leadbright.upkeep import Report, written
from tests.stand_in import RUNTIME
from tests.web.sample import DEFINITION, PRICE, SHOP
from web.analysis.estimate import Refusal
from web.analysis.result import analyse

PURCHASE = GoalKey("purchase")
HERO, PRICES = ExperimentKey("hero"), ExperimentKey("price")


async def publish_price(target: FolderTarget, text: str) -> None:
    """The shop with this experiment on prices, as a new release."""
    compiled = compile_site(
        Source({**DEFINITION, "experiments/price.yaml": text}), None, RUNTIME, Deployment("https://relay.example")
    )
    assert isinstance(compiled, Compiled)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    await publish(target, Environment.PRODUCTION, compiled.artifacts, ReleaseNote("ci"), at)


@pytest.mark.parametrize("status", ["stopped", "paused"])
async def test_an_experiment_that_no_longer_runs_is_found_in_the_newest_release_that_has_it(
    tmp_path: Path, status: str
) -> None:
    target = FolderTarget(tmp_path)
    await publish_price(target, PRICE.replace("round", "even"))
    await publish_price(target, PRICE)
    await publish_price(target, PRICE.replace("running", status))
    asked = await as_published(target, SHOP, PRICES)
    assert asked is not None
    assert [variation.key for variation in asked.experiment.variations] == ["control", "round"]
    assert asked.valued == {PURCHASE: Money(2, "")}
    assert await as_published(target, SHOP, HERO) is not None
    assert await as_published(target, SHOP, ExperimentKey("other")) is None
    assert await as_published(target, SiteKey("other"), PRICES) is None


async def test_a_phase_is_found_as_it_was_last_published(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path)
    again = PRICE.replace("experiment: price\n", "experiment: price\nphase: 2\n").replace("round", "even")
    await publish_price(target, PRICE)
    await publish_price(target, again)
    for phase, run, variations in ((None, "price#2", "even"), (2, "price#2", "even"), (1, "price", "round")):
        asked = await as_published(target, SHOP, PRICES, phase)
        assert asked is not None
        assert (asked.experiment.run, asked.experiment.variations[1].key) == (run, variations)
        result = analyse(asked.experiment, asked.valued.keys(), ExperimentCounts((), ()))
        assert written(Report(result, asked.valued)).startswith("phase 2") == (phase != 1)
    assert await as_published(target, SHOP, PRICES, 3) is None


async def report_of(folder: Path, money: Money, exposed: int, sums: Sums) -> list[str]:
    """The lines on prices where both variations saw the same."""
    await publish_price(FolderTarget(folder), PRICE)
    asked = await as_published(FolderTarget(folder), SHOP, PRICES)
    assert asked is not None
    arms = [VariationKey("control"), VariationKey("round")]
    counts = ExperimentCounts(
        tuple(ArmDay(1, arm, exposed) for arm in arms), tuple(GoalDay(1, arm, PURCHASE, sums) for arm in arms)
    )
    result = analyse(asked.experiment, asked.valued.keys(), counts)
    return written(Report(result, {PURCHASE: money})).splitlines()


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (Money(2, "EUR"), "€50.00 ["),
        (Money(0, "JPY"), "¥5,000 ["),
        (Money(3, "KWD"), "5.000\u202fKWD ["),
        (Money(2, ""), "50.00 ["),
    ],
)
async def test_an_amount_is_written_in_its_currency(tmp_path: Path, money: Money, said: str) -> None:
    lines = await report_of(tmp_path, money, 1_000, Sums(500, 500, 5_000_000, 60_000_000_000))
    at = lines.index("purchase (primary, amount)")
    assert all(f"converted   {said}" in line for line in lines[at + 1 : at + 3])


async def test_a_refusal_is_said_once_for_each_variation(tmp_path: Path) -> None:
    lines = await report_of(tmp_path, Money(2, "EUR"), 0, Sums())
    refused = [line for line in lines if Refusal.NOBODY.value in line]
    assert len(refused) >= 4
    assert all(line.count(Refusal.NOBODY.value) == 1 for line in refused)


async def test_what_cannot_be_compared_is_not_said_to_be_against_the_first(tmp_path: Path) -> None:
    lines = await report_of(tmp_path, Money(2, "EUR"), 1_000, Sums())
    assert not [line for line in lines if ". against the first" in line]
