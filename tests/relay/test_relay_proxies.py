"""The configurations of `docs/serving`, run by the real proxies before a real relay with a real folder.

The origin lets files be kept for a second instead of a minute; everything else is as an operator has it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.layout import attributes_of
from cdn_publish.serving import Served, serve
from domain.address import Proxies
from ingest_grpc.relay.cdn import Serve
from leadbright.setting_values import networks
from tests.relay.parts import CHROME, World, body, nonce
from tests.relay.test_relay_app import serving
from tests.relay.test_relay_cdn import LB, SHOP, live, release

CONFIGURATIONS = Path(__file__).parents[2] / "docs" / "serving"
PATIENCE_S = 30.0
KEPT_S = 1

NGINX = """
daemon off; {user} pid {folder}/pid; error_log stderr;
events {{}}
http {{ access_log off; {temp} include {file}; }}
"""
TEMP = " ".join(f"{kind}_temp_path {{folder}}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


@dataclass(frozen=True, slots=True)
class Proxy:
    """How one is started, and what in its configuration is an operator's to change."""

    file: str
    command: Callable[[Path, Path, int], list[str]]
    """From a folder of its own, its configuration and its port."""
    changed: Mapping[str, str]
    packs: str
    """The coding for a browser that takes all."""
    is_cache: bool = True


def _nginx(folder: Path, file: Path, _: int) -> list[str]:
    main = folder / "main.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # its workers must be able to reach the folder
    main.write_text(NGINX.format(user=user, folder=folder, file=file, temp=TEMP.format(folder=folder)))
    return [_program("nginx"), "-p", str(folder), "-c", str(main), "-e", "stderr"]


def _varnish(folder: Path, file: Path, port: int) -> list[str]:
    where = ["-a", f"127.0.0.1:{port}", "-n", str(folder / "varnish"), "-s", "malloc,16m"]
    return [_program("varnishd"), "-F", "-j", "none", "-f", str(file), *where, "-p", "http_gzip_support=off"]


def _caddy(_: Path, file: Path, __: int) -> list[str]:
    return [_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)]


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found, f"{name} is missing; tests/setup.sh installs it"
    return found


PROXIES = {
    "nginx": Proxy("nginx.conf", _nginx, {"listen 8080;": "listen 127.0.0.1:{port};"}, "br"),
    "varnish": Proxy("varnish.vcl", _varnish, {'.port = "8601";': '.port = "{origin}";'}, "br"),
    "caddy": Proxy(
        "Caddyfile", _caddy, {":8080 {{": "{{\nadmin off\n}}\nhttp://127.0.0.1:{port} {{"}, "gzip", is_cache=False
    ),
}
CACHES = [name for name in PROXIES if PROXIES[name].is_cache]

EVERYWHERE = {
    "127.0.0.1:8601": "127.0.0.1:{origin}",
    "/var/cache/nginx/leadbright": "{folder}/cache",
    "/var/lib/leadbright/cdn": "{cdn}",
}
"""What is an operator's to change, and what it is in a test."""


def configured(proxy: Proxy, **here: object) -> str:
    """The configuration of the docs with this machine's ports and folders."""
    text = (CONFIGURATIONS / proxy.file).read_text("utf-8")
    for old, new in {**proxy.changed, **EVERYWHERE}.items():
        text = text.replace(old.format(), new.format(**here))
    return text


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(proxy: Proxy, folder: Path, origin: int, cdn: Path) -> Iterator[str]:
    """The proxy before that origin, for as long as the context lasts; its address."""
    port = free_port()
    folder.mkdir()
    file = folder / proxy.file
    file.write_text(configured(proxy, folder=folder, origin=origin, port=port, cdn=cdn), "utf-8")
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(proxy.command(folder, file, port), stdout=log, stderr=log, env=environment)
        try:
            _wait_for(port, process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


def briefly(target: FolderTarget) -> Serve:
    """Published files that may be kept for a second."""

    async def published(path: str) -> Served | None:
        found = await serve(target, path)
        return (
            replace(found, cache_control=found.cache_control.replace("max-age=60", f"max-age={KEPT_S}"))
            if found
            else None
        )

    return published


@dataclass(frozen=True, slots=True)
class Before:
    """A browser before a proxy before an origin, which can be stopped."""

    client: httpx.AsyncClient
    world: World
    cdn: Path
    stop_origin: Callable[[], Awaitable[None]]

    async def until(self, is_so: Callable[[httpx.Response], bool], path: str = LB) -> httpx.Response:
        """Ask again and again."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.client.get(path)
                if is_so(answer):
                    return answer
                await asyncio.sleep(0.05)


@asynccontextmanager
async def before(name: str, tmp_path: Path) -> AsyncIterator[Before]:
    cdn, world = tmp_path / "cdn", World()
    await live(cdn, "first")
    trusted = networks("127.0.0.0/8")
    assert isinstance(trusted, tuple)
    async with AsyncExitStack() as origin, AsyncExitStack() as parts:
        app = serving(world.relay(), Proxies(trusted, ""), briefly(FolderTarget(cdn)))
        _, port = await origin.enter_async_context(app)
        # In a thread: Varnish asks the origin whether it is there before it listens.
        proxy = running(PROXIES[name], tmp_path / "proxy", port, cdn)
        address = await asyncio.to_thread(proxy.__enter__)
        parts.push_async_callback(asyncio.to_thread, proxy.__exit__, None, None, None)
        headers = {"user-agent": CHROME, "origin": "https://shop.example"}
        client = await parts.enter_async_context(
            httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE_S)
        )
        yield Before(client, world, cdn, origin.aclose)


def is_of(words: str) -> Callable[[httpx.Response], bool]:
    return lambda answer: answer.status_code == 200 and f"('{words}')".encode() in answer.content


@pytest.mark.parametrize("name", PROXIES)
async def test_a_proxy_hands_out_what_is_published_and_takes_beacons(name: str, tmp_path: Path) -> None:
    async with before(name, tmp_path) as there:
        file = await there.client.get(LB, headers={"accept-encoding": "gzip, deflate, br"})
        assert is_of("first")(file)
        assert file.headers["content-encoding"] == PROXIES[name].packs
        assert file.headers["content-type"].startswith("text/javascript")
        assert file.headers["access-control-allow-origin"] == "*"
        kept = attributes_of(LB.removeprefix("/cdn/"))
        assert kept is not None
        said = kept.cache_control.replace("max-age=60", f"max-age={KEPT_S}") if name in CACHES else kept.cache_control
        assert file.headers["cache-control"] == said
        plain = await there.client.get(LB, headers={"accept-encoding": "identity"})
        assert plain.content == file.content
        assert "content-encoding" not in plain.headers
        head = await there.client.head(LB, headers={"accept-encoding": "identity"})
        assert (head.status_code, head.content) == (200, b"")
        known = await there.client.get(
            LB, headers={"if-none-match": plain.headers["etag"], "accept-encoding": "identity"}
        )
        assert known.status_code == 304
        body_of_it = await there.client.get(f"{SHOP}/r/{release('first').digest}/lb.js")
        assert body_of_it.headers["cache-control"] == "public, max-age=31536000, immutable"
        for hidden in (f"{SHOP}/releases.json", "/cdn/.lock", "/cdn/production/other/lb.js", f"{SHOP}/"):
            assert (await there.client.get(hidden)).status_code == 404
        beacon = await there.client.post(f"/v1/b/shop?n={nonce()}", content=body())
        assert (beacon.status_code, beacon.json()) == (200, {"day": 20780})


@pytest.mark.parametrize("name", PROXIES)
async def test_a_new_release_is_there_once_the_old_one_may_not_be_kept_any_more(name: str, tmp_path: Path) -> None:
    async with before(name, tmp_path) as there:
        await there.until(is_of("first"))
        await live(there.cdn, "second")
        began = time.monotonic()
        new = await there.until(is_of("second"))
        assert int(new.headers.get("age", 0)) <= KEPT_S
        assert time.monotonic() - began < PATIENCE_S
        assert is_of("second")(await there.client.get(LB))


@pytest.mark.parametrize("name", CACHES)
async def test_what_may_be_kept_is_not_asked_for_again(name: str, tmp_path: Path) -> None:
    async with before(name, tmp_path) as there:
        path = f"{SHOP}/r/{release('first').digest}/lb.js"
        await there.client.get(path)
        await there.until(lambda answer: answer.headers["x-cache"] == "HIT", path)
        (there.cdn / path.removeprefix("/cdn/")).unlink()
        assert (await there.client.get(path)).status_code == 200


@pytest.mark.parametrize("name", PROXIES)
async def test_while_the_origin_is_away_visitors_get_what_was_live(name: str, tmp_path: Path) -> None:
    async with before(name, tmp_path) as there:
        await there.until(is_of("first"))
        await there.stop_origin()
        began = time.monotonic()
        while time.monotonic() - began < 3 * KEPT_S:  # well beyond what it may be kept for
            assert is_of("first")(await there.client.get(LB))
            await asyncio.sleep(0.1)
        away = await there.client.post(f"/v1/b/shop?n={nonce()}", content=body())
        assert away.status_code in (502, 503)
