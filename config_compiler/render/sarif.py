"""Findings as SARIF 2.1.0, which code scanners and reviewers' tools read.

May not know where the repository is: the folder of the definition within it is an argument.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from config_compiler.codes import Code, Severity
from config_compiler.finding import Finding
from config_compiler.source import Span

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(findings: Iterable[Finding], folder: str = "") -> str:
    """One log with one run; its rules are the codes that were found, in order."""
    found = list(findings)
    codes = sorted({finding.code for finding in found}, key=lambda code: code.name)
    driver: Json = {
        "name": "leadbright",
        "rules": [_rule(code) for code in codes],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code), folder) for finding in found],
    }
    log: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: Code) -> Json:
    return {
        "id": code.name,
        "name": code.rule,
        "shortDescription": {"text": code.title},
        "help": {"text": f"leadbright explain {code.name}"},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(finding: Finding, rule: int, folder: str) -> Json:
    text = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
    said: dict[str, Json] = {
        "ruleId": finding.code.name,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [_place(finding.span, folder)],
    }
    if finding.labels:
        more: list[Json] = [
            {"id": number, **_place(label.span, folder), "message": {"text": label.text}}
            for number, label in enumerate(finding.labels, 1)
        ]
        said["relatedLocations"] = more
    return said


def _place(span: Span, folder: str) -> dict[str, Json]:
    file = span.file if folder in ("", ".") else f"{folder}/{span.file}"
    region: Json = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": region}}


def _uri(path: str) -> str:
    return "".join(
        c if (c.isascii() and c.isalnum()) or c in "/-._~" else "".join(f"%{b:02X}" for b in c.encode()) for c in path
    )
