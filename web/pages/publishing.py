"""How a site stands in staging and in production, side by side: what is live, what would change, what went live before.

May not know how a release is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sanic import Request
from sanic.response import HTTPResponse

from domain.names import ExperimentKey
from web.desk import Desk, framed
from web.form import number
from web.releasing.chronicle import Chapter, chapter
from web.releasing.proposal import Proposal
from web.releasing.standing import standing
from web.releasing.works import Step
from web.services import Environment, ReleaseLog, Unavailable
from web.store import Definition, SiteEntry

Trail = tuple[tuple[str, str], ...]


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The site's page of releases."""
    entry = await desk.site(site)
    if entry is None:
        return desk.renderer.refusal(404, framed(request))
    definition = await desk.services.store.definition(entry.key)
    places = await asyncio.gather(
        *(standing(desk.services.publisher, desk.contents, each, entry.key) for each in Environment)
    )
    staging, production = places
    proposed, promotion = await asyncio.gather(_proposed(desk, entry, definition), desk.proposals.promote(entry))
    return desk.renderer.page(
        "publishing.html",
        framed(request, *await trail(desk, entry)),
        entry=entry,
        definition=definition,
        staging=staging,
        production=production,
        proposed=proposed,
        promotion=promotion,
        chapters=[
            (each.environment, each.why, await _chapter(desk, entry, each.environment, each.log)) for each in places
        ],
        work=desk.works.find(entry.key, request.args.get("work", "")),
        steps=tuple(Step),
        cdn_base=desk.services.cdn_base,
        names=await names(desk, entry),
    )


async def history(desk: Desk, request: Request, site: str, environment: str) -> HTTPResponse:
    """Every release of one environment, some at a time."""
    entry, where = await desk.site(site), named(environment)
    if entry is None or where is None:
        return desk.renderer.refusal(404, framed(request))
    log = await desk.services.publisher.log(where, entry.key)
    before = number(request.args.get("before", "")) or None
    why = log.why if isinstance(log, Unavailable) else ""
    listed = ReleaseLog() if isinstance(log, Unavailable) else log
    here = (f"Releases in {where}", request.path)
    return desk.renderer.page(
        "releases.html",
        framed(request, *await trail(desk, entry), here),
        entry=entry,
        environment=where,
        why=why,
        found=await _chapter(desk, entry, where, listed, before),
        is_newest=before is None,
        names=await names(desk, entry),
    )


async def progress(desk: Desk, request: Request, site: str, work: str) -> HTTPResponse:
    """How far a release is: the part of the page that changes. Once it is over, the whole page is asked for anew."""
    entry = await desk.site(site)
    found = desk.works.find(entry.key, work) if entry else None
    if entry is None or found is None:
        return desk.renderer.refusal(404, framed(request))
    answer = desk.renderer.page("progress.html", framed(request), entry=entry, work=found, steps=tuple(Step))
    if found.ending is not None:
        answer.headers["hx-refresh"] = "true"
    return answer


async def trail(desk: Desk, entry: SiteEntry) -> Trail:
    """The way to the page of releases."""
    meaning = await desk.definitions.meaning(entry)
    name = meaning.site.name if meaning else entry.key
    return ((name, f"/sites/{entry.key}"), ("Publishing", f"/sites/{entry.key}/publishing"))


async def names(desk: Desk, entry: SiteEntry) -> Mapping[ExperimentKey, str]:
    """What experiments are called, by key."""
    meaning = await desk.definitions.meaning(entry)
    return {x.key: x.name for x in meaning.site.experiments} if meaning else {}


def named(environment: str) -> Environment | None:
    """The environment that an address names."""
    return next((each for each in Environment if each.value == environment), None)


async def _proposed(desk: Desk, entry: SiteEntry, definition: Definition | None) -> Proposal | Unavailable | None:
    return await desk.proposals.publish(entry, definition, Environment.STAGING) if definition else None


async def _chapter(
    desk: Desk, entry: SiteEntry, environment: Environment, log: ReleaseLog, before: int | None = None
) -> Chapter:
    return await chapter(desk.contents, environment, entry.key, log, before)
