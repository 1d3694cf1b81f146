"""Every experiment of a site: where it is in its life, who saw it, what is known, and the way to each.

May not know how counts become words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sanic import Request
from sanic.response import HTTPResponse

from web.composing.standing import WORDS, awaits_publishing, word_of
from web.desk import Desk, framed
from web.notices import Notice
from web.pages.site import Glance, glance
from web.together import together


@dataclass(frozen=True, slots=True)
class Row:
    """One experiment of the list."""

    glance: Glance
    word: str
    awaits: bool
    """Whether the newest definition has something of it that visitors do not get yet."""


async def show(desk: Desk, request: Request, site: str) -> HTTPResponse:
    """The list; `?is=running` shows those of one word alone."""
    entry = await desk.site(site)
    if entry is None:
        return desk.renderer.refusal(404, framed(request))
    meaning = await desk.definitions.meaning(entry)
    now, published = desk.services.clock(), await desk.definitions.published(entry)
    worded = [(x, word_of(x, now)) for x in meaning.site.experiments] if meaning else []
    wanted = request.args.get("is", "")
    shown = sorted(
        (each for each in worded if wanted not in WORDS or each[1] == wanted),
        key=lambda each: (WORDS.index(each[1]), each[0].name),
    )
    glances = await together(glance(desk, entry, meaning.site, x) for x, _ in shown) if meaning else []
    name = meaning.site.name if meaning else entry.key
    return desk.renderer.page(
        "experiments.html",
        framed(request, (name, f"/sites/{entry.key}"), ("Experiments", f"/sites/{entry.key}/experiments")),
        entry=entry,
        meaning=meaning,
        rows=[Row(each, word, awaits_publishing(x, published)) for each, (x, word) in zip(glances, shown, strict=True)],
        counts=[(word, n) for word in WORDS if (n := Counter(word for _, word in worded)[word])],
        total=len(worded),
        wanted=wanted if wanted in WORDS else "",
        notice=Notice.of(request.args.get("did")),
    )
