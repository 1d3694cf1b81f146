"""The machine of a pipeline's job: a folder of its own, a clean environment, and a shell that runs its steps.

It reaches no package index: `pip install leadbright` takes the wheel of this checkout, and finds what that needs in the
environment of the tests. May not know whose pipeline it is.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEADLINE_S = 180


class StepFailed(Exception):  # noqa: N818 - what it is
    """A step ended with another status than 0, and with it the job."""


@dataclass
class Machine:
    """`environment` is what every step sees. `said` is what the steps printed, standard error included."""

    folder: Path
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def checkout(self) -> Path:
        """Where the repository is cloned to, and every step begins."""
        return self.folder / "checkout"

    def clone(self, repository: Path, branch: str) -> str:
        """The newest commit of a branch alone, as runners fetch it; its short name."""
        where = ["--quiet", "--depth", "1", "--branch", branch, f"file://{repository}", str(self.checkout)]
        subprocess.run(["git", "clone", *where], check=True, capture_output=True)
        asked = ["git", "-C", str(self.checkout), "rev-parse", "--short", "HEAD"]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()

    def set_up_python(self) -> None:
        """A Python of the job's own, first in PATH."""
        place = self.folder / "python"
        if not place.exists():
            venv.create(place, symlinks=True)
        self.environment["PATH"] = f"{place / 'bin'}:{self.environment['PATH']}"

    def run(self, command: list[str], environment: Mapping[str, str], folder: Path | None = None) -> str:
        """Run a step's command, and have what it prints; raises StepFailed."""
        done = subprocess.run(
            command,
            cwd=folder or self.checkout,
            env={**self.environment, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=DEADLINE_S,
            check=False,
        )
        self.said.append(done.stdout)
        if done.returncode:
            raise StepFailed(f"{command[-1]}\n{done.stdout}")
        return done.stdout

    def file(self, name: str, text: str = "") -> Path:
        """A file of the runner's, outside of the checkout."""
        path = self.folder / "runner" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def new_machine(folder: Path, packages: Packages, surroundings: Mapping[str, str]) -> Machine:
    """A machine with nothing but the system's programs, and what leads to this machine's stand-ins."""
    for part in ("home", "temp"):
        (folder / part).mkdir(parents=True)
    return Machine(
        folder,
        {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "temp"),
            "LANG": "C.UTF-8",
            **packages.environment,
            **surroundings,
        },
    )


@dataclass(frozen=True, slots=True)
class Packages:
    """What stands in for a package index."""

    wheels: Path
    libraries: Path

    @property
    def environment(self) -> dict[str, str]:
        """Has pip look nowhere else."""
        return {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads any value of it as: without isolation
            "PIP_NO_COMPILE": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "PYTHONPATH": str(self.libraries),
        }


def build_wheel(root: Path, folder: Path) -> None:
    """The wheel of the checkout at `root`."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def link_libraries(folder: Path) -> None:
    """Every library of this environment but Leadbright, so that it has to be installed."""
    folder.mkdir()
    for library in Path(sysconfig.get_path("purelib")).iterdir():
        if not library.name.lower().startswith(("leadbright", "_leadbright")) and library.suffix != ".pth":
            (folder / library.name).symlink_to(library)
