"""Leadbright and the demo shop as an operator runs them: one process a role, real files, free ports.

May not know what is being tested.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from leadbright import readiness
from leadbright.demo.site import COUNTRY_HEADER
from leadbright.readiness import Probe
from leadbright.settings import Settings, as_environment, read_settings

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class House:
    """The roles of one installation; each can be killed and started again."""

    def __init__(self, folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> None:
        """`more` settings, as environment variables."""
        chosen = {f"LEADBRIGHT_{role}_LISTEN": "127.0.0.1:0" for role in ("WEB", "RELAY", "AGGREGATOR", "SHOP")}
        # The crowd comes through what looks like a proxy; otherwise all of it were one source, and limited as such.
        chosen |= {"LEADBRIGHT_TRUSTED_PROXIES": "127.0.0.0/8", "LEADBRIGHT_COUNTRY_HEADER": COUNTRY_HEADER}
        chosen["LEADBRIGHT_RELAY_PROOF"] = "off"  # tests count every beacon there is
        chosen |= {"LEADBRIGHT_DATA": str(folder / "data"), **more}
        folder.mkdir(parents=True, exist_ok=True)
        settings = read_settings(chosen, folder)
        assert isinstance(settings, Settings), settings
        self.settings = settings
        self.shop = settings.shop_listen.url
        self._log = (folder / "roles.log").open("wb")
        self._environment = {**os.environ, **as_environment(settings), "PYTHONPATH": str(ROOT)}
        self._roles: dict[str, subprocess.Popen[bytes]] = {}

    def publish_shop(self) -> None:
        """By the command line, as an engineer does."""
        self.command("publish", str(ROOT / "leadbright" / "demo" / "definition"), "--to", self.settings.cdn)

    def start(self, *roles: str) -> None:
        """Start roles and wait until they are ready."""
        for role in roles:
            self.begin(role)
        for role in roles:
            assert _run(readiness.until_ready(self._probe(role), PATIENCE_S)), f"{role} is not ready"

    def begin(self, role: str) -> None:
        """Start a role and don't wait."""
        self._roles[role] = self._spawn(role)

    async def ready(self, role: str) -> None:
        """Wait in this loop until a role is ready: gRPC does not like to be asked from two loops at once."""
        assert await readiness.until_ready(self._probe(role), PATIENCE_S), f"{role} is not ready"

    def kill(self, role: str) -> None:
        """End a role as a power cut does."""
        process = self._roles.pop(role)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def signal(self, role: str, number: signal.Signals) -> int:
        """Send a role a signal; its process id."""
        process = self._roles[role]
        process.send_signal(number)
        return process.pid

    def stop(self) -> None:
        """End everything, politely."""
        for process in self._roles.values():
            process.terminate()
        for process in self._roles.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        self._log.close()

    def metrics(self, role: str) -> bytes:
        """What a role shows to Prometheus."""
        shown = {"relay": self.settings.relay_metrics, "aggregator": self.settings.aggregator_metrics}[role]
        return b"" if shown is None else httpx.get(f"{shown.url}/metrics", timeout=PATIENCE_S).content

    def command(self, *words: str) -> str:
        """What a `leadbright` command prints; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "leadbright", *words],
            env=self._environment,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def begun(self, *words: str) -> subprocess.Popen[str]:
        """A `leadbright` command that goes on."""
        command = [sys.executable, "-m", "leadbright", *words]
        return subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def report(self, experiment: str) -> dict[str, Any]:
        """`leadbright report --json`, made handy: exposed and converted by variation."""
        told = json.loads(self.command("report", "--site", "shop", "--experiment", experiment, "--json"))
        return {
            "exposed": {v["key"]: v["exposed"] for v in told["variations"]},
            **{goal["key"]: {arm["variation"]: arm for arm in goal["arms"]} for goal in told["goals"]},
        }

    def wait_for_report(self, experiment: str, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The report once it is enough."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            told = self.report(experiment)
            if enough(told):
                return told
            assert time.monotonic() < deadline, f"still {told}"

    def _probe(self, role: str) -> Probe:
        if role == "aggregator":
            return readiness.over_grpc(self.settings.aggregator_listen)
        listen = {
            "relay": self.settings.relay_listen,
            "web": self.settings.web_listen,
            "demo-shop": self.settings.shop_listen,
        }
        return readiness.over_http(listen[role])

    def _spawn(self, role: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "leadbright", role],
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )


def _run(waiting: Coroutine[Any, Any, bool]) -> bool:
    # In a thread of its own: Playwright's synchronous interface has a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, waiting).result()
