"""What browsers and programs send to show who they are, where it is not what we gave them."""

from __future__ import annotations

import itertools

import httpx
import pytest

from tests.web.conftest import Web, services_for, serving
from tests.web.idp import COMPANY
from tests.web.sample import SHOP
from web.app import create_app

NOT_TEXT = b"\xff\xfe\xed\xa0\x80"

_NAMES = (f"web_of_odd_cookies_{n}" for n in itertools.count())


async def _status(address: str, cookie: bytes) -> int:
    async with httpx.AsyncClient(timeout=10) as client:
        return (await client.get(address, headers={b"cookie": cookie})).status_code


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("__Host-leadbright={own}", 200),
        ("__Secure-__Host-leadbright={planted}; __Host-leadbright={own}", 200),
        ("__Host-__Host-leadbright={planted}; __Host-leadbright={own}", 200),
        ("__Secure-__Host-leadbright={own}", 302),
        ("__Host-__Host-leadbright={own}", 302),
        ("leadbright={own}", 302),
        ("__Host-leadbright={own}; __Host-leadbright={planted}", 302),
        ("__Host-leadbright={planted}; __Host-leadbright={own}", 302),
    ],
)
async def test_a_session_is_taken_from_the_cookie_of_its_very_name_and_from_no_twin(
    web: Web, sent: str, status: int
) -> None:
    who = await web.other_account()
    own = await web.store.sessions.begin(who.person, who.account, "company", None)
    services = services_for(web, web_url="https://web.example")
    async with serving(create_app(services, next(_NAMES))) as address:
        assert await _status(f"{address}/account", sent.format(own=own, planted="A" * 43).encode()) == status


@pytest.mark.parametrize(
    ("path", "status"),
    [("/account", 302), ("/sign-up", 302), ("/sign-in", 200), ("/sign-in/from/company?state=a&code=b", 400)],
)
async def test_a_cookie_that_is_not_text_signs_nobody_in(web: Web, path: str, status: int) -> None:
    names = (b"leadbright", b"leadbright-arrival")
    services = services_for(web, providers=(COMPANY,), is_open=True)
    async with serving(create_app(services, next(_NAMES))) as address:
        sent = b"; ".join(name + b"=" + NOT_TEXT for name in names)
        assert await _status(address + path, sent) == status


@pytest.mark.parametrize("value", [b"Bearer " + NOT_TEXT, b"Bearer lbt_" + NOT_TEXT, b"Bearer"], ids=repr)
async def test_a_bearer_that_is_not_text_is_no_token(web: Web, value: bytes) -> None:
    answer = await web.client.get(f"/api/v1/sites/{SHOP}/definition", headers={b"authorization": value})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_token")
