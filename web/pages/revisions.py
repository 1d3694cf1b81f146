"""The revisions of a site's definition: who saved them, what each changed, and the way back to one.

May not know how a difference is put into words.
"""

from __future__ import annotations

import asyncio

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.compiler import Checked
from web.audit.line import Deed
from web.audit.noting import by, note
from web.composing.revising import SITE, Told, files_told, told
from web.desk import Desk, framed
from web.form import field, number
from web.guard import subject_of
from web.notices import Notice
from web.store import Definition, Overtaken, SiteEntry

SHOWN = 25
"""Revisions on one page."""


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The newest; `?before=N` shows those before it."""
    entry = await desk.site(site)
    if entry is None:
        return desk.renderer.refusal(404, framed(request))
    before = number(request.args.get("before", "")) or None
    rows = await desk.services.store.revisions(entry.key, before, SHOWN + 1)
    trail = await _trail(desk, entry)
    return desk.renderer.page(
        "revisions.html",
        framed(request, *trail),
        entry=entry,
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].revision if len(rows) > SHOWN else None,
        notice=Notice.of(request.args.get("did")),
    )


async def show_one(desk: Desk, request: Request, site: str, revision: str) -> HTTPResponse:
    """What it changed; `?beside=M` compares it with another one."""
    found = await _open(desk, site, revision)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    return await _one(desk, request, *found)


async def restore(desk: Desk, request: Request, site: str, revision: str) -> HTTPResponse:
    """Save it anew, as the newest; nothing is forgotten."""
    found = await _open(desk, site, revision)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    entry, definition = found
    newest = number(field(request, "newest"))
    saved = await desk.services.store.save_definition(entry.key, definition.files, subject_of(request), newest)
    if isinstance(saved, Overtaken):
        trouble = f"Nothing was restored: revision {saved.revision} was saved meanwhile. Look at it, and press again."
        return await _one(desk, request, entry, definition, status=409, trouble=trouble)
    if saved.revision != newest:
        what = f"revision {definition.revision}"
        await note(desk, by(request), Deed.RESTORED, site=entry.key, revision=saved.revision, what=what)
    notice = Notice.RESTORED if saved.revision != newest else Notice.UNCHANGED
    return redirect(f"/sites/{entry.key}/revisions?did={notice.name.lower()}", status=303)


async def _one(
    desk: Desk, request: Request, entry: SiteEntry, definition: Definition, *, status: int = 200, trouble: str = ""
) -> HTTPResponse:
    asked = number(request.args.get("beside", "")) or definition.revision - 1
    other = await desk.services.store.definition(entry.key, asked) if asked > 0 else None
    newest = await desk.site(entry.key) or entry
    address = f"/sites/{entry.key}/revisions/{definition.revision}"
    # Whichever is older comes first, so that what is green came later.
    first, second = (other, definition) if asked < definition.revision else (definition, other)
    return desk.renderer.page(
        "revision.html",
        framed(request, *await _trail(desk, entry), (f"Revision {definition.revision}", address)),
        status=status,
        entry=newest,
        definition=definition,
        first=first,
        second=second,
        words=await _words(desk, entry, first, second),
        files=files_told(first.files if first else {}, second.files if second else {}),
        trouble=trouble,
    )


async def _words(
    desk: Desk, entry: SiteEntry, first: Definition | None, second: Definition | None
) -> list[tuple[str, list[Told]]] | None:
    """By what they are about, the site last; None where one of the two cannot be understood."""
    if first is None or second is None:
        return None
    before = await desk.definitions.checked(entry.key, first.revision)
    after = await desk.definitions.checked(entry.key, second.revision)
    if not (isinstance(before, Checked) and isinstance(after, Checked)):
        return None
    found: dict[str, list[Told]] = {}
    for each in await asyncio.to_thread(lambda: tuple(told(before.site, after.site))):
        found.setdefault(each.about, []).append(each)
    return sorted(found.items(), key=lambda group: (group[0] == SITE, group[0]))


async def _open(desk: Desk, site: str, revision: str) -> tuple[SiteEntry, Definition] | None:
    entry, asked = await desk.site(site), number(revision)
    definition = await desk.services.store.definition(entry.key, asked) if entry and asked else None
    return (entry, definition) if entry and definition else None


async def _trail(desk: Desk, entry: SiteEntry) -> tuple[tuple[str, str], ...]:
    meaning = await desk.definitions.meaning(entry)
    place = f"/sites/{entry.key}"
    return ((meaning.site.name if meaning else entry.key, place), ("Revisions", f"{place}/revisions"))
