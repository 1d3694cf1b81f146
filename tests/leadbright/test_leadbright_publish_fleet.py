"""Many sites are published at once: what becomes of each, how far it is, and who is told."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cdn_publish.folder import FolderTarget
from cdn_publish.history import ReleaseNote
from cdn_publish.layout import Environment
from cdn_publish.release import publish
from config_compiler.compiler import Compiled, Rejected, compile_site
from config_compiler.source import Source
from domain.artifact import ArtifactSet
from domain.names import SiteKey
from leadbright import compiling
from leadbright.cli import APP
from leadbright.definition_folder import write_starter
from leadbright.fleet_publish_command import Progress
from tests.cdn_publish.crashes import AT
from tests.cdn_publish.publishing import artifacts
from tests.services import cdn_api
from tests.services.buckets import Bucket, running_s3
from tests.services.cdn_api import TOKEN, answering

SITES = 12


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    """A folder of definitions, each of a site of its own."""
    write_starter(tmp_path / "starter")
    for n in range(SITES):
        folder = tmp_path / "sites" / f"s{n}"
        shutil.copytree(tmp_path / "starter", folder)
        change(folder / "site.yaml", "site: my-site", f"site: site-{n}")
    return tmp_path / "sites"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def ship(sites: Path, to: str, *more: str, **environment: str) -> Result:
    arguments = ["publish-fleet", str(sites), "--to", to, "--by", "ci", *more]
    return CliRunner().invoke(APP, arguments, env={"LEADBRIGHT_RELAY_URL": "https://relay.example", **environment})


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with running_s3() as new:
        made = new()
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def test_every_site_is_published_once_for_each_content(sites: Path, tmp_path: Path) -> None:
    to = f"file://{tmp_path}/cdn"
    answer = ship(sites, to)
    assert answer.exit_code == 0, answer.stderr
    assert (answer.stdout, answer.stderr) == (f"{SITES} published, 0 unchanged, 0 refused, 0 failed\n", "")
    live = sorted((tmp_path / "cdn/production").iterdir())
    assert [each.name for each in live] == sorted(f"site-{n}" for n in range(SITES))
    assert all((each / "lb.js").read_bytes().endswith(b"\n//1") for each in live)
    change(sites / "s3/site.yaml", "  - www.example.com", "  - www.example.org")
    again = ship(sites, to, "--json")
    assert json.loads(again.stdout) == {"published": 1, "unchanged": SITES - 1, "refused": 0, "failed": 0}
    assert (tmp_path / "cdn/production/site-3/lb.js").read_bytes().endswith(b"\n//2")


def test_a_bucket_gets_them_too(sites: Path, bucket: Bucket) -> None:
    answer = ship(sites, bucket.url, "--at-once", "4")
    assert answer.stdout == f"{SITES} published, 0 unchanged, 0 refused, 0 failed\n"
    log = CliRunner().invoke(APP, ["releases", "--to", bucket.url, "--site", "site-7", "--json"])
    assert json.loads(log.stdout)["finished"]


def test_a_site_that_cannot_be_published_keeps_no_other_from_it(sites: Path, tmp_path: Path) -> None:
    (sites / "s1/site.yaml").write_text("site: Not A Key\n")
    (tmp_path / "cdn/production/site-2").mkdir(parents=True)
    (tmp_path / "cdn/production/site-2/releases.json").write_text("{")
    other = artifacts("a", SiteKey("site-4"))
    asyncio.run(publish(FolderTarget(tmp_path / "cdn"), Environment.PRODUCTION, other, ReleaseNote("x"), AT))
    answer = ship(sites, f"file://{tmp_path}/cdn")
    assert (answer.exit_code, answer.stdout) == (1, f"{SITES - 3} published, 0 unchanged, 1 refused, 2 failed\n")
    assert sorted(line.partition(": ")[0] for line in answer.stderr.splitlines()) == [
        str(sites / name) for name in ("s1", "s2", "s4")
    ]
    assert "findings; leadbright check says which" in answer.stderr
    assert "production/site-2/releases.json is not a release log" in answer.stderr
    assert "config.json is not a plan of this version of Leadbright" in answer.stderr
    assert ship(sites, f"file://{tmp_path}/cdn", "--anew").stdout.startswith("1 published, ")


def test_a_site_in_two_folders_is_published_from_one_and_the_other_is_named(sites: Path, tmp_path: Path) -> None:
    change(sites / "s5/site.yaml", "site: site-5", "site: site-4")
    change(sites / "s5/experiments/headline.yaml", "name: ", "name: Another ")
    answer = ship(sites, f"file://{tmp_path}/cdn", "--at-once", "1")
    assert (answer.exit_code, answer.stdout) == (1, f"{SITES - 1} published, 0 unchanged, 0 refused, 1 failed\n")
    assert f"the site site-4 is in {sites / 's4'} too" in answer.stderr


def test_what_does_not_come_back_as_it_was_made_does_not_go_live(
    sites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(source: Source, *more: Any) -> Compiled | Rejected:  # noqa: ANN401 - as compile_site takes it
        made = compile_site(source, *more)
        assert isinstance(made, Compiled)
        files = [replace(file, body=file.body + b"!" * (file.name == "lb.js")) for file in made.artifacts.artifacts]
        return replace(made, artifacts=ArtifactSet(made.artifacts.site, tuple(files)))

    monkeypatch.setattr(compiling, "compile_site", spoiled)
    answer = ship(sites, f"file://{tmp_path}/cdn")
    assert answer.exit_code == 1
    assert answer.stderr.count("P102") == SITES
    assert not list(tmp_path.glob("cdn/**/lb.js"))


def test_visitors_keep_their_variation_unless_that_is_said(sites: Path, tmp_path: Path) -> None:
    for folder in sites.iterdir():
        change(folder / "experiments/headline.yaml", "status: draft", "status: running")
    to = f"file://{tmp_path}/cdn"
    assert ship(sites, to).exit_code == 0
    change(sites / "s5/experiments/headline.yaml", "key: question", "key: asking")
    assert ship(sites, to).stdout == f"0 published, {SITES - 1} unchanged, 1 refused, 0 failed\n"
    assert ship(sites, to, "--anew").stdout == f"1 published, {SITES - 1} unchanged, 0 refused, 0 failed\n"


def test_the_cdn_is_told_of_all_that_are_new_a_few_at_a_time(sites: Path, tmp_path: Path) -> None:
    to = f"file://{tmp_path}/cdn"
    with answering(cdn_api.webhook) as api:
        told = {
            "LEADBRIGHT_PURGE": f"{api.address}/hook?of=shop",
            "LEADBRIGHT_PURGE_TOKEN": TOKEN,
            "LEADBRIGHT_CDN_BASE": "https://cdn.example",
        }
        assert ship(sites, to, **told).exit_code == 0
        urls = [json.loads(asked.body)["urls"] for asked in api.asked]
        assert [len(each) for each in urls] == [30, 3 * SITES - 30]
        assert len({url for each in urls for url in each}) == 3 * SITES
        assert ship(sites, to, **told).exit_code == 0  # nothing is new
        assert len(api.asked) == 2
        change(sites / "s3/site.yaml", "  - www.example.com", "  - www.example.org")
        wrong = ship(sites, to, **{**told, "LEADBRIGHT_PURGE_TOKEN": "other"})
    assert (wrong.exit_code, wrong.stdout.partition(",")[0]) == (1, "1 published")
    assert wrong.stderr.startswith("the releases stand, but the CDN was not told of all of them: the webhook refuses")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--to", "ftp://x"), "is not a publish URL"), (("--env", "test"), "staging or production")],
)
def test_what_cannot_be_done_is_said_in_one_line(sites: Path, arguments: tuple[str, ...], says: str) -> None:
    answer = ship(sites, "file:///nowhere", *arguments)
    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1)
    assert says in answer.stderr


def test_a_folder_without_sites_is_wrong_usage(tmp_path: Path) -> None:
    assert ship(tmp_path, "file:///nowhere").exit_code == 2


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_nothing_in_a_pipe() -> None:
    terminal, pipe = _Terminal(), io.StringIO()
    for out in (terminal, pipe):
        progress = Progress(1234, out)
        for done in range(1, 1235):
            progress.tell(done)
    lines = terminal.getvalue().split("\r")
    assert lines[0] == ""
    assert lines[1].startswith("1 of 1,234 sites, ")
    assert lines[-1].startswith("1,234 of 1,234 sites, ")
    assert terminal.getvalue().count("\n") == 1
    assert len(lines) < 100  # not one for each site
    assert pipe.getvalue() == ""
