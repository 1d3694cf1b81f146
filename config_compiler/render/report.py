"""Findings as JSON, for scripts.

May not know who reads it. The shape is promised: members may be added, none renamed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from config_compiler.finding import Finding


def render(findings: Iterable[Finding]) -> str:
    """`{"findings": [...]}`, indented, with a line break at the end."""
    return json.dumps({"findings": [as_json(finding) for finding in findings]}, indent=2, ensure_ascii=False) + "\n"


Member = str | int | dict[str, str | int]


def as_json(finding: Finding) -> dict[str, Member]:
    """One finding. Lines and columns count from 1; the end is not part of the place."""
    span = finding.span
    found: dict[str, Member] = {
        "code": finding.code.name,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "hint": finding.hint,
    }
    if finding.witness:
        found["witness"] = dict(finding.witness)
    return found
