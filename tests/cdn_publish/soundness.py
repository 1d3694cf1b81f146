"""What must be true of a target at any moment, whoever died or raced there: nothing torn, nothing that dangles.

May not know how the target came to be as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdn_publish.history import DamagedError
from cdn_publish.layout import POINTERS, Place
from cdn_publish.pointer import Pointer
from cdn_publish.site_files import SiteFiles
from cdn_publish.target import Target


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a site's pointers, and what is wrong with it: nothing, it is to be hoped."""

    numbers: tuple[int, ...]
    """Of the releases in the log, oldest first."""
    pointers: dict[str, Pointer]
    torn: tuple[str, ...]
    dangling: tuple[str, ...]

    @property
    def is_finished(self) -> bool:
        """Whether the newest release is at every pointer."""
        at = {pointer.number for pointer in self.pointers.values()}
        return len(self.pointers) == len(POINTERS) and at == set(self.numbers[-1:])


async def found_at(target: Target, place: Place) -> Found:
    """Look at everything that a visitor or a relay could be served. Raises TargetError and DamagedError."""
    files = SiteFiles(target, place)
    history = (await files.log()).history
    pointers = await files.pointers()
    torn, dangling = [], []
    for name, pointer in pointers.items():
        release = history.find(pointer.number or 0)
        if release is None:
            dangling.append(f"{place.pointer(name)}: the log has no release {pointer.number}")
            continue
        try:
            bodies = await files.bodies(release.digest)
        except DamagedError as error:
            dangling.append(f"{place.pointer(name)}: {error}")
            continue
        if bodies[name] != pointer.body:
            torn.append(f"{place.pointer(name)} is not what release {release.number} holds")
    # Files move in this order, so that relays know what a browser reports.
    there = [pointers[name].number or 0 for name in POINTERS if name in pointers]
    if there != sorted(there, reverse=True):
        torn.append(f"{place.site}: browsers are ahead of relays: {there}")
    return Found(tuple(release.number for release in history.releases), pointers, tuple(torn), tuple(dangling))
