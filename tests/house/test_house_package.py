"""What `pip install` gives: everything that runs, the built snippet included, away from any checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.house.syntax_trees import PACKAGES, ROOT

RUN = """
import sys
sys.path[:0] = [sys.argv.pop(1)]
sys.path.append(sys.argv.pop(1))
from leadbright.cli import main
main()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip would."""
    built = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(next(built.glob("leadbright-*.whl"))) as wheel:
        wheel.extractall(site)
    return site


def leadbright(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the dependencies of this environment, but nothing of the checkout."""
    dependencies = sysconfig.get_path("purelib")
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, str(installed), dependencies, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_of_the_packages_is_in_the_wheel(installed: Path) -> None:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    missing = [name for name in listed.splitlines() if (ROOT / name).exists() and not (installed / name).exists()]
    assert not missing
    built = {path.relative_to(ROOT) for path in (ROOT / "snippet/dist").rglob("*") if path.is_file()}
    assert built
    assert all((installed / name).exists() for name in built)


def test_tests_and_tools_are_not_in_the_wheel(installed: Path) -> None:
    top = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert top == {*PACKAGES, "snippet"}
    assert {path.name for path in (installed / "snippet").iterdir()} == {"dist"}


def test_an_installed_leadbright_compiles_and_publishes(installed: Path, tmp_path: Path) -> None:
    help_page = leadbright(installed, tmp_path, "--help")
    assert help_page.returncode == 0, help_page.stderr
    assert leadbright(installed, tmp_path, "init", "site").returncode == 0
    published = leadbright(installed, tmp_path, "publish", "site", "--to", f"file://{tmp_path}/cdn")
    assert published.returncode == 0, published.stderr
    assert (tmp_path / "cdn/production/my-site/lb.js").stat().st_size > 1000
