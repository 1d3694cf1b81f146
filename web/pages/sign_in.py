"""Signing in by a link that works once, and signing out.

Opening the link only shows a button, so that a program that looks at links in messages uses none up. May not know
who made the link, or how it was handed over.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.desk import Desk
from web.guard import session_of
from web.render import Page
from web.store import SESSION_MS

HOME = "/sites"


async def explain(desk: Desk, request: Request) -> HTTPResponse:
    """How to sign in, for whoever is not."""
    return (
        redirect(HOME) if session_of(request) else desk.renderer.page("sign_in.html", Page(), token=None, used_up=False)
    )


async def offer(desk: Desk, request: Request, token: str) -> HTTPResponse:
    """The button behind a link that still works."""
    if not await desk.services.store.can_sign_in(token):
        return _used_up(desk)
    return desk.renderer.page("sign_in.html", Page(session_of(request)), token=token, used_up=False)


async def sign_in(desk: Desk, request: Request, token: str) -> HTTPResponse:
    """Use the link up; a new session every time, and the one before it is gone."""
    old = session_of(request)
    session = await desk.services.store.sign_in(token, old.id if old else None)
    if session is None:
        return _used_up(desk)
    answer = redirect(HOME, status=303)
    desk.cookie.give(answer, session.id, SESSION_MS // 1000)
    return answer


async def sign_out(desk: Desk, request: Request) -> HTTPResponse:
    """End the session here and in the browser."""
    if session := session_of(request):
        await desk.services.store.sign_out(session.id)
    answer = redirect("/sign-in", status=303)
    desk.cookie.take(answer)
    return answer


def _used_up(desk: Desk) -> HTTPResponse:
    return desk.renderer.page("sign_in.html", Page(), status=410, token=None, used_up=True)
