"""Browsers of a battle: so many beacons a second to two relays over HTTP, each until it is confirmed.

May not know what a beacon says.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from leadbright.demo.site import COUNTRY_HEADER
from tests.chaos.oracle import Claim, Oracle

CONNECTIONS = 24
"""To each relay."""
ANSWER_S = 10.0
PAUSE_S = 0.2


@dataclass
class Crowd:
    """Posts what the oracle claims; owns its connections for as long as `post_for` runs."""

    oracle: Oracle
    relays: Sequence[tuple[str, int]]
    origin: str
    dice: random.Random
    withheld: float = 0.0
    """Share of beacons whose confirmation is not heard, so that they go to another relay too."""
    unanswered: int = 0
    refused: int = 0
    withheld_count: int = 0
    took_s: list[float] = field(default_factory=list)
    """Seconds until each confirmation."""
    _waiting: asyncio.Queue[tuple[Claim, int]] = field(default_factory=asyncio.Queue)

    async def post_for(self, seconds: float, per_s: float) -> None:
        """So many a second for so long, then until all is confirmed."""
        workers = [
            asyncio.create_task(self._work(number % len(self.relays)))
            for number in range(CONNECTIONS * len(self.relays))
        ]
        began, claimed = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            while claimed < passed * per_s:
                self._waiting.put_nowait((self.oracle.claim(), self.dice.randrange(len(self.relays))))
                claimed += 1
            await asyncio.sleep(0.01)
        await self._waiting.join()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, relay: int) -> None:
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while True:
            claim, _ = await self._waiting.get()
            try:
                began = time.monotonic()
                async with asyncio.timeout(ANSWER_S):
                    connection = connection or await asyncio.open_connection(*self.relays[relay])
                    status = await self._post(connection, claim)
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                self.unanswered += 1
                _close(connection)
                connection, status = None, 0
            self._heard(claim, status, time.monotonic() - began)
            if not status:
                await asyncio.sleep(PAUSE_S)
            self._waiting.task_done()

    def _heard(self, claim: Claim, status: int, took_s: float) -> None:
        if status == 200:
            claim.confirmations += 1
            self.took_s.append(took_s)
            if claim.posts == 1 and self.dice.random() < self.withheld:
                self.withheld_count += 1
            else:
                return
        elif status:
            self.refused += 1
        self._waiting.put_nowait((claim, 0))

    async def _post(self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], claim: Claim) -> int:
        reader, writer = connection
        claim.posts += 1
        a, b, c = claim.nonce[:3]
        head = (
            f"POST /v1/b/shop?n={claim.query} HTTP/1.1\r\nHost: relay\r\nOrigin: {self.origin}\r\n"
            f"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
            f"X-Forwarded-For: 198.{18 + a % 2}.{b}.{c}\r\n{COUNTRY_HEADER}: {claim.country}\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(claim.body)}\r\n\r\n"
        )
        writer.write(head.encode() + claim.body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        await reader.readexactly(length)
        return int(answer.split(b" ", 2)[1])


def _close(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None) -> None:
    if connection is not None:
        connection[1].close()
