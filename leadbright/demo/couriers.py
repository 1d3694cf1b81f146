"""How the crowd's letters reach a relay: over HTTP, or handed to a relay in the same process.

May not know what is in them.
"""

from __future__ import annotations

import hashlib

import httpx

from domain.names import SiteKey
from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.relay import Accepted, Relay
from leadbright.demo.letters import Answer, Letter, Post
from leadbright.demo.site import COUNTRY_HEADER

ANSWER_S = 10.0
_FINAL = frozenset({400, 403, 404, 413})


def over_http(client: httpx.AsyncClient, relay_url: str, site: SiteKey, origin: str) -> Post:
    """Post as browsers do, through what looks like a proxy in front of the relay."""

    async def post(letter: Letter) -> Answer:
        headers = {
            "Content-Type": "text/plain;charset=UTF-8",
            "Origin": origin,
            "User-Agent": letter.sender.user_agent,
            "X-Forwarded-For": _some_address(letter.nonce),
            COUNTRY_HEADER: letter.sender.country,
        }
        url = f"{relay_url}/v1/b/{site}?n={letter.nonce}"
        try:
            answer = await client.post(url, content=letter.body, headers=headers, timeout=ANSWER_S)
        except httpx.HTTPError:
            return Answer.LOST
        if answer.is_success:
            return Answer.KEPT
        return Answer.REFUSED if answer.status_code in _FINAL else Answer.LOST

    return post


def into(relay: Relay, site: SiteKey, origin: str) -> Post:
    """Hand over to a relay in this process."""

    async def post(letter: Letter) -> Answer:
        sender = letter.sender
        arrival = Arrival(
            site, letter.nonce, letter.body, origin=origin, user_agent=sender.user_agent, country=sender.country
        )
        answer = await relay.receive(arrival)
        if isinstance(answer, Accepted):
            return Answer.KEPT
        return Answer.LOST if answer.reason.may_retry else Answer.REFUSED

    return post


def _some_address(nonce: str) -> str:
    # 198.18.0.0/15 is set aside for tests of networks (RFC 2544).
    a, b, c = hashlib.sha256(nonce.encode()).digest()[:3]
    return f"198.{18 + a % 2}.{b}.{c}"
