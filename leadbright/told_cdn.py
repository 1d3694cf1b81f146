"""What every command that releases does at its end: tell the CDN of the settings, if one is named there.

What it needs is imported when it runs, so that commands start quickly. May not know how a CDN is asked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import click

from leadbright.options import FAILED, WRONG_USAGE

if TYPE_CHECKING:
    from cdn_publish.layout import Place
    from leadbright.purging import Front


def front() -> Front | None:
    """The CDN to tell; ends the command where the settings name one that there is not."""
    from cdn_publish.purging.opening import BadCdn
    from leadbright.purging import front_of

    found = front_of(os.environ)
    if isinstance(found, BadCdn):
        _fail(found.reason, WRONG_USAGE)
    return found


def tell_cdn(place: Place) -> None:
    """Tell the CDN, where there is one; one line and the end of the command where it can't be told."""
    from cdn_publish.purging.telling import NotTold
    from leadbright.purging import purge

    if (stands_before := front()) is None:
        return
    answer = asyncio.run(purge(stands_before, place, datetime.now(UTC)))
    if isinstance(answer, NotTold):
        again = f"leadbright purge --site {place.site} --env {place.environment}"
        _fail(
            f"{place.site}: the release stands, but the CDN was not told: {answer.why}; visitors have it within two "
            f"minutes all the same, or at once with {again}",
            FAILED,
        )


def tell_cdn_of_all(places: Sequence[Place]) -> None:
    """The same for many sites."""
    from cdn_publish.purging.telling import NotTold
    from leadbright.purging import purge_all

    if (stands_before := front()) is None or not places:
        return
    answer = asyncio.run(purge_all(stands_before, places, datetime.now(UTC)))
    if isinstance(answer, NotTold):
        _fail(
            f"the releases stand, but the CDN was not told of all of them: {answer.why}; visitors have them within two "
            "minutes all the same",
            FAILED,
        )


def _fail(text: str, status: int) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(status)
