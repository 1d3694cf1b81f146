"""The whole of Leadbright in one test, in the order in which things happen. Newcomers read this file first.

definition → compile → publish → visit → beacon → relay → gRPC → cells → result, on real parts: a folder as CDN, a
journal on disk, a gRPC channel over loopback, SQLite. Only the browser is missing; `tests/e2e` has a real one.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import Published, publish, read
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.source import Source
from domain.artifact import digest_of
from domain.beacon import Entry
from domain.ledger import Ledger, Step, convert, expose, view, visit
from domain.ledger import Source as Origin
from domain.names import GoalKey, RunName, SiteKey, VariationKey
from domain.plan import Plan
from domain.report import Days
from domain.targeting import decide
from domain.visits import Visit
from ingest_grpc.aggregator.aggregator import Aggregator
from ingest_grpc.aggregator.books import Book
from ingest_grpc.aggregator.reports import Reporter
from ingest_grpc.aggregator.server import start_server
from ingest_grpc.aggregator.store import open_store
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.relay import Accepted, Relay, RelaySettings, Seams
from ingest_grpc.wire.aggregation import AggregationClient
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.report import ReportClient
from leadbright.demo.letters import write_body
from leadbright.runtime import load_runtime
from web.analysis.result import analyse

SITE = """
site: boots
name: Boots
domains: [boots.example]
timezone: Europe/Berlin
goals:
  - {key: signup, on: {click: "#signup"}}
"""

HERO = """
experiment: hero
name: Hero headline
status: running
pages: {include: ["/"]}
goals: {primary: signup}
variations:
  - {key: control, weight: 50%}
  - key: bold
    weight: 50%
    changes:
      - {select: h1, text: Dry feet. Every mile.}
"""

BOOTS, HERO_RUN, SIGNUP = SiteKey("boots"), RunName("hero"), GoalKey("signup")
VISITORS = 60
NOW_MS = time.time_ns() // 1_000_000
TODAY = datetime.now(UTC).toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()


async def test_an_experiment_from_its_definition_to_its_result(tmp_path: Path) -> None:
    # An owner writes a definition, and the compiler turns it into what browsers and relays load.
    compiled = compile_site(
        Source({"site.yaml": SITE, "experiments/hero.yaml": HERO}),
        published=None,
        runtime=load_runtime(),
        deployment=Deployment(relay_url="https://relay.example"),
    )
    assert isinstance(compiled, Compiled)
    config = next(a.body for a in compiled.artifacts.artifacts if a.name == "config.json")

    # It goes to the CDN: bodies first, pointers last.
    cdn = FolderTarget(tmp_path / "cdn")
    released = await publish(cdn, Environment.PRODUCTION, compiled.artifacts, ReleaseNote("owner"), datetime.now(UTC))
    assert isinstance(released, Published)
    assert b"Dry feet" in (await read(cdn, "production/boots/lb.js") or b"")

    # An aggregator waits for frames, and a relay at the edge for beacons.
    async with inside(tmp_path, cdn) as (relay, reporter, reports):
        # Visitors come. Each one's browser decides by itself, and tells only what changed in its own ledger.
        seen = {"control": 0, "bold": 0}
        for number in range(VISITORS):
            variation, beacon = first_page(compiled.plan, config, seed=f"{number * 2654435761 % 2**32:08x}")
            seen[variation] += 1
            for _ in range(2):  # The first answer was lost on its way, so the browser sends the beacon again.
                answer = await relay.receive(Arrival(BOOTS, nonce(number), beacon, origin="https://boots.example"))
                assert isinstance(answer, Accepted)

        # What was accepted is counted, once.
        await relay.settle()
        book = await reporter.total_book()
        assert book == Book(2 * VISITORS, VISITORS, duplicate=VISITORS, rejected=0, quarantined=0, declared_lost=0)

        # The web asks for the counts, and the statistics say what may be said.
        counts = await reports.experiment(BOOTS, HERO_RUN, Days(TODAY - 1, TODAY + 1))
    (experiment,) = compiled.site.experiments
    result = analyse(experiment, valued=frozenset(), counts=counts)
    assert dict(result.exposed) == seen
    assert [(arm.variation, arm.sums.n) for arm in result.primary.arms] == [("control", 0), ("bold", seen["bold"])]


@asynccontextmanager
async def inside(folder: Path, cdn: FolderTarget) -> AsyncIterator[tuple[Relay, Reporter, ReportClient]]:
    """What an operator runs: SQLite, an aggregator that serves gRPC, and a relay that knows its address."""
    async with AsyncExitStack() as parts:
        store = await open_store(f"sqlite:///{folder}/counts.sqlite3")
        parts.push_async_callback(store.close)
        reporter = Reporter(store)
        server = await start_server(Aggregator(store, lambda: NOW_MS), reporter, "127.0.0.1:0", store.ready)
        parts.push_async_callback(server.stop)
        channel = open_channel([f"127.0.0.1:{server.port}"])
        parts.push_async_callback(channel.close)
        disk = FolderDisk(folder / "journal")
        parts.callback(disk.close)

        async def published(path: str) -> bytes | None:
            return await read(cdn, path)

        relay = Relay(Seams(disk, AggregationClient(channel), published, lambda: NOW_MS, os.urandom), RelaySettings())
        await relay.start()
        parts.push_async_callback(relay.stop)
        yield relay, reporter, ReportClient(channel)


def nonce(number: int) -> str:
    """22 characters for 16 bytes."""
    return base64.urlsafe_b64encode(number.to_bytes(16, "big")).decode().rstrip("=")


def first_page(plan: Plan, config: bytes, seed: str) -> tuple[str, bytes]:
    """A newcomer looks at the landing page, and signs up if the headline is the bold one: the beacon that is sent."""
    decision = decide(plan, Visit("https://boots.example/"), seed, assigned={})[HERO_RUN]
    assert decision.variation is not None
    steps: list[Callable[[Ledger], Step]] = [
        lambda ledger: visit(ledger, TODAY),
        lambda ledger: view(ledger, NOW_MS // 60_000, Origin()),
        lambda ledger: expose(ledger, HERO_RUN, VariationKey(decision.variation or "")),
    ]
    if decision.variation == "bold":
        steps.append(lambda ledger: convert(ledger, plan, SIGNUP))
    ledger, entries = Ledger(seed, created_day=TODAY), list[Entry]()
    for step in steps:
        ledger, more = step(ledger)
        entries.extend(more)
    return decision.variation, write_body(digest_of(config), TODAY, "/", Origin(), entries)
