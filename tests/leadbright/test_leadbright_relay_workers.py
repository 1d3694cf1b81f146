"""A relay of several processes, and the metrics of roles: real processes on ports of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from leadbright import readiness
from leadbright.journals import former_journals, journal_of, take_over
from leadbright.readiness import until_ready
from leadbright.setting_values import Address
from leadbright.settings import Settings, read_settings
from tests.leadbright.test_leadbright_up import PATIENCE_S, running
from tests.relay.parts import CHROME, body, nonce, soon

EVERY_ROLE = ("WEB", "RELAY", "AGGREGATOR", "SHOP")
WORKERS = 3


def settings_of(folder: Path, **more: str) -> Settings:
    """Everything on free ports."""
    chosen = {f"LEADBRIGHT_{role}_LISTEN": "127.0.0.1:0" for role in EVERY_ROLE}
    found = read_settings(chosen | {"LEADBRIGHT_DATA": str(folder / "data")} | more, folder)
    assert isinstance(found, Settings)
    return found


def publish(settings: Settings, rules: str) -> None:
    """A site's rules, where relays look for them."""
    folder = settings.data / "cdn" / "production" / "shop"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "relay.json").write_text(rules)


RULES = """{"v":1,"site":"shop","timezone":"UTC","domains":["shop.example"],"experiments":{},"goals":{}}"""


def children_of(pid: int) -> dict[str, int]:
    """The workers of a relay, by their number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid and "--worker" in words:
            found[words[words.index("--worker") + 1]] = int(folder.name)
    return found


async def post(settings: Settings, count: int) -> int:
    """Send beacons, each over a connection of its own; how many were kept."""
    kept = 0
    for _ in range(count):
        async with httpx.AsyncClient(headers={"origin": "https://shop.example", "user-agent": CHROME}) as client:
            answer = await client.post(f"{settings.relay_url}/v1/b/shop?n={nonce()}", content=body())
            kept += answer.status_code == 200
    return kept


async def admitted(ports: list[int]) -> list[float]:
    """What each worker says it has made durable."""
    numbers = []
    async with httpx.AsyncClient() as client:
        for port in ports:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
            line = next(x for x in text.splitlines() if x.startswith("leadbright_relay_beacons_admitted_total "))
            numbers.append(float(line.split()[1]))
    return numbers


def ports_in_a_row(count: int) -> list[int]:
    """Ports that are free now, one after another."""
    while True:
        with ExitStack() as held:
            first = held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            ports = list(range(first, first + count))
            with suppress(OSError, OverflowError):
                for port in ports[1:]:
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
                return ports


async def test_workers_share_the_port_and_each_is_started_anew_alone(tmp_path: Path) -> None:
    ports = ports_in_a_row(WORKERS)
    more = {"LEADBRIGHT_RELAY_WORKERS": str(WORKERS), "LEADBRIGHT_RELAY_METRICS": f"127.0.0.1:{ports[0]}"}
    settings = settings_of(tmp_path, **more)
    publish(settings, RULES)
    probes = [readiness.answers(f"http://127.0.0.1:{port}/metrics") for port in ports]
    async with running(settings, "relay") as process:
        for probe in probes:
            assert await until_ready(probe, PATIENCE_S)
        assert await post(settings, 60) == 60
        assert sum(await admitted(ports)) == 60
        assert sum(number > 0 for number in await admitted(ports)) > 1
        before = children_of(process.pid)
        assert set(before) == {"1", "2", "3"}
        os.kill(before["2"], signal.SIGKILL)
        await soon(lambda: children_of(process.pid).get("2", before["2"]) != before["2"], PATIENCE_S)
        after = children_of(process.pid)
        assert {n: pid for n, pid in after.items() if n != "2"} == {n: before[n] for n in ("1", "3")}
        assert await until_ready(probes[1], PATIENCE_S)
        assert await post(settings, 20) == 20
        process.terminate()
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    epochs = {segment.name[:32] for n in (1, 2, 3) for segment in journal_of(settings.data, n).glob("*.seg")}
    assert len(epochs) == WORKERS + 1


def test_the_first_worker_takes_over_what_former_ones_left(tmp_path: Path) -> None:
    for number in (1, 2, 3, 12):
        journal_of(tmp_path, number).mkdir()
        (journal_of(tmp_path, number) / f"{number:032x}-000001.seg").write_bytes(b"x")
    (tmp_path / "journal-copy").mkdir()
    former = former_journals(tmp_path, 2)
    assert [folder.name for folder in former] == ["journal-12", "journal-3"]
    take_over(journal_of(tmp_path, 1), former)
    assert len(list(journal_of(tmp_path, 1).iterdir())) == 3
    assert len(list(journal_of(tmp_path, 2).iterdir())) == 1
    take_over(journal_of(tmp_path, 1), former_journals(tmp_path, 2))


@pytest.mark.parametrize(
    ("role", "line"),
    [
        ("relay", 'leadbright_relay_beacons_refused_total{reason="busy"} 0.0'),
        ("aggregator", 'leadbright_aggregator_beacons_total{outcome="counted"} 0.0'),
    ],
)
async def test_a_role_shows_its_metrics_on_a_port_of_this_machine(role: str, line: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    address: Address | None = getattr(settings, f"{role}_metrics")
    assert address is not None
    assert address.host == "127.0.0.1"
    async with running(settings, role):
        assert await until_ready(readiness.answers(f"{address.url}/metrics"), PATIENCE_S)
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{address.url}/metrics")
            assert answer.headers["content-type"].startswith("text/plain; version=")
            assert line in answer.text.splitlines()
            assert "process_resident_memory_bytes" in answer.text


async def test_a_relay_whose_metrics_port_is_taken_takes_beacons_all_the_same(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, LEADBRIGHT_AGGREGATOR="127.0.0.1:1")
    publish(settings, RULES)
    assert settings.relay_metrics is not None
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", settings.relay_metrics.port)
    async with server, running(settings, "relay"):
        assert await until_ready(readiness.over_http(settings.relay_listen), PATIENCE_S)
        assert await post(settings, 1) == 1


def test_metrics_can_be_off(tmp_path: Path) -> None:
    off = {"LEADBRIGHT_RELAY_METRICS": "off", "LEADBRIGHT_AGGREGATOR_METRICS": "off"}
    settings = settings_of(tmp_path, **off)
    assert (settings.relay_metrics, settings.aggregator_metrics) == (None, None)
