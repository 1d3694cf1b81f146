"""From a publish URL to the target that it names.

May not know what is published there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cdn_publish.folder import FolderTarget
from cdn_publish.target import Target

_LATER = ("s3", "az", "gs")


@dataclass(frozen=True, slots=True)
class BadTarget:
    """A URL that names no target, with what to write instead."""

    reason: str


def open_target(url: str) -> Target | BadTarget:
    """The target behind `url`: for now `file:///folder`. Touches nothing yet."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in _LATER:
        return BadTarget(f"{parts.scheme}:// is not supported yet; publish to a folder, file:///path")
    if parts.scheme != "file":
        return BadTarget(f"{url!r} is not a publish URL; write file:///path")
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/") or parts.path == "/":
        return BadTarget(f"{url!r} names no folder; write file:///path, with three slashes")
    return FolderTarget(Path(unquote(parts.path)))
