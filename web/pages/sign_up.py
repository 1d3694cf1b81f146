"""Signing up: an account and a first website, for somebody whom a provider knows and we do not yet.

May not know how they showed who they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from sanic import Request
from sanic.response import HTTPResponse, redirect

from config_compiler.codes import Severity
from config_compiler.source import SITE_FILE
from domain.names import SiteKey
from web.audit.line import Deed
from web.audit.noting import By, note
from web.claiming import Claim, claim
from web.desk import Desk
from web.form import field
from web.guard import session_of
from web.notices import Notice
from web.pages.arrival import signed_in
from web.people.store import Membership
from web.render import Page
from web.sessions.session import name_of
from web.starter import host_of, keys_for, new_site
from web.store import Saved, SiteEntry
from web.tokens import form_token, same

LONGEST_NAME = 80

_FIELDS = ("name", "website", "timezone")


async def show(desk: Desk, request: Request) -> HTTPResponse:
    """The form, for whoever a provider has just named."""
    secret = await newcomer_of(desk, request)
    if secret is None or not desk.services.is_open:
        return redirect("/sign-in")
    return _page(desk, request, secret, 200, "", dict.fromkeys(_FIELDS, ""))


async def submit(desk: Desk, request: Request) -> HTTPResponse:
    """An account, its owner, and the website; then the page with the line to install."""
    secret = await newcomer_of(desk, request)
    if secret is None or not desk.services.is_open:
        return desk.renderer.refusal(401, Page(session_of(request)))
    if not is_by_newcomer(request, secret):
        return desk.renderer.refusal(403, Page(session_of(request)))
    typed = {name: field(request, name).strip() for name in _FIELDS}
    host = host_of(typed["website"])
    mistake = _mistake(typed["name"], host) or await _objection(desk, typed, host)
    if mistake:
        return _page(desk, request, secret, 422, mistake, typed)
    who = await desk.services.store.people.sign_up(secret, typed["name"])
    if who is None:
        return desk.renderer.refusal(401, Page(session_of(request)))
    await note(desk, _by(who.membership), Deed.SIGNED_UP)
    return await signed_in(desk, request, who.membership, who.way, await _add_site(desk, who.membership, typed, host))


async def newcomer_of(desk: Desk, request: Request) -> str | None:
    """The secret of the newcomer whose browser this is."""
    secret = desk.arrival.read(request)
    return secret if secret and await desk.services.store.people.newcomer(secret) else None


def is_by_newcomer(request: Request, secret: str) -> bool:
    """Whether a form was sent by the page that this newcomer was shown."""
    return same(form_token(secret), field(request, "arrival"))


def _mistake(name: str, host: str) -> str:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return f"Give the account a name of up to {LONGEST_NAME} letters, such as that of your company."
    return "" if host else "Give the address of your website, such as shop.example."


async def _objection(desk: Desk, typed: Mapping[str, str], host: str) -> str:
    """What the compiler has against this website."""
    key = next(iter(keys_for(host)))
    files = {SITE_FILE: _text(key, typed, host)}
    findings = await desk.definitions.check(SiteEntry(key, 0, None, None), files)
    wrong = next((finding for finding in findings if finding.severity is Severity.ERROR), None)
    return "" if wrong is None else f"That does not work: {wrong.message}."


async def _add_site(desk: Desk, who: Membership, typed: Mapping[str, str], host: str) -> str:
    """Keep the website under the first key that is free; where to go on. Without one, they add it later."""
    for key in keys_for(host):
        claimed = await claim(desk.services.publisher, key, who.account)
        if claimed is Claim.UNKNOWN:
            break
        if claimed is Claim.TAKEN:
            continue
        saved = await desk.services.store.save_definition(
            key, {SITE_FILE: _text(key, typed, host)}, name_of(who.person), opened=0, account=who.account
        )
        if isinstance(saved, Saved):
            await note(desk, _by(who), Deed.SITE_ADDED, site=key, revision=saved.revision)
            return f"/sites/{key}?did={Notice.SIGNED_UP.name.lower()}"
    return "/sites"


def _by(who: Membership) -> By:
    return By(name_of(who.person), who.account)


def _text(key: SiteKey, typed: Mapping[str, str], host: str) -> str:
    return new_site(key, typed["name"], host, typed["timezone"] or "UTC")


def _page(
    desk: Desk, request: Request, secret: str, status: int, mistake: str, typed: Mapping[str, str]
) -> HTTPResponse:
    page = Page(session_of(request))
    return desk.renderer.page(
        "sign_up.html", page, status=status, arrival=form_token(secret), mistake=mistake, typed=typed
    )
