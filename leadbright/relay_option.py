"""The option that says where browsers reach the relay, and the check that every command with it shares.

May not know what is compiled for it.
"""

from __future__ import annotations

import re
from typing import Annotated

import typer

from leadbright.setting_values import Unfit, web_url

DEFAULT_RELAY = "http://localhost:8601"

WRONG_USAGE = 2

RelayUrl = Annotated[
    str, typer.Option("--relay-url", envvar="LEADBRIGHT_RELAY_URL", help="Where browsers reach the relay.")
]


def relay_address(text: str) -> str:
    """Scheme, host and port of a relay; ends the command where that is not what was written."""
    if not re.fullmatch(r"https?://[^/?#\s]+/?", text) or isinstance(web_url(text), Unfit):
        typer.echo(f'"{text}" is not the address of a relay; write it like https://relay.example', err=True)
        raise typer.Exit(WRONG_USAGE)
    return text
