"""A site's definition read and written by programs, file for file and byte for byte.

Whoever writes says which revision it goes on from, so that nobody's work is overwritten unseen. What has errors is
not taken. May not know how texts are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct
from sanic import Request
from sanic.response import HTTPResponse

from config_compiler.checking import Rejected
from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.render.report import as_json
from config_compiler.source import SITE_FILE, is_experiment_file, is_test_file, start_of
from web.api.answers import Problem, answer, refuse
from web.api.store import Token
from web.audit.line import Deed
from web.audit.noting import By, note
from web.desk import Desk
from web.store import Definition, Overtaken, SiteEntry

MOST_FILES = 1000

_TAG = re.compile(r'"([1-9][0-9]{0,15})"')
_COMMIT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/+-]{0,79}")
_LONGEST_NAME = 200


class _Sent(Struct, forbid_unknown_fields=True):
    files: dict[str, str]
    commit: str = ""


async def read(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The newest revision, with its ETag."""
    entry = await desk.site(site)
    if entry is not None and entry.revision and request.headers.get("if-none-match") == (tag := _tag(entry.revision)):
        return HTTPResponse(status=304, headers={"etag": tag})
    definition = await desk.services.store.definition(entry.key) if entry else None
    if definition is None:
        return refuse(Problem.NOT_FOUND)
    edited = await desk.services.store.api.edited(definition.site, definition.revision)
    said = {
        "site": definition.site,
        "revision": definition.revision,
        "edited": edited,
        "saved_by": definition.saved_by,
        "saved_ms": definition.saved_ms,
        "files": dict(definition.files),
    }
    return answer(said, headers={"etag": _tag(definition.revision)})


async def write(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """A new revision, if the newest is still the one that the program went on from."""
    found = await _newest(desk, site)
    if found is None:
        return refuse(Problem.NOT_FOUND)
    entry, newest = found
    sent = _sent(request.body)
    if isinstance(sent, str):
        return refuse(Problem.MALFORMED, sent)
    condition = _TAG.fullmatch(request.headers.get("if-match", ""))
    if condition is None:
        return refuse(Problem.NO_CONDITION)
    if int(condition[1]) != newest.revision:
        return _overtaken(newest.revision)
    if sent.files == newest.files:
        return _saved(entry, newest.revision, changed=False)
    findings = await _errors(desk, entry, sent.files)
    if findings:
        return refuse(Problem.REJECTED, "", findings=[as_json(finding) for finding in findings])
    return await _save(desk, request.ctx.token, entry, newest, sent)


async def _save(desk: Desk, token: Token, entry: SiteEntry, newest: Definition, sent: _Sent) -> HTTPResponse:
    by = f"{token.name}, pushed from {sent.commit}" if sent.commit else f"{token.name}, pushed"
    saved = await desk.services.store.save_definition(entry.key, sent.files, by, newest.revision, pushed=True)
    if isinstance(saved, Overtaken):
        return _overtaken(saved.revision)
    await note(desk, By(by, entry.account), Deed.PUSHED, site=entry.key, revision=saved.revision)
    return _saved(entry, saved.revision, changed=True)


async def _newest(desk: Desk, site: str) -> tuple[SiteEntry, Definition] | None:
    entry = await desk.site(site)
    definition = await desk.services.store.definition(entry.key) if entry else None
    return (entry, definition) if entry and definition else None


async def _errors(desk: Desk, entry: SiteEntry, files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Why it could not be published from here; nothing where it could."""
    meant = await desk.definitions.understand(entry, files)
    if isinstance(meant, Rejected):
        return meant.findings
    if meant.site.key == entry.key:
        return ()
    message = f"the definition says site: {meant.site.key}, but this is {entry.key}, and a site keeps its key"
    return (Finding(Code.E105, message, start_of(SITE_FILE), hint=f"write site: {entry.key}"),)


def _sent(body: bytes) -> _Sent | str:
    """What was sent, or what is wrong with it."""
    try:
        sent = msgspec.json.decode(body, type=_Sent)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return f"the body is not a definition: {error}"
    if SITE_FILE not in sent.files:
        return f"a definition has a file {SITE_FILE}"
    if len(sent.files) > MOST_FILES:
        return f"a definition has {MOST_FILES} files at most"
    if sent.commit and not _COMMIT.fullmatch(sent.commit):
        return "commit is the name of a commit, of letters, digits, . _ / + and -"
    wrong = next((name for name, text in sent.files.items() if not _fits(name, text)), None)
    return sent if wrong is None else f"{wrong!r} is not a file of a definition, or holds a NUL"


def _fits(name: str, text: str) -> bool:
    """No name leads out of the folder, and every text comes back from any database as it went in."""
    ours = name == SITE_FILE or is_experiment_file(name) or is_test_file(name)
    return ours and name.isprintable() and len(name) <= _LONGEST_NAME and "\0" not in text


def _saved(entry: SiteEntry, revision: int, *, changed: bool) -> HTTPResponse:
    return answer({"site": entry.key, "revision": revision, "changed": changed}, headers={"etag": _tag(revision)})


def _overtaken(revision: int) -> HTTPResponse:
    return refuse(
        Problem.OVERTAKEN, f"the definition is at revision {revision} by now; read it again", revision=revision
    )


def _tag(revision: int) -> str:
    return f'"{revision}"'
