"""`leadbright test`: runs the tests of a definition and says which fail, and what none of them tried.

May not know how a test is run.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbright.options import AS_JSON, FAILED, FOLDER

if TYPE_CHECKING:
    from leadbright.definition_tests import Report


FORMATS = ("text", "json", "github")


@click.command("test")
@FOLDER
@click.option("--format", "output", type=click.Choice(FORMATS), default="text", help="How failures are printed.")
@AS_JSON
def run(folder: Path, output: str, as_json: bool) -> None:
    """Run the tests of a definition."""
    from config_compiler.finding import Problems
    from config_compiler.parse import parse
    from leadbright.definition_commands import checked, read
    from leadbright.definition_tests import run_tests
    from leadbright.revision import in_repository

    source = read(folder)
    site = checked(source)
    report = run_tests(parse(source, Problems()), site)
    match "json" if as_json else output:
        case "json":
            sys.stdout.write(json.dumps(_json(report)) + "\n")
        case "github":
            sys.stdout.write(_annotations(report, in_repository(folder)) + _text(report).splitlines()[-1] + "\n")
        case _:
            sys.stdout.write(_text(report))
    if any(outcome.faults for outcome in report.outcomes):
        raise click.exceptions.Exit(FAILED)


def _json(report: Report) -> dict[str, object]:
    tests = [{**asdict(outcome), "passed": not outcome.faults} for outcome in report.outcomes]
    return {"tests": tests, "conditions": report.questions, "never_met": list(report.unmet)}


def _annotations(report: Report, folder: str) -> str:
    """Each test that fails, beside its line in a change on GitHub."""
    from config_compiler.render.github import in_folder, workflow_command

    return "".join(
        workflow_command(
            "error",
            {
                "file": in_folder(folder, outcome.file),
                "line": str(outcome.line),
                "title": "a test of the definition fails",
            },
            "\n".join([outcome.name, *outcome.faults]),
        )
        + "\n"
        for outcome in report.outcomes
        if outcome.faults
    )


def _text(report: Report) -> str:
    lines = []
    for outcome in report.outcomes:
        if outcome.faults:
            lines.append(f"failed: {outcome.name} ({outcome.file}:{outcome.line})")
            lines.extend(f"  {fault}" for fault in outcome.faults)
    failed = sum(bool(outcome.faults) for outcome in report.outcomes)
    lines.extend(f"no test meets {question}" for question in report.unmet)
    lines.append(f"{len(report.outcomes)} tests, {failed} failed; ")
    lines[-1] += f"{report.questions - len(report.unmet)} of {report.questions} conditions met by one"
    return "\n".join(lines) + "\n"


COMMANDS = {"test": run}
"""What the command line takes from here."""
