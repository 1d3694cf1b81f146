"""One's own account: what it is called, what one may do in it, and every browser in which one is signed in.

May not know how somebody signed in.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.audit.line import Deed
from web.audit.noting import by, note
from web.desk import Desk, framed
from web.guard import session_of
from web.local import HOME
from web.notices import Notice
from web.pages.arrival import signed_in
from web.people.store import Membership
from web.permission import FOR_MEMBERS, MAY, Role
from web.sessions.session import IDLE_MS, SESSION_MS, Session


async def show(desk: Desk, request: Request) -> HTTPResponse:
    """The account's page."""
    session, people = here(request), desk.services.store.people
    labels = {each.key: each.label for each in desk.services.openid.providers}
    return desk.renderer.page(
        "account.html",
        framed(request, ("Account", "/account")),
        name=await people.account_name(session.account),
        belongings=() if session.person is None else await people.belongings(session.person),
        you=session,
        sessions=await desk.services.store.sessions.listed(session),
        labels=labels,
        idle_hours=IDLE_MS // 3_600_000,
        longest_days=SESSION_MS // 86_400_000,
        roles=tuple(Role),
        permissions=FOR_MEMBERS,
        allowed=MAY,
        notice=Notice.of(request.args.get("did")),
    )


async def end_session(desk: Desk, request: Request, handle: str) -> HTTPResponse:
    """Sign out in one browser."""
    session = here(request)
    if not await desk.services.store.sessions.end(session, handle):
        return desk.renderer.refusal(404, framed(request))
    await note(desk, by(request), Deed.SIGNED_OUT_THERE)
    return redirect(f"/account?did={Notice.SIGNED_OUT_THERE.name.lower()}", status=303)


async def end_other_sessions(desk: Desk, request: Request) -> HTTPResponse:
    """Sign out in every other browser."""
    ended = await desk.services.store.sessions.end_others(here(request))
    await note(desk, by(request), Deed.SIGNED_OUT_ELSEWHERE, what=f"{ended} sessions" if ended != 1 else "1 session")
    return redirect(f"/account?did={Notice.SIGNED_OUT_ELSEWHERE.name.lower()}", status=303)


async def switch(desk: Desk, request: Request, account: str) -> HTTPResponse:
    """Go on in another account of one's own, by a new session."""
    session = here(request)
    own = () if session.person is None else await desk.services.store.people.belongings(session.person)
    others = (each for each in own if each.account != session.account)
    wanted = next((each for each in others if str(each.account) == account), None)
    if wanted is None or session.person is None:
        return desk.renderer.refusal(404, framed(request))
    who = Membership(session.person, wanted.account)
    return await signed_in(desk, request, who, session.way, HOME, goes_on=True)


def here(request: Request) -> Session:
    """Who sent the request, to a route that only somebody signed in reaches."""
    session = session_of(request)
    assert session is not None, "a route for members was reached by somebody who is not signed in"
    return session
