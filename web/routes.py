"""Every address, what answers there, and who may ask.

An address that is not in this table does not exist. May not know what an answer holds.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sanic.response import HTTPResponse

from web.api import definition
from web.pages import (
    access,
    account,
    arrival,
    audit,
    composing,
    creating,
    editor,
    experiments,
    health,
    joining,
    life,
    members,
    publishing,
    release,
    results,
    revisions,
    sign_in,
    sign_up,
    site,
    sites,
)
from web.permission import Permission

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`handler` is called with the desk, the request, and what the path holds."""

    name: str
    method: str
    path: str
    handler: Handler
    permission: Permission


OPEN, PUBLIC, SIGNED_IN = Permission.OPEN, Permission.PUBLIC, Permission.SIGNED_IN
SEES, EDITS, ADDS_SITES = Permission.SEES, Permission.EDITS, Permission.ADDS_SITES
PUBLISHES, GIVES_ACCESS, MANAGES = Permission.PUBLISHES, Permission.GIVES_ACCESS, Permission.MANAGES
AUDITS, READS, WRITES = Permission.AUDITS, Permission.READS, Permission.WRITES

PLACE = "/sites/<site:str>/publishing/<environment:str>"

ROUTES: tuple[Route, ...] = (
    Route("healthz", "GET", "/healthz", health.healthz, OPEN),
    Route("readyz", "GET", "/readyz", health.readyz, OPEN),
    Route("explain_sign_in", "GET", "/sign-in", sign_in.explain, PUBLIC),
    Route("offer_sign_in", "GET", "/sign-in/<token:str>", sign_in.offer, PUBLIC),
    Route("sign_in", "POST", "/sign-in/<token:str>", sign_in.sign_in, PUBLIC),
    Route("begin_at_provider", "POST", "/sign-in/with/<provider:str>", arrival.begin, PUBLIC),
    Route("come_from_provider", "GET", "/sign-in/from/<provider:str>", arrival.finish, PUBLIC),
    Route("offer_sign_up", "GET", "/sign-up", sign_up.show, PUBLIC),
    Route("sign_up", "POST", "/sign-up", sign_up.submit, PUBLIC),
    Route("invitation", "GET", "/join/<token:str>", joining.show, PUBLIC),
    Route("join", "POST", "/join/<token:str>", joining.accept, PUBLIC),
    Route("sign_out", "POST", "/sign-out", sign_in.sign_out, SIGNED_IN),
    Route("account", "GET", "/account", account.show, SIGNED_IN),
    Route("switch_account", "POST", "/account/switch/<account:str>", account.switch, SIGNED_IN),
    Route("end_session", "POST", "/account/sessions/<handle:str>/end", account.end_session, SIGNED_IN),
    Route("end_other_sessions", "POST", "/account/sessions/end-others", account.end_other_sessions, SIGNED_IN),
    Route("members", "GET", "/account/members", members.show, SEES),
    Route("invite", "POST", "/account/invitations", members.invite, MANAGES),
    Route("take_back_invitation", "POST", "/account/invitations/<handle:str>/take-back", members.take_back, MANAGES),
    Route("change_member", "POST", "/account/members/<person:str>/role", members.change, MANAGES),
    Route("remove_member", "POST", "/account/members/<person:str>/remove", members.remove, MANAGES),
    Route("audit", "GET", "/account/audit", audit.show, AUDITS),
    Route("export_audit", "GET", "/account/audit.csv", audit.export, AUDITS),
    Route("home", "GET", "/", sites.home, SIGNED_IN),
    Route("sites", "GET", "/sites", sites.show, SEES),
    Route("create_site", "POST", "/sites", sites.create, ADDS_SITES),
    Route("site", "GET", "/sites/<site:str>", site.show, SEES),
    Route("definition", "GET", "/sites/<site:str>/definition", editor.show, SEES),
    Route("submit_definition", "POST", "/sites/<site:str>/definition", editor.submit, EDITS),
    Route("check_definition", "POST", "/sites/<site:str>/definition/check", editor.check, EDITS),
    Route("add_experiment", "POST", "/sites/<site:str>/experiments", editor.add, EDITS),
    Route("results", "GET", "/sites/<site:str>/experiments/<experiment:str>", results.show, SEES),
    Route("experiments", "GET", "/sites/<site:str>/experiments", experiments.show, SEES),
    Route("new_experiment", "GET", "/sites/<site:str>/new-experiment", creating.show, EDITS),
    Route("create_experiment", "POST", "/sites/<site:str>/new-experiment", creating.create, EDITS),
    Route("experiment", "GET", "/sites/<site:str>/experiments/<experiment:str>/edit", composing.show, EDITS),
    Route("edit_experiment", "POST", "/sites/<site:str>/experiments/<experiment:str>/edit", composing.submit, EDITS),
    Route("life", "GET", "/sites/<site:str>/experiments/<experiment:str>/life", life.show, EDITS),
    Route("act_on_experiment", "POST", "/sites/<site:str>/experiments/<experiment:str>/life", life.act, EDITS),
    Route("revisions", "GET", "/sites/<site:str>/revisions", revisions.show, SEES),
    Route("revision", "GET", "/sites/<site:str>/revisions/<revision:str>", revisions.show_one, SEES),
    Route("restore_revision", "POST", "/sites/<site:str>/revisions/<revision:str>/restore", revisions.restore, EDITS),
    Route("access", "GET", "/sites/<site:str>/access", access.show, GIVES_ACCESS),
    Route("create_token", "POST", "/sites/<site:str>/access", access.create, GIVES_ACCESS),
    Route("revoke_token", "POST", "/sites/<site:str>/access/<id:str>/revoke", access.revoke, GIVES_ACCESS),
    Route("publishing", "GET", "/sites/<site:str>/publishing", publishing.show, SEES),
    Route("progress", "GET", "/sites/<site:str>/works/<work:str>", publishing.progress, SEES),
    Route("review_promotion", "GET", "/sites/<site:str>/publishing/promote", release.review_promotion, PUBLISHES),
    Route("promote", "POST", "/sites/<site:str>/publishing/promote", release.promote, PUBLISHES),
    Route("releases", "GET", f"{PLACE}/releases", publishing.history, SEES),
    Route("review_publishing", "GET", f"{PLACE}/publish", release.review_publishing, PUBLISHES),
    Route("publish", "POST", f"{PLACE}/publish", release.publish, PUBLISHES),
    Route("review_off", "GET", f"{PLACE}/off", release.review_off, PUBLISHES),
    Route("switch_off", "POST", f"{PLACE}/off", release.switch_off, PUBLISHES),
    Route("review_return", "GET", f"{PLACE}/releases/<release:str>", release.review_return, PUBLISHES),
    Route("go_back", "POST", f"{PLACE}/releases/<release:str>", release.go_back, PUBLISHES),
    Route("read_definition", "GET", "/api/v1/sites/<site:str>/definition", definition.read, READS),
    Route("write_definition", "PUT", "/api/v1/sites/<site:str>/definition", definition.write, WRITES),
)

DOORS = frozenset(
    {
        "offer_sign_in",
        "sign_in",
        "begin_at_provider",
        "come_from_provider",
        "offer_sign_up",
        "sign_up",
        "invitation",
        "join",
    }
)
"""The routes by which somebody gets in: how often they are tried has a limit."""
