"""To a provider and back: the button, the way there, and what happens to whoever comes back.

May not know how a provider is spoken to.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.audit.line import Deed
from web.audit.noting import By, note
from web.desk import Desk
from web.form import field
from web.guard import session_of
from web.local import local_address
from web.openid.answer import read_answer
from web.openid.flow import Arrived
from web.openid.provider import Provider
from web.openid.refusal import Refusal
from web.openid.store import ATTEMPT_MS
from web.people.store import NEWCOMER_MS, Membership, Newcomer
from web.render import Page
from web.sessions.session import SESSION_MS, name_of

SIGN_UP = "/sign-up"
JOIN = "/join/"
"""Where an invitation is: whoever was on the way there may come in."""


async def begin(desk: Desk, request: Request, provider: str) -> HTTPResponse:
    """Send the browser to a provider, by a page: a form may not lead to another site."""
    chosen = desk.services.openid.provider(provider)
    if chosen is None:
        return refused(desk, request, Refusal.NO_SUCH_PROVIDER)
    begun = await desk.services.openid.begin(chosen, local_address(field(request, "next")))
    if isinstance(begun, Refusal):
        return refused(desk, request, begun, chosen)
    answer = desk.renderer.page("going.html", Page(session_of(request)), provider=chosen, address=begun.address)
    desk.arrival.give(answer, begun.secret, ATTEMPT_MS // 1000)
    return answer


async def finish(desk: Desk, request: Request, provider: str) -> HTTPResponse:
    """Somebody comes back: signed in, or to sign up, or told why not."""
    chosen = desk.services.openid.provider(provider)
    if chosen is None:
        return refused(desk, request, Refusal.NO_SUCH_PROVIDER)
    arrived = await desk.services.openid.finish(chosen, desk.arrival.read(request), read_answer(request.args))
    if isinstance(arrived, Refusal):
        answer = refused(desk, request, arrived, chosen)
        if arrived is not Refusal.NOT_BEGUN_HERE:  # else another site's page could end a sign-in that is under way
            desk.arrival.take(answer)
        return answer
    known = await desk.services.store.people.membership(arrived.identity)
    if known is None:
        return await _receive(desk, request, chosen, arrived)
    return await signed_in(desk, request, known, chosen.key, local_address(arrived.after))


async def _receive(desk: Desk, request: Request, provider: Provider, arrived: Arrived) -> HTTPResponse:
    after = local_address(arrived.after)
    is_invited = after.startswith(JOIN)
    if not is_invited and not desk.services.is_open:
        return refused(desk, request, Refusal.NOT_INVITED, provider)
    secret = await desk.services.store.people.receive(Newcomer(arrived.identity, provider.key))
    if secret is None:
        return refused(desk, request, Refusal.TOO_MANY, provider)
    answer = redirect(after if is_invited else SIGN_UP, status=303)
    desk.arrival.give(answer, secret, NEWCOMER_MS // 1000)
    return answer


async def signed_in(
    desk: Desk, request: Request, who: Membership, way: str, after: str, *, goes_on: bool = False
) -> HTTPResponse:
    """A new session in place of the one before, and on to where they were going; `goes_on` as `SessionStore` says."""
    session, sessions = session_of(request), desk.services.store.sessions
    old = session.id if session else None
    secret = await sessions.begin(who.person, who.account, way, old, goes_on=goes_on)
    did = Deed.CAME_OVER if goes_on else Deed.SIGNED_IN
    await note(desk, By(name_of(who.person), who.account), did, what=f"by {way}")
    answer = redirect(after, status=303)
    desk.cookie.give(answer, secret, SESSION_MS // 1000)
    desk.arrival.take(answer)
    return answer


def refused(desk: Desk, request: Request, why: Refusal, provider: Provider | None = None) -> HTTPResponse:
    """The page that says why not, and what to do."""
    status, said, advice = why.value
    label = provider.label if provider else ""
    page = Page(session_of(request))
    said, advice = said.format(provider=label), advice.format(provider=label)
    return desk.renderer.page("refusal.html", page, status=status, said=said, advice=advice)
