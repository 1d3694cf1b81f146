"""What programs are answered: JSON, and the closed set of ways in which a request is refused.

May not know what was asked for.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

from sanic import Request
from sanic.response import HTTPResponse

AREA = "/api/"
"""Where the addresses of programs begin."""


class Problem(Enum):
    """Why not: the status, and what to do. The name, in lower case, is what scripts go by."""

    MALFORMED = (400, "the request was not understood")
    NO_TOKEN = (401, "send a token that is still good: Authorization: Bearer lbt_…; a site's page Access makes one")
    READ_ONLY = (403, "this token may only read")
    NOT_FOUND = (404, "there is no such site, or this token is not for it")
    WRONG_METHOD = (405, "this address cannot do that")
    OVERTAKEN = (412, "the definition has changed since; read it again")
    TOO_LARGE = (413, "a definition may hold up to 1 MB")
    REJECTED = (422, "the definition has errors")
    NO_CONDITION = (428, "say in If-Match which revision this goes on from, as its ETag names it")
    TOO_MANY_TRIES = (
        429,
        "too many wrong tokens came from there; wait as long as Retry-After says, and send one that is still good",
    )
    FAILED = (500, "something went wrong here; it was noted, and nothing is half saved")
    UNAVAILABLE = (503, "the database does not answer; try again in a moment")


_BY_STATUS = {problem.value[0]: problem for problem in reversed(Problem)}


def is_for_programs(request: Request) -> bool:
    """Whether a request goes to an address of programs, whatever becomes of it."""
    return str(request.path).startswith(AREA)


def answer(value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> HTTPResponse:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False)
    return HTTPResponse(body, status=status, headers=headers or {}, content_type="application/json")


def refuse(problem: Problem, message: str = "", **more: Any) -> HTTPResponse:  # noqa: ANN401 - whatever JSON holds
    """`{"error": {"code", "message", …}}`."""
    status, usual = problem.value
    said = {"code": problem.name.lower(), "message": message or usual, **more}
    headers = {"www-authenticate": "Bearer"} if problem is Problem.NO_TOKEN else {}
    return answer({"error": said}, status, headers)


def refuse_by_status(status: int) -> HTTPResponse:
    """A refusal of the web as a whole, as programs read it."""
    return refuse(_BY_STATUS.get(status, Problem.MALFORMED if status < 500 else Problem.FAILED))
