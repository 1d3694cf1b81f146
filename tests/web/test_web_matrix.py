"""Who may do what, case by case: every route, asked by everybody, for every kind of site.

The routes are those of the router; what answers behind the guard is a marker, so that a case shows the guard alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sanic import Request
from sanic.response import HTTPResponse

from domain.names import SiteKey
from tests.web.conftest import Web, services_for, serving
from tests.web.sample import SHOP
from web.app import create_app
from web.desk import Desk
from web.people.store import Membership
from web.permission import FOR_MEMBERS, GIVES, MAY, Permission, Role
from web.routes import ROUTES, Route
from web.sessions.session import FIRST_ACCOUNT, IDLE_MS
from web.tokens import form_token

BOOTS = SiteKey("boots")
REACHED = 299

MAY_DO = {
    "owner": {"SEES", "EDITS", "PUBLISHES", "GIVES_ACCESS", "ADDS_SITES", "MANAGES", "AUDITS"},
    "admin": {"SEES", "EDITS", "PUBLISHES", "GIVES_ACCESS", "ADDS_SITES", "MANAGES", "AUDITS"},
    "publisher": {"SEES", "EDITS", "PUBLISHES"},
    "editor": {"SEES", "EDITS"},
    "viewer": {"SEES"},
}
"""Written here once more, so that a change of the table is a change of a promise."""

SIGNED_OUT = ("nobody", "idle for too long", "signed out", "removed from the account", "with a planted cookie")
OTHERS = ("by link", "owner of another account")
PEOPLE = (*MAY_DO, *OTHERS, *SIGNED_OUT)
PROGRAMS = (
    "reads",
    "writes",
    "of another site",
    "with an expired token",
    "with a token taken back",
    "with a wrong token",
)
SITES = ("own", "another account's", "one that is not there", "one that cannot be")

_NAMES = (f"web_with_markers_{n}" for n in itertools.count())


@dataclass
class Town:
    """Two accounts with a site each, and everybody who may ask: what each sends along."""

    client: httpx.AsyncClient
    cookies: dict[str, str]
    tokens: dict[str, str]

    async def ask(self, route: Route, method: str, who: str, site: str) -> httpx.Response:
        """A route by one of its methods, as somebody, for a site."""
        shop, boots = (SHOP, BOOTS) if who == "by link" else (BOOTS, SHOP)
        key = dict(zip(SITES, (shop, boots, "nothing", "NOT%20A%20KEY"), strict=True))[site]
        path = re.sub(r"<\w+:str>", "1", route.path.replace("<site:str>", key))
        headers = {"sec-fetch-site": "same-origin"}
        if who in self.tokens:
            headers["authorization"] = f"Bearer {self.tokens[who]}"
        session = self.cookies.get(who)
        if session:
            headers["cookie"] = f"leadbright={session}"
        data = {"token": form_token(session)} if session else {}
        return await self.client.request(method, path, headers=headers, data=data if method == "POST" else None)


async def _reached(desk: Desk, request: Request, **path: str) -> HTTPResponse:
    return HTTPResponse(status=REACHED)


@pytest.fixture
async def town(web: Web, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """Everybody is there, and the web serves markers."""
    monkeypatch.setattr("web.app.ROUTES", tuple(replace(route, handler=_reached) for route in ROUTES))
    cookies, tokens = await _people(web), await _programs(web)
    async with serving(create_app(services_for(web), next(_NAMES))) as address, httpx.AsyncClient() as client:
        client.base_url = httpx.URL(address)
        yield Town(client, cookies, tokens)


async def _people(web: Web) -> dict[str, str]:
    begin, owner = web.store.sessions.begin, await web.other_account()
    await web.store.save_definition(BOOTS, {"site.yaml": "site: boots"}, "member 1", account=owner.account)
    idle = await begin(owner.person, owner.account, "", None)
    web.clock.seconds += IDLE_MS / 1000 + 1
    elsewhere = await web.other_account("a-third")
    cookies = {"owner": await begin(owner.person, owner.account, "", None), "idle for too long": idle}
    for role in ("admin", "publisher", "editor", "viewer", "removed from the account", "signed out"):
        who = await _member(web, owner, Role(role) if role in MAY_DO else Role.OWNER)
        cookies[role] = await begin(who.person, who.account, "", None)
        if role.startswith("removed"):
            await web.store.members.remove(owner.account, who.person, Role.OWNER)
    await web.store.sessions.sign_out(cookies["signed out"])
    link = await web.store.sign_in(await web.store.create_sign_in_link(), None)
    third = await begin(elsewhere.person, elsewhere.account, "", None)
    return cookies | {"by link": str(link), "owner of another account": third, "with a planted cookie": "A" * 43}


async def _member(web: Web, owner: Membership, role: Role) -> Membership:
    token = await web.store.people.invite(owner.account, role, "member 1")
    other = await web.other_account(f"{role.value}-{token}")
    joined = await web.store.people.join_as_person(str(token), other.person)
    assert joined is not None
    return joined


async def _programs(web: Web) -> dict[str, str]:
    async def made(site: SiteKey, *, writes: bool, days: int = 365) -> str:
        return str(await web.store.api.create(site, "a program", may_write=writes, days=days, by="member 1"))

    old = await made(BOOTS, writes=True, days=30)
    web_now = web.clock.seconds
    taken_back = await made(BOOTS, writes=True)
    newest = (await web.store.api.tokens(BOOTS))[0]
    await web.store.api.revoke(BOOTS, newest.id)
    await _expire(web, old, web_now)
    secrets = [await made(BOOTS, writes=False), await made(BOOTS, writes=True), await made(SHOP, writes=True)]
    return dict(zip(PROGRAMS, (*secrets, old, taken_back, "lbt_wrong"), strict=True))


async def _expire(web: Web, token: str, now: float) -> None:
    """Tokens live for a month at least: look whether it would be gone then, and have it gone now."""
    web.clock.seconds = now + 31 * 86_400
    assert await web.store.api.token(token) is None
    web.clock.seconds = now
    found = next(each for each in await web.store.api.tokens(BOOTS) if each.expires_ms <= now * 1000 + 31 * 86_400_000)
    await web.store.api.revoke(BOOTS, found.id)


def expected(route: Route, who: str, site: str) -> tuple[int, ...]:
    """The statuses that may come."""
    has_site = "<site:str>" in route.path
    match route.permission:
        case Permission.OPEN | Permission.PUBLIC:
            return (REACHED,)
        case Permission.READS | Permission.WRITES:
            return _expected_of_program(route, who, site)
    if who not in MAY_DO and who not in OTHERS:
        return (302,) if route.method == "GET" else (401,)
    if has_site and (site != "own" or who == "owner of another account"):
        return (404,)
    role = who if who in MAY_DO else "owner"
    allowed = route.permission is Permission.SIGNED_IN or route.permission.name in MAY_DO[role]
    return (REACHED,) if allowed else (403,)


def _expected_of_program(route: Route, who: str, site: str) -> tuple[int, ...]:
    if who not in ("reads", "writes", "of another site"):
        return (401,)
    wanted = "another account's" if who == "of another site" else "own"
    if site != wanted:
        return (404,)
    return (403,) if route.permission is Permission.WRITES and who == "reads" else (REACHED,)


CASES = [
    (route, method, who, site)
    for route in ROUTES
    for method in (("GET", "HEAD") if route.method == "GET" else (route.method,))
    for who in (*PEOPLE, *PROGRAMS)
    for site in (SITES if "<site:str>" in route.path else SITES[:1])
]


async def test_everybody_reaches_what_they_may_and_nothing_else(town: Town) -> None:
    wrong = []
    for route, method, who, site in CASES:
        status = (await town.ask(route, method, who, site)).status_code
        if status not in expected(route, who, site):
            wrong.append(f"{method} {route.path} as {who}, {site}: {status}, not {expected(route, who, site)}")
    assert wrong == []


def test_there_are_two_thousand_cases_or_more() -> None:
    assert len(CASES) >= 2000


def test_the_table_of_roles_is_what_is_promised() -> None:
    promised = {role: {Permission[name] for name in names} for role, names in MAY_DO.items()}
    assert {role.value: set(MAY[role]) & set(FOR_MEMBERS) for role in Role} == promised


def test_nobody_gives_a_role_that_may_more_than_their_own() -> None:
    for role, given in GIVES.items():
        assert all(MAY[each] <= MAY[role] for each in given)
        assert bool(given) is (Permission.MANAGES in MAY[role])


def test_whoever_may_only_look_changes_nothing_of_a_site() -> None:
    """Routes about a site ask for a role, and those that change something for more than looking."""
    about = [route for route in ROUTES if "<site:str>" in route.path]
    assert [r.name for r in about if r.permission in {Permission.OPEN, Permission.PUBLIC, Permission.SIGNED_IN}] == []
    assert [r.name for r in about if r.method != "GET" and r.permission in {Permission.SEES, Permission.READS}] == []


async def test_an_editor_saves_and_does_not_publish(web: Web) -> None:
    owner = Membership(0, FIRST_ACCOUNT)
    editor = await _member(web, owner, Role.EDITOR)
    await web.become(editor.person, editor.account)
    answer = await web.edit({"site.yaml": "site: shop\n"}, action="publish")
    assert answer.status_code == 403
    assert "Your role does not allow that" in answer.text
    assert web.publisher.published == []
    assert (await web.edit({"site.yaml": "site: shop\n"})).status_code == 303
    page = (await web.client.get(f"/sites/{SHOP}/definition")).text
    assert 'value="save"' in page
    assert 'value="publish"' not in page


async def test_what_a_member_did_is_noted_with_their_number(web: Web) -> None:
    editor = await _member(web, Membership(0, FIRST_ACCOUNT), Role.EDITOR)
    await web.become(editor.person, editor.account)
    await web.edit({"site.yaml": "site: shop\n"})
    found: Any = await web.store.definition(SHOP)
    assert found.saved_by == f"member {editor.person}"
