"""A Firefox of Debian's and the WebDriver BiDi connection to it: commands with a deadline, and events as they come.

May not know what a test wants of a page.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

Json = Any
"""What a JSON document holds."""
Heard = Callable[[str, Json], None]
"""Is told of an event: its name and what it says. It may send no command."""

PATIENCE_S = 20.0

PREFERENCES: dict[str, bool | int | str] = {
    # Nothing is fetched but what a test asks for.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#",
    "toolkit.telemetry.enabled": False,
    # Windows that a page opens are its visitor's, however many.
    "dom.disable_open_during_load": False,
    "dom.popup_maximum": 100,
    # Each site's pages share one process: this machine has to run another browser beside.
    "dom.ipc.processCount": 4,
    "browser.sessionhistory.max_total_viewers": 4,
}


class Refused(Exception):  # noqa: N818  it is one
    """A command that the browser answered with an error."""


class Wire:
    """One BiDi session. Events are heard while a command, or `pump`, waits."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._last = 0
        self.heard: list[Heard] = []

    def command(self, method: str, /, **params: Json) -> Json:
        """The browser's answer; `Refused` where it is an error, `TimeoutError` where there is none in time."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        end = time.monotonic() + PATIENCE_S
        while True:
            message = json.loads(self._socket.recv(max(0, end - time.monotonic())))
            if message.get("id") == self._last:
                break
            self._hear(message)
        if message["type"] == "error":
            raise Refused(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def pump(self, seconds: float) -> None:
        """Hear events for this long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                message = json.loads(self._socket.recv(left))
            except TimeoutError:
                return
            self._hear(message)

    def wait(self, done: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
        """Hear events until it is done. What the browser refuses meanwhile, as a page goes, is not done yet."""
        end = time.monotonic() + patience_s
        while True:
            try:
                if done():
                    return
            except Refused as refused:
                what = f"{what.partition(' (')[0]} ({refused})"
            if time.monotonic() > end:
                raise TimeoutError(f"waited {patience_s} s for {what}")
            self.pump(0.02)

    def _hear(self, message: Json) -> None:
        if message["type"] == "event":
            for heard in self.heard:
                heard(message["method"], message["params"])


@contextmanager
def firefox(events: list[str]) -> Iterator[Wire]:
    """A headless Firefox with a profile of its own and a session that hears these events; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as profile:
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        Path(profile, "user.js").write_text("".join(lines))
        said = Path(profile, "said")
        with said.open("w") as sink:
            process = subprocess.Popen(_command(profile), stdout=sink, stderr=sink)
        try:
            with connect(f"{_address(process, said)}/session", max_size=None) as socket:
                wire = Wire(socket)
                wire.command("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
                wire.command("session.subscribe", events=events)
                yield wire
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _command(profile: str) -> list[str]:
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "tests/setup.sh installs Firefox"
    return [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where Firefox says that it listens."""
    end = time.monotonic() + 3 * PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"BiDi listening on (ws://\S+)", said.read_text(errors="replace")):
            return found[1]
        time.sleep(0.05)
    raise TimeoutError(f"Firefox does not listen: {said.read_text(errors='replace')}")
