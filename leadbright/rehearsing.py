"""`publish --dry-run`: what a release would change, and that nothing is written.

What is needed is imported when it runs. May not know how plans are compared.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from leadbright.options import FAILED
from leadbright.releasing import fail, run, say

if TYPE_CHECKING:
    from cdn_publish.history import Release
    from cdn_publish.layout import Environment, Place
    from cdn_publish.target import Target
    from config_compiler.compiler import Compiled
    from config_compiler.differences.comparing import Side
    from config_compiler.differences.difference import Difference
    from domain.plan import PlannedExperiment
    from leadbright.live_release import LiveRelease

DIFFERENT = 3
"""How a dry run ends that finds a difference, where it is asked to tell by its exit status."""

DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Say what would change for visitors, and write nothing; refused as publishing is."
)
EXIT_CODE = click.option(
    "--exit-code", is_flag=True, help=f"With --dry-run: end with {DIFFERENT} where something would change."
)


FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", help="How the answer is printed."
)


def rehearse(
    target: Target,
    environment: Environment,
    compiled: Compiled,
    known: LiveRelease | None,
    *,
    as_json: bool,
    exit_code: bool,
) -> None:
    """Say what publishing would change; `known` is what is live with all that ran before, None where unasked for."""
    from cdn_publish.layout import Place

    live, now = run(_live(target, Place(environment, compiled.site.key)))
    digest = compiled.artifacts.digest
    found = () if live and live.digest == digest else _found(compiled, now, known)
    is_new = live is None or live.digest != digest
    if as_json:
        say(json.dumps(_answer(compiled, environment, live, found, is_new=is_new), ensure_ascii=False))
    else:
        say("\n".join(_text(compiled, environment, live, found, is_new=is_new)))
    if is_new and exit_code:
        raise click.exceptions.Exit(DIFFERENT)


def _found(compiled: Compiled, now: Side | None, known: LiveRelease | None) -> tuple[Difference, ...]:
    from config_compiler.differences.comparing import begin, compare
    from leadbright.released_side import side_of

    new = side_of({artifact.name: artifact.body for artifact in compiled.artifacts.artifacts})
    return begin(new) if now is None else compare(now, new, compiled.site, _ran(known))


def _ran(known: LiveRelease | None) -> tuple[PlannedExperiment, ...]:
    return known.plan.experiments if known and known.plan else ()


async def _live(target: Target, place: Place) -> tuple[Release | None, Side | None]:
    from cdn_publish.site_files import SiteFiles
    from leadbright.released_side import side_of

    files = SiteFiles(target, place)
    live = (await files.log()).history.live
    if live is None:
        return None, None
    bodies = await files.bodies(live.digest)
    try:
        return live, side_of(bodies)
    except ValueError:
        fail(f"what is live of {place.site} was published by another version of Leadbright: nothing to compare", FAILED)


def _text(
    compiled: Compiled, env: Environment, live: Release | None, found: tuple[Difference, ...], *, is_new: bool
) -> list[str]:
    site = compiled.site.key
    if not is_new and live:
        return [f"{site}: nothing new; release {live.number} with this content is live in {env}"]
    beside = f"release {live.number}, which is live in {env}" if live else f"nothing, as {env} has no release"
    return [f"{site}: beside {beside}:", *(f"  {each.sentence}" for each in found), "nothing was published: a dry run"]


def _answer(
    compiled: Compiled, env: Environment, live: Release | None, found: tuple[Difference, ...], *, is_new: bool
) -> dict[str, object]:
    from cdn_publish.history import entry_of

    return {
        "outcome": "different" if is_new else "unchanged",
        "site": compiled.site.key,
        "env": env.value,
        "digest": compiled.artifacts.digest,
        "live": entry_of(live) if live else None,
        "differences": [
            {
                "about": each.about,
                "what": each.kind.name.lower(),
                "name": each.name,
                "from": each.before,
                "to": each.after,
                "moves": each.moves.name.lower() if each.moves else None,
                "said": each.sentence,
            }
            for each in found
        ],
    }
