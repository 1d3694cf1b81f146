"""The audit log of an account: who changed what and when, chosen by site, kind, name and days, and as CSV.

May not know how anything is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from sanic import Request
from sanic.response import HTTPResponse

from domain.names import SiteKey, is_key
from web.audit.line import Kind, Wanted
from web.audit.spreadsheet import as_csv
from web.desk import Desk, framed
from web.form import number
from web.pages.account import here

SHOWN = 50
"""Lines on one page."""

MOST_EXPORTED = 10_000
"""Lines in one file, the newest."""

_DAY_MS = 86_400_000
_LONGEST_WHO = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form above the log says, as it was typed; what cannot be read asks for nothing."""

    site: str = ""
    kind: str = ""
    who: str = ""
    first: str = ""
    last: str = ""

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        chosen = {"site": self.site, "kind": self.kind, "who": self.who, "first": self.first, "last": self.last}
        return urlencode({name: text for name, text in chosen.items() if text})

    @property
    def wanted(self) -> Wanted:
        """What the log is asked for; days begin at midnight UTC."""
        first, last = _day_ms(self.first), _day_ms(self.last)
        return Wanted(
            site=SiteKey(self.site) if is_key(self.site) else None,
            kind=next((kind for kind in Kind if kind.name.lower() == self.kind), None),
            who=self.who,
            from_ms=first,
            until_ms=None if last is None else last + _DAY_MS,
        )


async def show(desk: Desk, request: Request) -> HTTPResponse:
    """The newest lines that were chosen; `?before=N` shows those before it."""
    store, account, choice = desk.services.store, here(request).account, _choice(request)
    before = number(request.args.get("before", "")) or None
    rows = await store.audit.page(account, choice.wanted, before, SHOWN + 1)
    return desk.renderer.page(
        "audit.html",
        framed(request, ("Account", "/account"), ("Audit log", "/account/audit")),
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        newer=before is not None,
        sites=[entry.key for entry in await store.sites(account)],
        kinds=tuple(Kind),
        choice=choice,
        most_exported=MOST_EXPORTED,
    )


async def export(desk: Desk, request: Request) -> HTTPResponse:
    """The chosen lines as a file, the newest first."""
    account, wanted = here(request).account, _choice(request).wanted
    rows = await desk.services.store.audit.page(account, wanted, None, MOST_EXPORTED)
    return HTTPResponse(
        as_csv(row.line for row in rows),
        content_type="text/csv; charset=utf-8; header=present",
        headers={"content-disposition": 'attachment; filename="audit.csv"'},
    )


def _choice(request: Request) -> Choice:
    names = ("site", "kind", "who", "first", "last")
    typed = (str(request.args.get(name, "")).strip()[:_LONGEST_WHO].replace("\0", "") for name in names)
    return Choice(*typed)


def _day_ms(text: str) -> int | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
