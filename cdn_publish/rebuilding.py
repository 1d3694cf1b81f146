"""Makes a new log from what is there, where the old one is gone or can't be read: numbers still only rise.

May not know what the artifacts say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cdn_publish.history import DamagedError, History, Release, ReleaseNote
from cdn_publish.layout import Place
from cdn_publish.release import LostRace
from cdn_publish.site_files import Log, SiteFiles, loaded_of
from cdn_publish.target import Target


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The new log: whole older contents in no known order, then what `lb.js` has."""

    history: History


@dataclass(frozen=True, slots=True)
class Sound:
    """The log can be read; nothing was done."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No whole release is there to make a log of."""


async def rebuild(
    target: Target, place: Place, note: ReleaseNote, at: datetime
) -> Rebuilt | Sound | Nothing | LostRace:
    """Write a log anew and finish its newest release. Raises TargetError and DamagedError."""
    files = SiteFiles(target, place)
    try:
        if (await files.log()).history.live is not None:
            return Sound()
    except DamagedError:
        pass  # that is what we are here for
    stored = await target.read(place.log)
    pointers = await files.pointers()
    whole = await files.whole()
    live = loaded_of(whole, pointers)
    if live is None:
        return Nothing()
    older = [digest for digest in whole if digest != live]
    highest = max([len(older), *(pointer.number or 0 for pointer in pointers.values())])
    first = highest + 1 - len(older)
    second = at.astimezone(UTC).replace(microsecond=0)
    history = History(
        tuple(
            Release(number, digest, second, note.by, note.revision, note.note)
            for number, digest in enumerate([*older, live], start=first)
        )
    )
    if not await files.write_log(Log(stored, History()), history):
        return LostRace(await files.newest())
    newest = await files.point(history.releases[-1], whole[live])
    return Rebuilt(history) if newest == history.releases[-1] else LostRace(newest)
