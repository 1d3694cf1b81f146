"""What a browser brings back from a provider.

May not know what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LONGEST = 4_096


@dataclass(frozen=True, slots=True)
class Answer:
    """Each is empty where it was not sent; `issuer` says whose answer it is (RFC 9207)."""

    state: str
    code: str
    error: str
    issuer: str


def read_answer(query: Mapping[str, Sequence[str]]) -> Answer | None:
    """The answer in an address; None where something stands in it twice, or is too long."""
    every = {name: query[name] for name in query}  # the `get` of Sanic's arguments answers with the first value alone
    values = [every.get(name, [""]) for name in ("state", "code", "error", "iss")]
    if any(len(value) != 1 or len(value[0]) > _LONGEST for value in values):
        return None
    return Answer(*(value[0] for value in values))
