"""Which file holds an experiment, and what it says.

May not know whether it is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import read
from config_compiler.source import SITE_FILE, is_experiment_file
from web.starter import experiment_file


def file_of(files: Mapping[str, str], key: str) -> str | None:
    """The file of the experiment with this key; where none says so, the one of its name."""
    own = experiment_file(key)
    found = (name for name in _likely(files, own) if _key(files[name]) == key)
    return next(found, own if own in files else None)


def said_in(files: Mapping[str, str], name: str) -> dict[str, Plain] | None:
    """What a file says; None where it is no mapping."""
    said = read(files[name])
    return said if isinstance(said, dict) else None


def keys_in(files: Mapping[str, str]) -> frozenset[str]:
    """Every key of an experiment, and the name of every file: what a new one may not be called."""
    names = [name for name in files if is_experiment_file(name)]
    written = (_key(files[name]) for name in names)
    return frozenset(key for key in written if key) | {name.rpartition("/")[2].removesuffix(".yaml") for name in names}


def _likely(files: Mapping[str, str], own: str) -> Iterator[str]:
    if own in files:
        yield own
    yield from (name for name in sorted(files) if is_experiment_file(name) and name != own)


def _key(text: str) -> str | None:
    said = read(text)
    key = said.get("experiment") if isinstance(said, dict) else None
    return key if isinstance(key, str) else None


def named_in(files: Mapping[str, str], what: str) -> tuple[str, ...]:
    """The keys of a list of `site.yaml`, such as `goals` or `audiences`, as far as it can be read."""
    said = read(files.get(SITE_FILE, ""))
    listed = said.get(what) if isinstance(said, dict) else None
    tables = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return tuple(key for each in tables if isinstance(key := each.get("key"), str))
