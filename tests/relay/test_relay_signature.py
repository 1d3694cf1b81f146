"""Beacons of a site's own back end: signed ones are kept wherever they come from, others that claim to be are not."""

from __future__ import annotations

import asyncio
import base64
import hmac
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from domain.names import SiteKey
from domain.quota import Rate
from domain.signature import is_signed, nonce_of, signature, site_secret
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.relay import Accepted, Refused, Relay
from tests.relay.parts import CALM, DAY, NOON_MS, World, body, nonce, settled
from tests.relay.test_relay_app import serving

DOCS = Path(__file__).parents[2] / "docs" / "back-end.md"
MASTER = "m" * 40
SHOP = SiteKey("shop")
SECRET = site_secret(MASTER, SHOP)
NOW_S = NOON_MS // 1000


@pytest.fixture
def world() -> World:
    """A world with one site."""
    return World()


def relay_in(world: World, rate: Rate | None = None) -> Relay:
    """A relay that can tell secrets."""
    seams = replace(world.seams, secret_of=lambda site: site_secret(MASTER, site))
    return world.relay(replace(CALM, source_rate=rate), seams)


def signed(at_s: int = NOW_S, *, site: SiteKey = SHOP, over: bytes | None = None, key: str = SECRET) -> Arrival:
    """A purchase that a back end reports, with a signature over this or another body."""
    sent, content = nonce(), body(["goal", "purchase", 0, 0, [], 4990])
    made = signature(key, site, sent, at_s, over or content)
    return Arrival("shop", sent, content, signature=f"t={at_s},v1={made}", user_agent="python-requests/2", country="DE")


async def answers(relay: Relay, *arrivals: Arrival) -> list[Accepted | Refused]:
    """What a relay says."""
    await relay.start()
    told = [await relay.receive(each) for each in arrivals]
    await settled(relay)
    await relay.stop()
    return told


async def test_a_signed_beacon_is_kept_without_an_origin_and_says_nothing_of_the_server(world: World) -> None:
    assert await answers(relay_in(world), signed()) == [Accepted(DAY)]
    (admitted,) = world.aggregation.counted.values()
    where = admitted.surroundings
    assert (where.country, where.browser, where.platform, where.device) == ("", "", "", "")


async def test_a_back_end_may_send_more_than_a_browser(world: World) -> None:
    relay = relay_in(world, Rate(per_s=0.001, burst=1))
    assert await answers(relay, *[signed() for _ in range(20)]) == [Accepted(DAY)] * 20


async def test_a_beacon_that_is_reported_again_is_counted_once(world: World) -> None:
    first = signed()
    again = signature(SECRET, SHOP, first.nonce, NOW_S + 60, first.body)
    second = structs.replace(first, signature=f"t={NOW_S + 60},v1={again}")
    assert await answers(relay_in(world), first, second) == [Accepted(DAY)] * 2
    assert len(world.aggregation.counted) == 1


ASIDE = {
    "another body": (signed(over=b"{}"), Refusal.BAD_SIGNATURE),
    "another secret": (signed(key="x" * 43), Refusal.BAD_SIGNATURE),
    "another site's secret": (signed(key=site_secret(MASTER, SiteKey("other"))), Refusal.BAD_SIGNATURE),
    "another site": (signed(site=SiteKey("other")), Refusal.BAD_SIGNATURE),
    "another nonce": (structs.replace(signed(), nonce=nonce()), Refusal.BAD_SIGNATURE),
    "another time": (structs.replace(s := signed(), signature=s.signature.replace("t=", "t=1")), Refusal.BAD_SIGNATURE),
    "another form": (structs.replace(signed(), signature="v1=" + "0" * 64), Refusal.BAD_SIGNATURE),
    "capitals": (structs.replace(s := signed(), signature=s.signature[:13] + s.signature[13:].upper()), None),
    "five minutes ago": (signed(NOW_S - 301), Refusal.STALE_SIGNATURE),
    "in five minutes": (signed(NOW_S + 301), Refusal.STALE_SIGNATURE),
}


@pytest.mark.parametrize("name", ASIDE)
async def test_what_is_not_signed_right_is_refused(world: World, name: str) -> None:
    sent, refusal = ASIDE[name]
    assert await answers(relay_in(world), sent) == [Refused(refusal or Refusal.BAD_SIGNATURE, DAY)]


async def test_where_no_secret_is_known_nothing_can_be_signed(world: World) -> None:
    assert await answers(world.relay(), signed()) == [Refused(Refusal.BAD_SIGNATURE, DAY)]


@given(st.text(), st.binary(), st.integers(0, 2**40))
def test_a_signature_is_over_all_of_it(other: str, content: bytes, at_s: int) -> None:
    made = signature(SECRET, SHOP, "n", at_s, content)
    assert is_signed(SECRET, SHOP, "n", at_s, content, made)
    assert not is_signed(SECRET, SHOP, "n", at_s + 1, content, made)
    assert not is_signed(SECRET + other, SHOP, "n", at_s, content + b"x", made)
    assert nonce_of(SECRET, other) == nonce_of(SECRET, other) != nonce_of(SECRET, other + "x")


def test_each_site_has_a_secret_of_its_own() -> None:
    assert SECRET == site_secret(MASTER, SHOP) != site_secret(MASTER, SiteKey("shop2"))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", SECRET)


def test_the_secret_is_that_of_the_rfc() -> None:
    # Extract and expand written out anew (RFC 5869, sections 2.2 and 2.3), for one block.
    drawn = hmac.new(b"leadbright/site-secret", MASTER.encode(), "sha256").digest()
    block = hmac.new(drawn, b"" + b"shop" + bytes([1]), "sha256").digest()
    assert base64.urlsafe_b64decode(SECRET + "=") == block


EXAMPLES = {"python": [sys.executable, "-c"], "sh": ["sh", "-euc"]}


@pytest.mark.parametrize("language", EXAMPLES)
async def test_the_example_of_the_docs_reports_a_purchase(world: World, language: str) -> None:
    example = re.search(rf"```{language}\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert example is not None
    world.clock.now_ms = time.time_ns() // 1_000_000
    relay = relay_in(world)
    async with serving(relay) as (host, port):
        process = await asyncio.create_subprocess_exec(
            *EXAMPLES[language],
            example[1],
            env={**os.environ, "RELAY": f"http://{host}:{port}", "SITE": "shop", "SECRET": SECRET},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0
        assert "day" in out.decode()
        await settled(relay)
    number = {"python": "2026-1001", "sh": "2026-1002"}[language]
    assert [_nonce_text(n) for n in world.aggregation.counted] == [nonce_of(SECRET, number)]


def _nonce_text(nonce_bytes: bytes) -> str:
    return base64.urlsafe_b64encode(nonce_bytes).rstrip(b"=").decode()
