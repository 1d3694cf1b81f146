"""A browser at hand that says what becomes of a page: found by a setting or by its usual names, one process a page.

May not know what the page is for.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

OFF, AUTO = "off", "auto"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

PAGE_DEADLINE_S = 60.0
PAGE_MS = 6_000
"""Time as the page sees it, which passes as fast as the browser can."""


@dataclass(frozen=True, slots=True)
class NoBrowser:
    """There is none to ask, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Browser:
    """A Chromium, by its path."""

    path: Path
    deadline_s: float = PAGE_DEADLINE_S

    def page(self, url: str, port: int) -> str | NoBrowser:
        """What the page at `url` has become, as HTML, empty where it comes to no rest before the deadline.

        Every address there is leads to `port` of this machine.
        """
        with tempfile.TemporaryDirectory(prefix="leadbright-browser-", ignore_cleanup_errors=True) as profile:
            try:
                process = _start([str(self.path), *_options(profile, port), url])
            except OSError as error:
                return NoBrowser(f"{self.path} cannot be started: {error.strerror}")
            try:
                told, _ = process.communicate(timeout=self.deadline_s)
            except subprocess.TimeoutExpired:
                return ""
            finally:
                _end(process)
        if process.returncode:
            return NoBrowser(f"{self.path} ends with status {process.returncode}")
        return told.decode(errors="replace")


def browser_at_hand(wanted: str) -> Browser | NoBrowser | None:
    """The browser that a setting names: a path, a name on PATH, `auto` or `off`; None for `off`."""
    if wanted == OFF:
        return None
    for name in NAMES if wanted == AUTO else (wanted,):
        if path := shutil.which(name):
            return Browser(Path(path))
    tried = f"none of {', '.join(NAMES)} is on PATH" if wanted == AUTO else f'"{wanted}" is no program'
    return NoBrowser(tried)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - what an operator names
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _options(profile: str, port: int) -> list[str]:
    """No page may reach anything but this machine."""
    options = [
        "--headless",
        "--dump-dom",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
        "--no-first-run",
        f"--virtual-time-budget={PAGE_MS}",
        f"--user-data-dir={profile}",
        f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
    ]
    # Chromium refuses its sandbox to root, as in most containers.
    return [*options, "--no-sandbox"] if os.geteuid() == 0 else options


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
