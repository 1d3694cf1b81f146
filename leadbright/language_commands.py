"""The commands about the language: init, explain, schema.

What they need is imported when they run, so that each starts quickly. May not know any definition.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from leadbright.options import FAILED, FOLDER, WRONG_USAGE


@click.command("init")
@FOLDER
def init(folder: Path) -> None:
    """Write a small, valid, commented definition."""
    from leadbright.definition_folder import write_starter

    try:
        written = write_starter(folder)
    except FileExistsError as error:
        _fail(f"{error} exists already; choose another folder")
    except OSError as error:
        _fail(f"cannot write: {error}")
    for path in written:
        _say(f"wrote {path}")


@click.command("explain")
@click.argument("code", metavar="CODE", help="Such as E201.")
def explain(code: str) -> None:
    """Show the page of a diagnostic."""
    from config_compiler.codes import Code
    from config_compiler.explanations import explanation
    from leadbright.doubts import Doubt

    name = code.upper()
    doubts = {doubt.code: doubt for doubt in Doubt}
    if name in doubts:
        _say(doubts[name].page)
    elif name in Code.__members__:
        _say(explanation(Code[name]).rstrip())
    else:
        _fail(f'there is no diagnostic "{code}"; there are {", ".join([*Code.__members__, *doubts])}', WRONG_USAGE)


@click.command("schema")
def schema() -> None:
    """Print the JSON Schema of the definition language, for editors."""
    from config_compiler.schema import schema as of_the_language

    _say(json.dumps(of_the_language(), indent=2))


def _say(text: str) -> None:
    """As UTF-8, whatever the locale."""
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.flush()


def _fail(text: str, status: int = FAILED) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(status)


COMMANDS = {"init": init, "explain": explain, "schema": schema}
"""What the command line takes from here."""
