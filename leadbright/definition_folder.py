"""A definition in a folder: read into a `Source`, begun from the starter, mended.

May not know what a definition says.
"""

from __future__ import annotations

from pathlib import Path

from config_compiler.source import SITE_FILE, Source

_SUFFIXES = (".yaml", ".yml", ".json")
STARTER = (SITE_FILE, "experiments/headline.yaml")


def read_definition(folder: Path) -> Source:
    """`site.yaml` and the files of `experiments/` and `tests/`, those that are named wrongly too, so that nobody misses
    them.

    Raises NotADirectoryError, and OSError where a file cannot be read.
    """
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    found = [*folder.glob("site.*"), *folder.glob("experiments/**/*"), *folder.glob("tests/**/*")]
    paths = [path for path in found if path.suffix in _SUFFIXES and path.is_file()]
    return Source.from_bytes({path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)})


def write_definition(folder: Path, before: Source, after: Source) -> None:
    """Write the files that have changed, byte for byte as they are but for the change."""
    for name, text in after.files.items():
        if text != before.files.get(name):
            (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))


def write_starter(folder: Path) -> list[Path]:
    """A small definition to begin with; raises FileExistsError rather than write over anything."""
    from importlib.resources import files

    targets = [folder / name for name in STARTER]
    for target in targets:
        if target.exists():
            raise FileExistsError(target)
    for target, name in zip(targets, STARTER, strict=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((files("leadbright") / "starter" / name).read_bytes())
    return targets
