"""Signing in: the ways there are, a link that works once, and signing out.

Opening the link only shows a button, so that a program that looks at links in messages uses none up. May not know
who made the link, or how it was handed over.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.audit.line import Deed
from web.audit.noting import By, by, note
from web.desk import Desk
from web.guard import session_of
from web.local import HOME, local_address
from web.permission import Role
from web.render import Page
from web.sessions.session import FIRST_ACCOUNT, SESSION_MS


async def explain(desk: Desk, request: Request) -> HTTPResponse:
    """How to sign in, for whoever is not."""
    after = local_address(request.args.get("next"))
    return redirect(after) if session_of(request) else _page(desk, Page(), after=after)


async def offer(desk: Desk, request: Request, token: str) -> HTTPResponse:
    """The button behind a link that still works."""
    if not await desk.services.store.can_sign_in(token):
        return _used_up(desk)
    return _page(desk, Page(session_of(request)), token=token)


async def sign_in(desk: Desk, request: Request, token: str) -> HTTPResponse:
    """Use the link up; a new session every time, and the one before it is gone."""
    old = session_of(request)
    secret = await desk.services.store.sign_in(token, old.id if old else None)
    if secret is None:
        return _used_up(desk)
    await note(desk, By(Role.OWNER.value, FIRST_ACCOUNT), Deed.SIGNED_IN, what="by a sign-in link")
    answer = redirect(HOME, status=303)
    desk.cookie.give(answer, secret, SESSION_MS // 1000)
    return answer


async def sign_out(desk: Desk, request: Request) -> HTTPResponse:
    """End the session here and in the browser."""
    if session := session_of(request):
        await desk.services.store.sessions.sign_out(session.id)
        await note(desk, by(request), Deed.SIGNED_OUT)
    answer = redirect("/sign-in", status=303)
    desk.cookie.take(answer)
    return answer


def _used_up(desk: Desk) -> HTTPResponse:
    return _page(desk, Page(), status=410, used_up=True)


def _page(
    desk: Desk, page: Page, *, status: int = 200, token: str = "", used_up: bool = False, after: str = HOME
) -> HTTPResponse:
    providers, is_open = desk.services.openid.providers, desk.services.is_open
    return desk.renderer.page(
        "sign_in.html",
        page,
        status=status,
        token=token,
        used_up=used_up,
        after=after,
        providers=providers,
        is_open=is_open,
    )
