"""What else is asked of a relay: patience at half its rate, a second worker, memory, and a flood of unknown sites.

The same servers and requests as in `bench_relay`. Where there are not three cores, two workers and the load share
two, so what a second worker adds is reckoned from the requests for each CPU-second that the workers used.
Run: `python -m tests.bench.bench_relay_limits`.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import uvloop

from ingest_grpc.relay.admission import Arrival
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.relay import Relay, RelaySettings, Seams
from tests.bench.bench_relay import (
    AGENTS,
    CONNECTIONS,
    Acknowledging,
    Load,
    _content_length,
    _cpu_s,
    _free_port,
    _now_ms,
    measure,
    process,
    requests,
)

ROUND_S = 5.0
UNKNOWN = 1_000_000


class Paced(asyncio.Protocol):
    """A connection that sends at times that were set beforehand, whatever the answers do."""

    def __init__(self, load: Load, every_s: float, chance: random.Random) -> None:
        self.load = load
        self.every_s = every_s
        self.due = time.perf_counter() + chance.random() * every_s
        self.received = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take an answer; what it took is reckoned from when it was due."""
        self.received += data
        head, end, rest = self.received.partition(b"\r\n\r\n")
        if end and len(rest) >= _content_length(head):
            self.load.took_s.append(time.perf_counter() - self.due)
            self.received = b""
            self.due += self.every_s
            self._wait()

    def _wait(self) -> None:
        asyncio.get_running_loop().call_later(max(0.0, self.due - time.perf_counter()), self._send)

    def _send(self) -> None:
        if not self.load.over and not self.transport.is_closing():
            self.transport.write(self.load.next())


async def paced(port: int, wanted: Sequence[bytes], per_s: float) -> Load:
    """Load a server with so many requests a second."""
    load, chance, loop = Load(wanted), random.Random(7), asyncio.get_running_loop()
    every_s = CONNECTIONS / per_s
    where = ("127.0.0.1", port)
    connections = [
        await loop.create_connection(lambda: Paced(load, every_s, chance), *where) for _ in range(CONNECTIONS)
    ]
    await asyncio.sleep(ROUND_S)
    load.over = True
    for transport, _ in connections:
        transport.close()
    return load


def memory_mb(pid: int) -> float:
    """Resident memory at its highest."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def resident_mb() -> float:
    """Resident memory of this process, now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def bench_server() -> None:
    """One relay, then two at one port."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    wanted = requests()
    ports = [str(_free_port()) for _ in range(3)]
    async with AsyncExitStack() as parts:
        await parts.enter_async_context(process(cores[-1], "aggregator", ports[0]))
        folders = [parts.enter_context(tempfile.TemporaryDirectory(prefix="bench-relay-")) for _ in range(3)]
        one = await parts.enter_async_context(process(cores[0], "relay", ports[1], ports[0], folders[0]))
        await measure(int(ports[1]), one.pid, wanted, 1.0)
        alone = await measure(int(ports[1]), one.pid, wanted, ROUND_S)
        calm = await paced(int(ports[1]), wanted, alone.per_s / 2)
        p99_ms = statistics.quantiles(calm.took_s, n=100)[98] * 1000
        print(f"one worker: {alone.per_s:,.0f} req/s, {alone.per_cpu_s:,.0f} per CPU-second, refused {alone.refused}")
        print(f"at half that rate: p99 {p99_ms:.1f} ms over {len(calm.took_s):,} requests (asked: at most 50 ms)")
        print(f"memory under load, at its highest: {memory_mb(one.pid):.0f} MB (asked: at most 150 MB)")
        two = []
        for core, folder in zip((cores[0], cores[-1]), folders[1:], strict=True):
            two.append(await parts.enter_async_context(process(core, "worker", ports[2], ports[0], folder)))
        async with asyncio.timeout(20):
            # Either answers for both; that each is there shows in its journal.
            while not all(any(Path(folder).glob("*.seg")) for folder in folders[1:]):  # noqa: ASYNC110, ASYNC240
                await asyncio.sleep(0.1)
        await measure(int(ports[2]), two[0].pid, wanted, 1.0)
        before = [_cpu_s(each.pid) for each in two]
        both = await measure(int(ports[2]), two[0].pid, wanted, ROUND_S)
        used = [_cpu_s(each.pid) - cpu for each, cpu in zip(two, before, strict=True)]
        together = both.per_s * ROUND_S / sum(used)
        print(f"two workers: {together:,.0f} per CPU-second, dealt out {used[0]:.1f} to {used[1]:.1f} CPU-seconds")
        print(f"so two cores of their own give {2 * together / alone.per_cpu_s:.2f} times what one gives (asked: 1.8)")


async def bench_unknown() -> None:
    """A million sites that do not exist, one beacon each."""

    async def nothing(_: str) -> bytes | None:
        return None

    with tempfile.TemporaryDirectory(prefix="bench-relay-") as folder:
        disk = FolderDisk(Path(folder))
        relay = Relay(Seams(disk, Acknowledging(), nothing, _now_ms, os.urandom), RelaySettings("bench"))
        await relay.start()
        body = requests()[0].partition(b"\r\n\r\n")[2]
        readings = []
        for number in range(UNKNOWN + 1):
            if number % (UNKNOWN // 4) == 0:
                readings.append(resident_mb())
            nonce = urlsafe_b64encode(number.to_bytes(16, "big"))[:22].decode()
            await relay.receive(Arrival(f"site-{number}", nonce, body, "https://x.example", AGENTS[0]))
        await relay.stop()
        disk.close()
    told = ", ".join(f"{mb:.1f}" for mb in readings)
    print(
        f"{UNKNOWN:,} unknown sites: {told} MB at each quarter; + {readings[-1] - readings[1]:.1f} MB after the first"
    )


async def bench() -> None:
    """All of it."""
    await bench_server()
    await bench_unknown()


if __name__ == "__main__":
    uvloop.run(bench())
