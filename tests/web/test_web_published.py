"""What a provider publishes, while it is away: few are the times that it is asked, and nobody waits in a row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from tests.web.conftest import Clock
from tests.web.idp import COMPANY, ISSUER, RSA, Idp
from web.openid.net import AwayError, Net
from web.openid.published import AGAIN_S, KEPT_S, LONGEST_S, REST_S, Published


@dataclass
class Line(httpx.AsyncBaseTransport):
    """A provider behind a line that may be cut: then an answer hangs until the caller's patience ends."""

    idp: Idp
    is_cut: bool = False
    patience_ends: asyncio.Event = field(default_factory=asyncio.Event)
    tried: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """What is behind it answers, or nobody."""
        self.tried += 1
        if self.is_cut:
            await self.patience_ends.wait()
            raise httpx.ReadTimeout("hangs")
        return await self.idp.handle_async_request(request)


@pytest.fixture
def line(clock: Clock) -> Line:
    """One that is not cut."""
    return Line(Idp(clock))


@pytest.fixture
def published(line: Line, clock: Clock) -> Published:
    """What is published at its other end."""
    return Published(COMPANY, Net(line), clock)


async def test_whoever_waits_for_a_provider_that_is_away_is_answered_with_the_first(
    line: Line, published: Published, clock: Clock
) -> None:
    line.is_cut = True
    waiting = [asyncio.create_task(published.metadata()) for _ in range(20)]
    await asyncio.sleep(0)
    line.patience_ends.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [AwayError] * 20
    assert line.tried == 1
    clock.seconds += REST_S - 0.1
    with pytest.raises(AwayError, match="ReadTimeout"):
        await published.metadata()
    assert line.tried == 1
    clock.seconds += 0.1
    line.is_cut = False
    assert (await published.metadata()).keys == f"{ISSUER}/keys"
    assert line.tried == 2


async def test_what_was_published_last_holds_for_a_day_while_the_provider_is_away(
    line: Line, published: Published, clock: Clock
) -> None:
    before, key = await published.metadata(), await published.key("one")
    assert key is not None
    line.is_cut = True
    line.patience_ends.set()
    clock.seconds += KEPT_S
    assert [await published.metadata(), await published.metadata()] == [before, before]
    assert [await published.key("one"), await published.key("one")] == [key, key]
    assert line.tried == 2 + 2
    clock.seconds += LONGEST_S - KEPT_S
    with pytest.raises(AwayError):
        await published.metadata()


async def test_a_key_that_is_not_known_is_not_refused_while_nobody_can_say_whether_there_is_one(
    line: Line, published: Published, clock: Clock
) -> None:
    line.idp.keys = (RSA,)
    assert await published.key("two") is None
    line.is_cut = True
    line.patience_ends.set()
    clock.seconds += AGAIN_S
    for _ in range(3):
        with pytest.raises(AwayError):
            await published.key("two")
    assert line.tried == 3
    assert await published.key("one") is not None


async def test_what_is_not_this_issuers_is_not_asked_for_again_at_once(line: Line, published: Published) -> None:
    line.idp.document = {"issuer": "https://id.elsewhere.example"}
    for _ in range(3):
        with pytest.raises(AwayError, match="not this issuer's"):
            await published.metadata()
    assert line.tried == 1
