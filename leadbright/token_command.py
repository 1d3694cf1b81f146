"""The command that makes a token for a program, at the machine that runs the web and without a browser.

May not know what the token lets the program do.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbright.options import AS_JSON, FAILED, SITE, WRONG_USAGE
from leadbright.releasing import fail, site_named

if TYPE_CHECKING:
    from domain.names import SiteKey
    from leadbright.settings import Settings

BY = "the command line"


@click.command("token")
@SITE
@click.option("--name", required=True, help="What it is for; shown beside what it pushes.")
@click.option("--write", "may_write", is_flag=True, help="It may push too, not only pull.")
@click.option(
    "--days", type=click.Choice(["30", "90", "365"]), default="90", show_default=True, help="Good for so long."
)
@AS_JSON
def token(site: str, name: str, may_write: bool, days: str, as_json: bool) -> None:
    """Make a token with which a program may pull a site's definition, or push it; printed this once."""
    from leadbright.preparing import CannotPrepareError
    from leadbright.settings import Settings, read_settings

    key, settings = site_named(site), read_settings(os.environ, Path.cwd())
    if not isinstance(settings, Settings):
        fail("\n".join(complaint.text for complaint in settings), WRONG_USAGE)
    if not 0 < len(name.strip()) <= 40 or not name.isprintable():
        fail("--name has 1 to 40 letters", WRONG_USAGE)
    try:
        made = asyncio.run(_made(settings, key, name.strip(), int(days), may_write=may_write))
    except CannotPrepareError as error:
        fail(f"no token was made: {error}", FAILED)
    if made is None:
        fail(f"no token was made: there is no site {key}, or it has too many; its page Access takes one back", FAILED)
    click.echo(json.dumps({"site": key, "token": made}) if as_json else made)


async def _made(settings: Settings, site: SiteKey, name: str, days: int, *, may_write: bool) -> str | None:
    from leadbright.preparing import memory
    from web.audit.line import AuditLine, Deed

    async with memory(settings) as store:
        if await store.site(site) is None:
            return None
        made = await store.api.create(site, name, may_write=may_write, days=days, by=BY)
        if made is not None:
            scope = "write" if may_write else "read"
            line = AuditLine(site, int(time.time() * 1000), BY, Deed.LET_IN, note=f"{name}, to {scope}")
            await store.audit.note(line)
        return made


COMMANDS = {"token": token}
"""What the command line takes from here."""
