"""What a form sent, as plain text.

May not know what its fields are for.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from sanic import Request

_MOST_FIELDS = 2_000
"""An experiment's form has a few for every change of every variation."""

_LONGEST_NUMBER = 16
"""Digits from which on it may be more than a database keeps."""

_FORM = "application/x-www-form-urlencoded"


def fields(request: Request) -> Mapping[str, str]:
    """Every field by name; nothing where the body is not a form, or not one that a page of ours sends."""
    known: Mapping[str, str] | None = getattr(request.ctx, "fields", None)
    if known is None:
        known = request.ctx.fields = _parse(request)
    return known


def field(request: Request, name: str) -> str:
    """One field; empty where it was not sent."""
    return fields(request).get(name, "")


def number(text: str) -> int:
    """A number that an address or a form holds; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else 0


def _parse(request: Request) -> Mapping[str, str]:
    if not str(request.headers.get("content-type", "")).startswith(_FORM):
        return {}
    try:
        pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: _plain(value) for name, value in pairs}


def _plain(text: str) -> str:
    # Browsers end lines with CR LF in forms, and no database keeps a NUL.
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
