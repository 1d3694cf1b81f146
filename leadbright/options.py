"""The arguments and options that several commands share, and the check of a relay's address.

May not know what a command does with them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cdn_publish.layout import Environment

FAILED, WRONG_USAGE = 1, 2
"""How a command ends that has findings or fails, and one that was asked for in the wrong way."""

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path), help="The folder of the definition.")
OUT = click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
ENV = click.option("--env", default="production", show_default=True, help="staging or production.")
TO = click.option(
    "--to",
    envvar="LEADBRIGHT_CDN",
    required=True,
    show_envvar=True,
    help="Where releases are published: file:///path, s3://bucket/prefix, az://container/prefix, gs://bucket/prefix.",
)
ANEW = click.option(
    "--anew",
    is_flag=True,
    help="Do not compare with what is live: visitors of running experiments may be dealt out anew.",
)
AGAINST = click.option(
    "--against", metavar="URL", help="Where it is published: compare with what is live there, as publish does."
)
SITE = click.option("--site", required=True, help="The key of the site.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
RELAY_URL = click.option(
    "--relay-url",
    envvar="LEADBRIGHT_RELAY_URL",
    default="http://localhost:8601",
    show_default=True,
    show_envvar=True,
    help="Where browsers reach the relay.",
)


def environment_named(name: str) -> Environment:
    """What a site is published for; ends the command where that is not what was written."""
    from cdn_publish.layout import Environment

    if name not in list(Environment):
        click.echo(f'there is no environment "{name}"; it is staging or production', err=True)
        raise click.exceptions.Exit(WRONG_USAGE)
    return Environment(name)


def relay_address(text: str) -> str:
    """Scheme, host and port of a relay; ends the command where that is not what was written."""
    from leadbright.setting_values import Unfit, web_url

    if not re.fullmatch(r"https?://[^/?#\s]+/?", text) or isinstance(web_url(text), Unfit):
        click.echo(f'"{text}" is not the address of a relay; write it like https://relay.example', err=True)
        raise click.exceptions.Exit(WRONG_USAGE)
    return text
