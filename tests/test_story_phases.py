"""A second phase, from its definition to its result: everybody is dealt out anew, and both phases are reported apart.

The parts are those of `test_story.py`. Beacons of the first phase wait in their browsers' outboxes until the second is
live, so that the relay must know both.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import Published, publish
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import digest_of
from domain.beacon import Entry
from domain.ledger import Ledger, convert, expose, view
from domain.ledger import Source as Origin
from domain.names import ExperimentKey, RunName, VariationKey
from domain.plan import Plan
from domain.report import Days, ExperimentCounts
from domain.site import Site
from domain.targeting import decide
from domain.visits import Visit
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.relay import Accepted
from leadbright.asked import as_published
from leadbright.demo.letters import write_body
from leadbright.runtime import load_runtime
from tests.test_story import BOOTS, HERO, NOW_MS, SIGNUP, SITE, TODAY, inside, nonce
from web.analysis.result import analyse

FIRST, SECOND = RunName("hero"), RunName("hero#2")
AGAIN = HERO.replace("experiment: hero\n", "experiment: hero\nphase: 2\n").replace("key: bold", "key: bolder")
VISITORS = 80
SEEDS = [f"{number * 2654435761 % 2**32:08x}" for number in range(VISITORS)]

Seen = Counter[VariationKey]


async def test_both_phases_of_an_experiment_are_reported_apart(tmp_path: Path) -> None:
    cdn = FolderTarget(tmp_path / "cdn")
    ledgers = [Ledger(seed, TODAY) for seed in SEEDS]

    # In the first phase everybody signs up, in the second nobody; another variation would be refused without it.
    first = await released(cdn, HERO, None)
    seen, early, ledgers = went_by(first, FIRST, ledgers, signing_up=True)
    second = await released(cdn, AGAIN, first.site)
    seen_again, late, ledgers = went_by(second, SECOND, ledgers, signing_up=False)

    # Everybody is in both, and where one was before says nothing about where one is now.
    pairs = {tuple(x.exposures[run].variation for run in (FIRST, SECOND)) for x in ledgers}
    assert pairs == {(a, b) for a in ("control", "bold") for b in ("control", "bolder")}

    async with inside(tmp_path, cdn) as (relay, _, reports):
        for number, beacon in enumerate([*early, *late]):
            answer = await relay.receive(Arrival(BOOTS, nonce(number), beacon, origin="https://boots.example"))
            assert isinstance(answer, Accepted)
        await relay.settle()
        days = Days(TODAY - 1, TODAY + 1)
        counts = {run: await reports.experiment(BOOTS, run, days) for run in (FIRST, SECOND)}

    assert summed(counts[FIRST]) == (seen, seen)
    assert summed(counts[SECOND]) == (seen_again, Seen())

    # The result is the present phase's; the one before is still there to be asked for.
    (present,) = second.site.experiments
    assert present.run == SECOND
    result = analyse(present, valued=frozenset(), counts=counts[present.run])
    assert (result.phase, dict(result.exposed)) == (2, {**seen_again})
    before = await as_published(cdn, BOOTS, ExperimentKey("hero"), phase=1)
    assert before is not None
    assert [v.key for v in before.experiment.variations] == ["control", "bold"]
    assert dict(analyse(before.experiment, frozenset(), counts[before.experiment.run]).exposed) == {**seen}


async def released(cdn: FolderTarget, hero: str, live: Site | None) -> Compiled:
    """The definition, compiled against what is live, and live from now on."""
    source = Source({"site.yaml": SITE, "experiments/hero.yaml": hero})
    compiled = compile_site(source, live, load_runtime(), Deployment(relay_url="https://relay.example"))
    assert isinstance(compiled, Compiled)
    note = ReleaseNote("owner")
    answer = await publish(cdn, Environment.PRODUCTION, compiled.artifacts, note, datetime.now(UTC))
    assert isinstance(answer, Published)
    return compiled


def went_by(
    compiled: Compiled, run: RunName, ledgers: list[Ledger], *, signing_up: bool
) -> tuple[Seen, list[bytes], list[Ledger]]:
    """Everybody looks at the landing page: who saw what, the beacons in their outboxes, and their ledgers after it."""
    config = next(a.body for a in compiled.artifacts.artifacts if a.name == "config.json")
    seen, beacons, after = Seen(), list[bytes](), list[Ledger]()
    for ledger in ledgers:
        variation, entries, then = one_page(compiled.plan, run, ledger, signing_up=signing_up)
        seen[variation] += 1
        beacons.append(write_body(digest_of(config), TODAY, "/", Origin(), entries))
        after.append(then)
    return seen, beacons, after


def one_page(plan: Plan, run: RunName, ledger: Ledger, *, signing_up: bool) -> tuple[VariationKey, list[Entry], Ledger]:
    variation = decide(plan, Visit("https://boots.example/"), ledger.seed, ledger.assigned)[run].variation
    assert variation is not None
    ledger, viewed = view(ledger, NOW_MS // 60_000, Origin())
    ledger, exposed = expose(ledger, run, variation)
    ledger, converted = convert(ledger, plan, SIGNUP) if signing_up else (ledger, ())
    return variation, [*viewed, *exposed, *converted], ledger


def summed(counts: ExperimentCounts) -> tuple[Seen, Seen]:
    """Visitors exposed and converted, by variation."""
    exposed, converted = Seen(), Seen()
    for arm in counts.arm_days:
        exposed[arm.variation] += arm.exposed
    for goal in counts.goal_days:
        converted[goal.variation] += goal.sums.n
    return exposed, converted
