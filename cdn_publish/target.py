"""What a release needs of the place it is published to: four questions that every object store can answer.

May not know which store answers, or what is kept there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType, Protocol

Tag = NewType("Tag", str)
"""Names one writing of one object; a later writing has another, even of the same bytes."""


class TargetError(Exception):
    """The store did not answer, or not as stores do. The message is one line for the person who publishes."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """How a browser is to read and keep an object."""

    content_type: str
    cache_control: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was read."""

    body: bytes
    tag: Tag


class Target(Protocol):
    """A folder or a bucket. Paths are relative, with `/` between their parts. Everything raises TargetError."""

    async def read(self, path: str) -> Stored | None:
        """The object at `path`, or None where there is none."""
        ...

    async def put_if_absent(self, path: str, body: bytes, attributes: Attributes) -> bool:
        """Write an object unless there is one already, then False."""
        ...

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        """Overwrite the object that was read with `tag`; False where somebody has written it since."""
        ...

    async def attributes(self, path: str) -> Attributes | None:
        """How the object at `path` is served, or None where there is none."""
        ...

    async def names(self, folder: str) -> tuple[str, ...]:
        """The paths of all objects below `folder`, in order."""
        ...

    async def folders(self, folder: str) -> tuple[str, ...]:
        """The names of the folders directly in `folder`, in order; what is in them is not looked at."""
        ...

    async def delete(self, path: str) -> None:
        """Take an object away, if it is there."""
        ...
