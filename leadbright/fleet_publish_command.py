"""`leadbright publish-fleet`: publishes every site in a folder of folders, many at once, and says how far it is.

May not know how a site is published.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from leadbright.options import ANEW, AS_JSON, ENV, FAILED, RELAY_URL, TO, WRONG_USAGE, environment_named, relay_address
from leadbright.releasing import BY, NOTE, complain, fail, note_of, say, target_at
from leadbright.revision import revision_of
from leadbright.told_cdn import front, tell_cdn_of_all

if TYPE_CHECKING:
    from domain.names import SiteKey
    from leadbright.shipping import Outcome, Shipment

AT_ONCE = 16
CORES = os.cpu_count() or 1
MANY = 64
"""Sites for which processes that compile are worth their start."""
TOLD_EACH_S = 0.5

KINDS = {"Shipped": "published", "AsBefore": "unchanged", "Refused": "refused", "Failed": "failed"}
"""What the outcomes are called, in the order in which they are said."""


@dataclass(slots=True)
class Progress:
    """How far it is, on a terminal in one line that is written over; nothing anywhere else."""

    total: int
    out: TextIO = sys.stderr
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def tell(self, done: int) -> None:
        """Say it, not too often."""
        now = time.monotonic()
        if self.out.isatty() and (done == self.total or now - self.told >= TOLD_EACH_S):
            self.told = now
            rate = done / max(now - self.began, 1e-3)
            self.out.write(f"\r{done:,} of {self.total:,} sites, {rate:,.0f} a second\033[K")
            self.out.write("\n" if done == self.total else "")
            self.out.flush()


@click.command("publish-fleet")
@click.argument(
    "sites",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder that holds a definition folder for each site.",
)
@TO
@ENV
@NOTE
@BY
@RELAY_URL
@ANEW
@click.option(
    "--at-once", type=click.IntRange(1, 64), default=AT_ONCE, show_default=True, help="How many are under way."
)
@AS_JSON
def run(
    sites: Path, to: str, env: str, note: str, by: str, relay_url: str, anew: bool, at_once: int, as_json: bool
) -> None:
    """Compile many sites and make them what visitors load."""
    from cdn_publish.layout import Place
    from leadbright.shipping import Shipment

    target, environment, relay = target_at(to), environment_named(env), relay_address(relay_url)
    front()  # a CDN that there is not is found before anything is live
    folders = sorted(path.parent for path in sites.glob("*/site.yaml"))
    if not folders:
        fail(f"there is no site in {sites}; a site is a folder with site.yaml", WRONG_USAGE)
    from config_compiler.compiler import Deployment
    from leadbright.runtime import SnippetNotBuilt, load_runtime

    try:
        runtime = load_runtime()
    except SnippetNotBuilt as error:
        fail(f"nothing was published: {error}", FAILED)
    said = note_of(by, revision_of(sites), note)
    shipment = Shipment(
        runtime=runtime,
        deployment=Deployment(relay),
        target=target,
        environment=environment,
        note=said,
        now=lambda: datetime.now(UTC),
        compares=not anew,
        processes=CORES if len(folders) >= MANY else 0,
    )
    counts, moved = asyncio.run(_shipped(shipment, folders, at_once))
    told = {word: counts[word] for word in KINDS.values()}
    say(json.dumps(told) if as_json else ", ".join(f"{number} {word}" for word, number in told.items()))
    tell_cdn_of_all([Place(environment, site) for site in moved])
    if told["refused"] or told["failed"]:
        raise click.exceptions.Exit(FAILED)


async def _shipped(shipment: Shipment, folders: Sequence[Path], at_once: int) -> tuple[Counter[str], list[SiteKey]]:
    """How many of each kind, and the sites that are live anew."""
    from leadbright.shipping import Shipped, ship

    counts, progress = Counter[str](), Progress(len(folders))
    moved: list[SiteKey] = []

    def tell(outcome: Outcome) -> None:
        counts[KINDS[type(outcome).__name__]] += 1
        if isinstance(outcome, Shipped):
            moved.append(outcome.site)
        _complain_of(outcome)
        progress.tell(counts.total())

    await ship(shipment, folders, at_once, tell)
    return counts, moved


def _complain_of(outcome: Outcome) -> None:
    from leadbright.shipping import Failed, Refused

    match outcome:
        case Refused(folder, errors):
            complain(f"{folder}: {errors} findings; leadbright check says which")
        case Failed(folder, why):
            complain(f"{folder}: {why}")


COMMANDS = {"publish-fleet": run}
"""What the command line takes from here."""
