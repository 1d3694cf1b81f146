"""What a folder and a server had in common last, kept in the folder as `.leadbright.json`, to be committed with it.

May not know how it came to be: by a push or by a pull.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

NAME = ".leadbright.json"


class Common(Struct, frozen=True):
    """The revision, and the digest of its files."""

    site: str
    revision: int
    digest: str


class _Kept(Struct):
    servers: dict[str, Common] = {}


class UnreadableError(Exception):
    """The file is not ours; the message says what to do."""


def common_with(folder: Path, server: str) -> Common | None:
    """What the folder has in common with a server; None where it never had anything. Raises UnreadableError."""
    return _read(folder).servers.get(server)


def keep_common(folder: Path, server: str, common: Common) -> None:
    """Remember it; nothing is written where nothing has changed. Raises UnreadableError and OSError."""
    kept = _read(folder)
    if kept.servers.get(server) != common:
        kept.servers[server] = common
        kept.servers = dict(sorted(kept.servers.items()))
        (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")


def digest_of_files(files: Mapping[str, str]) -> str:
    """Names what is in the files: equal for equal names and texts."""
    state = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name.encode(), text.encode("utf-8", "surrogateescape")):
            state.update(len(part).to_bytes(8, "big") + part)
    return state.hexdigest()[:16]


def _read(folder: Path) -> _Kept:
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=_Kept)
    except FileNotFoundError:
        return _Kept()
    except (OSError, msgspec.MsgspecError) as error:
        raise UnreadableError(f"{folder / NAME} cannot be read: {error}; put it back from git, or delete it") from error
