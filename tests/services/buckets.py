"""Real object-store protocols on this machine: moto's server for S3, Microsoft's Azurite for Azure Blob.

Each hands out the variables by which its own tools, and so Leadbright, would reach it. May not know what is kept there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory

from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parents[2]
AZURITE = ROOT / "tests/services/azurite/node_modules/azurite/dist/src/blob/main.js"
ACCOUNT = "devstoreaccount1"
# Azurite's documented account, the same for everybody.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-08-06"
START_S = 60


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where an empty bucket is: its publish URL, and the environment that leads there."""

    url: str
    environment: Mapping[str, str]


@contextmanager
def running_s3() -> Iterator[Callable[[], Bucket]]:
    """A server that speaks S3; each call makes a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield lambda: _new_bucket(f"http://{host}:{port}")
    finally:
        server.stop()


@contextmanager
def running_s3_apart() -> Iterator[Callable[[], Bucket]]:
    """The same in a process of its own, so that it takes no time of whoever is measured."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield lambda: _new_bucket(f"http://127.0.0.1:{port}")
    finally:
        # Nothing of it is kept; what many requests have left there would take it long to put away.
        process.kill()
        process.wait()


@contextmanager
def running_azurite() -> Iterator[Callable[[], Bucket]]:
    """A server that speaks Azure Blob; each call makes a container."""
    with socket.socket() as free, TemporaryDirectory(prefix="leadbright-azurite-") as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", folder, "--skipApiVersionCheck"]
        process = subprocess.Popen(
            [sys.executable, "hatch_build.py", "node", str(AZURITE), *options, "--silent", "--disableTelemetry"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, process)
            yield lambda: _new_container(f"http://127.0.0.1:{port}/{ACCOUNT}")
        finally:
            process.terminate()
            process.wait(10)


def _new_bucket(address: str) -> Bucket:
    name = f"b{uuid.uuid4().hex}"
    _put(f"{address}/{name}", {})
    return Bucket(
        f"s3://{name}/some/prefix",
        {
            "AWS_ENDPOINT_URL": address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "anything",
        },
    )


def _new_container(address: str) -> Bucket:
    name = f"c{uuid.uuid4().hex}"
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": VERSION}
    signed = "".join(f"{key}:{value}\n" for key, value in headers.items())
    said = "PUT" + 12 * "\n" + signed + f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    signature = base64.b64encode(hmac.digest(base64.b64decode(ACCOUNT_KEY), said.encode(), hashlib.sha256)).decode()
    _put(f"{address}/{name}?restype=container", {**headers, "Authorization": f"SharedKey {ACCOUNT}:{signature}"})
    return Bucket(
        f"az://{name}/some/prefix",
        {
            "AZURE_STORAGE_ENDPOINT": address,
            "AZURE_ALLOW_HTTP": "true",
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": ACCOUNT_KEY,
        },
    )


def _put(url: str, headers: Mapping[str, str]) -> None:
    request = urllib.request.Request(url, headers={**headers, "Content-Length": "0"}, method="PUT")
    with urllib.request.urlopen(request, timeout=START_S):
        pass


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "Azurite ended at once; `make test` installs it"
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"Azurite did not start within {START_S} s")
