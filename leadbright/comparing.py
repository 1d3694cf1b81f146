"""Reads what is live for the commands that compare a definition with it, and says in a line why that cannot be done.

May not know how a definition is compared.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

import click

from cdn_publish.history import DamagedError
from cdn_publish.opening import BadTarget, open_target
from cdn_publish.target import Target, TargetError
from config_compiler.finding import Problems
from config_compiler.parse import parse
from config_compiler.source import Source
from domain.names import SiteKey, is_key
from domain.plan import Plan
from leadbright.live_release import LiveRelease, UnreadablePlanError, live_release
from leadbright.options import FAILED, WRONG_USAGE, environment_named

if TYPE_CHECKING:
    from cdn_publish.layout import Environment

NOTHING = LiveRelease(0, None)


def live_plan_at(source: Source, url: str, env: str) -> Plan | None:
    """What is live at a URL of the site that this is a definition of; ends the command where that cannot be read."""
    target = open_target(url)
    if isinstance(target, BadTarget):
        _end(target.reason, WRONG_USAGE)
    return read_live(source, target, environment_named(env), "it cannot be compared with what is live").plan


def read_live(source: Source, target: Target, environment: Environment, sorry: str, instead: str = "") -> LiveRelease:
    """What is live of the site; nothing for a definition without a key.

    Where it cannot be read, the command ends with `sorry` and the reason; `instead` is said where the plan is at fault.
    """
    site = parse(source, Problems()).site
    if site is None or site.key is None or not is_key(site.key.value):
        return NOTHING
    try:
        return asyncio.run(live_release(target, environment, SiteKey(site.key.value)))
    except UnreadablePlanError as error:
        _end(f"{sorry}: {error}{instead}", FAILED)
    except (TargetError, DamagedError) as error:
        _end(f"{sorry}: {error}", FAILED)


def _end(text: str, status: int) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(status)
