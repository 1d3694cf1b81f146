"""A shop to look at: its definition, what was counted of it, and a stand-in for who answers.

The stand-in holds everything in memory and keeps a protocol of `web.services`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.report import ArmDay, Breakdown, Days, ExperimentCounts, GoalDay, TrafficCounts, TrafficDay
from domain.tally import Sums
from web.services import Unavailable

SHOP = SiteKey("shop")

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC).timestamp()
TODAY = 20_781
"""24 November 2026, when the tests take place."""

SITE = """site: shop
name: Demo shop
domains: [shop.example, "*.shop.example"]
timezone: Europe/Berlin
goals:
  - {key: signup, on: {click: "#signup"}}
  - {key: purchase, on: {event: purchase}, value: amount, currency: EUR, cap: 500}
"""

HERO = """experiment: hero
name: Hero headline
hypothesis: A shorter headline makes more visitors sign up.
status: running
pages: {include: ["/"]}
goals: {primary: signup, secondary: [purchase]}
variations:
  - {key: control, weight: 50%}
  - key: bold
    weight: 50%
    changes:
      - {select: "h1.hero", text: "Buy now"}
"""

PRICE = """experiment: price
name: Round prices
status: running
pages: {include: ["/products/*"]}
goals: {primary: purchase, guardrails: [signup]}
variations:
  - {key: control, weight: 50%}
  - key: round
    weight: 50%
    changes:
      - {select: ".cents", hide: true}
"""

DEFINITION = {"site.yaml": SITE, "experiments/hero.yaml": HERO, "experiments/price.yaml": PRICE}

BROKEN_HERO = HERO.replace("weight: 50%\n    changes", "weight: 40%\n    changes")
"""Its weights end 10 % short, which shows at line 9."""


def experiment_counts(
    arms: dict[str, tuple[int, float]], goal: str, mean: float = 0, days: int = 14, seed: int = 1
) -> ExperimentCounts:
    """So many days up to today; per arm: visitors a day, share of them who convert; mean amount in minor units."""
    draw = random.Random(seed)
    arm_days, goal_days = [], []
    for day in range(TODAY - days + 1, TODAY + 1):
        for arm, (a_day, share) in arms.items():
            exposed = round(draw.gauss(a_day, a_day**0.5))
            converted = sum(draw.random() < share for _ in range(exposed))
            amounts = [round(draw.gammavariate(4, mean / 4)) if mean else 0 for _ in range(converted)]
            sums = Sums(converted, converted, sum(amounts), sum(a * a for a in amounts))
            arm_days.append(ArmDay(day, VariationKey(arm), exposed))
            goal_days.append(GoalDay(day, VariationKey(arm), GoalKey(goal), sums))
    return ExperimentCounts(tuple(arm_days), tuple(goal_days))


def with_goal(counts: ExperimentCounts, more: ExperimentCounts) -> ExperimentCounts:
    """The same visitors, who also did what others did for another goal."""
    return ExperimentCounts(counts.arm_days, (*counts.goal_days, *more.goal_days))


def traffic_counts(days: Days, a_day: int = 300, seed: int = 2) -> TrafficCounts:
    """A shop's usual fortnight."""
    draw = random.Random(seed)
    rows = tuple(
        TrafficDay(day, n, round(n * 1.3), round(n * 3.9))
        for day in range(days.first, days.last + 1)
        for n in [round(draw.gauss(a_day, a_day / 8))]
    )
    breakdowns = (
        Breakdown("channel", (("search", 5210), ("direct", 3320), ("social", 1894), ("e-mail", 811))),
        Breakdown("country", (("DE", 8100), ("AT", 1650), ("CH", 1190), ("NL", 95))),
        Breakdown("device", (("mobile", 6900), ("desktop", 3800), ("tablet", 335))),
        Breakdown("page", (("/", 4300), ("/products", 2950), ("/products/*", 2610), ("/basket", 900))),
    )
    visitors, sessions = sum(r.visitors for r in rows), sum(r.sessions for r in rows)
    views = sum(r.views for r in rows)
    return TrafficCounts(round(visitors * 0.86), True, sessions, views, round(sessions * 0.38), rows, breakdowns)


@dataclass
class SampleReports:
    """Answers from what it was given; silent while `is_away`."""

    experiments: dict[str, ExperimentCounts] = field(default_factory=dict)
    visitors_a_day: int = 0
    is_away: bool = False
    breakdown: tuple[str, tuple[tuple[str, int], ...]] | None = None
    asked: list[tuple[str, Days]] = field(default_factory=list)

    async def experiment(self, site: SiteKey, run: RunName, days: Days) -> ExperimentCounts | Unavailable:
        """What it was given for this run."""
        self.asked.append((f"{site}/{run}", days))
        if self.is_away:
            return Unavailable("the aggregator does not answer")
        return self.experiments.get(run, ExperimentCounts((), ()))

    async def traffic(self, site: SiteKey, days: Days) -> TrafficCounts | Unavailable:
        """A usual fortnight, or nobody."""
        self.asked.append((site, days))
        if self.is_away:
            return Unavailable("the aggregator does not answer")
        if self.visitors_a_day:
            counts = traffic_counts(days, self.visitors_a_day)
            return replace(counts, breakdowns=(Breakdown(*self.breakdown),)) if self.breakdown else counts
        return TrafficCounts(0, True, 0, 0, 0, (), ())


HERO_COUNTS = with_goal(
    experiment_counts({"control": (210, 0.1), "bold": (212, 0.125)}, "signup", seed=8),
    experiment_counts({"control": (200, 0.05), "bold": (200, 0.05)}, "purchase", mean=6200, seed=3),
)
PRICE_COUNTS = experiment_counts({"control": (160, 0.05), "round": (158, 0.052)}, "purchase", mean=6200, seed=5)
