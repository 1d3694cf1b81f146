"""The list of sites, each with how many people came lately; and making a new one.

May not know what is on a site's own page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.source import SITE_FILE
from domain.experiment import Status
from domain.names import SiteKey, is_key
from domain.report import Days
from domain.site import Site
from web.audit.line import Deed
from web.audit.noting import by, note
from web.bars import Bars, draw_bars
from web.claiming import Claim, claim
from web.desk import Desk, framed
from web.form import field
from web.guard import account_of, subject_of
from web.services import Release, Unavailable
from web.starter import NOT_A_KEY, new_site
from web.store import Overtaken, SiteEntry
from web.together import together
from web.words import day_at

LATELY_DAYS = 14

_TAKEN = "There is a site {} already. Choose another key."
_UNKNOWN = "What is live cannot be read just now, so nobody can tell whether {} is free. Try again in a moment."

_FIELDS = ("key", "name", "domain", "timezone")


@dataclass(frozen=True, slots=True)
class Row:
    """One site: `site` is None where its definition cannot be read, `visitors` where nobody answered."""

    key: SiteKey
    site: Site | None
    running: int
    visitors: int | None
    bars: Bars | None
    is_live: bool | None
    """Whether visitors load anything of it; None where that cannot be told."""


async def home(desk: Desk, request: Request) -> HTTPResponse:
    """The list of sites is where everything begins."""
    return redirect("/sites")


async def show(desk: Desk, request: Request) -> HTTPResponse:
    """Every site."""
    return await _listed(desk, request, 200, None, dict.fromkeys(_FIELDS, ""))


async def create(desk: Desk, request: Request) -> HTTPResponse:
    """A new site, from its key, name and domain; what is wrong with the rest shows in the editor."""
    typed = {name: field(request, name).strip() for name in _FIELDS}
    if not is_key(typed["key"]):
        return await _listed(desk, request, 422, NOT_A_KEY, typed)
    key = SiteKey(typed["key"])
    claimed = await claim(desk.services.publisher, key, account_of(request))
    if claimed is not Claim.FREE:
        why = _TAKEN if claimed is Claim.TAKEN else _UNKNOWN
        return await _listed(desk, request, 422, why.format(key), typed)
    text = new_site(key, typed["name"] or key, typed["domain"], typed["timezone"] or "UTC")
    saved = await desk.services.store.save_definition(
        key, {SITE_FILE: text}, subject_of(request), opened=0, account=account_of(request)
    )
    if isinstance(saved, Overtaken):
        return await _listed(desk, request, 422, _TAKEN.format(key), typed)
    await note(desk, by(request), Deed.SITE_ADDED, site=key, revision=saved.revision)
    return redirect(f"/sites/{key}/definition", status=303)


async def _listed(
    desk: Desk, request: Request, status: int, mistake: str | None, typed: Mapping[str, str]
) -> HTTPResponse:
    entries = await desk.services.store.sites(account_of(request))
    rows = await together(_row(desk, entry) for entry in entries)
    return desk.renderer.page(
        "sites.html", framed(request), status=status, rows=rows, days=LATELY_DAYS, mistake=mistake, typed=typed
    )


async def _row(desk: Desk, entry: SiteEntry) -> Row:
    meaning = await desk.definitions.meaning(entry)
    if meaning is None:
        return Row(entry.key, None, 0, None, None, _is_live(await desk.services.publisher.live(entry.key)))
    today = day_at(desk.services.clock(), meaning.site.timezone)
    lately = Days(today - LATELY_DAYS + 1, today)
    release, traffic = await asyncio.gather(
        desk.services.publisher.live(entry.key), desk.services.reports.traffic(entry.key, lately)
    )
    is_live = _is_live(release)
    running = sum(x.status is Status.RUNNING for x in meaning.site.experiments)
    if isinstance(traffic, Unavailable):
        return Row(entry.key, meaning.site, running, None, None, is_live)
    bars = draw_bars({d.day: d.visitors for d in traffic.days}, lately)
    return Row(entry.key, meaning.site, running, traffic.visitors, bars, is_live)


def _is_live(release: Release | Unavailable | None) -> bool | None:
    return None if isinstance(release, Unavailable) else release is not None
