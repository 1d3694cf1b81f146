"""`leadbright import`: makes a definition folder from what another tool hands out.

May not know how a payload is read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from leadbright.options import FAILED, OUT, WRONG_USAGE

MAX_BYTES = 10_000_000


@click.group("import")
def tools() -> None:
    """Make a definition from what another tool hands out."""


@tools.command("growthbook")
@click.argument(
    "payload", metavar="FILE", type=click.Path(path_type=Path), help="An SDK payload or an export, as JSON."
)
@OUT
@click.option("--site", default="site", show_default=True, help="The key of the site.")
@click.option("--domain", "domains", multiple=True, help="A host of the site; may be given again.")
def growthbook(payload: Path, out: Path, site: str, domains: tuple[str, ...]) -> None:
    """From GrowthBook: an SDK payload, or an export of experiments with visual changes."""
    from config_compiler.imports.growthbook import imported
    from domain.names import is_key

    if not is_key(site):
        _end(f'"{site}" is no key; a key is lower-case letters, digits and hyphens', WRONG_USAGE)
    try:
        made = imported(_parsed(payload), site, domains)
    except ValueError as error:
        _end(f"cannot import {payload}: {error}")
    _write(out, made.files)
    for each in made.left_out:
        sys.stdout.write(f"{each}\n")
    sys.stdout.write(f"{len(made.files) - 1} experiments carried over, {len(made.left_out)} notes\n")


def _parsed(path: Path) -> object:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        _end(f"cannot read: {error}", WRONG_USAGE)
    if len(body) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _write(out: Path, files: Mapping[str, str]) -> None:
    """Every file, unless one is there already."""
    if there := [name for name in files if (out / name).exists()]:
        _end(f"{out / there[0]} exists already; choose another folder")
    try:
        for name, text in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(text.encode())
            sys.stdout.write(f"wrote {out / name}\n")
    except OSError as error:
        _end(f"cannot write: {error}")


def _end(text: str, status: int = FAILED) -> NoReturn:
    sys.stderr.write(f"{text}\n")
    raise click.exceptions.Exit(status)


COMMANDS = {"import": tools}
"""What the command line takes from here."""
