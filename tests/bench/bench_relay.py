"""How many beacons a second a relay takes, beside a bare Sanic handler that reads the body and answers 204.

Same machine, same requests, rounds in turn; the server on one core, the load and the aggregator on another. The relay
does all of its work: decoding, admission, journal with fdatasync, frames over gRPC.
Run: `python -m tests.bench.bench_relay`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop
from grpc import aio
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from domain.quota import Rate
from ingest_grpc.relay.app import create_app
from ingest_grpc.relay.disk import FolderDisk
from ingest_grpc.relay.relay import Relay, RelaySettings, Seams
from ingest_grpc.wire.aggregation import AggregationClient, add_aggregation
from ingest_grpc.wire.frame import Epoch, Frame, Reply, Status, Watermark
from leadbright.listening import shared
from leadbright.setting_values import Address

ROUNDS = 4
ROUND_S = 3.0
CONNECTIONS = 32
REQUESTS = 4_000
"""Different requests, sent again and again with new nonces."""

RULES = {
    "v": 1,
    "site": "shop",
    "timezone": "Europe/Berlin",
    "domains": ["shop.example"],
    "experiments": {"hero": ["control", "bold"], "price": ["control", "round"]},
    "goals": {"signup": {"cap": 0}, "purchase": {"cap": 50_000}},
}
CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{}.0"
AGENTS = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROMIUM} Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 10; K) {CHROMIUM} Mobile Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Safari/605.1.15",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) {WEBKIT} Mobile/15E148 Safari/604.1",
]
ENTRIES: list[list[list[Any]]] = [
    [["visit", 0, 3], ["session"], ["view"], ["exp", "hero", "bold"]],
    [["view", 1]],
    [["view"], ["goal", "signup", 0, 0, [["hero", "bold", 0, 0]]]],
    [["goal", "purchase", 1, 4999, [["hero", "bold", 1, 4999], ["price", "round", 0, 0]], 2500], ["event", "purchase"]],
    [["event", "add_to_cart"]],
    [["leave", 5321, 80]],
]


def requests() -> list[bytes]:
    """HTTP requests as browsers send them, each with a gap of 22 bytes for the nonce."""
    chance = random.Random(11)
    return [_request(chance) for _ in range(REQUESTS)]


def _request(chance: random.Random) -> bytes:
    beacon = {
        "v": 1,
        "cfg": "3f9c2a1b8d7e4450",
        "d": int(time.time() // 86_400),
        "p": f"/{chance.choice(['', 'landing', 'list', 'product'])}/{chance.randrange(90)}",
        "src": [chance.choice(["", "google.com", "t.co", "blog.example"]), "", "", ""],
        "e": chance.choice(ENTRIES),
    }
    body = json.dumps(beacon, separators=(",", ":")).encode()
    agent = chance.choice(AGENTS).format(chance.randrange(120, 150))
    head = [
        f"POST /v1/b/shop?n={'N' * 22} HTTP/1.1",
        "Host: relay.example",
        "Connection: keep-alive",
        f"Content-Length: {len(body)}",
        'sec-ch-ua: "Chromium";v="150"',
        "sec-ch-ua-mobile: ?0",
        'sec-ch-ua-platform: "Windows"',
        f"User-Agent: {agent}",
        "Content-Type: text/plain;charset=UTF-8",
        "Accept: */*",
        "Origin: https://shop.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: empty",
        "Referer: https://shop.example/",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Accept-Language: de-DE,de;q=0.9",
    ]
    return ("\r\n".join(head) + "\r\n\r\n").encode() + body


@dataclass
class Load:
    """What the clients of one round have seen."""

    requests: Sequence[bytes]
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    took_s: list[float] = field(default_factory=list)
    refused: int = 0
    over: bool = False

    def next(self) -> bytes:
        """A request with a nonce that nobody has had."""
        nonce = urlsafe_b64encode(self.chance.randbytes(16))[:22]
        return self.chance.choice(self.requests).replace(b"N" * 22, nonce, 1)


class Connection(asyncio.Protocol):
    """One keep-alive connection that sends the next request when the last is answered."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.received = b""
        self.sent_at = 0.0
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take an answer; send the next request once it is whole."""
        self.received += data
        head, end, rest = self.received.partition(b"\r\n\r\n")
        if not end or len(rest) < _content_length(head):
            return
        self.load.took_s.append(time.perf_counter() - self.sent_at)
        self.load.refused += head[9:12] not in (b"200", b"204")
        self.received = b""
        if not self.load.over:
            self._send()

    def _send(self) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(self.load.next())


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length: ")
    return int(rest.partition(b"\r\n")[0]) if found else 0


@dataclass(frozen=True)
class Round:
    """What one round measured."""

    per_s: float
    per_cpu_s: float
    p99_ms: float
    refused: int


async def measure(port: int, pid: int, wanted: Sequence[bytes], seconds: float) -> Round:
    """Load one server for a while."""
    load = Load(wanted)
    loop = asyncio.get_running_loop()
    connections = [
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port) for _ in range(CONNECTIONS)
    ]
    began, cpu = time.perf_counter(), _cpu_s(pid)
    load.took_s.clear()
    await asyncio.sleep(seconds)
    count, took, used = len(load.took_s), time.perf_counter() - began, _cpu_s(pid) - cpu
    load.over = True
    await asyncio.sleep(0.2)
    for transport, _ in connections:
        transport.close()
    p99_ms = statistics.quantiles(load.took_s, n=100)[98] * 1000
    return Round(count / took, count / used, p99_ms, load.refused)


def _cpu_s(pid: int) -> float:
    """CPU seconds that a process has used, in all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Acknowledging:
    """An aggregator that says yes to everything, in order, and counts nothing."""

    def __init__(self) -> None:
        self._stands: dict[bytes, Watermark] = {}

    async def hello(self, epoch: Epoch, now_ms: int) -> Watermark:
        """Where this epoch stands."""
        return self._stands.get(epoch.id, Watermark())

    async def commit(self, epoch: Epoch, frames: Sequence[Frame]) -> Reply:
        """Yes."""
        self._stands[epoch.id] = Watermark(frames[-1].sequence, frames[-1].hash)
        return Reply(Status.OK, self._stands[epoch.id])


async def serve_aggregator(port: int) -> None:
    """An aggregator at this port."""
    server = aio.server()
    add_aggregation(server, Acknowledging())
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def serve_bare(port: int) -> None:
    """The handler that the relay is measured against."""
    app: Sanic[Any, Any] = Sanic("bare", configure_logging=False)

    @app.post("/v1/b/<site:str>")
    async def read(request: Request, site: str) -> HTTPResponse:
        if not request.body:
            raise ValueError(site)
        return HTTPResponse(None, 204)

    await _serve(app, port)


async def serve_relay(port: int, aggregator: int, folder: Path, *, is_shared: bool = False) -> None:
    """A whole relay; where it is one of several, they share the port."""
    published = {"production/shop/relay.json": json.dumps(RULES).encode()}

    async def read_file(path: str) -> bytes | None:
        return published.get(path)

    plenty = Rate(per_s=1e9, burst=10**9)
    async with aio.insecure_channel(f"127.0.0.1:{aggregator}") as channel:
        seams = Seams(FolderDisk(folder), AggregationClient(channel), read_file, _now_ms, os.urandom)
        relay = Relay(seams, RelaySettings("bench", site_rate=plenty, source_rate=plenty))
        await _serve(create_app(relay), port, is_shared=is_shared)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _serve(app: Sanic[Any, Any], port: int, *, is_shared: bool = False) -> None:
    settings = {"start_serving": False}
    address = Address("127.0.0.1", port)
    place: dict[str, Any] = {"sock": shared(address)} if is_shared else {"host": address.host, "port": port}
    server: Any = await app.create_server(**place, access_log=False, asyncio_server_kwargs=settings)
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await asyncio.Event().wait()


@asynccontextmanager
async def process(core: int, *args: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """This file in a process of its own, on one core; over when the context is."""
    command = [sys.executable, "-m", "tests.bench.bench_relay", *args]
    started = subprocess.Popen(command, start_new_session=True)  # noqa: ASYNC220  not while anything is measured
    os.sched_setaffinity(started.pid, {core})
    try:
        await _answers(int(args[1]))
        yield started
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def bench() -> None:
    """Run all rounds and print what came of them."""
    cores = sorted(os.sched_getaffinity(0))
    server_core, load_core = cores[0], cores[-1]
    os.sched_setaffinity(0, {load_core})
    wanted = requests()
    ports = [str(_free_port()) for _ in range(3)]
    rounds: dict[str, list[Round]] = {"bare Sanic": [], "relay": []}
    with tempfile.TemporaryDirectory(prefix="bench-relay-") as folder:
        async with (
            process(load_core, "aggregator", ports[0]),
            process(server_core, "bare", ports[1]) as bare,
            process(server_core, "relay", ports[2], ports[0], folder) as relay,
        ):
            for port, pid in ((ports[1], bare.pid), (ports[2], relay.pid)):
                await measure(int(port), pid, wanted, 1.0)
            for _ in range(ROUNDS):
                rounds["bare Sanic"].append(await measure(int(ports[1]), bare.pid, wanted, ROUND_S))
                rounds["relay"].append(await measure(int(ports[2]), relay.pid, wanted, ROUND_S))
    report(rounds)


def report(rounds: dict[str, list[Round]]) -> None:
    """Print medians, and the relay's share of the bare handler's."""
    print(f"{'':12}{'req/s':>10}{'per CPU-s':>12}{'p99 ms':>10}{'refused':>10}")
    for name, measured in rounds.items():
        per_s, per_cpu_s = (statistics.median(getattr(r, what) for r in measured) for what in ("per_s", "per_cpu_s"))
        p99_ms = statistics.median(r.p99_ms for r in measured)
        print(f"{name:12}{per_s:>10,.0f}{per_cpu_s:>12,.0f}{p99_ms:>10.1f}{sum(r.refused for r in measured):>10}")
    pairs = list(zip(rounds["bare Sanic"], rounds["relay"], strict=True))
    for what, label in (("per_s", "of the requests a second"), ("per_cpu_s", "of the requests a CPU-second")):
        shares = [getattr(relay, what) / getattr(bare, what) for bare, relay in pairs]
        low, high = min(shares), max(shares)
        print(f"the relay does {statistics.median(shares):.0%} ({low:.0%} to {high:.0%}) {label} of bare Sanic")


def main(args: list[str]) -> None:
    """One server, as told; without arguments the whole benchmark."""
    match args:
        case []:
            uvloop.run(bench())
        case ["aggregator", port]:
            uvloop.run(serve_aggregator(int(port)))
        case ["bare", port]:
            uvloop.run(serve_bare(int(port)))
        case ["relay", port, aggregator, folder]:
            uvloop.run(serve_relay(int(port), int(aggregator), Path(folder)))
        case ["worker", port, aggregator, folder]:
            uvloop.run(serve_relay(int(port), int(aggregator), Path(folder), is_shared=True))
        case _:
            sys.exit(f"not a part of this benchmark: {' '.join(args)}")


if __name__ == "__main__":
    main(sys.argv[1:])
