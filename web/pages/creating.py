"""A new experiment from a pattern: a short form, checked by the compiler before anything is saved.

May not know what a pattern asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.finding import Finding
from web.audit.line import Deed
from web.audit.noting import by, note
from web.composing.beside import WHOLE, beside
from web.composing.files import keys_in, named_in
from web.composing.patterns import BY_KEY, PATTERNS, Pattern, file_text, key_for
from web.desk import Desk, framed
from web.form import field
from web.guard import subject_of
from web.notices import Notice
from web.starter import experiment_file
from web.store import Definition, Overtaken, SiteEntry

_TRIES = 3
"""How often it is saved anew where somebody else saves at the same time; a new file is in nobody's way."""

Said = Mapping[str, tuple[Finding, ...]]


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The patterns; with `?pattern=`, the questions of one."""
    found = await _open(desk, site)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    pattern = BY_KEY.get(request.args.get("pattern", ""))
    return await _asked(desk, request, found, pattern, {})


async def create(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """Write its file, as a draft, if the compiler has nothing against it."""
    found = await _open(desk, site)
    pattern = BY_KEY.get(field(request, "pattern"))
    if found is None or pattern is None:
        return desk.renderer.refusal(404, framed(request))
    answers = {each.name: field(request, each.name).strip() for each in pattern.questions}
    answers["primary"] = field(request, "primary")
    missing = {each.name for each in pattern.questions if each.needed and not answers[each.name]}
    if missing:
        return await _asked(desk, request, found, pattern, answers, missing=missing, status=422)
    for _ in range(_TRIES):
        entry, definition = found
        key = key_for(answers["name"], await asyncio.to_thread(keys_in, definition.files))
        file = experiment_file(key)
        files = {**definition.files, file: file_text(pattern, key, answers)}
        said = beside(files, file, await desk.definitions.check(entry, files))
        if said.errors:
            return await _asked(desk, request, found, pattern, answers, said=said.by_field, status=422)
        saved = await desk.services.store.save_definition(entry.key, files, subject_of(request), definition.revision)
        if not isinstance(saved, Overtaken):
            await note(desk, by(request), Deed.ADDED, site=entry.key, revision=saved.revision, what=key)
            return redirect(f"/sites/{entry.key}/experiments/{key}/edit?did={Notice.ADDED.name.lower()}", status=303)
        found = await _open(desk, site) or found
    return await _asked(desk, request, found, pattern, answers, busy=True, status=409)


async def _asked(
    desk: Desk,
    request: Request,
    found: tuple[SiteEntry, Definition],
    pattern: Pattern | None,
    answers: Mapping[str, str],
    *,
    said: Said | None = None,
    missing: set[str] | None = None,
    busy: bool = False,
    status: int = 200,
) -> HTTPResponse:
    entry, definition = found
    meaning = await desk.definitions.meaning(entry)
    place = f"/sites/{entry.key}"
    trail = ((meaning.site.name if meaning else entry.key, place), ("Experiments", f"{place}/experiments"))
    named = {each.name for each in pattern.questions} | {"primary"} if pattern else set()
    said = said or {}
    return desk.renderer.page(
        "creating.html",
        framed(request, *trail, ("New experiment", f"{place}/new-experiment")),
        status=status,
        entry=entry,
        patterns=PATTERNS,
        pattern=pattern,
        answers=answers,
        goals=named_in(definition.files, "goals"),
        said={name: _at(said, name) for name in named},
        rest=tuple(finding for name, each in said.items() if _question(name) not in named for finding in each),
        missing=missing or set(),
        busy=busy,
    )


def _at(said: Said, name: str) -> tuple[Finding, ...]:
    return tuple(finding for each, findings in said.items() if _question(each) == name for finding in findings)


def _question(name: str) -> str:
    """The question that a field of the experiment's form goes back to."""
    return {"audience": "audience.device", WHOLE: ""}.get(name, name)


async def _open(desk: Desk, site: str) -> tuple[SiteEntry, Definition] | None:
    entry = await desk.site(site)
    definition = await desk.services.store.definition(entry.key) if entry else None
    return (entry, definition) if entry and definition else None
