"""The bytes that stand at a pointer: a release's file with the number of the release in it.

With its number a pointer is never the same twice, which makes it safe where a store's tags name the content and not
the writing (S3). May not know where pointers are kept, nor what the files say.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_MEMBER = "release"
_LAST_LINE = re.compile(rb"\n//([1-9]\d{0,15})\Z")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a pointer says: the file, and the release that put it there; None where a file stands without."""

    body: bytes
    number: int | None


def write_pointer(name: str, body: bytes, number: int) -> bytes:
    """The file as it stands at its pointer: JSON with a member more, a script with a comment behind it."""
    if name.endswith(".json"):
        return _canonical({**json.loads(body), _MEMBER: number})
    return b"%b\n//%d" % (body, number)


def read_pointer(name: str, stored: bytes) -> Pointer:
    """The file at a pointer, as the release has it. What isn't ours is handed back as it is."""
    return _read_json(stored) if name.endswith(".json") else _read_script(stored)


def _read_json(stored: bytes) -> Pointer:
    try:
        members = json.loads(stored)
        number = members.pop(_MEMBER)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Pointer(stored, None)
    return Pointer(_canonical(members), number) if isinstance(number, int) else Pointer(stored, None)


def _read_script(stored: bytes) -> Pointer:
    match = _LAST_LINE.search(stored)
    return Pointer(stored[: match.start()], int(match[1])) if match else Pointer(stored, None)


def _canonical(members: dict[str, object]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
