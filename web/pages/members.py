"""The members of an account: listed, invited, given another role, removed.

May not know how they sign in.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.audit.line import Deed
from web.audit.noting import by, note
from web.desk import Desk, framed
from web.form import field, number
from web.members.store import Changed
from web.notices import Notice
from web.pages.account import here
from web.pages.arrival import JOIN
from web.people.store import MOST_INVITATIONS
from web.permission import GIVES, Permission, Role
from web.sessions.session import name_of

_STATUS = {Changed.NOBODY: 404, Changed.NOT_YOURS: 403, Changed.LAST_OWNER: 409}


async def show(desk: Desk, request: Request) -> HTTPResponse:
    """Everybody in the account, and the invitations that are open."""
    return await _listed(desk, request, notice=Notice.of(request.args.get("did")))


async def invite(desk: Desk, request: Request) -> HTTPResponse:
    """Make an invitation and show its link, this once."""
    session, role = here(request), _role(field(request, "role"))
    if role not in GIVES[session.role]:
        return await _listed(desk, request, status=403, trouble=Changed.NOT_YOURS.value)
    token = await desk.services.store.people.invite(session.account, role, session.subject)
    if token is None:
        full = f"{MOST_INVITATIONS} invitations are open already. Take back those that nobody needs."
        return await _listed(desk, request, status=422, trouble=full)
    await note(desk, by(request), Deed.INVITED, what=f"as {role.value}")
    return await _listed(desk, request, link=f"{desk.services.web_url.rstrip('/')}{JOIN}{token}", role=role)


async def take_back(desk: Desk, request: Request, handle: str) -> HTTPResponse:
    """Take an invitation back; its link works no longer."""
    session = here(request)
    if not await desk.services.store.people.take_back(session.account, handle, GIVES[session.role]):
        return desk.renderer.refusal(404, framed(request))
    await note(desk, by(request), Deed.UNINVITED)
    return _done(Notice.TAKEN_BACK)


async def change(desk: Desk, request: Request, person: str) -> HTTPResponse:
    """Give a member another role."""
    session, role = here(request), _role(field(request, "role"))
    if role is None:
        return await _listed(desk, request, status=422, trouble="Choose a role.")
    changed = await desk.services.store.members.change(session.account, number(person), role, session.role)
    what = f"{name_of(number(person))}, now {role.value}"
    return await _answer(desk, request, changed, Deed.ROLE_CHANGED, what)


async def remove(desk: Desk, request: Request, person: str) -> HTTPResponse:
    """Remove a member, who is signed out of this account at once."""
    session = here(request)
    changed = await desk.services.store.members.remove(session.account, number(person), session.role)
    did = Deed.LEFT if number(person) == session.person else Deed.REMOVED
    return await _answer(desk, request, changed, did, name_of(number(person)))


async def _answer(desk: Desk, request: Request, changed: Changed, did: Deed, what: str) -> HTTPResponse:
    if changed is Changed.DONE:
        await note(desk, by(request), did, what=what)
        return _done(Notice.CHANGED)
    return await _listed(desk, request, status=_STATUS[changed], trouble=changed.value)


def _done(notice: Notice) -> HTTPResponse:
    return redirect(f"/account/members?did={notice.name.lower()}", status=303)


async def _listed(
    desk: Desk,
    request: Request,
    *,
    status: int = 200,
    notice: Notice | None = None,
    trouble: str = "",
    link: str = "",
    role: Role | None = None,
) -> HTTPResponse:
    session, store = here(request), desk.services.store
    manages = session.may(Permission.MANAGES)
    return desk.renderer.page(
        "members.html",
        framed(request, ("Account", "/account"), ("Members", "/account/members")),
        status=status,
        you=session,
        members=await store.members.listed(session.account),
        invitations=await store.people.invitations(session.account) if manages else (),
        gives=GIVES[session.role],
        can_join=bool(desk.services.openid.providers),
        notice=notice,
        trouble=trouble,
        link=link,
        role=role,
    )


def _role(text: str) -> Role | None:
    return next((role for role in Role if role.value == text), None)
