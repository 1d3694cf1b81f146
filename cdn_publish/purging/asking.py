"""One request to a CDN's interface: tried a few times where that can help, and its failure in one line.

May not know which CDN is asked, or how bytes are sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

TRIES = 3
PAUSE_S = 1.0
"""Before the second try; twice as long before the third."""
LONGEST_PAUSE_S = 10.0
"""Whoever wants us to wait longer (`Retry-After`) is not asked again: the release is long live by then."""

_TOO_MANY = 429
_REFUSED = (401, 403)


class PurgeError(Exception):
    """The CDN was not told. The message is one line that goes on from the CDN's name."""


class NoAnswerError(Exception):
    """Nothing came back in time."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. Headers, body and the address's query may hold secrets, so none of it is ever shown."""

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the names of headers are in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Send = Callable[[Request], Awaitable[Answer]]
"""Sends one request within a deadline. Raises NoAnswerError."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Sends requests, again where the CDN is busy, broken or silent."""

    send: Send
    pause: Pause

    async def ask(self, request: Request, credentials: str) -> Answer:
        """The answer to a request that was taken; `credentials` names their settings. Raises PurgeError."""
        why = ""
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self.send(request)
            except NoAnswerError:
                why, wanted = "does not answer", PAUSE_S * attempt
            else:
                if answer.status < 300:
                    return answer
                if answer.status in _REFUSED:
                    raise PurgeError(f"refuses the credentials ({answer.status}); see {credentials}")
                if answer.status != _TOO_MANY and answer.status < 500:
                    raise PurgeError(f"answers {answer.status}; see LEADBRIGHT_PURGE")
                why, wanted = _busy(answer), _wanted_pause_s(answer, attempt)
            if attempt == TRIES or wanted > LONGEST_PAUSE_S:
                break
            await self.pause(wanted)
        raise PurgeError(why)


def _busy(answer: Answer) -> str:
    return "has had too many requests (429)" if answer.status == _TOO_MANY else f"answers {answer.status}"


def _wanted_pause_s(answer: Answer, attempt: int) -> float:
    """What `Retry-After` says in seconds; its other form, a date, is not used by these interfaces."""
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdecimal() else PAUSE_S * attempt
