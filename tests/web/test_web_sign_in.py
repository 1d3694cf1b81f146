"""Signing in by a link, through a real server."""

from __future__ import annotations

import pytest

from tests.web.conftest import Web
from web.store import LINK_MS


async def test_looking_at_the_link_does_not_use_it_up(web: Web) -> None:
    token = await web.store.create_sign_in_link()
    for _ in range(3):
        page = await web.client.get(f"/sign-in/{token}")
        assert page.status_code == 200
        assert f'action="/sign-in/{token}"' in page.text
        assert "set-cookie" not in page.headers
    assert (await web.client.post(f"/sign-in/{token}")).headers["location"] == "/sites"
    assert (await web.client.get("/sites")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_was_used_says_what_to_do(web: Web, method: str) -> None:
    token = await web.store.create_sign_in_link()
    await web.client.post(f"/sign-in/{token}")
    web.client.cookies.clear()
    answer = await web.client.request(method, f"/sign-in/{token}")
    assert answer.status_code == 410
    assert "no longer works" in answer.text
    assert "start Leadbright again" in answer.text
    assert "set-cookie" not in answer.headers


async def test_a_link_is_good_for_a_day(web: Web) -> None:
    token = await web.store.create_sign_in_link()
    web.clock.seconds += LINK_MS / 1000
    assert (await web.client.post(f"/sign-in/{token}")).status_code == 410


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "é", "a" * 2000])
async def test_a_link_that_was_never_made_signs_nobody_in(web: Web, token: str) -> None:
    assert (await web.client.post(f"/sign-in/{token}")).status_code == 410


async def test_signing_in_again_makes_a_new_session_and_ends_the_old(web: Web) -> None:
    await web.sign_in()
    old = web.client.cookies["leadbright"]
    await web.sign_in()
    assert web.client.cookies["leadbright"] != old
    assert await web.store.sessions.find(old) is None


async def test_a_planted_session_is_never_taken_over(web: Web) -> None:
    web.client.cookies.set("leadbright", "planted-by-somebody-else")
    token = await web.store.create_sign_in_link()
    answer = await web.client.post(f"/sign-in/{token}")
    assert "planted" not in answer.headers["set-cookie"]
    assert await web.store.sessions.find("planted-by-somebody-else") is None


async def test_signing_out_ends_the_session_here_and_in_the_browser(web: Web) -> None:
    await web.sign_in()
    session = web.client.cookies["leadbright"]
    answer = await web.send("/sign-out", {})
    assert answer.headers["location"] == "/sign-in"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await web.store.sessions.find(session) is None
    assert (await web.client.get("/sites")).status_code == 302


async def test_whoever_is_signed_in_is_sent_on(web: Web) -> None:
    assert "Leadbright prints a sign-in link" in (await web.client.get("/sign-in")).text
    await web.sign_in()
    assert (await web.client.get("/sign-in")).headers["location"] == "/sites"
    assert (await web.client.get("/")).headers["location"] == "/sites"
