"""Every address, what answers there, and who may ask.

An address that is not in this table does not exist. May not know what an answer holds.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sanic.response import HTTPResponse

from web.api import definition
from web.pages import access, composing, creating, editor, experiments, health, results, sign_in, site, sites
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
READS, WRITES = Permission.READS, Permission.WRITES

ROUTES: tuple[Route, ...] = (
    Route("healthz", "GET", "/healthz", health.healthz, OPEN),
    Route("readyz", "GET", "/readyz", health.readyz, OPEN),
    Route("explain_sign_in", "GET", "/sign-in", sign_in.explain, PUBLIC),
    Route("offer_sign_in", "GET", "/sign-in/<token:str>", sign_in.offer, PUBLIC),
    Route("sign_in", "POST", "/sign-in/<token:str>", sign_in.sign_in, PUBLIC),
    Route("sign_out", "POST", "/sign-out", sign_in.sign_out, SIGNED_IN),
    Route("home", "GET", "/", sites.home, SIGNED_IN),
    Route("sites", "GET", "/sites", sites.show, SIGNED_IN),
    Route("create_site", "POST", "/sites", sites.create, SIGNED_IN),
    Route("site", "GET", "/sites/<site:str>", site.show, SIGNED_IN),
    Route("definition", "GET", "/sites/<site:str>/definition", editor.show, SIGNED_IN),
    Route("submit_definition", "POST", "/sites/<site:str>/definition", editor.submit, SIGNED_IN),
    Route("check_definition", "POST", "/sites/<site:str>/definition/check", editor.check, SIGNED_IN),
    Route("add_experiment", "POST", "/sites/<site:str>/experiments", editor.add, SIGNED_IN),
    Route("results", "GET", "/sites/<site:str>/experiments/<experiment:str>", results.show, SIGNED_IN),
    Route("experiments", "GET", "/sites/<site:str>/experiments", experiments.show, SIGNED_IN),
    Route("new_experiment", "GET", "/sites/<site:str>/new-experiment", creating.show, SIGNED_IN),
    Route("create_experiment", "POST", "/sites/<site:str>/new-experiment", creating.create, SIGNED_IN),
    Route("experiment", "GET", "/sites/<site:str>/experiments/<experiment:str>/edit", composing.show, SIGNED_IN),
    Route(
        "edit_experiment", "POST", "/sites/<site:str>/experiments/<experiment:str>/edit", composing.submit, SIGNED_IN
    ),
    Route("access", "GET", "/sites/<site:str>/access", access.show, SIGNED_IN),
    Route("create_token", "POST", "/sites/<site:str>/access", access.create, SIGNED_IN),
    Route("revoke_token", "POST", "/sites/<site:str>/access/<id:str>/revoke", access.revoke, SIGNED_IN),
    Route("read_definition", "GET", "/api/v1/sites/<site:str>/definition", definition.read, READS),
    Route("write_definition", "PUT", "/api/v1/sites/<site:str>/definition", definition.write, WRITES),
)
