"""Many sites compiled at once: the same bytes as one by one, and what has not changed is passed over."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config_compiler.compiler import Deployment, Runtime
from config_compiler.fingerprint import basis, fingerprint
from config_compiler.source import Source
from leadbright.cli import APP
from leadbright.fleet import Fleet, Refused, Unchanged, Unread, Written, compile_fleet
from tests.config_compiler.folders import CASES
from tests.stand_in import RUNTIME

RELAY = Deployment("https://relay.example")


def fleet_of(out: Path) -> Fleet:
    return Fleet(RUNTIME, RELAY, out)


def sites(root: Path, count: int) -> list[Path]:
    """Copies of one definition, each a site of its own."""
    folders = [root / f"site-{n}" for n in range(count)]
    for folder in folders:
        shutil.copytree(CASES / "shop", folder)
        text = (folder / "site.yaml").read_text("utf-8")
        (folder / "site.yaml").write_text(text.replace("site: shop", f"site: {folder.name}"), "utf-8")
    return folders


def written(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_two_processes_write_what_one_writes(tmp_path: Path) -> None:
    folders = sites(tmp_path / "in", 20)
    for processes, name in ((1, "one"), (2, "two")):
        outcomes = list(compile_fleet(fleet_of(tmp_path / name), folders, {}, processes))
        assert {each.folder for each in outcomes if isinstance(each, Written)} == set(folders)
    assert written(tmp_path / "one") == written(tmp_path / "two")
    assert len(written(tmp_path / "one")) == 20 * 6


def test_each_site_has_an_outcome_of_its_own(tmp_path: Path) -> None:
    folders = [CASES / "shop", CASES / "many-mistakes", tmp_path / "nowhere"]
    kinds = [type(each) for each in compile_fleet(fleet_of(tmp_path), folders, {}, 1)]
    assert kinds == [Written, Refused, Unread]


def test_what_has_not_changed_is_passed_over_and_what_has_is_not(tmp_path: Path) -> None:
    folders = sites(tmp_path / "in", 3)
    fleet = fleet_of(tmp_path / "out")
    first = [each for each in compile_fleet(fleet, folders, {}, 1) if isinstance(each, Written)]
    known = {each.folder: each.fingerprint for each in first}
    with (folders[1] / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("# another word\n")
    again = list(compile_fleet(fleet, folders, known, 1))
    assert [type(each) for each in again] == [Unchanged, Written, Unchanged]
    elsewhere = replace(fleet, deployment=Deployment("https://other.example"))
    assert all(isinstance(each, Written) for each in compile_fleet(elsewhere, folders, known, 1))


COMMON = basis("1", RUNTIME, RELAY)
SOURCE = Source({"site.yaml": "site: a\n", "experiments/x.yaml": "experiment: x\n"})


@pytest.mark.parametrize(
    "other",
    [
        basis("2", RUNTIME, RELAY),
        basis("1", RUNTIME, Deployment("https://other.example")),
        basis("1", Runtime((), ()), RELAY),
        basis("1", Runtime((("other",), *RUNTIME.parts), RUNTIME.start), RELAY),
    ],
)
def test_a_fingerprint_depends_on_everything_that_is_compiled_with(other: bytes) -> None:
    assert fingerprint(other, SOURCE) != fingerprint(COMMON, SOURCE)


def test_a_fingerprint_depends_on_names_and_texts_and_not_on_their_order() -> None:
    taken = fingerprint(COMMON, SOURCE)
    assert fingerprint(COMMON, Source(dict(reversed(list(SOURCE.files.items()))))) == taken
    files = dict(SOURCE.files)
    others = [
        files | {"site.yaml": "site: b\n"},
        files | {"experiments/y.yaml": ""},
        {"site.yaml": files["site.yaml"], "experiments/y.yaml": files["experiments/x.yaml"]},
        {"site.yaml": "site: a\nex", "periments/x.yaml": files["experiments/x.yaml"]},
    ]
    assert taken not in {fingerprint(COMMON, Source(other)) for other in others}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, ["compile-fleet", *arguments, "--processes", "1"])


def test_the_command_compiles_what_has_changed_and_says_what_is_refused(tmp_path: Path) -> None:
    folders = sites(tmp_path / "in", 3)
    arguments = (str(tmp_path / "in"), "--out", str(tmp_path / "out"))
    first, second = run(*arguments), run(*arguments)
    assert (first.exit_code, first.stdout) == (0, "3 written, 0 unchanged, 0 refused, 0 unread\n"), first.output
    assert (second.exit_code, second.stdout) == (0, "0 written, 3 unchanged, 0 refused, 0 unread\n")
    (folders[0] / "site.yaml").write_text("site: [\n", "utf-8")
    third = run(*arguments)
    assert (third.exit_code, third.stdout) == (1, "0 written, 2 unchanged, 1 refused, 0 unread\n")
    assert third.stderr.endswith("site-0: 1 findings; leadbright check says which\n")


def test_a_site_that_stands_in_two_folders_is_said_to(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copytree(CASES / "shop", tmp_path / "in" / name)
    for _ in range(2):
        done = run(str(tmp_path / "in"), "--out", str(tmp_path / "out"))
        assert (done.exit_code, 'several folders hold the site "shop"' in done.stderr) == (1, True)


def test_a_folder_without_sites_is_wrong_usage(tmp_path: Path) -> None:
    assert run(str(tmp_path), "--out", str(tmp_path / "out")).exit_code == 2
