"""Browsers that go away in the middle of a request: a transaction cut off as it begins must not hold the database."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from tests.web.conftest import Web
from tests.web.sample import SHOP, SITE

GONE = 60
STEP_S = 0.0005


async def test_browsers_that_go_away_leave_a_web_that_answers(web: Web) -> None:
    await web.sign_in()
    token, session = await web.token(), web.client.cookies["leadbright"]
    url = web.client.base_url

    async def go_away(number: int) -> None:
        fields = {"token": token, "action": "save", "revision": "1", "file:site.yaml": f"{SITE}# {number}\n"}
        body = urlencode(fields).encode()
        head = (
            f"POST /sites/{SHOP}/definition HTTP/1.1\r\nHost: {url.host}:{url.port}\r\nCookie: leadbright={session}\r\n"
            "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode() + body)
        await writer.drain()
        await asyncio.sleep(number * STEP_S)  # so that one of them goes away at each moment of a request
        writer.transport.abort()

    for number in range(GONE):
        await go_away(number)
    opened = await web.store.definition(SHOP)
    assert opened is not None
    answer = await web.edit({**opened.files, "site.yaml": f"{SITE}# last\n"}, revision=opened.revision)
    assert answer.status_code in {303, 409}
    assert (await web.client.get("/readyz")).json() == {"ready": True}
