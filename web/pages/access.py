"""Which programs may read or write a site's definition: their tokens made, listed and taken back.

A token's secret is shown once, in answer to the form that made it. May not know what programs do with it.
"""

from __future__ import annotations

from sanic import Request
from sanic.response import HTTPResponse, redirect

from web.api.store import DAYS, MOST_TOKENS
from web.audit.line import Deed
from web.audit.noting import by, note
from web.desk import Desk, framed
from web.form import field, number
from web.guard import subject_of
from web.notices import Notice
from web.store import SiteEntry

_LONGEST_NAME = 40


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """Every token of the site."""
    entry = await desk.site(site)
    if entry is None:
        return desk.renderer.refusal(404, framed(request))
    return await _listed(desk, request, entry, notice=Notice.of(request.args.get("did")))


async def create(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """Make a token and show it, this once."""
    entry = await desk.site(site)
    if entry is None:
        return desk.renderer.refusal(404, framed(request))
    name, days, scope = field(request, "name").strip(), field(request, "days"), field(request, "scope")
    mistake = _mistake(name, days, scope)
    if mistake:
        return await _listed(desk, request, entry, status=422, trouble=mistake)
    secret = await desk.services.store.api.create(
        entry.key, name, may_write=scope == "write", days=int(days), by=subject_of(request)
    )
    if secret is None:
        full = f"A site has {MOST_TOKENS} tokens at most. Take one back that is no longer used."
        return await _listed(desk, request, entry, status=422, trouble=full)
    await note(desk, by(request), Deed.LET_IN, site=entry.key, what=f"{name}, to {scope}")
    return await _listed(desk, request, entry, secret=secret)


async def revoke(desk: Desk, request: Request, site: str, id: str) -> HTTPResponse:  # noqa: A002 - the path's word
    """Take a token back; whoever has it is refused from now on."""
    entry = await desk.site(site)
    name = await desk.services.store.api.revoke(entry.key, number(id)) if entry else None
    if entry is None or name is None:
        return desk.renderer.refusal(404, framed(request))
    await note(desk, by(request), Deed.SHUT_OUT, site=entry.key, what=name)
    return redirect(f"/sites/{entry.key}/access?did={Notice.REVOKED.name.lower()}", status=303)


def _mistake(name: str, days: str, scope: str) -> str:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        return f"Say in up to {_LONGEST_NAME} letters what the token is for, such as the name of the repository."
    if days not in map(str, DAYS) or scope not in ("read", "write"):
        return "Choose what the token may do, and for how long."
    return ""


async def _listed(
    desk: Desk,
    request: Request,
    entry: SiteEntry,
    *,
    status: int = 200,
    notice: Notice | None = None,
    trouble: str = "",
    secret: str = "",
) -> HTTPResponse:
    meaning = await desk.definitions.meaning(entry)
    trail = (meaning.site.name if meaning else entry.key, f"/sites/{entry.key}"), ("Access", request.path)
    return desk.renderer.page(
        "access.html",
        framed(request, *trail),
        status=status,
        entry=entry,
        tokens=await desk.services.store.api.tokens(entry.key),
        now_ms=int(desk.services.clock() * 1000),
        days=DAYS,
        web_url=desk.services.web_url.rstrip("/"),
        notice=notice,
        trouble=trouble,
        secret=secret,
    )
