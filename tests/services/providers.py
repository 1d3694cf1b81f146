"""A certified OpenID provider on this machine (`oidc-provider`), at which whoever types a name is that somebody.

May not know who signs in by it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.openid.provider import Provider

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests/services/openid/server.mjs"
START_S = 60.0


@contextmanager
def running_provider(web_url: str, algorithm: str = "RS256") -> Iterator[Provider]:
    """The provider, for a web at `web_url`; its tokens are signed by `algorithm`."""
    redirect = f"{web_url}/sign-in/from/company"
    process = subprocess.Popen(
        [sys.executable, "hatch_build.py", "node", str(SERVER), redirect, algorithm],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        watchdog.cancel()
        assert issuer.startswith("http://127.0.0.1:"), "the provider did not start: run make test, which installs it"
        # What it goes on to say must not fill the pipe.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield Provider("company", "Company", issuer, "leadbright", "a-client-secret-of-the-tests")
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait(10)
