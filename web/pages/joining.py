"""An invitation: what it is to, and whoever takes it, by its secret link and by saying so.

May not know who handed the link to whom.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse

from web.audit.line import Deed
from web.audit.noting import By, note
from web.desk import Desk
from web.guard import session_of
from web.local import HOME
from web.openid.refusal import Refusal
from web.pages.arrival import JOIN, refused, signed_in
from web.pages.sign_up import is_by_newcomer, newcomer_of
from web.people.store import Invitation
from web.render import Page
from web.sessions.session import name_of
from web.tokens import form_token


async def show(desk: Desk, request: Request, token: str) -> HTTPResponse:
    """What the invitation is to; a button for whoever has shown who they are, else the ways to do so."""
    invitation = await desk.services.store.people.invitation(token)
    if invitation is None:
        return refused(desk, request, Refusal.INVITATION_OVER)
    return await _page(desk, request, token, invitation)


async def accept(desk: Desk, request: Request, token: str) -> HTTPResponse:
    """Use the invitation up."""
    people, session, secret = desk.services.store.people, session_of(request), await newcomer_of(desk, request)
    is_new = secret is not None and is_by_newcomer(request, secret)
    if secret is not None and is_new:
        joined = await people.join_as_newcomer(token, secret)
        who, way = (joined.membership, joined.way) if joined else (None, "")
    elif session is not None and session.person is not None:
        who, way = await people.join_as_person(token, session.person), session.way
    else:
        return desk.renderer.refusal(401, Page(session))
    if who is None:
        return refused(desk, request, Refusal.INVITATION_OVER)
    await note(desk, By(name_of(who.person), who.account), Deed.JOINED)
    return await signed_in(desk, request, who, way, HOME, goes_on=not is_new)


async def _page(desk: Desk, request: Request, token: str, invitation: Invitation) -> HTTPResponse:
    session, secret = session_of(request), await newcomer_of(desk, request)
    return desk.renderer.page(
        "joining.html",
        Page(session),
        address=f"{JOIN}{token}",
        account=await desk.services.store.people.account_name(invitation.account),
        role=invitation.role,
        arrival=form_token(secret) if secret else "",
        is_known=session is not None and session.person is not None,
        providers=desk.services.openid.providers,
    )
