"""The commands that carry a definition between a folder and a running Leadbright: push, pull.

Neither overwrites what the other side has changed: who pushes has pulled whatever was edited there, who pulls has
kept whatever was edited here. May not know what a definition says.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from leadbright.options import AS_JSON, FOLDER, SITE, WRONG_USAGE
from leadbright.releasing import fail, site_named

if TYPE_CHECKING:
    from config_compiler.source import Source
    from leadbright.exchange import ExchangeError, Server, Stored
    from leadbright.pulled import Common

SERVER = click.option(
    "--server",
    "url",
    metavar="URL",
    envvar="LEADBRIGHT_WEB_URL",
    required=True,
    show_envvar=True,
    help="A running Leadbright. The token for it is read from LEADBRIGHT_TOKEN.",
)


@click.command("push")
@FOLDER
@SERVER
@click.option("--over", type=int, metavar="REVISION", help="Overwrite what was edited there, up to this revision.")
@AS_JSON
def push(folder: Path, url: str, over: int | None, as_json: bool) -> None:
    """Hand a definition to a running Leadbright; visitors see nothing of it until somebody publishes."""
    from leadbright.definition_commands import checked, read
    from leadbright.exchange import ExchangeError
    from leadbright.revision import revision_of

    server, source = _server(url), read(folder)
    site = checked(source).key
    try:
        stored = server.read(site)
        if dict(source.files) == stored.files:
            _conclude(folder, server, stored, stored.revision, changed=False, as_json=as_json)
            return
        _see_that_all_is_pulled(stored, _known(_common(folder, server), site, over), url)
        accepted = server.write(site, dict(source.files), stored.revision, revision_of(folder))
    except ExchangeError as error:
        _refused(error)
    stored.files = dict(source.files)
    _conclude(folder, server, stored, accepted.revision, changed=accepted.changed, as_json=as_json)


@click.command("pull")
@FOLDER
@SERVER
@SITE
@click.option("--over", is_flag=True, help="Overwrite what was changed here, and is neither pushed nor committed.")
@AS_JSON
def pull(folder: Path, url: str, site: str, over: bool, as_json: bool) -> None:
    """Take a definition from a running Leadbright into a folder, byte for byte."""
    from leadbright.exchange import ExchangeError

    server, key = _server(url), site_named(site)
    try:
        stored = server.read(key)
    except ExchangeError as error:
        fail(f"nothing was pulled: {error}")
    here = _here(folder)
    foreign = [name for name in stored.files if not _is_ours(name)]
    if foreign:
        fail(f"nothing was pulled: {foreign[0]!r} is not the name of a file of a definition")
    if not over:
        _see_that_all_is_kept(folder, server, here, stored)
    changed = here is None or dict(here.files) != stored.files
    _replace(folder, here, stored)
    _conclude(folder, server, stored, stored.revision, changed=changed, as_json=as_json, to_here=True)


def _server(url: str) -> Server:
    from leadbright.exchange import server_at

    server = server_at(url, os.environ.get("LEADBRIGHT_TOKEN", ""))
    if isinstance(server, str):
        fail(server, WRONG_USAGE)
    return server


def _common(folder: Path, server: Server) -> Common | None:
    from leadbright.pulled import UnreadableError, common_with

    try:
        return common_with(folder, server.url)
    except UnreadableError as error:
        fail(str(error))


def _known(common: Common | None, site: str, over: int | None) -> int:
    """The newest revision there that whoever pushes has seen."""
    return max(common.revision if common and common.site == site else 0, over or 0)


def _see_that_all_is_pulled(stored: Stored, known: int, url: str) -> None:
    if stored.edited > known:
        seen = f"revision {known} was pulled last" if known else "nothing was ever pulled"
        fail(
            f"nothing was pushed: revision {stored.edited} was edited at {url}, and {seen}; pull it and merge, "
            f"or push with --over {stored.edited}"
        )


def _see_that_all_is_kept(folder: Path, server: Server, here: Source | None, stored: Stored) -> None:
    """What is here may go if it is nothing, the same, what was exchanged last, or committed."""
    from leadbright.pulled import digest_of_files
    from leadbright.revision import is_committed

    if here is None or not here.files or dict(here.files) == stored.files:
        return
    common = _common(folder, server)
    if (common and common.digest == digest_of_files(here.files)) or is_committed(folder, here.files):
        return
    fail(
        f"nothing was pulled: the definition in {folder} was changed since, and is not committed; commit it, "
        "pull into another folder, or pull with --over"
    )


def _here(folder: Path) -> Source | None:
    from leadbright.definition_folder import read_definition

    try:
        return read_definition(folder)
    except NotADirectoryError:
        return None
    except OSError as error:
        fail(f"nothing was pulled: {error}")


def _is_ours(name: str) -> bool:
    """Whether a name can lead to nowhere but the files of a definition; what a server says is not trusted."""
    from config_compiler.source import SITE_FILE, is_experiment_file, is_test_file

    return name == SITE_FILE or ((is_experiment_file(name) or is_test_file(name)) and name.isprintable())


def _replace(folder: Path, here: Source | None, stored: Stored) -> None:
    """Write what differs, then take away what is no longer there."""
    from config_compiler.source import Source
    from leadbright.definition_folder import write_definition

    before = here or Source({})
    try:
        for name in stored.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_definition(folder, before, Source(stored.files))
        for name in before.files.keys() - stored.files.keys():
            (folder / name).unlink()
    except OSError as error:
        fail(f"not everything was pulled: {error}; pull again")


def _conclude(
    folder: Path, server: Server, stored: Stored, revision: int, *, changed: bool, as_json: bool, to_here: bool = False
) -> None:
    """Remember what both sides have in common now, and say what was done."""
    from leadbright.pulled import Common, UnreadableError, digest_of_files, keep_common

    try:
        keep_common(folder, server.url, Common(stored.site, revision, digest_of_files(stored.files)))
    except (UnreadableError, OSError) as error:
        fail(str(error))
    if as_json:
        click.echo(json.dumps({"site": stored.site, "revision": revision, "changed": changed}))
    elif not changed:
        click.echo(f"{stored.site}: nothing new; revision {revision} at {server.url} is what {folder} holds")
    elif to_here:
        click.echo(f"{stored.site}: revision {revision} of {server.url} is in {folder}")
    else:
        click.echo(f"{stored.site}: revision {revision} at {server.url} is what {folder} holds; publish it there")


def _refused(error: ExchangeError) -> NoReturn:
    for each in error.findings:
        hint = f"; {each.hint}" if each.hint else ""
        click.echo(
            f"{each.severity}[{each.code}]: {each.file}:{each.line}:{each.column}: {each.message}{hint}", err=True
        )
    fail(f"nothing was pushed: {error}")


COMMANDS = {"push": push, "pull": pull}
"""What the command line takes from here."""
