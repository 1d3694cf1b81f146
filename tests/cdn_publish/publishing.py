"""Artifacts to publish, and a target that dies or waits at a chosen call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cdn_publish.layout import Environment, Place
from cdn_publish.site_files import SiteFiles
from cdn_publish.target import Attributes, Stored, Tag, Target
from domain.artifact import Artifact, ArtifactSet
from domain.names import SiteKey

SHOP = SiteKey("shop")

Hook = Callable[[int, str, str], Awaitable[None]]
"""Called with the number of the call, what is asked and the path."""


def artifacts(content: str, site: SiteKey = SHOP) -> ArtifactSet:
    """A release whose every file says `content`, so that a mixture would show."""
    return ArtifactSet(
        site,
        (
            Artifact("config.json", f'{{"plan":"{content}"}}'.encode(), "application/json"),
            Artifact("lb.js", f"run('{content}')".encode(), "text/javascript"),
            Artifact("relay.json", f'{{"relay":"{content}"}}'.encode(), "application/json"),
        ),
    )


def at_pointer(name: str, content: str, number: int) -> bytes:
    """What stands at a pointer once release `number`, whose files say `content`, is live."""
    return {
        "config.json": f'{{"plan":"{content}","release":{number}}}',
        "lb.js": f"run('{content}')\n//{number}",
        "relay.json": f'{{"relay":"{content}","release":{number}}}',
    }[name].encode()


async def served(target: Target) -> dict[str, bytes]:
    """What the pointers of the shop bring, without the numbers."""
    pointers = await SiteFiles(target, Place(Environment.PRODUCTION, SHOP)).pointers()
    return {name: pointer.body for name, pointer in pointers.items()}


class HookedTarget:
    """The target inside, with something done before and after each call: how a test crashes or delays a publisher."""

    def __init__(self, inside: Target, before: Hook, after: Hook) -> None:
        self._inside = inside
        self._before = before
        self._after = after
        self.calls = 0

    async def read(self, path: str) -> Stored | None:
        await self._enter("read", path)
        stored = await self._inside.read(path)
        await self._after(self.calls, "read", path)
        return stored

    async def put_if_absent(self, path: str, body: bytes, attributes: Attributes) -> bool:
        await self._enter("put", path)
        done = await self._inside.put_if_absent(path, body, attributes)
        await self._after(self.calls, "put", path)
        return done

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        await self._enter("replace", path)
        done = await self._inside.replace_if_match(path, body, tag, attributes)
        await self._after(self.calls, "replace", path)
        return done

    async def attributes(self, path: str) -> Attributes | None:
        await self._enter("attributes", path)
        found = await self._inside.attributes(path)
        await self._after(self.calls, "attributes", path)
        return found

    async def names(self, folder: str) -> tuple[str, ...]:
        await self._enter("names", folder)
        found = await self._inside.names(folder)
        await self._after(self.calls, "names", folder)
        return found

    async def folders(self, folder: str) -> tuple[str, ...]:
        await self._enter("folders", folder)
        found = await self._inside.folders(folder)
        await self._after(self.calls, "folders", folder)
        return found

    async def delete(self, path: str) -> None:
        await self._enter("delete", path)
        await self._inside.delete(path)
        await self._after(self.calls, "delete", path)

    async def _enter(self, what: str, path: str) -> None:
        self.calls += 1
        await self._before(self.calls, what, path)


async def nothing(call: int, what: str, path: str) -> None:
    """The hook that does nothing."""
