"""The register of stored data says what is stored: every column of every table, on both databases, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from ingest_grpc.aggregator.dialect import SQLITE
from ingest_grpc.aggregator.store import Store

REGISTER = Path(__file__).parents[2] / "docs" / "data.md"
ROW = re.compile(r"^\| `(counts_\w+)` \| `(\w+)` \| (text|integer|bytes) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)

_KINDS = {"TEXT": "text", "text": "text", "INTEGER": "integer", "bigint": "integer", "BLOB": "bytes", "bytea": "bytes"}
_COLUMNS = {
    "sqlite": """SELECT t.name, c.name, c.type FROM sqlite_master AS t, pragma_table_info(t.name) AS c
                 WHERE t.type = 'table'""",
    "postgres": """SELECT table_name, column_name, data_type FROM information_schema.columns
                   WHERE table_schema = 'public'""",
}


def registered() -> list[tuple[str, str, str]]:
    """(table, column, kind) of each row."""
    return [(table, column, kind) for table, column, kind, *_ in ROW.findall(REGISTER.read_text(encoding="utf-8"))]


async def test_the_register_is_the_schema(store: Store) -> None:
    found = await store.read(_COLUMNS["sqlite" if store.dialect is SQLITE else "postgres"])
    stored = {(table, column, _KINDS.get(kind, "integer")) for table, column, kind in found}
    assert sorted(stored) == sorted(registered())
