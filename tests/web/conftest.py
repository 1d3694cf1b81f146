"""A real web on a free port with a real database, a browser's worth of client, and stand-ins for the other roles."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from config_compiler.compiler import Deployment
from domain.address import NO_PROXIES, Proxies
from tests.services.postgres import postgres_database, postgres_server, postgres_url
from tests.stand_in import RUNTIME
from tests.web.idp import Nobody
from tests.web.publisher import SamplePublisher
from tests.web.sample import DEFINITION, NOON, SHOP, SampleReports
from web.app import create_app
from web.openid.flow import OpenId
from web.openid.net import Net
from web.openid.provider import Identity, Provider
from web.people.store import Membership, Newcomer
from web.services import Services
from web.store import Store, open_store
from web.tries import Allowed, entrances

__all__ = ["postgres_database", "postgres_server", "postgres_url"]

expect.set_options(timeout=20_000)
"""A machine that is busy with other tests shows a page late."""

ALLOWED = Allowed(of_one=1_000_000, of_all=1_000_000)
"""Tests of other things try as often as they like."""

_NAMES = (f"web_under_test_{n}" for n in itertools.count())


@dataclass
class Clock:
    """Stands where it is put, unless it is told to run."""

    seconds: float = NOON
    since: float | None = None
    """What the machine's clock showed when this one began to run."""

    def __call__(self) -> float:
        """What time it is."""
        return self.seconds + (0 if self.since is None else time.monotonic() - self.since)

    def run(self, seconds: float) -> None:
        """Go on from `seconds` as time goes on."""
        self.seconds, self.since = seconds, time.monotonic()


@dataclass
class Web:
    """The web while it serves. `client` carries cookies and says what a browser says of its own pages."""

    client: httpx.AsyncClient
    store: Store
    reports: SampleReports
    publisher: SamplePublisher
    clock: Clock

    async def sign_in(self) -> None:
        """As somebody who opens the link and presses the button."""
        address = f"/sign-in/{await self.store.create_sign_in_link()}"
        fields = re.findall(r'name="(token)" value="([0-9a-f]+)"', (await self.client.get(address)).text)
        assert (await self.client.post(address, data=dict(fields))).status_code == 303

    async def become(self, person: int, account: int) -> None:
        """As that member of that account."""
        secret = await self.store.sessions.begin(person, account, "company", None)
        self.client.cookies.clear()
        # Of this very host, so that what the web gives later takes its place.
        self.client.cookies.set("leadbright", secret, domain=self.client.base_url.host)

    async def other_account(self, subject: str = "somebody-else") -> Membership:
        """As the owner of an account of their own, with nothing in it."""
        newcomer = await self.store.people.receive(
            Newcomer(Identity("https://id.elsewhere.example", subject), "company")
        )
        assert newcomer is not None
        joined = await self.store.people.sign_up(newcomer, "Elsewhere")
        assert joined is not None
        await self.become(joined.membership.person, joined.membership.account)
        return joined.membership

    async def token(self, page: str = "/sites") -> str:
        """What the forms of this session send along."""
        found = re.search(r'name="token" value="([0-9a-f]{64})"', (await self.client.get(page)).text)
        assert found
        return found[1]

    async def send(self, address: str, fields: Mapping[str, str]) -> httpx.Response:
        """A form of a page of ours."""
        return await self.client.post(address, data={"token": await self.token(), **fields})

    async def edit(self, files: Mapping[str, str], action: str = "save", revision: int = 1) -> httpx.Response:
        """The editor's form with these texts."""
        texts = {f"file:{name}": text for name, text in files.items()}
        return await self.send(f"/sites/{SHOP}/definition", {"action": action, "revision": str(revision), **texts})


@pytest.fixture
def clock() -> Clock:
    """What time it is, for everyone."""
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of either kind."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'web.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    """A store on either database."""
    opened = await open_store(database_url, clock, os.urandom)
    yield opened
    await opened.close()


@pytest.fixture
async def web(tmp_path: Path, clock: Clock) -> AsyncIterator[Web]:
    """The web with the shop in it; nobody is signed in yet."""
    opened = await open_store(f"sqlite://{tmp_path / 'web.db'}", clock, os.urandom)
    await opened.save_definition(SHOP, DEFINITION, "owner")
    headers = {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(headers=headers, timeout=10) as client:
        shown = Web(client, opened, SampleReports(), SamplePublisher(), clock)
        async with serving(create_app(services_for(shown), next(_NAMES))) as address:
            client.base_url = httpx.URL(address)
            yield shown
    await opened.close()


def services_for(
    web: Web,
    web_url: str = "http://web.example",
    htmx: bytes = b"/* htmx */",
    providers: tuple[Provider, ...] = (),
    net: httpx.AsyncBaseTransport | None = None,
    *,
    is_open: bool = False,
    allowed: Allowed = ALLOWED,
    proxies: Proxies = NO_PROXIES,
) -> Services:
    """What the web is handed in these tests; without a `net`, nobody is reached."""
    reach = Net(net or Nobody())
    return Services(
        store=web.store,
        reports=web.reports,
        publisher=web.publisher,
        runtime=RUNTIME,
        deployment=Deployment("http://relay.example"),
        cdn_base="http://cdn.example",
        web_url=web_url,
        openid=OpenId(providers, reach, web.store.attempts, web.clock, os.urandom, web_url),
        is_open=is_open,
        entrances=entrances(allowed, proxies, web.clock, os.urandom),
        htmx=htmx,
        clock=web.clock,
    )


@pytest.fixture
def web_app(web: Web) -> Any:  # noqa: ANN401 - Sanic's types say nothing here
    """An app of its own, not serving."""
    return create_app(services_for(web), next(_NAMES))


@asynccontextmanager
async def serving(app: Any, at: socket.socket | None = None) -> AsyncIterator[str]:  # noqa: ANN401 - without types
    """The address of the app while it serves, on a free port, or where `at` listens."""
    with at or socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        app.config.TOUCHUP = False  # rewrites Sanic's own methods, which it can do once in a process
        server = await app.create_server(sock=listening, asyncio_server_kwargs={"start_serving": False})
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await server.before_stop()
            server.close()
            for connection in tuple(server.connections):
                connection.abort()
            app.shutdown_tasks(timeout=1.0)
            await server.after_stop()
            await asyncio.sleep(0)
