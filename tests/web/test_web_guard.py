"""Who may do what: the table of routes walked, forms from elsewhere refused, and what every answer carries."""

from __future__ import annotations

import logging
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.web.conftest import Web, services_for, serving
from tests.web.sample import SHOP
from web.app import STATIC, create_app
from web.local import HOME
from web.permission import FOR_MEMBERS, Permission
from web.routes import ROUTES, Route
from web.sessions.session import FIRST_ACCOUNT

CHANGING = [route for route in ROUTES if route.method == "POST"]
FOR_PEOPLE = {Permission.SIGNED_IN, *FOR_MEMBERS}
GUARDED = [route for route in ROUTES if route.permission in FOR_PEOPLE]

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def address(route: Route) -> str:
    """The route's path with something that exists in its place."""
    path = route.path.replace("<site:str>", SHOP).replace("<experiment:str>", "hero")
    path = path.replace("<environment:str>", "production").replace("<release:str>", "1").replace("<work:str>", "1")
    path = path.replace("<token:str>", "a-token").replace("<id:str>", "1").replace("<person:str>", "1")
    path = path.replace("<revision:str>", "1").replace("<account:str>", "1")
    return path.replace("<provider:str>", "company").replace("<handle:str>", "a-handle")


def name(route: Route) -> str:
    """How a case is called."""
    return route.name


def test_every_route_is_in_the_table(web_app: Any) -> None:  # noqa: ANN401
    served = {(method, f"/{route.path}") for route in web_app.router.routes for method in route.methods}
    listed = {(route.method, route.path) for route in ROUTES} | {("GET", "/static/<name:str>")}
    assert served == listed | {("HEAD", path) for method, path in listed if method == "GET"}


def test_every_name_of_a_route_is_its_own() -> None:
    assert len({route.name for route in ROUTES} | {STATIC}) == len(ROUTES) + 1


def test_only_health_and_signing_in_are_public() -> None:
    named = {p: {route.name for route in ROUTES if route.permission is p} for p in Permission}
    assert named[Permission.OPEN] == {"healthz", "readyz"}
    assert named[Permission.PUBLIC] == {
        *("explain_sign_in", "offer_sign_in", "sign_in", "begin_at_provider", "come_from_provider"),
        *("offer_sign_up", "sign_up", "invitation", "join"),
    }


async def test_a_route_that_is_in_no_table_does_not_answer(web: Web) -> None:
    async def leak(_: object) -> None:
        raise AssertionError("a page was reached that nobody may see")

    app = create_app(services_for(web), "web_with_a_forgotten_route")
    app.add_route(leak, "/forgotten", name="forgotten")
    async with serving(app) as other:
        answer = await web.client.get(f"{other}/forgotten")
    assert answer.status_code == 404


@pytest.mark.parametrize("route", GUARDED, ids=name)
async def test_whoever_is_not_signed_in_gets_nothing(web: Web, route: Route) -> None:
    answer = await web.client.request(route.method, address(route))
    if route.method == "GET":
        assert answer.status_code == 302
        after = "" if route.path in ("/", HOME) else f"?next={address(route)}"
        assert answer.headers["location"] == f"/sign-in{after}"
    else:
        assert answer.status_code == 401
    assert "Demo shop" not in answer.text
    assert (await web.store.site(SHOP)) is not None


@pytest.mark.parametrize("route", GUARDED, ids=name)
async def test_a_session_that_nobody_began_gets_nothing(web: Web, route: Route) -> None:
    web.client.cookies.set("leadbright", "A" * 43)
    answer = await web.client.request(route.method, address(route))
    assert answer.status_code in {302, 401}


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site", "origin": "http://web.example"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://["},
    {},
]


@pytest.mark.parametrize("route", CHANGING, ids=name)
async def test_nothing_is_changed_at_the_wish_of_another_site(web: Web, route: Route) -> None:
    await web.sign_in()
    link = await web.store.create_sign_in_link()
    data = {"token": await web.token(), "key": "new", "action": "save", "revision": "1", "file:site.yaml": "x"}
    path = address(route).replace("a-token", link)
    ours = web.client.headers.pop("sec-fetch-site")
    statuses = [(await web.client.post(path, data=data, headers=headers)).status_code for headers in FOREIGN]
    assert statuses == [403] * len(FOREIGN)
    assert await web.store.can_sign_in(link)
    assert [(entry.key, entry.revision) for entry in await web.store.sites(FIRST_ACCOUNT)] == [(SHOP, 1)]
    assert (await web.client.get("/sites", headers={"sec-fetch-site": ours})).status_code == 200


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://web.example"}], ids=str)
async def test_a_page_of_ours_may_change_things(web: Web, headers: dict[str, str]) -> None:
    await web.sign_in()
    token = await web.token()
    del web.client.headers["sec-fetch-site"]
    answer = await web.client.post("/sign-out", data={"token": token}, headers=headers)
    assert answer.status_code == 303


async def test_a_browser_that_names_only_its_origin_may_use_another_name_of_this_machine(web: Web) -> None:
    await web.sign_in()
    token = await web.token()
    del web.client.headers["sec-fetch-site"]
    ours = str(web.client.base_url).rstrip("/")
    assert (await web.client.post("/sign-out", data={"token": token}, headers={"origin": ours})).status_code == 303


@pytest.mark.parametrize("route", [r for r in CHANGING if r.permission in FOR_PEOPLE], ids=name)
async def test_a_form_without_the_sessions_token_changes_nothing(web: Web, route: Route) -> None:
    await web.sign_in()
    data = {"key": "new", "action": "save", "revision": "1", "file:site.yaml": "x"}
    sent: list[dict[str, str]] = [{}, {"token": ""}, {"token": "0" * 64}, {"token": "é"}]
    statuses = [(await web.client.post(address(route), data=data | token)).status_code for token in sent]
    assert statuses == [403] * len(sent)
    assert [(entry.key, entry.revision) for entry in await web.store.sites(FIRST_ACCOUNT)] == [(SHOP, 1)]
    assert (await web.client.get("/sites")).status_code == 200


async def test_looking_changes_nothing(web: Web) -> None:
    await web.sign_in()
    link = await web.store.create_sign_in_link()
    for route in ROUTES:
        if route.method == "GET":
            await web.client.get(address(route).replace("a-token", link))
    assert await web.store.can_sign_in(link)
    assert [(entry.key, entry.revision, entry.published) for entry in await web.store.sites(FIRST_ACCOUNT)] == [
        (SHOP, 1, None)
    ]
    assert web.publisher.published == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(web: Web, method: str) -> None:
    await web.sign_in()
    assert (await web.client.request(method, "/sites")).status_code == 405


async def test_head_is_answered_as_get_is_without_a_body(web: Web) -> None:
    await web.sign_in()
    for path in [address(route) for route in ROUTES if route.method == "GET"] + ["/nothing", "/static/htmx.js"]:
        got, head = await web.client.get(path), await web.client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert {name: head.headers.get(name) for name in HEADERS} == HEADERS, path


async def test_an_address_that_is_too_long_is_too_large(web: Web) -> None:
    assert (await web.client.get("/sites?" + "a" * 20_000)).status_code == 413


async def test_every_answer_carries_what_protects_it(web: Web) -> None:
    await web.sign_in()
    for path in [address(route) for route in ROUTES if route.method == "GET"] + ["/nothing", "/sites/nothing"]:
        answer = await web.client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert answer.headers["cache-control"] == "no-store", path


async def test_files_that_pages_load_are_kept_by_browsers(web: Web) -> None:
    answer = await web.client.get("/static/leadbright.css")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert (await web.client.get("/static/htmx.js")).text == "/* htmx */"


@pytest.mark.parametrize("path", ["/static/app.py", "/static/..%2fapp.py", "/static/../app.py", "/static/"])
async def test_no_other_file_is_served(web: Web, path: str) -> None:
    assert (await web.client.get(path)).status_code in {302, 404}


class _Inline(HTMLParser):
    """Collects what a strict policy would refuse to run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found.extend(n for n in names if n == "style" or (n.startswith("on") and len(n) > 2))
        self.found.extend(v for v in names.values() if v and v.strip().lower().startswith("javascript:"))


def inline(page: str) -> list[str]:
    """Scripts and styles that stand in the page itself."""
    parser = _Inline()
    parser.feed(page)
    return parser.found


async def test_no_page_holds_a_script_or_a_style_of_its_own(web: Web) -> None:
    for path in ("/sign-in", "/sign-in/x"):
        assert inline((await web.client.get(path)).text) == []
    await web.sign_in()
    for route in ROUTES:
        if route.method == "GET":
            assert inline((await web.client.get(address(route))).text) == [], route.name


async def test_over_http_the_cookie_is_out_of_reach_of_scripts(web: Web) -> None:
    token = await web.store.create_sign_in_link()
    cookie = (await web.client.post(f"/sign-in/{token}")).headers["set-cookie"]
    assert cookie.startswith("leadbright=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


async def test_over_https_the_cookie_is_held_to_this_host(web: Web) -> None:
    services = services_for(web, web_url="https://web.example")
    async with serving(create_app(services, "web_over_https")) as other:
        token = await web.store.create_sign_in_link()
        answer = await web.client.post(f"{other}/sign-in/{token}")
    cookie = answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert cookie.startswith("__Host-leadbright=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_no_secret_reaches_the_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    link = await web.store.create_sign_in_link()
    await web.client.get(f"/sign-in/{link}")
    await web.client.post(f"/sign-in/{link}")
    session = web.client.cookies["leadbright"]
    await web.client.get("/sites")
    await web.client.get(f"/nothing/{link}")
    said = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("sanic", "leadbright"))
    )
    assert link not in said
    assert session not in said


async def test_a_form_that_is_too_large_is_refused(web: Web) -> None:
    await web.sign_in()
    answer = await web.send("/sites", {"key": "x" * 1_100_000})
    assert answer.status_code == 413


async def test_a_page_that_fails_says_so_and_tells_nothing(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    await web.sign_in()
    web.reports.experiments = None  # type: ignore[assignment]
    answer = await web.client.get("/sites/shop/experiments/hero")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text
    assert "a page failed" in caplog.text


async def test_when_the_database_is_away_pages_say_so(web: Web) -> None:
    await web.sign_in()
    await web.store.close()
    assert (await web.client.get("/healthz")).json() == {"alive": True}
    assert (await web.client.get("/readyz")).status_code == 503
    answer = await web.client.get("/sites")
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text


async def test_a_web_that_can_show_pages_is_ready(web: Web) -> None:
    assert (await web.client.get("/readyz")).json() == {"ready": True}
