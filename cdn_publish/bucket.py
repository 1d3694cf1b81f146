"""A bucket or container as the target: S3 and what speaks its protocol, Azure Blob, Google storage.

Files for browsers are kept gzipped, and say so to whoever loads them. May not know what a release is, nor which of
the stores it speaks to, save by the words for what is wrong.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore

from cdn_publish.layout import is_for_browsers
from cdn_publish.target import Attributes, Stored, Tag, TargetError

if TYPE_CHECKING:
    from obstore import ObjectMeta, UpdateVersion

PROBE = ".leadbright-conditions"
"""The object with which a store shows, before anything is written, that it keeps to conditions."""

_NO_TAG = Tag('"0" 0')
"""The tag of nothing."""

_GONE = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist")
_DENIED = ("401 Unauthorized", "403 Forbidden")
_WRONG: Sequence[tuple[tuple[str, ...], str]] = (
    (_GONE, "there is no such bucket; make it first, Leadbright does not"),
    (
        ("169.254.169.254", "metadata.google.internal"),
        "no credentials; {credentials}",
    ),
    (_DENIED, "the store refuses these credentials; {credentials}, with leave to read, write and list"),
    (("error sending request", "dns error", "timed out"), "the store does not answer; see {address}"),
)
"""What the library's message holds, and what to say of it."""

V = TypeVar("V")


class BucketTarget:
    """Objects of one store, below the prefix that it was opened with.

    `name` is how people call it, such as `s3://bucket/prefix`; `credentials` and `address` name the settings by which
    it is reached. Each call runs in a thread, for the reason that `FolderTarget` gives.
    """

    def __init__(self, store: ObjectStore, name: str, credentials: str, address: str) -> None:
        self._store = store
        self._name = name
        self._settings = {"credentials": credentials, "address": address}
        self._is_proven = False

    async def read(self, path: str) -> Stored | None:
        """The object at `path`, unpacked, or None. Raises TargetError."""
        return await self._in_thread(lambda: self._read(path))

    async def put_if_absent(self, path: str, body: bytes, attributes: Attributes) -> bool:
        """Write a new object. Raises TargetError."""
        return await self._in_thread(lambda: self._put(path, body, attributes, None))

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        """Overwrite an object that nobody has overwritten since `tag`. Raises TargetError."""
        return await self._in_thread(lambda: self._put(path, body, attributes, tag))

    async def attributes(self, path: str) -> Attributes | None:
        """How the store serves `path`. Raises TargetError."""
        return await self._in_thread(lambda: self._attributes(path))

    async def names(self, folder: str) -> tuple[str, ...]:
        """The paths below `folder`, in order. Raises TargetError."""
        return await self._in_thread(lambda: self._names(folder))

    async def folders(self, folder: str) -> tuple[str, ...]:
        """The names of the folders directly in `folder`, in order. Raises TargetError."""
        return await self._in_thread(lambda: self._folders(folder))

    async def delete(self, path: str) -> None:
        """Take an object away, if it is there. Raises TargetError."""
        await self._in_thread(lambda: self._delete(path))

    def _read(self, path: str) -> Stored | None:
        try:
            found = obstore.get(self._store, path)
            body = bytes(found.bytes())
        except FileNotFoundError as error:
            if any(sign in str(error) for sign in _GONE):
                raise
            return None
        packed = found.attributes.get("Content-Encoding") == "gzip"
        return Stored(gzip.decompress(body) if packed else body, _tag(found.meta))

    def _put(self, path: str, body: bytes, attributes: Attributes, tag: Tag | None) -> bool:
        self._prove_conditions()
        served = {"Content-Type": attributes.content_type, "Cache-Control": attributes.cache_control}
        if is_for_browsers(path):
            body, served["Content-Encoding"] = gzip.compress(body, 9, mtime=0), "gzip"
        return self._put_on_condition(path, body, served, tag)

    def _put_on_condition(self, path: str, body: bytes, served: dict[str, str], tag: Tag | None) -> bool:
        try:
            obstore.put(
                self._store,
                path,
                body,
                attributes=served,
                mode="create" if tag is None else _version(tag),
                use_multipart=False,
            )
        except (AlreadyExistsError, PreconditionError):
            return False
        return True

    def _prove_conditions(self) -> None:
        """Once for each target: a store that takes no notice of conditions would let publishers undo each other."""
        if self._is_proven:
            return
        served = {"Content-Type": "text/plain", "Cache-Control": "no-cache"}
        self._put_on_condition(PROBE, b"", served, None)
        if any(self._put_on_condition(PROBE, b"", served, tag) for tag in (None, _NO_TAG)):
            raise TargetError(
                f"{self._name} takes no notice of conditional writes, without which releases are not safe"
            )
        self._is_proven = True

    def _attributes(self, path: str) -> Attributes | None:
        try:
            found = obstore.get(self._store, path).attributes
        except FileNotFoundError:
            return None
        return Attributes(found.get("Content-Type", ""), found.get("Cache-Control", ""))

    def _names(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(str(meta["path"]) for batch in obstore.list(self._store, folder) for meta in batch))

    def _folders(self, folder: str) -> tuple[str, ...]:
        found = obstore.list_with_delimiter(self._store, folder)["common_prefixes"]
        return tuple(sorted(path.rstrip("/").rpartition("/")[2] for path in found))

    def _delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, path)
        except FileNotFoundError:
            return

    async def _in_thread(self, work: Callable[[], V]) -> V:
        try:
            return await asyncio.to_thread(work)
        except (BaseError, OSError, ValueError) as error:
            raise TargetError(f"{self._name}: {self._reason(str(error))}") from error

    def _reason(self, said: str) -> str:
        """One line for the person who publishes; the library's messages go on for a page."""
        for signs, reason in _WRONG:
            if any(sign in said for sign in signs):
                return reason.format(**self._settings)
        return said.partition("\n")[0]


def _tag(meta: ObjectMeta) -> Tag:
    """What names one writing: stores go by the entity tag, Google's by a version."""
    return Tag(f"{meta['e_tag']} {meta['version'] or ''}")


def _version(tag: Tag) -> UpdateVersion:
    e_tag, _, version = tag.partition(" ")
    return {"e_tag": e_tag, "version": version} if version else {"e_tag": e_tag}
