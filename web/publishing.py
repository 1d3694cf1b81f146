"""From a saved definition to what visitors load: compile it beside what is live, then hand it to the publisher.

May not know where artifacts go.
"""

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.compiler import MissingModuleError, Rejected
from domain.site import Site
from web.desk import Desk
from web.notices import Notice
from web.services import AlreadyLive, Note, Published, PublishFailed, Unavailable
from web.store import Definition, SiteEntry


@dataclass(frozen=True, slots=True)
class Live:
    """Visitors load this definition now."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class NotPublished:
    """What was live still is; `why` says what to do."""

    why: str


async def publish(desk: Desk, entry: SiteEntry, definition: Definition, by: str) -> Live | Rejected | NotPublished:
    """Publish one saved revision."""
    live = await _live_site(desk, entry)
    if isinstance(live, Unavailable):
        return NotPublished(f"What is live now could not be read because {live.why}. Try again in a moment.")
    try:
        compiled = await desk.definitions.compile(definition, live)
    except MissingModuleError as error:
        return NotPublished(f"Leadbright is not whole: {error}.")
    if isinstance(compiled, Rejected):
        return compiled
    if compiled.site.key != entry.key:
        return NotPublished(
            f"The definition says site: {compiled.site.key}, but this is {entry.key}, and a site keeps its key. "
            f"Write site: {entry.key}."
        )
    note = Note(by=by, revision=str(definition.revision))
    match await desk.services.publisher.publish(compiled.artifacts, note):
        case PublishFailed(why):
            return NotPublished(why)
        case Published():
            notice = Notice.PUBLISHED
        case AlreadyLive():
            notice = Notice.ALREADY_LIVE
    await desk.services.store.note_published(entry.key, definition.revision, compiled.artifacts.digest)
    return Live(notice)


async def _live_site(desk: Desk, entry: SiteEntry) -> Site | Unavailable | None:
    """The site that visitors load; None where nothing is live, or where it was published from elsewhere."""
    release = await desk.services.publisher.live(entry.key)
    if release is None or isinstance(release, Unavailable):
        return release
    return await desk.definitions.published(entry) if release.digest == entry.published_digest else None
