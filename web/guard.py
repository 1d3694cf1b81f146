"""What every request passes before a page sees it, and what every answer carries.

The first refusal ends a request. May not know what a page does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sanic import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, redirect

from domain.names import SiteKey, is_key
from web.api.answers import Problem, is_for_programs, refuse, refuse_by_status
from web.api.store import Token
from web.cookie import Cookie
from web.form import field
from web.local import HOME, local_address
from web.permission import FOR_MEMBERS, Permission
from web.render import Page, Renderer
from web.sessions.session import Session
from web.store import Store
from web.tokens import form_token, same
from web.tries import Entrances

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "NONE"})
"""Methods by which nothing may change. NONE is Sanic's stand-in where a request could not even be read."""

MOST_BYTES = 1_000_000
"""A definition is text; nothing larger is ever sent here."""

_FOR_PROGRAMS = frozenset({Permission.READS, Permission.WRITES})
_BEARER = "bearer "

_FOR_PEOPLE = frozenset({Permission.SIGNED_IN, *FOR_MEMBERS})
_ASKED = frozenset({Permission.PUBLIC}) | _FOR_PEOPLE

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_ALWAYS_SECURE = {"strict-transport-security": "max-age=31536000"}
"""Where people open the web over https, browsers ask for it in no other way. Of other hosts it says nothing."""
_UNKEPT = {"cache-control": "no-store"}
"""Pages hold what only their reader may see: nobody keeps a copy."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What the steps decide by."""

    store: Store
    permissions: Mapping[str, Permission]
    """By the name of the route."""
    cookie: Cookie
    renderer: Renderer
    entrances: Entrances
    doors: frozenset[str]
    """The names of the routes by which somebody gets in."""


Step = Callable[[Guard, Request], Awaitable[HTTPResponse | None]]


async def refuse_too_large(guard: Guard, request: Request) -> HTTPResponse | None:
    """Sanic reads no body that is too large, so that nothing below would find what it looks for in it."""
    length: str = request.headers.get("content-length", "")
    return refusal(guard, request, 413) if length.isdigit() and int(length) > MOST_BYTES else None


async def refuse_too_many_tries(guard: Guard, request: Request) -> HTTPResponse | None:
    """Whoever tries to get in too often waits, before anything is looked up."""
    wait_s = 0
    if name_of_route(request) in guard.doors:
        wait_s = guard.entrances.sign_in.take(request)
    elif permission_of(guard, request) in _FOR_PROGRAMS:
        wait_s = guard.entrances.tokens.wait_s(request)
    return _wait(guard, request, wait_s) if wait_s else None


async def identify(guard: Guard, request: Request) -> None:
    """Find out who is signed in."""
    secret = guard.cookie.read(request)
    is_asked = permission_of(guard, request) in _ASKED
    request.ctx.session = await guard.store.sessions.find(secret) if secret and is_asked else None


async def identify_program(guard: Guard, request: Request) -> None:
    """Find out which program asks. No cookie counts, so that no page can have a browser ask for it."""
    sent: str = request.headers.get("authorization", "")
    is_asked = permission_of(guard, request) in _FOR_PROGRAMS and sent.lower().startswith(_BEARER)
    request.ctx.token = await guard.store.api.token(sent[len(_BEARER) :].strip()) if is_asked else None


async def refuse_unlisted_route(guard: Guard, request: Request) -> HTTPResponse | None:
    """A route that is in no table is nobody's."""
    if request.route is None or permission_of(guard, request) is not None:
        return None
    return refusal(guard, request, 404)


async def refuse_unknown_program(guard: Guard, request: Request) -> HTTPResponse | None:
    """A program needs a token, of this very site; of any other it learns nothing, not even that it is there."""
    permission = permission_of(guard, request)
    if permission not in _FOR_PROGRAMS:
        return None
    token: Token | None = request.ctx.token
    if token is None:
        # Of all together only what is wrong is counted: a flood of it from anywhere keeps no good token out.
        wait_s = guard.entrances.tokens.take(request)
        return _wait(guard, request, wait_s) if wait_s else refuse(Problem.NO_TOKEN)
    if token.site != request.match_info.get("site"):
        return refuse(Problem.NOT_FOUND)
    return refuse(Problem.READ_ONLY) if permission is Permission.WRITES and not token.may_write else None


async def refuse_signed_out(guard: Guard, request: Request) -> HTTPResponse | None:
    """Whoever is not signed in is sent to where it says how."""
    if permission_of(guard, request) not in _FOR_PEOPLE or session_of(request) is not None:
        return None
    if request.method not in _SAFE:
        return guard.renderer.refusal(401, Page())
    after = local_address(request.path)
    return redirect("/sign-in" if after in ("/", HOME) else f"/sign-in?next={quote(after, safe='/')}")


async def refuse_cross_site(guard: Guard, request: Request) -> HTTPResponse | None:
    """Nothing is changed at the wish of another site's page: none can send a program's token."""
    permission = permission_of(guard, request)
    if permission in _FOR_PROGRAMS or (permission is None and is_for_programs(request)):
        return None
    if request.method in _SAFE or is_same_origin(guard.cookie.origin, request):
        return None
    return guard.renderer.refusal(403, Page())


async def refuse_without_form_token(guard: Guard, request: Request) -> HTTPResponse | None:
    """Nothing is changed but by a form of this very session."""
    session = session_of(request)
    if request.method in _SAFE or session is None or same(form_token(session.id), field(request, "token")):
        return None
    return guard.renderer.refusal(403, Page(session=session))


async def refuse_foreign_site(guard: Guard, request: Request) -> HTTPResponse | None:
    """The sites of another account are not there."""
    session, key = session_of(request), request.match_info.get("site")
    if session is None or key is None or permission_of(guard, request) not in _FOR_PEOPLE:
        return None
    entry = await guard.store.site(SiteKey(key)) if is_key(key) else None
    if entry is not None and entry.account == session.account:
        return None
    return guard.renderer.refusal(404, Page(session, (("Sites", HOME),)))


async def refuse_forbidden(guard: Guard, request: Request) -> HTTPResponse | None:
    """Whoever is signed in does what their role allows."""
    session, permission = session_of(request), permission_of(guard, request)
    if session is None or permission not in _FOR_PEOPLE or session.may(permission):
        return None
    return guard.renderer.forbidden(Page(session, (("Sites", HOME),)))


STEPS: tuple[Step, ...] = (
    refuse_too_large,
    refuse_too_many_tries,
    identify,
    identify_program,
    refuse_unlisted_route,
    refuse_unknown_program,
    refuse_signed_out,
    refuse_cross_site,
    refuse_without_form_token,
    refuse_foreign_site,
    refuse_forbidden,
)


def refusal(guard: Guard, request: Request, status: int) -> HTTPResponse:
    """Why not, as a page or, for a program, as JSON."""
    return refuse_by_status(status) if is_for_programs(request) else guard.renderer.refusal(status, Page())


def permission_of(guard: Guard, request: Request) -> Permission | None:
    """What the request's route asks for; None where there is no route, or none that is listed."""
    name = name_of_route(request)
    return None if name is None else guard.permissions.get(name)


def name_of_route(request: Request) -> str | None:
    """The name of the request's route; None where there is none."""
    return None if request.route is None else str(request.route.name).rpartition(".")[2]


def _wait(guard: Guard, request: Request, seconds: int) -> HTTPResponse:
    answer = refusal(guard, request, 429)
    answer.headers["retry-after"] = str(seconds)
    return answer


def session_of(request: Request) -> Session | None:
    """Who sent the request."""
    session: Session | None = getattr(request.ctx, "session", None)
    return session


def subject_of(request: Request) -> str:
    """The name under which whoever sent the request is noted."""
    session = session_of(request)
    return "" if session is None else session.subject


def account_of(request: Request) -> int:
    """The account of whoever sent the request; 0, which is nobody's, where nobody is signed in."""
    session = session_of(request)
    return 0 if session is None else session.account


def is_same_origin(origin: str, request: Request) -> bool:
    """Whether the request comes from a page of ours: the browser says so, or names our own address.

    Old browsers, and all of them over plain http to another machine, send only `Origin`.
    """
    site: str | None = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    sent: str | None = request.headers.get("origin")
    return sent is not None and (sent == origin or _host(sent) == request.host)


def _host(origin: str) -> str | None:
    """The host and port of an origin; None where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def add_headers(guard: Guard, response: BaseHTTPResponse) -> None:
    """What every answer carries; a file that may be kept has said so itself."""
    for name, value in (HEADERS | _UNKEPT | (_ALWAYS_SECURE if guard.cookie.is_secure else {})).items():
        response.headers.setdefault(name, value)
