"""A site of the relay's own, to prove once a minute that what is reported is counted: exactly, and how soon.

It goes the way that browsers and the web go. May not know what lies between the two.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

import httpx
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from domain.names import SiteKey
from domain.report import Days
from ingest_grpc.relay.rule_book import Read
from ingest_grpc.wire.ports import UnavailableError
from ingest_grpc.wire.report import ReportClient

PERIOD_S = 60.0
PATIENCE_S = 30.0
LOOK_S = 0.25
ANSWER_S = 5.0

DOMAIN = "proof.invalid"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


class Proof(Enum):
    """How a proof ended."""

    COUNTED = "it was counted, once"
    NOT_KEPT = "the relay did not keep the beacon"
    NOT_COUNTED = "nothing was counted in time"
    MISCOUNTED = "something else was counted"
    NOT_TOLD = "no report was to be had"


@dataclass(frozen=True, slots=True)
class Course:
    """The two ends of what is proved, and the time between looks."""

    post: Callable[[], Awaitable[bool]]
    """Report one view; whether it was kept."""
    views: Callable[[int], Awaitable[int]]
    """Views counted so far around a day in UTC. Raises UnavailableError."""
    today: Callable[[], int]
    """The day in UTC."""
    patience_s: float = PATIENCE_S
    look_s: float = LOOK_S


@dataclass(frozen=True, slots=True)
class ProofMetrics:
    """What Prometheus hears of it."""

    registry: CollectorRegistry
    proofs: Counter = field(init=False)
    seconds: Gauge = field(init=False)

    def __post_init__(self) -> None:
        """Register, with every outcome at 0."""
        proofs = Counter("leadbright_proofs", "Views of our own, by outcome.", ("outcome",), registry=self.registry)
        for outcome in Proof:
            proofs.labels(outcome.name.lower())
        took = Gauge("leadbright_proof_seconds", "From a view to its count, the last time.", registry=self.registry)
        object.__setattr__(self, "proofs", proofs)
        object.__setattr__(self, "seconds", took)


async def prove(course: Course) -> Proof:
    """Report one view and see that exactly one more is counted."""
    day = course.today()
    try:
        before = await course.views(day)
        if not await course.post():
            return Proof.NOT_KEPT
        with suppress(TimeoutError):
            async with asyncio.timeout(course.patience_s):
                return await _counted(course, day, before)
    except UnavailableError:
        return Proof.NOT_TOLD
    return Proof.NOT_COUNTED


async def _counted(course: Course, day: int, before: int) -> Proof:
    while (now := await course.views(day)) == before:  # noqa: ASYNC110  another process counts
        await asyncio.sleep(course.look_s)
    return Proof.COUNTED if now == before + 1 else Proof.MISCOUNTED


@asynccontextmanager
async def proving(course: Course, metrics: ProofMetrics, period_s: float = PERIOD_S) -> AsyncIterator[None]:
    """Prove again and again for as long as the context lasts, the first time after one period."""
    task = asyncio.create_task(_prove_for_ever(course, metrics, period_s), name="prove")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _prove_for_ever(course: Course, metrics: ProofMetrics, period_s: float) -> None:
    while True:
        await asyncio.sleep(period_s)
        began = time.monotonic()
        proof = await prove(course)
        metrics.proofs.labels(proof.name.lower()).inc()
        if proof is Proof.COUNTED:
            metrics.seconds.set(time.monotonic() - began)
        else:
            structlog.get_logger().error("what is reported is not counted", why=proof.value)


def proof_site(relay: str) -> SiteKey:
    """A site for each relay, so that what one reports is not taken for another's."""
    return SiteKey(f"leadbright-proof-{hashlib.sha256(relay.encode()).hexdigest()[:12]}")


def with_proof_site(read: Read, site: SiteKey) -> Read:
    """Published files, and the rules of this site among them."""
    rules = {"v": 1, "site": site, "timezone": "UTC", "domains": [DOMAIN], "experiments": {}, "goals": {}}
    own = {f"production/{site}/relay.json": json.dumps(rules).encode()}

    async def published(path: str) -> bytes | None:
        return own[path] if path in own else await read(path)

    return published


def course_of(site: SiteKey, relay_url: str, reports: ReportClient) -> Course:
    """From this relay's address to the reports of its aggregators."""

    async def post() -> bool:
        view = {"v": 1, "cfg": "0" * 16, "d": _today(), "p": "/", "src": ["", "", "", ""], "e": [["view"]]}
        headers = {"origin": f"https://{DOMAIN}", "user-agent": AGENT, "content-type": "text/plain"}
        url = f"{relay_url}/v1/b/{site}?n={secrets.token_urlsafe(16)}"
        # By an address of this machine, which a certificate need not name.
        async with httpx.AsyncClient(timeout=ANSWER_S, verify=False, headers=headers) as client:  # noqa: S501
            try:
                return (await client.post(url, content=json.dumps(view))).status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

    async def views(day: int) -> int:
        return (await reports.traffic(site, Days(day - 1, day + 1))).views

    return Course(post, views, _today)


def _today() -> int:
    return int(time.time() // 86_400)
