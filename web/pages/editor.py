"""The definition in a text editor: findings beside their lines, saving, publishing, adding an experiment.

Whatever is typed can be saved; only what compiles can be published. May not know what a finding means.
"""

from __future__ import annotations

from dataclasses import replace

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.compiler import Rejected
from config_compiler.finding import Finding
from config_compiler.source import SITE_FILE
from domain.names import ExperimentKey, GoalKey, is_key
from web.audit.line import Deed
from web.audit.noting import by, note
from web.desk import Desk, framed
from web.editing import FILE_FIELD, edited, open_files
from web.form import field, fields, number
from web.guard import session_of, subject_of
from web.notices import Notice
from web.permission import Permission
from web.publishing import Live, NotPublished, Unsettled, publish
from web.starter import NOT_A_KEY, experiment_file, new_experiment
from web.store import Definition, Overtaken, SiteEntry

_NO_GOAL = GoalKey("signup")
"""What a new experiment is judged by where the site cannot be read."""


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The newest revision, with everything that is to be said about it."""
    found = await _open(desk, site)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    entry, definition = found
    findings = await desk.definitions.check(entry, definition.files)
    return await _editor(desk, request, entry, definition, findings, notice=Notice.of(request.args.get("did")))


async def check(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """What is to be said about the text as it stands in the form: the parts of the page that change."""
    found = await _open(desk, site)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    entry, definition = found
    files = edited(definition.files, fields(request))
    findings = await desk.definitions.check(entry, files)
    return desk.renderer.page("findings.html", framed(request), files=open_files(files, findings), findings=findings)


async def submit(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """Check, save or publish, by the button that was pressed."""
    found = await _open(desk, site)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    entry, definition = found
    session, publishes = session_of(request), field(request, "action") == "publish"
    if publishes and not (session and session.may(Permission.PUBLISHES)):
        return desk.renderer.forbidden(framed(request))
    typed = replace(
        definition, files=edited(definition.files, fields(request)), revision=number(field(request, "revision"))
    )
    if field(request, "action") == "check":
        findings = await desk.definitions.check(entry, typed.files)
        return await _editor(desk, request, entry, typed, findings)
    kept = {name: text for name, text in typed.files.items() if text.strip() or name == SITE_FILE}
    saved = await desk.services.store.save_definition(entry.key, kept, subject_of(request), typed.revision)
    if isinstance(saved, Overtaken):
        return await _overtaken(desk, request, entry, typed, saved)
    if saved.revision != typed.revision:
        await note(desk, by(request), Deed.CHANGED, site=entry.key, revision=saved.revision)
    address = f"/sites/{entry.key}/definition"
    if not publishes:
        notice = Notice.SAVED if saved.revision != typed.revision else Notice.UNCHANGED
        return redirect(f"{address}?did={notice.name.lower()}", status=303)
    return await _publish(desk, request, entry, replace(typed, files=kept, revision=saved.revision))


async def add(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """A new experiment, as a draft in a file of its own."""
    found = await _open(desk, site)
    if found is None:
        return desk.renderer.refusal(404, framed(request))
    entry, definition = found
    key = field(request, "key").strip()
    mistake = _mistake(key, definition)
    if mistake is not None:
        findings = await desk.definitions.check(entry, definition.files)
        return await _editor(desk, request, entry, definition, findings, status=422, trouble=mistake)
    meaning = await desk.definitions.meaning(entry)
    goal = meaning.site.goals[0].key if meaning and meaning.site.goals else _NO_GOAL
    added = replace(
        definition, files={**definition.files, experiment_file(key): new_experiment(ExperimentKey(key), goal)}
    )
    saved = await desk.services.store.save_definition(entry.key, added.files, subject_of(request), definition.revision)
    if isinstance(saved, Overtaken):
        return await _overtaken(desk, request, entry, added, saved)
    await note(desk, by(request), Deed.ADDED, site=entry.key, revision=saved.revision, what=key)
    return redirect(
        f"/sites/{entry.key}/definition?did={Notice.ADDED.name.lower()}&file={experiment_file(key)}", status=303
    )


def _mistake(key: str, definition: Definition) -> str | None:
    if not is_key(key):
        return NOT_A_KEY
    taken = experiment_file(key) in definition.files
    return f"There is an experiment {key} already. Choose another key." if taken else None


async def _publish(desk: Desk, request: Request, entry: SiteEntry, definition: Definition) -> HTTPResponse:
    match await publish(desk, entry, definition, subject_of(request)):
        case Live(notice):
            return redirect(f"/sites/{entry.key}?did={notice.name.lower()}", status=303)
        case Rejected(findings):
            trouble = "Saved, but nothing was published: first mend what is listed below."
            return await _editor(desk, request, entry, definition, findings, status=422, trouble=trouble)
        case Unsettled(work):
            return redirect(f"/sites/{entry.key}/publishing?work={work.id}", status=303)
        case NotPublished(why):
            findings = await desk.definitions.check(entry, definition.files)
            trouble = f"Saved, but not published; visitors keep what they had. {why}"
            return await _editor(desk, request, entry, definition, findings, status=409, trouble=trouble)


async def _overtaken(
    desk: Desk, request: Request, entry: SiteEntry, typed: Definition, saved: Overtaken
) -> HTTPResponse:
    findings = await desk.definitions.check(entry, typed.files)
    trouble = (
        f"Not saved: revision {saved.revision} was saved after you opened this one. "
        "Copy what you changed, open the definition again, and put it in there."
    )
    return await _editor(desk, request, entry, typed, findings, status=409, trouble=trouble)


async def _editor(
    desk: Desk,
    request: Request,
    entry: SiteEntry,
    definition: Definition,
    findings: tuple[Finding, ...],
    *,
    status: int = 200,
    notice: Notice | None = None,
    trouble: str | None = None,
) -> HTTPResponse:
    meaning = await desk.definitions.meaning(entry)
    name = meaning.site.name if meaning else entry.key
    trail = ((name, f"/sites/{entry.key}"), ("Definition", f"/sites/{entry.key}/definition"))
    return desk.renderer.page(
        "definition.html",
        framed(request, *trail),
        status=status,
        entry=entry,
        definition=definition,
        files=open_files(definition.files, findings, request.args.get("file", "")),
        findings=findings,
        field=FILE_FIELD,
        notice=notice,
        trouble=trouble,
    )


async def _open(desk: Desk, site: str) -> tuple[SiteEntry, Definition] | None:
    entry = await desk.site(site)
    definition = await desk.services.store.definition(entry.key) if entry else None
    return (entry, definition) if entry and definition else None
