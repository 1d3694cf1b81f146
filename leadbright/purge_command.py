"""`leadbright purge`: tells the CDN once more.

May not know how a CDN is asked.
"""

from __future__ import annotations

import click

from leadbright.options import ENV, SITE, WRONG_USAGE, environment_named
from leadbright.releasing import fail, say, site_named
from leadbright.told_cdn import front, tell_cdn


@click.command("purge")
@SITE
@ENV
def purge(site: str, env: str) -> None:
    """Tell the CDN of LEADBRIGHT_PURGE once more that a site has a new release."""
    from cdn_publish.layout import Place

    place = Place(environment_named(env), site_named(site))
    if front() is None:
        fail("no CDN is named in LEADBRIGHT_PURGE, so there is none to tell", WRONG_USAGE)
    tell_cdn(place)
    say(f"{site}: the CDN asks anew from now on")


COMMANDS = {"purge": purge}
"""What the command line takes from here."""
