"""Definitions in folders, for tests that are data.

May not know what a case is about.
"""

from __future__ import annotations

from pathlib import Path

from config_compiler.compiler import Deployment, Rejected, check_site
from config_compiler.source import Source
from domain.site import Site

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"

DEPLOYMENT = Deployment("https://relay.example")


def read(folder: Path) -> Source:
    """The definition in a folder: `site.*` and everything in `experiments` and `tests`."""
    paths = [path for pattern in ("site.*", "experiments/**/*", "tests/**/*") for path in folder.glob(pattern)]
    return Source.from_bytes(
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    )


def published(case: Path) -> Site | None:
    """The site that is live before a case, where it has one."""
    if not (case / "published").is_dir():
        return None
    checked = check_site(read(case / "published"))
    assert not isinstance(checked, Rejected)
    return checked.site
