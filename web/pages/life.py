"""Starting, pausing, stopping, shipping, copying and taking out an experiment, each with what it does to visitors.

May not know how a file says it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.rewriting.rewriting import Wanted, rewritten
from domain.experiment import Status
from web.audit.line import Deed
from web.audit.noting import by, note
from web.composing.beside import Beside, beside
from web.composing.files import keys_in
from web.composing.life import STEPS, Act, copied, phase_of, shippable, shipped, status_of, with_status
from web.composing.patterns import key_for
from web.composing.typed import typed_of
from web.desk import Desk, framed
from web.form import field
from web.guard import subject_of
from web.notices import Notice
from web.pages.composing import NOT_IN_PLACE, Opened, not_a_form, open_experiment
from web.starter import experiment_file
from web.store import Overtaken

_OVERTAKEN = "Nothing was done: the definition was changed meanwhile. Look at what it says now, and press again."

_DID = {Act.START: Deed.STARTED, Act.PAUSE: Deed.PAUSED, Act.STOP: Deed.STOPPED}


@dataclass(frozen=True, slots=True)
class Done:
    """The files after an act, where the browser goes on, and what it says there."""

    files: dict[str, str]
    checked: str | None
    """The file in which nothing may be wrong then; None where none may be looked at."""
    address: str
    notice: Notice
    did: Deed
    what: str
    """What that is about, as the audit log names it."""


async def show(desk: Desk, request: Request, site: str, experiment: str) -> HTTPResponse:
    """What can be done, and what it would mean."""
    opened = await open_experiment(desk, site, experiment)
    if not isinstance(opened, Opened):
        return not_a_form(desk, request, opened)
    return await _page(desk, request, opened)


async def act(desk: Desk, request: Request, site: str, experiment: str) -> HTTPResponse:
    """Do it, as a new revision; visitors see it once that is published."""
    opened = await open_experiment(desk, site, experiment)
    if not isinstance(opened, Opened):
        return not_a_form(desk, request, opened)
    if field(request, "revision") != str(opened.definition.revision):
        return await _page(desk, request, opened, status=409, trouble=_OVERTAKEN)
    done = await asyncio.to_thread(_done, request, opened)
    if done is None:
        return await _page(desk, request, opened, status=422, trouble=NOT_IN_PLACE)
    said = beside(done.files, opened.file, await desk.definitions.check(opened.entry, done.files))
    if done.checked and said.errors:
        trouble = "Nothing was done: it would not be right then, as is said below."
        return await _page(desk, request, opened, status=422, trouble=trouble, said=said)
    saved = await desk.services.store.save_definition(
        opened.entry.key, done.files, subject_of(request), opened.definition.revision
    )
    if isinstance(saved, Overtaken):
        return await _page(desk, request, opened, status=409, trouble=_OVERTAKEN)
    await note(desk, by(request), done.did, site=opened.entry.key, revision=saved.revision, what=done.what)
    return redirect(f"{done.address}?did={done.notice.name.lower()}", status=303)


def _done(request: Request, opened: Opened) -> Done | None:
    """None where the file cannot say it, or the act is none, or not one of this status."""
    wish, status = field(request, "act"), status_of(opened.said)
    step = next((each for each in STEPS if each.act.value == wish and status in each.of), None)
    if step is not None:
        checked = opened.file if step.becomes is Status.RUNNING else None
        return _changed(opened, with_status(opened.said, step.becomes), step.notice, checked, _DID[step.act])
    winner = field(request, "winner")
    if wish == Act.SHIP.value and winner in shippable(opened.said):
        new = shipped(opened.said, winner, everybody=field(request, "whom") == "everybody")
        return _changed(opened, new, Notice.SHIPPED, opened.file, Deed.SHIPPED, f"{opened.key}: {winner}")
    if wish == Act.COPY.value:
        return _copy(opened)
    if wish == Act.REMOVE.value and status in (Status.DRAFT, Status.STOPPED):
        files = {name: text for name, text in opened.definition.files.items() if name != opened.file}
        return Done(files, None, f"/sites/{opened.entry.key}/experiments", Notice.REMOVED, Deed.TAKEN_OUT, opened.key)
    return None


def _changed(
    opened: Opened, new: dict[str, Wanted], notice: Notice, checked: str | None, did: Deed, what: str = ""
) -> Done | None:
    text = rewritten(opened.text, new)
    if text is None:
        return None
    return Done(
        opened.with_text(text), checked, opened.address.removesuffix("edit") + "life", notice, did, what or opened.key
    )


def _copy(opened: Opened) -> Done | None:
    name = f"Copy of {typed_of(opened.said).name or opened.key}"
    key = key_for(f"{opened.key}-copy", keys_in(opened.definition.files))
    text = rewritten(opened.text, copied(opened.said, key, name))
    if text is None:
        return None
    files = {**opened.definition.files, experiment_file(key): text}
    return Done(
        files,
        None,
        f"/sites/{opened.entry.key}/experiments/{key}/edit",
        Notice.COPIED,
        Deed.COPIED,
        f"{opened.key} as {key}",
    )


async def _page(
    desk: Desk, request: Request, opened: Opened, *, status: int = 200, trouble: str = "", said: Beside | None = None
) -> HTTPResponse:
    meaning = await desk.definitions.meaning(opened.entry)
    place = f"/sites/{opened.entry.key}"
    name = typed_of(opened.said).name or opened.key
    trail = (
        (meaning.site.name if meaning else opened.entry.key, place),
        ("Experiments", f"{place}/experiments"),
        (name, f"{place}/experiments/{opened.key}/life"),
    )
    now = status_of(opened.said)
    return desk.renderer.page(
        "life.html",
        framed(request, *trail),
        status=status,
        opened=opened,
        name=name,
        now=now,
        steps=[step for step in STEPS if now in step.of],
        winners=shippable(opened.said),
        weights=typed_of(opened.said).arms,
        phase=phase_of(opened.said),
        may_remove=now in (Status.DRAFT, Status.STOPPED),
        said=said,
        notice=Notice.of(request.args.get("did")),
        trouble=trouble,
    )
