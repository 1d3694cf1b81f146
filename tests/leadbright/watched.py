"""A shop whose releases are watched: contents to publish, visitors as counts, and a clock that only pauses move.

May not know what the watch makes of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cdn_publish.history import Release, ReleaseNote
from cdn_publish.layout import Environment, Place
from cdn_publish.release import Published, publish, releases
from cdn_publish.target import Target
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import ArtifactSet
from domain.health import ArmCounts, ArmName, GoalCounts, HealthCounts
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.report import Days
from ingest_grpc.wire.ports import UnavailableError
from leadbright.watching import Post
from tests.stand_in import RUNTIME

SHOP, BUY = SiteKey("shop"), GoalKey("buy")
PLACE = Place(Environment.PRODUCTION, SHOP)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

SITE = """
site: shop
name: Shop
domains: [shop.example]
goals:
  - {key: buy, on: {click: "#buy"}}
"""

HERO = """
experiment: hero
name: Hero
status: STATUS
pages: {include: ["/"]}
goals: {primary: buy}
variations:
  - {key: control, weight: 50%}
  - {key: bold, weight: 50%, changes: [CHANGE]}
"""


def content(change: str, status: str = "running") -> ArtifactSet:
    """A release in which `hero` makes this change to its bold half."""
    hero = HERO.replace("CHANGE", change).replace("STATUS", status)
    files = {"site.yaml": SITE, "experiments/hero.yaml": hero}
    compiled = compile_site(Source(files), None, RUNTIME, Deployment("https://relay.example"))
    assert isinstance(compiled, Compiled), compiled.findings
    return compiled.artifacts


SOUND = content('{select: h1, text: "Boots"}')
DEAD = content('{select: "#buy", html: "Out of order"}')
OTHER = content('{select: h1, text: "Other boots"}')
ORIGINAL = content('{select: h1, text: "Boots"}', status="paused")


async def publish_in_turn(target: Target, contents: Sequence[ArtifactSet], at: datetime = NOON) -> Release:
    """Publish one content after the other; the last release."""
    *_, last = [await _publish(target, each, at) for each in contents]
    return last


async def _publish(target: Target, content: ArtifactSet, at: datetime) -> Release:
    done = await publish(target, PLACE.environment, content, ReleaseNote("anna"), at)
    assert isinstance(done, Published)
    return done.release


async def log_of(target: Target) -> tuple[Release, ...]:
    """Every release of the shop."""
    return (await releases(target, PLACE.environment, SHOP)).history.releases


def counts(views: int, control: tuple[int, int], bold: tuple[int, int]) -> HealthCounts:
    """Page views, and of each variation visitors and buyers."""
    arms = [(ArmName(RunName("hero"), VariationKey(key)), n) for key, n in (("control", control), ("bold", bold))]
    exposed = tuple(ArmCounts(arm, n) for arm, (n, _) in arms)
    bought = tuple(GoalCounts(BUY, arm, n) for arm, (_, n) in arms)
    return HealthCounts(views, (), exposed, (GoalCounts(BUY, None, control[1] + bold[1]), *bought))


BEFORE = counts(20_000, (5_000, 1_000), (5_000, 1_000))
WELL = [BEFORE, counts(21_000, (5_250, 1_050), (5_250, 1_050)), counts(22_000, (5_500, 1_100), (5_500, 1_100))]
ILL = [BEFORE, counts(20_400, (5_100, 1_020), (5_100, 1_000)), counts(22_000, (5_500, 1_100), (5_500, 1_000))]


@dataclass
class World:
    """What a post looks at: readings in turn, the last one for ever, None where nobody answers."""

    target: Target
    readings: list[HealthCounts | None]
    meanwhile: Callable[[int], Awaitable[object]] | None = None
    """Called with the number of each pause."""
    now: datetime = NOON
    pauses: int = 0
    asked: list[Days] = field(default_factory=list)
    told: list[Place] = field(default_factory=list)

    def post(self) -> Post:
        """From where it is watched."""
        return Post(self.target, self._health, lambda: self.now, self._pause, self._tell_cdn)

    async def _health(self, site: SiteKey, days: Days) -> HealthCounts:
        assert site == SHOP
        self.asked.append(days)
        reading = self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        if reading is None:
            raise UnavailableError("away")
        return reading

    async def _tell_cdn(self, place: Place) -> None:
        self.told.append(place)

    async def _pause(self, seconds: float) -> None:
        self.pauses += 1
        self.now += timedelta(seconds=seconds)
        if self.meanwhile:
            await self.meanwhile(self.pauses)
