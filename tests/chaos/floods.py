"""Floods at full size against a relay as operators run it: `python -m tests.chaos.floods [F21] [F25] [F28]`.

Each place is an address of its own in 127.0.0.0/8. The figures are those that are asked for; times are told, and to be
read beside how busy the machine was. May not know how the relay keeps itself.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from leadbright import readiness
from leadbright.readiness import until_ready
from leadbright.settings import Settings
from tests.leadbright.test_leadbright_relay_workers import RULES, publish, settings_of
from tests.leadbright.test_leadbright_up import PATIENCE_S, running
from tests.relay.parts import CHROME, body, nonce

ANSWER_S = 20.0
NEIGHBOUR = "127.9.9.9"
PAUSE_S = 0.5
WARM = 1_000
EACH = 250
"""Connections from one place; a relay takes 512."""


@dataclass(frozen=True)
class Found:
    """What came of a flood."""

    flood: str
    answers: dict[str, int]
    """How often each status came; `none` where the connection ended without one."""
    neighbours: int
    """Beacons of a place that does no harm."""
    neighbours_kept: int
    p99_ms: float
    grown_mb: float
    """Resident memory of the relay at its highest, above what it was before."""

    def __str__(self) -> str:
        return (
            f"{self.flood}: {self.answers}; neighbours {self.neighbours_kept} of {self.neighbours} kept, "
            f"p99 {self.p99_ms:.1f} ms; relay + {self.grown_mb:.1f} MB"
        )


@dataclass(frozen=True)
class Flooded:
    """A relay with its process."""

    settings: Settings
    pid: int

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.settings.relay_listen.port

    def resident_mb(self, which: str) -> float:
        """`VmRSS` now, `VmHWM` at its highest."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(f"{which}:")[2].split()[0]) / 1024


@asynccontextmanager
async def flooded(folder: Path) -> AsyncIterator[Flooded]:
    """A relay that has served a few beacons; its aggregator is away, which is nothing to it."""
    settings = settings_of(folder, LEADBRIGHT_AGGREGATOR="127.0.0.1:1", LEADBRIGHT_RELAY_PROOF="off")
    publish(settings, RULES)
    other = settings.data / "cdn" / "production" / "blog"
    other.mkdir(parents=True)
    (other / "relay.json").write_text(RULES.replace('"shop"', '"blog"'))
    async with running(settings, "relay") as process:
        assert await until_ready(readiness.over_http(settings.relay_listen), PATIENCE_S)
        relay = Flooded(settings, process.pid)
        # So many good ones at once as there will be bad ones: what memory these take is not the flood's.
        warm = [ask(relay.port, place, beacon()) for place in places(WARM)]
        assert set(await asyncio.gather(*warm)) == {"200"}
        yield relay


def beacon(site: str = "shop", *more: str, content: bytes | None = None, length: int | None = None) -> bytes:
    """A request as a browser sends it, with further headers."""
    content = body() if content is None else content
    size = [] if length is not None and length < 0 else [f"content-length: {length or len(content)}"]
    lines = [f"POST /v1/b/{site}?n={nonce()} HTTP/1.1", "host: x", "origin: https://shop.example"]
    return "\r\n".join([*lines, f"user-agent: {CHROME}", *size, *more, "", ""]).encode() + content


async def ask(port: int, place: str, request: bytes) -> str:
    """The status of the answer to what one connection sends."""
    writer = None
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(place, 0))
            writer.write(request)
            return (await reader.readuntil(b"\r\n")).split()[1].decode()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return "none"
    finally:
        if writer is not None:
            writer.close()


async def under(relay: Flooded, flood: str, harm: Callable[[], Awaitable[Sequence[str]]], pause_s: float) -> Found:
    """Do harm, and beside it send beacons from a place that does none, one after another."""
    before, doing = relay.resident_mb("VmRSS"), asyncio.ensure_future(harm())
    kept: list[str] = []
    took_s: list[float] = []
    while not doing.done() or not kept:
        began = time.perf_counter()
        kept.append(await ask(relay.port, NEIGHBOUR, beacon("blog")))
        took_s.append(time.perf_counter() - began)
        await asyncio.sleep(pause_s)
    p99_ms = (statistics.quantiles(took_s, n=100)[98] if len(took_s) > 1 else took_s[0]) * 1000
    grown = relay.resident_mb("VmHWM") - before
    answers = dict(sorted(Counter(await doing).items()))
    return Found(flood, answers, len(kept), kept.count("200"), p99_ms, grown)


def places(count: int) -> list[str]:
    """A place for each connection, EACH to a place."""
    return [f"127.1.{number // EACH}.1" for number in range(count)]


async def monsters(relay: Flooded, count: int) -> Found:
    """F21: oversized, deep, compressed and endless bodies, all at once."""
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    kinds = (
        beacon(content=b" " * 17_000),
        beacon(content=b"[" * 100_000),
        beacon("shop", "content-encoding: gzip", content=b"\x1f\x8b" + b"\0" * 1_000),
        beacon("shop", "transfer-encoding: chunked", content=chunk * 20, length=-1),
    )
    wanted = [kinds[number % len(kinds)] for number in range(count)]

    async def harm() -> list[str]:
        return await asyncio.gather(*(ask(relay.port, *each) for each in zip(places(count), wanted, strict=True)))

    return await under(relay, f"F21, {count:,} at once", harm, PAUSE_S / 10)


async def drips(relay: Flooded, count: int, seconds: float) -> Found:
    """F25: so many connections that send a byte a second, of their head or of their body, or read nothing."""
    whole = beacon("shop", length=500)
    end = time.monotonic() + seconds

    async def drip(place: str, number: int) -> str:
        begin = (whole[:20], whole[:-1], beacon("shop") * 20)[number % 3]
        while time.monotonic() < end:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", relay.port, local_addr=(place, 0))
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                writer.write(begin)
                while time.monotonic() < end and not writer.is_closing():
                    await asyncio.sleep(1.0)
                    writer.write(b"x")
                writer.transport.abort()
        return "none"

    async def harm() -> list[str]:
        return await asyncio.gather(*(drip(place, n) for n, place in enumerate(places(count))))

    return await under(relay, f"F25, {count:,} connections for {seconds:.0f} s", harm, 0.02)


async def leavers(relay: Flooded, count: int) -> Found:
    """F28: browsers that leave at any moment of their request."""
    dice = random.Random(28)

    async def harm() -> list[str]:
        for number in range(count):
            whole = beacon("shop")
            place = f"127.3.{number // 250}.{number % 250 + 1}"
            _, writer = await asyncio.open_connection("127.0.0.1", relay.port, local_addr=(place, 0))
            writer.write(whole[: dice.choice((30, len(whole) - 1, len(whole)))])
            await asyncio.sleep(dice.choice((0.0, 0.0, 0.001, 0.003)))
            writer.transport.abort()
        return [await ask(relay.port, "127.4.0.1", beacon("shop"))]

    return await under(relay, f"F28, {count:,} browsers that leave", harm, 0.02)


FULL: dict[str, Callable[[Flooded], Awaitable[Found]]] = {
    "F21": lambda relay: monsters(relay, 1_000),
    "F25": lambda relay: drips(relay, 5_000, 30.0),
    "F28": lambda relay: leavers(relay, 3_000),
}


async def main(wanted: Sequence[str]) -> None:
    """Tell what came of each, and what a place has to wait without any harm."""

    async def none() -> list[str]:
        await asyncio.sleep(5.0)
        return []

    for name in wanted or FULL:
        with tempfile.TemporaryDirectory() as folder:
            async with flooded(Path(folder)) as relay:
                print(await under(relay, "no harm", none, 0.02), flush=True)
                print(await FULL[name](relay), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
