"""What an import could not carry over, and the list that gathers it.

May not know which tool the import is from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that is in the export and not in the definition."""

    where: str
    """The experiment that it belongs to; empty where it concerns all."""
    what: str
    because: str
    do: str
    """What a person can do about it."""

    def __str__(self) -> str:
        of = f" of {self.where}" if self.where else ""
        return f"could not carry over: {self.what}{of}, because {self.because}; {self.do}"


@dataclass(frozen=True, slots=True)
class Imported:
    """A definition, by names of files, and what is not in it."""

    files: Mapping[str, str]
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class Omissions:
    """What is left out so far; the same thing, met twice, is kept once."""

    _kept: dict[LeftOut, None] = field(default_factory=dict)

    def add(self, where: str, what: str, because: str, do: str) -> None:
        """Keep one."""
        self._kept.setdefault(LeftOut(where, what, because, do))

    @property
    def all(self) -> tuple[LeftOut, ...]:
        """In the order in which they were met."""
        return tuple(self._kept)
