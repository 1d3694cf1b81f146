"""One experiment as a form: what its file says, findings beside the fields, saving.

The file is what engineers keep as YAML: only what was changed in a field is written anew. May not know how.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from difflib import unified_diff

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import rewritten
from domain.experiment import Status
from web.audit.line import Deed
from web.audit.noting import by, note
from web.composing.acting import acted
from web.composing.audience import FIELDS, Chosen
from web.composing.beside import Beside, beside
from web.composing.effects import BY_KEY, EFFECTS, NOTHING
from web.composing.files import file_of, named_in, said_in
from web.composing.life import phase_of
from web.composing.typed import Typed, typed_from, typed_of
from web.composing.wanted import wanted
from web.desk import Desk, framed
from web.form import field, fields, number
from web.guard import subject_of
from web.notices import Notice
from web.store import Definition, Overtaken, SiteEntry

NOT_IN_PLACE = (
    "This cannot be written into the file without changing what else it says, because the file shares values by name "
    "(aliases) or was written by other means. Change it in the text of the definition."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """An experiment as somebody opened it: the revision, the file, what it says."""

    entry: SiteEntry
    key: str
    definition: Definition
    file: str
    said: dict[str, Plain]

    @property
    def address(self) -> str:
        """Of the form."""
        return f"/sites/{self.entry.key}/experiments/{self.key}/edit"

    @property
    def text(self) -> str:
        """The file."""
        return self.definition.files[self.file]

    def with_text(self, text: str) -> dict[str, str]:
        """The definition with another text of the file."""
        return {**self.definition.files, self.file: text}


@dataclass(frozen=True, slots=True)
class Unread:
    """An experiment whose file cannot be read, so that only its text can be shown."""

    entry: SiteEntry
    file: str


async def show(desk: Desk, request: Request, site: str, experiment: str) -> HTTPResponse:
    """The form, with everything that is to be said about the newest revision."""
    opened = await open_experiment(desk, site, experiment)
    if not isinstance(opened, Opened):
        return not_a_form(desk, request, opened)
    return await _form(desk, request, opened, typed_of(opened.said), opened.text)


async def submit(desk: Desk, request: Request, site: str, experiment: str) -> HTTPResponse:
    """Check or save, or one row more or fewer, by the button that was pressed."""
    opened = await open_experiment(desk, site, experiment, number(field(request, "revision")))
    if not isinstance(opened, Opened):
        return not_a_form(desk, request, opened)
    typed = typed_from(fields(request), leaves_arms=typed_of(opened.said).leaves_arms)
    if (after := acted(typed, field(request, "action"))) is not None:
        text = await asyncio.to_thread(_written, opened, after)
        return await _form(desk, request, opened, after, text or opened.text)
    text = await asyncio.to_thread(_written, opened, typed, anew=field(request, "action") == "new-phase")
    if text is None:
        return await _form(desk, request, opened, typed, opened.text, status=409, trouble=NOT_IN_PLACE)
    if field(request, "action") == "check":
        return await _form(desk, request, opened, typed, text)
    return await _save(desk, request, opened, typed, text)


async def _save(desk: Desk, request: Request, opened: Opened, typed: Typed, text: str) -> HTTPResponse:
    newest = await desk.services.store.definition(opened.entry.key)
    if newest is None:
        return desk.renderer.refusal(404, framed(request))
    theirs = newest.files.get(opened.file, "")
    if theirs not in (opened.text, text) and field(request, "action") != "save-over":
        trouble = f"Not saved: revision {newest.revision} changed this experiment after you opened it."
        difference = _difference(opened.text, theirs)
        return await _form(
            desk, request, opened, typed, text, status=409, trouble=trouble, theirs=difference, newest=newest.revision
        )
    files = {**newest.files, opened.file: text}
    said = beside(files, opened.file, await desk.definitions.check(opened.entry, files))
    if said.errors and field(request, "action") not in ("save-anyway", "save-over"):
        trouble = "Not saved yet: first mend what is said below, or save it as it is and go on later."
        return await _form(desk, request, opened, typed, text, status=422, trouble=trouble, said=said)
    saved = await desk.services.store.save_definition(opened.entry.key, files, subject_of(request), newest.revision)
    if isinstance(saved, Overtaken):
        trouble = f"Not saved: revision {saved.revision} was saved just now. Save again to go on from it."
        return await _form(desk, request, opened, typed, text, status=409, trouble=trouble)
    if saved.revision != newest.revision:
        await note(desk, by(request), Deed.EDITED, site=opened.entry.key, revision=saved.revision, what=opened.key)
    notice = Notice.SAVED if saved.revision != newest.revision else Notice.UNCHANGED
    return redirect(f"{opened.address}?did={notice.name.lower()}", status=303)


async def _form(
    desk: Desk,
    request: Request,
    opened: Opened,
    typed: Typed,
    text: str,
    *,
    status: int = 200,
    trouble: str = "",
    said: Beside | None = None,
    theirs: tuple[str, ...] = (),
    newest: int = 0,
) -> HTTPResponse:
    files = opened.with_text(text)
    if said is None:
        said = beside(files, opened.file, await desk.definitions.check(opened.entry, files))
    meaning = await desk.definitions.meaning(opened.entry)
    place = f"/sites/{opened.entry.key}"
    trail = (
        (meaning.site.name if meaning else opened.entry.key, place),
        ("Experiments", f"{place}/experiments"),
        (typed.name or opened.key, opened.address),
    )
    return desk.renderer.page(
        "composing.html",
        framed(request, *trail),
        status=status,
        opened=opened,
        typed=typed,
        said=said.shown(typed),
        statuses=[each.value for each in Status],
        goals=named_in(files, "goals"),
        audiences=named_in(files, "audiences"),
        layers=named_in(files, "layers"),
        asked=FIELDS,
        chosen=Chosen,
        effects=(NOTHING, *EFFECTS),
        by_key={**BY_KEY, NOTHING.key: NOTHING},
        phase=phase_of(opened.said),
        notice=Notice.of(request.args.get("did")),
        trouble=trouble,
        theirs=theirs,
        newest=newest,
    )


def _written(opened: Opened, typed: Typed, *, anew: bool = False) -> str | None:
    """The file with what was typed; `anew` begins the experiment's next phase."""
    new = wanted(opened.said, typed, phase=phase_of(opened.said) + 1 if anew else None)
    return rewritten(opened.text, new)


def _difference(before: str, after: str) -> tuple[str, ...]:
    return tuple(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]


async def open_experiment(
    desk: Desk, site: str, experiment: str, revision: int | None = None
) -> Opened | Unread | None:
    """The experiment in a revision, the newest where none is named."""
    entry = await desk.site(site)
    definition = await desk.services.store.definition(entry.key, revision) if entry else None
    found = await asyncio.to_thread(_read, definition, experiment) if definition else None
    if entry is None or definition is None or found is None:
        return None
    file, said = found
    return Unread(entry, file) if said is None else Opened(entry, experiment, definition, file, said)


def _read(definition: Definition, experiment: str) -> tuple[str, dict[str, Plain] | None] | None:
    """The experiment's file, and what it says where that can be read; None where there is none."""
    file = file_of(definition.files, experiment)
    return None if file is None else (file, said_in(definition.files, file))


def not_a_form(desk: Desk, request: Request, found: Unread | None) -> HTTPResponse:
    """Its text where its file cannot be read; where it is not there, that."""
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    return redirect(f"/sites/{found.entry.key}/definition?file={found.file}", status=303)
