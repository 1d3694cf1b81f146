"""The command that says a site's secret, with which its own back end signs what it reports.

May not know what is signed, or how the secret is derived.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NoReturn

import click

from leadbright.options import AS_JSON, WRONG_USAGE


@click.command("site-secret")
@click.argument("site", metavar="SITE", help="The key of the site.")
@AS_JSON
def site_secret(site: str, as_json: bool) -> None:
    """Print the secret with which a site's own back end signs what it reports."""
    from domain.names import SiteKey, is_key
    from domain.signature import site_secret as secret_of
    from leadbright.settings import Settings, read_settings

    if not is_key(site):
        _fail(f'"{site}" is not a key; a key is lower-case letters, digits and hyphens')
    settings = read_settings(os.environ, Path.cwd())
    if not isinstance(settings, Settings):
        _fail("\n".join(complaint.text for complaint in settings))
    secret = secret_of(settings.secret, SiteKey(site))
    click.echo(json.dumps({"site": site, "secret": secret}) if as_json else secret)


def _fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(WRONG_USAGE)


COMMANDS = {"site-secret": site_secret}
