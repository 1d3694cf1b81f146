"""Lines of the audit log as CSV, for spreadsheets: no cell is ever a formula.

May not know which lines were asked for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from web.audit.line import AuditLine

COLUMNS = ("time", "who", "deed", "site", "about", "environment", "release", "revision", "digest")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the beginning of a formula, some of them in their wide forms, too."""


def as_csv(lines: Iterable[AuditLine]) -> str:
    """A heading, and a row for each line."""
    written = io.StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    rows.writerows(map(_row, lines))
    return written.getvalue()


def _row(line: AuditLine) -> list[str]:
    when = datetime.fromtimestamp(line.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    rest = (line.site, line.note, line.environment, line.number, line.revision, line.digest)
    return [when, *map(_cell, (line.who, line.did.value, *rest))]


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
