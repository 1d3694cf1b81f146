"""One release before it is made: what it would change, in words, and the button that makes it.

Publishing, promoting, going back and switching off are alike in that. May not know how a release is made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.desk import Desk, framed
from web.form import field, number
from web.guard import subject_of
from web.pages.publishing import named, names, trail
from web.releasing import acting
from web.releasing.acting import Act, Order
from web.releasing.proposal import Proposal
from web.releasing.telling import Ending, first, tell
from web.releasing.works import BUSY, Work
from web.services import Environment, Unavailable
from web.store import SiteEntry

LONGEST_NOTE = 200

PATIENCE_S = 1.5
"""How long a browser waits for the end before it is shown how far it is."""

_Proposed = Proposal | Unavailable | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to make something live. `doing` is said while it goes on."""

    name: str
    doing: str
    act: Act
    propose: Callable[[Desk, SiteEntry, Environment, Request, int], Awaitable[_Proposed]]


async def _publishing(desk: Desk, entry: SiteEntry, where: Environment, request: Request, _: int) -> _Proposed:
    """The revision that was looked at, where a form says which."""
    revision = number(field(request, "revision")) or None
    definition = await desk.services.store.definition(entry.key, revision)
    return await desk.proposals.publish(entry, definition, where) if definition else None


async def _promoting(desk: Desk, entry: SiteEntry, where: Environment, request: Request, _: int) -> _Proposed:
    return await desk.proposals.promote(entry)


async def _restoring(desk: Desk, entry: SiteEntry, where: Environment, request: Request, old: int) -> _Proposed:
    return await desk.proposals.restore(entry, where, old)


async def _switching_off(desk: Desk, entry: SiteEntry, where: Environment, request: Request, _: int) -> _Proposed:
    return await desk.proposals.switch_off(entry, where)


PUBLISH = Kind("publish", "Publishing to", acting.publish, _publishing)
PROMOTE = Kind("promote", "Promoting to", acting.promote, _promoting)
RESTORE = Kind("restore", "Going back in", acting.restore, _restoring)
OFF = Kind("off", "Switching experiments off in", acting.switch_off, _switching_off)


async def review_publishing(desk: Desk, request: Request, site: str, environment: str) -> HTTPResponse:
    """What publishing the newest revision would change."""
    return await _review(desk, request, PUBLISH, site, environment)


async def publish(desk: Desk, request: Request, site: str, environment: str) -> HTTPResponse:
    """Publish the revision that was looked at."""
    return await _confirm(desk, request, PUBLISH, site, environment)


async def review_promotion(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """What staging's release would change for visitors."""
    return await _review(desk, request, PROMOTE, site, Environment.PRODUCTION)


async def promote(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """Make the release of staging that was looked at what visitors load."""
    return await _confirm(desk, request, PROMOTE, site, Environment.PRODUCTION)


async def review_return(desk: Desk, request: Request, site: str, environment: str, release: str) -> HTTPResponse:
    """What going back to an earlier release would change."""
    return await _review(desk, request, RESTORE, site, environment, number(release))


async def go_back(desk: Desk, request: Request, site: str, environment: str, release: str) -> HTTPResponse:
    """Bring the content of an earlier release back."""
    return await _confirm(desk, request, RESTORE, site, environment, number(release))


async def review_off(desk: Desk, request: Request, site: str, environment: str) -> HTTPResponse:
    """What switching off would end."""
    return await _review(desk, request, OFF, site, environment)


async def switch_off(desk: Desk, request: Request, site: str, environment: str) -> HTTPResponse:
    """Show everybody the original."""
    return await _confirm(desk, request, OFF, site, environment)


async def _review(desk: Desk, request: Request, kind: Kind, site: str, environment: str, old: int = 0) -> HTTPResponse:
    entry, where = await desk.site(site), named(environment)
    proposal = await kind.propose(desk, entry, where, request, old) if entry and where else None
    if entry is None or proposal is None:
        return desk.renderer.refusal(404, framed(request))
    return await _page(desk, request, kind, entry, proposal)


async def _confirm(desk: Desk, request: Request, kind: Kind, site: str, environment: str, old: int = 0) -> HTTPResponse:
    entry, where = await desk.site(site), named(environment)
    proposal = await kind.propose(desk, entry, where, request, old) if entry and where else None
    if entry is None or where is None or proposal is None:
        return desk.renderer.refusal(404, framed(request))
    if isinstance(proposal, Unavailable):
        return await _page(desk, request, kind, entry, proposal, status=503)
    trouble, status = _trouble(request, kind, proposal)
    if trouble:
        return await _page(desk, request, kind, entry, proposal, status=status, trouble=trouble)
    order = Order(entry, proposal, subject_of(request), field(request, "note").strip())
    work = desk.works.begin(entry.key, order.by, f"{kind.doing} {where}", _carrying_out(desk, kind, order))
    if work is None:
        busy = f"{BUSY}, then look again."
        return await _page(desk, request, kind, entry, proposal, status=409, trouble=busy)
    return await _answer(desk, request, kind, order, work, old)


async def _answer(desk: Desk, request: Request, kind: Kind, order: Order, work: Work, old: int) -> HTTPResponse:
    """Where it is over soon and came to nothing, the proposal once more, as things are by now."""
    if await work.ended(PATIENCE_S) and work.ending is not None and not work.ending.is_live:
        again = await kind.propose(desk, order.entry, order.environment, request, old)
        shown = again or order.proposal
        return await _page(desk, request, kind, order.entry, shown, status=409, ending=work.ending)
    return redirect(f"/sites/{order.entry.key}/publishing?work={work.id}", status=303)


def _carrying_out(desk: Desk, kind: Kind, order: Order) -> Callable[[Work], Awaitable[Ending]]:
    async def carry_out(work: Work) -> Ending:
        return tell(await kind.act(desk.services, order, work.is_live), order.environment)

    return carry_out


def _trouble(request: Request, kind: Kind, proposal: Proposal) -> tuple[str, int]:
    """Why it is not done, and the status; nothing where it is."""
    if proposal.is_refused or proposal.foreign:
        return proposal.foreign or "Nothing was published: first mend what is listed below.", 422
    if number(field(request, "after")) != proposal.after and proposal.is_new:
        return _overtaken(proposal), 409
    if kind is PROMOTE and proposal.source and number(field(request, "number")) != proposal.source.number:
        by = f" by {proposal.source.by}" if proposal.source.by else ""
        return f"Staging has release {proposal.source.number}{by} by now. Look at it, then promote it.", 409
    if proposal.anew and field(request, "sure") != "yes":
        return "Visitors would move. Say below that you know, or leave things as they are.", 422
    if len(field(request, "note")) > LONGEST_NOTE:
        return f"A note has {LONGEST_NOTE} letters at most.", 422
    return "", 200


def _overtaken(proposal: Proposal) -> str:
    if proposal.live is None:
        return "Things have changed since you looked. See what it would change now, then confirm again."
    return first(proposal.live, proposal.environment)


async def _page(
    desk: Desk,
    request: Request,
    kind: Kind,
    entry: SiteEntry,
    proposal: Proposal | Unavailable,
    *,
    status: int = 200,
    trouble: str = "",
    ending: Ending | None = None,
) -> HTTPResponse:
    known = await names(desk, entry)
    values: Mapping[str, object] = {
        "entry": entry,
        "kind": kind.name,
        "names": known,
        "trouble": trouble,
        "ending": ending,
        "typed": field(request, "note"),
        "most": LONGEST_NOTE,
    }
    here = (_TITLES[kind.name], request.path)
    frame = framed(request, *await trail(desk, entry), here)
    if isinstance(proposal, Unavailable):
        return desk.renderer.page("release_unavailable.html", frame, status=503, entry=entry, why=proposal.why)
    return desk.renderer.page("release.html", frame, status=status, proposal=proposal, **values)


_TITLES = {"publish": "Publish", "promote": "Promote", "restore": "Roll back", "off": "Switch off"}
