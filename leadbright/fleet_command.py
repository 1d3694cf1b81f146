"""`leadbright compile-fleet`: compiles every site in a folder of folders, and only those that have changed.

Keeps fingerprints beside the artifacts. May not know how work is shared out.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from leadbright.options import ENV, FAILED, OUT, RELAY_URL, WRONG_USAGE, environment_named, relay_address

if TYPE_CHECKING:
    from cdn_publish.layout import Environment
    from leadbright.fleet import Fleet, Outcome

CORES = os.cpu_count() or 1

Known = dict[str, dict[str, str]]
"""By name of folder: the key of the site there and its fingerprint."""


@click.command("compile-fleet")
@click.argument(
    "sites",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder that holds a definition folder for each site.",
)
@OUT
@ENV
@RELAY_URL
@click.option(
    "--processes", type=click.IntRange(1, 64), default=CORES, show_default=True, help="How many compile at once."
)
def run(sites: Path, out: Path, env: str, relay_url: str, processes: int) -> None:
    """Compile many sites, and pass over those that have not changed."""
    folders = sorted(path.parent for path in sites.glob("*/site.yaml"))
    if not folders:
        _end(f"there is no site in {sites}; a site is a folder with site.yaml", WRONG_USAGE)
    fleet = _fleet(out, environment_named(env), relay_address(relay_url))
    kept = out / f"fleet-{env}.json"
    known = _read(kept)
    counts = _compiled(fleet, folders, known, min(processes, len(folders)))
    _keep(kept, {folder.name: known[folder.name] for folder in folders if folder.name in known})
    twice = sorted(key for key, n in Counter(each["site"] for each in known.values()).items() if n > 1)
    for key in twice:
        sys.stderr.write(f'several folders hold the site "{key}"; only one of them can be published\n')
    sys.stdout.write(
        ", ".join(f"{counts[word]} {word}" for word in ("written", "unchanged", "refused", "unread")) + "\n"
    )
    if counts["refused"] or counts["unread"] or twice:
        raise click.exceptions.Exit(FAILED)


def _fleet(out: Path, env: Environment, relay_url: str) -> Fleet:
    from config_compiler.compiler import Deployment
    from leadbright.fleet import Fleet
    from leadbright.runtime import SnippetNotBuilt, load_runtime

    try:
        return Fleet(load_runtime(), Deployment(relay_url), out, env)
    except SnippetNotBuilt as error:
        _end(str(error))


def _compiled(fleet: Fleet, folders: list[Path], known: Known, processes: int) -> Counter[str]:
    from domain.artifact import Digest
    from leadbright.fleet import FleetStalledError, compile_fleet

    there = {folder.name for folder in folders}
    for gone in known.keys() - there:
        del known[gone]
    digests = {f: Digest(known[f.name]["fingerprint"]) for f in folders if f.name in known}
    try:
        return _counted(compile_fleet(fleet, folders, digests, processes), known)
    except LookupError as error:  # the built snippet is of another version
        _end(str(error.args[0]))
    except (FleetStalledError, BrokenProcessPool):
        _end("a process that compiles ended or stands still; try again with --processes 1 to see why")


def _counted(outcomes: Iterable[Outcome], known: Known) -> Counter[str]:
    """How many of each kind; what is written becomes known, and what is refused is forgotten."""
    from leadbright.fleet import Refused, Unchanged, Unread, Written

    counts: Counter[str] = Counter()
    for outcome in outcomes:
        name = outcome.folder.name
        match outcome:
            case Unchanged():
                counts["unchanged"] += 1
            case Written():
                counts["written"] += 1
                known[name] = {"site": outcome.site, "fingerprint": outcome.fingerprint}
            case Refused():
                counts["refused"] += 1
                known.pop(name, None)
                sys.stderr.write(f"{outcome.folder}: {outcome.errors} findings; leadbright check says which\n")
            case Unread():
                counts["unread"] += 1
                sys.stderr.write(f"{outcome.folder}: cannot be read or written: {outcome.why}\n")
    return counts


def _read(kept: Path) -> Known:
    """What is known of earlier; nothing where that cannot be read, so that everything is compiled."""
    try:
        found = json.loads(kept.read_text("utf-8"))
        return {str(name): {word: str(each[word]) for word in ("site", "fingerprint")} for name, each in found.items()}
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return {}


def _keep(kept: Path, known: Known) -> None:
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".new")
        beside.write_text(json.dumps(known, sort_keys=True), "utf-8")
        beside.replace(kept)
    except OSError as error:
        _end(f"cannot write: {error}")


def _end(text: str, status: int = FAILED) -> NoReturn:
    sys.stderr.write(f"{text}\n")
    raise click.exceptions.Exit(status)


COMMANDS = {"compile-fleet": run}
"""What the command line takes from here."""
