"""Signing in by a provider, through a real server: who comes in, who does not, and what the browser is left with."""

from __future__ import annotations

import asyncio
import html
import itertools
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from domain.artifact import Digest
from domain.names import SiteKey
from tests.web.conftest import Web, services_for, serving
from tests.web.idp import COMPANY, HUB, ISSUER, RIVAL, Idp
from tests.web.sample import SHOP
from web.app import create_app
from web.openid.provider import GITHUB, Identity
from web.openid.refusal import Refusal
from web.openid.store import ATTEMPT_MS
from web.people.store import NEWCOMER_MS
from web.permission import Role
from web.services import Environment, Release
from web.sessions.session import IDLE_MS

ARRIVAL, SESSION = "leadbright-arrival", "leadbright"

_HERE = __name__.replace(".", "_")
"""Part of an app's name: pytest and an import know this file by two names, and so count twice."""

_NAMES = (f"{_HERE}_{n}" for n in itertools.count())


@dataclass
class Browser:
    """Somebody's browser at a web whose providers are in memory."""

    client: httpx.AsyncClient
    idp: Idp
    web: Web
    address: str

    async def begin(self, provider: str = "company", after: str = "/sites") -> str:
        """Press the button; the address at the provider that the page leads to."""
        answer = await self.client.post(f"/sign-in/with/{provider}", data={"next": after})
        assert answer.status_code == 200, answer.text
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
        assert found
        return html.unescape(found[1])

    async def come_back(self, address: str) -> httpx.Response:
        """Agree at the provider, and be sent back."""
        parts = urlsplit(self.idp.authorize(address))
        return await self.client.get(f"{parts.path}?{parts.query}", headers={"sec-fetch-site": "cross-site"})

    async def sign_in(self, provider: str = "company", after: str = "/sites") -> httpx.Response:
        """All of it."""
        return await self.come_back(await self.begin(provider, after))

    async def sign_up(self, **fields: str) -> httpx.Response:
        """Fill in the form."""
        found = re.search(r'name="arrival" value="([0-9a-f]{64})"', (await self.client.get("/sign-up")).text)
        typed = {"name": "Shop Ltd", "website": "https://www.boots.example/", "timezone": "Europe/Berlin", **fields}
        return await self.client.post("/sign-up", data={"arrival": found[1] if found else "", **typed})


@asynccontextmanager
async def browsing(web: Web, *, is_open: bool = True, web_url: str = "") -> AsyncIterator[Browser]:
    """A browser at a web of its own."""
    idp = Idp(web.clock)
    services = services_for(
        web, web_url or "http://web.example", providers=(COMPANY, RIVAL, HUB), net=idp, is_open=is_open
    )
    headers = {"sec-fetch-site": "same-origin"}
    async with serving(create_app(services, next(_NAMES))) as address, httpx.AsyncClient(headers=headers) as client:
        client.base_url = httpx.URL(address)
        yield Browser(client, idp, web, address)


@pytest.fixture
async def browser(web: Web) -> AsyncIterator[Browser]:
    """A browser at a web where everybody may sign up."""
    async with browsing(web) as opened:
        yield opened


@pytest.fixture
async def known(browser: Browser) -> Browser:
    """The same, of somebody who has signed up, and signed out."""
    await browser.sign_in()
    assert (await browser.sign_up()).status_code == 303
    browser.client.cookies.clear()
    return browser


async def test_somebody_new_signs_up_and_comes_to_their_site(browser: Browser) -> None:
    answer = await browser.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-up")
    assert browser.client.cookies.get(SESSION) is None
    answer = await browser.sign_up()
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites/boots-example?did=signed_up")
    page = (await browser.client.get(answer.headers["location"])).text
    assert "/production/boots-example/lb.js" in html.unescape(page)
    assert "Shop Ltd" in (await browser.client.get("/account")).text
    assert f'"/sites/{SHOP}"' not in (await browser.client.get("/sites")).text
    assert (await browser.client.get(f"/sites/{SHOP}")).status_code == 404


@pytest.mark.parametrize("environment", list(Environment))
async def test_whoever_signs_up_gets_no_key_under_which_something_is_live(
    browser: Browser, environment: Environment
) -> None:
    publisher = browser.web.publisher
    theirs = Release(1, Digest("0" * 16), datetime(2026, 1, 1, tzinfo=UTC), "somebody", "a commit")
    kept = publisher.staging if environment is Environment.STAGING else publisher.releases
    kept[SiteKey("boots-example")] = [theirs]
    await browser.sign_in()
    assert (await browser.sign_up()).headers["location"] == "/sites/boots-example-2?did=signed_up"
    assert (await browser.client.get("/sites/boots-example")).status_code == 404


async def test_whoever_signs_up_while_nobody_can_tell_what_is_live_adds_the_site_later(browser: Browser) -> None:
    browser.web.publisher.is_away = True
    await browser.sign_in()
    assert (await browser.sign_up()).headers["location"] == "/sites"
    assert await browser.web.store.site(SiteKey("boots-example")) is None
    assert (await browser.client.get("/sites")).status_code == 200


async def test_somebody_known_signs_in_and_goes_on_where_they_were_going(known: Browser) -> None:
    answer = await known.sign_in(after="/sites/boots-example/definition")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites/boots-example/definition")
    assert (await known.client.get("/sites/boots-example")).status_code == 200
    assert ARRIVAL not in known.client.cookies


async def test_the_provider_is_asked_as_the_protocol_wants_it(browser: Browser) -> None:
    address = await browser.begin()
    asked = parse_qs(urlsplit(address).query)
    secret = browser.client.cookies[ARRIVAL]
    assert address.startswith(f"{ISSUER}/authorize?")
    assert asked["redirect_uri"] == ["http://web.example/sign-in/from/company"]
    assert asked["scope"] == ["openid"]
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}
    assert len({*asked["state"], *asked["nonce"], *asked["code_challenge"], secret}) == 4
    assert secret not in address


async def test_whoever_is_known_by_github_is_known_by_their_number(browser: Browser) -> None:
    await browser.sign_in("github")
    assert (await browser.sign_up()).status_code == 303
    browser.client.cookies.clear()
    browser.idp.who = "a-new-name"
    assert (await browser.sign_in("github")).headers["location"] == "/sites"
    assert await browser.web.store.people.membership(Identity(GITHUB, "4711")) is not None


async def test_nothing_of_a_person_is_kept_but_an_opaque_name(known: Browser, tmp_path: Path) -> None:
    await known.web.store.close()
    kept = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.glob("web.db*")))
    assert b"subject-1" in kept
    for other in (b"@company.example", b"leadbright-arrival", b"access_token", b"eyJ", b"a-client-secret"):
        assert other not in kept


# Who does not come in


def refused(answer: httpx.Response, why: Refusal, provider: str = "Company") -> None:
    """The answer is that page, and the browser is not signed in."""
    status, said, _ = why.value
    assert answer.status_code == status
    assert html.escape(said.format(provider=provider), quote=False) in html.unescape(answer.text)
    assert f"{SESSION}=" not in answer.headers.get("set-cookie", "").replace(f"{ARRIVAL}=", "")


async def test_an_answer_is_good_once(known: Browser) -> None:
    back = known.idp.authorize(await known.begin())
    path = f"{urlsplit(back).path}?{urlsplit(back).query}"
    arrival = known.client.cookies[ARRIVAL]
    assert (await known.client.get(path)).status_code == 303
    known.client.cookies.clear()
    known.client.cookies.set(ARRIVAL, arrival)
    refused(await known.client.get(path), Refusal.NOT_BEGUN_HERE)


async def test_of_many_answers_at_once_one_signs_in(known: Browser) -> None:
    back = urlsplit(known.idp.authorize(await known.begin()))
    answers = await asyncio.gather(*(known.client.get(f"{back.path}?{back.query}") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400, 400, 400]


async def test_an_answer_to_another_browser_signs_nobody_in(known: Browser) -> None:
    """What an attacker wants: their account in the victim's browser."""
    theirs = urlsplit(known.idp.authorize(await known.begin()))
    known.client.cookies.clear()
    refused(await known.client.get(f"{theirs.path}?{theirs.query}"), Refusal.NOT_BEGUN_HERE)
    await known.begin()
    refused(await known.client.get(f"{theirs.path}?{theirs.query}"), Refusal.NOT_BEGUN_HERE)


async def test_a_stray_answer_does_not_end_a_sign_in_under_way(known: Browser) -> None:
    address = await known.begin()
    refused(await known.client.get("/sign-in/from/company?code=x&state=y"), Refusal.NOT_BEGUN_HERE)
    assert (await known.come_back(address)).status_code == 303


ANSWERS: dict[str, tuple[Callable[[dict[str, str]], dict[str, str]], Refusal]] = {
    "no state": (lambda q: {**q, "state": ""}, Refusal.NOT_BEGUN_HERE),
    "another state": (lambda q: {**q, "state": "A" * 43}, Refusal.NOT_BEGUN_HERE),
    "a state beyond all bounds": (lambda q: {**q, "state": "A" * 5000}, Refusal.NOT_BEGUN_HERE),
    "another code": (lambda q: {**q, "code": "stolen"}, Refusal.REFUSED_THERE),
    "no code": (lambda q: {**q, "code": ""}, Refusal.REFUSED_THERE),
    "another issuer": (lambda q: {**q, "iss": RIVAL.issuer}, Refusal.MIXED_UP),
    "no issuer, though it says so always": (lambda q: {**q, "iss": ""}, Refusal.MIXED_UP),
    "declined": (lambda q: {**q, "code": "", "error": "access_denied"}, Refusal.DECLINED),
    "failed": (lambda q: {**q, "code": "", "error": "<script>alert(1)</script>"}, Refusal.REFUSED_THERE),
    "failed, with a code": (lambda q: {**q, "error": "server_error"}, Refusal.REFUSED_THERE),
}


@pytest.mark.parametrize(("changed", "why"), ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_that_is_not_as_it_must_be(
    known: Browser, changed: Callable[[dict[str, str]], dict[str, str]], why: Refusal
) -> None:
    back = urlsplit(known.idp.authorize(await known.begin()))
    query = changed({name: values[0] for name, values in parse_qs(back.query).items()})
    answer = await known.client.get(back.path, params=query)
    refused(answer, why)
    assert "<script>alert" not in answer.text
    assert "stolen" not in answer.text


async def test_an_answer_that_says_a_thing_twice_is_not_read(known: Browser) -> None:
    back = urlsplit(known.idp.authorize(await known.begin()))
    refused(await known.client.get(f"{back.path}?{back.query}&code=another"), Refusal.NOT_BEGUN_HERE)


async def test_one_providers_answer_is_not_anothers(known: Browser) -> None:
    back = urlsplit(known.idp.authorize(await known.begin()))
    answer = await known.client.get(f"/sign-in/from/rival?{back.query}")
    refused(answer, Refusal.MIXED_UP, "Rival")
    refused(await known.client.get(f"{back.path}?{back.query}"), Refusal.NOT_BEGUN_HERE)


async def test_a_sign_in_takes_ten_minutes_at_most(known: Browser) -> None:
    address = await known.begin()
    known.web.clock.seconds += ATTEMPT_MS / 1000
    refused(await known.come_back(address), Refusal.NOT_BEGUN_HERE)


@pytest.mark.parametrize("path", ["/sign-in/with/nobody", "/sign-in/from/nobody"])
async def test_a_provider_that_is_not_set_up_signs_nobody_in(browser: Browser, path: str) -> None:
    method = "POST" if "with" in path else "GET"
    refused(await browser.client.request(method, path), Refusal.NO_SUCH_PROVIDER)


async def test_where_nobody_may_sign_up_a_stranger_is_told_to_be_invited(web: Web) -> None:
    async with browsing(web, is_open=False) as browser:
        refused(await browser.sign_in(), Refusal.NOT_INVITED)
        assert (await browser.client.get("/sign-up")).headers["location"] == "/sign-in"


async def test_while_the_provider_is_away_whoever_is_signed_in_stays_so(known: Browser) -> None:
    await known.sign_in()
    known.idp.instead = lambda _: httpx.Response(503)
    for _ in range(3):
        begun = await known.client.post("/sign-in/with/company", data=await _token(known))
        assert (begun.status_code, f"{ISSUER}/authorize?" in begun.text) == (200, True)
        known.web.clock.seconds += 8 * 3600
        assert (await known.client.get("/sites")).status_code == 200
    refused(await known.client.post("/sign-in/with/company", data=await _token(known)), Refusal.AWAY)
    assert (await known.client.get("/sites")).status_code == 200


async def _token(browser: Browser) -> dict[str, str]:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', (await browser.client.get("/sites")).text)
    assert found
    return {"token": found[1]}


# Where it leads, and what the browser carries

ELSEWHERE = [
    *("https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", ""),
    *("/\t/evil.example", "/ /evil.example", "javascript:alert(1)", "/%0d%0aset-cookie:x=y\r\nx: y", "sites", "/#x"),
    *("/" + "a" * 600, "/é", "http:evil.example", "/sites\x00"),
]


@pytest.mark.parametrize("after", ELSEWHERE, ids=range(len(ELSEWHERE)))
async def test_nobody_is_sent_to_another_site(known: Browser, after: str) -> None:
    assert (await known.sign_in(after=after)).headers["location"] == "/sites"
    assert (await known.client.get("/sign-in", params={"next": after})).headers["location"] == "/sites"


async def test_the_cookies_are_held_to_this_host_and_to_https(web: Web) -> None:
    async with browsing(web, web_url="https://web.example") as browser:
        cookie = (await browser.client.post("/sign-in/with/company")).headers["set-cookie"]
    assert cookie.startswith("__Host-leadbright-arrival=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_a_session_is_new_at_every_sign_in_and_the_one_before_is_gone(known: Browser) -> None:
    await known.sign_in()
    first = known.client.cookies[SESSION]
    address = html.unescape(
        re.findall(r"url=([^\"]+)", (await known.client.post("/sign-in/with/company", data=await _token(known))).text)[
            0
        ]
    )
    assert (await known.come_back(address)).status_code == 303
    assert known.client.cookies[SESSION] != first
    assert await known.web.store.sessions.find(first) is None


async def test_a_planted_session_is_not_taken_over(known: Browser) -> None:
    known.client.cookies.set(SESSION, "planted-by-somebody-else")
    await known.sign_in()
    assert await known.web.store.sessions.find("planted-by-somebody-else") is None


async def test_no_secret_reaches_the_log_or_a_page(known: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    back = urlsplit(known.idp.authorize(await known.begin()))
    secrets = [
        known.client.cookies[ARRIVAL],
        *(values[0] for values in parse_qs(back.query).values() if len(values[0]) > 30),
    ]
    pages = [(await known.client.get(f"{back.path}?{back.query}&code=2")).text]
    await known.client.get(f"{back.path}?{back.query}")
    secrets += [known.client.cookies[SESSION], COMPANY.client_secret]
    pages.append((await known.client.get("/account")).text)
    said = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("sanic", "leadbright")))
    assert [secret for secret in secrets if secret in said + "".join(pages)] == []
    assert COMPANY.client_secret not in repr(COMPANY)


# Signing up


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Give the account a name"),
        ({"name": "a" * 81}, "Give the account a name"),
        ({"website": ""}, "Give the address of your website"),
        ({"website": "https://"}, "Give the address of your website"),
        ({"website": "a b"}, "Give the address of your website"),
        ({"website": "com"}, "That does not work"),
        ({"timezone": "Mars/Olympus"}, "That does not work"),
    ],
    ids=str,
)
async def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    browser: Browser, fields: dict[str, str], said: str
) -> None:
    await browser.sign_in()
    answer = await browser.sign_up(**fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Europe/Berlin"' in answer.text or "timezone" in fields
    assert await browser.web.store.people.membership(Identity(ISSUER, "subject-1")) is None


async def test_a_form_of_another_page_signs_nobody_up(browser: Browser) -> None:
    await browser.sign_in()
    for arrival in ("", "0" * 64):
        answer = await browser.client.post("/sign-up", data={"arrival": arrival, "name": "a", "website": "a.example"})
        assert answer.status_code == 403
    browser.client.cookies.clear()
    assert (await browser.client.post("/sign-up", data={"name": "a", "website": "a.example"})).status_code == 401


async def test_the_form_waits_for_an_hour(browser: Browser) -> None:
    await browser.sign_in()
    browser.web.clock.seconds += NEWCOMER_MS / 1000
    assert (await browser.client.get("/sign-up")).headers["location"] == "/sign-in"
    assert (await browser.sign_up()).status_code == 401


async def test_whoever_signs_up_twice_has_one_account(browser: Browser) -> None:
    await browser.sign_in()
    first = browser.client.cookies[ARRIVAL]
    await browser.sign_in()
    await browser.sign_up()
    browser.client.cookies.clear()
    browser.client.cookies.set(ARRIVAL, first)
    await browser.sign_up(name="Again", website="again.example")
    found = await browser.web.store.people.membership(Identity(ISSUER, "subject-1"))
    assert found is not None
    assert await browser.web.store.people.account_name(found.account) == "Shop Ltd"


async def test_a_site_whose_key_is_taken_gets_the_next_one(browser: Browser) -> None:
    await browser.sign_in()
    await browser.sign_up()
    browser.client.cookies.clear()
    browser.idp.who = "subject-2"
    await browser.sign_in()
    answer = await browser.sign_up()
    assert answer.headers["location"] == "/sites/boots-example-2?did=signed_up"
    assert (await browser.client.get("/sites/boots-example")).status_code == 404


async def test_a_session_ends_when_it_is_idle(known: Browser) -> None:
    await known.sign_in()
    known.web.clock.seconds += IDLE_MS / 1000
    assert (await known.client.get("/sites")).headers["location"] == "/sign-in"


async def test_the_sign_in_page_offers_every_provider(browser: Browser) -> None:
    page = (await browser.client.get("/sign-in?next=/sites/shop")).text
    assert re.findall(r"Continue with (\w+)", page) == ["Company", "Rival", "GitHub"]
    assert page.count('name="next" value="/sites/shop"') == 3
    assert Role.OWNER.value not in page
