"""Parsed JSON, taken for what it should be: what is something else counts as not there.

May not know what any of it means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal

from domain.names import is_key


def mapping(value: object) -> dict[str, object]:
    """A JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """A JSON array, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A JSON string, or an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A finite JSON number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e15:
        return None
    return float(value)


def scalar(value: object) -> str | None:
    """A JSON string, number or truth value as a definition writes it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**15:
            return str(value)
        case float() if number(value) is not None:
            return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"
    return None


def line(value: str) -> str:
    """A text on one line, without characters that cannot be shown, at most 200 of them."""
    shown = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(shown.split())[:200].strip()


def key_from(value: str, taken: Collection[str], otherwise: str) -> str:
    """A key like a text, or like `otherwise` where nothing of it can stand in a key; not one of those taken."""
    plain = unicodedata.normalize("NFKD", value[:200].casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:36].strip("-")
    base = slug if is_key(slug) else otherwise
    return next(k for k in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if k not in taken)
