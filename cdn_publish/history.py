"""The release log of one site: which artifacts were live, since when, and who put them there.

May not know where the log is kept. The only file of this room that reads and writes JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from domain.artifact import Digest

_MEMBERS = {"number": int, "digest": str, "at": str, "by": str, "revision": str, "note": str}


class DamagedError(Exception):
    """Something in the target is not what Leadbright put there. The message names it."""


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """Who publishes, from which revision of the definition, and why."""

    by: str
    revision: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A set of artifacts that went live together; `at` is UTC."""

    number: int
    digest: Digest
    at: datetime
    by: str
    revision: str
    note: str


@dataclass(frozen=True, slots=True)
class History:
    """Every release of a site, oldest first: numbers only rise, and nothing is ever taken out."""

    releases: tuple[Release, ...] = ()

    @property
    def live(self) -> Release | None:
        """The newest release."""
        return self.releases[-1] if self.releases else None

    def find(self, number: int) -> Release | None:
        """The release of that number."""
        return next((r for r in self.releases if r.number == number), None)

    def before_live(self) -> Release | None:
        """What a rollback goes back to: the newest release from before the live content's first, unless given up since.

        A content is given up where something older took its place: what was rolled back once does not come back.
        """
        digests = [release.digest for release in self.releases]
        first = {digest: at for at, digest in reversed(list(enumerate(digests)))}
        is_given_up = {old: first[new] < first[old] for old, new in pairwise(digests)}  # what befell it last counts
        earlier = self.releases[: first[digests[-1]]] if digests else ()
        return next((release for release in reversed(earlier) if not is_given_up[release.digest]), None)

    def next(self, digest: Digest, note: ReleaseNote, at: datetime, *, after: int = 0) -> Release:
        """The release that would follow, in an empty log with a number above `after`.

        A rollback too gets a new, higher number: nothing ever goes back.
        """
        number = (self.live.number if self.live else after) + 1
        return Release(number, digest, at.astimezone(UTC).replace(microsecond=0), note.by, note.revision, note.note)

    def with_release(self, release: Release) -> History:
        """The log with one more entry."""
        return History((*self.releases, release))


def write_history(history: History) -> bytes:
    """The log as `releases.json`: canonical JSON."""
    log = {"v": 1, "releases": [entry_of(release) for release in history.releases]}
    return json.dumps(log, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_history(body: bytes, path: str) -> History:
    """The log that stands at `path`. Raises DamagedError: a log that cannot be read must not be overwritten."""
    try:
        log = json.loads(body)
        releases = tuple(_release(entry) for entry in log["releases"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{path} is not a release log; leadbright rebuild-log makes it anew") from error
    if log.get("v") != 1:
        raise DamagedError(f"{path} was written by another version of Leadbright")
    if any(a.number >= b.number for a, b in pairwise(releases)):
        raise DamagedError(f"{path}: the release numbers do not rise")
    return History(releases)


def entry_of(release: Release) -> dict[str, int | str]:
    """One entry of the log, as JSON has it."""
    return {
        "number": release.number,
        "digest": release.digest,
        "at": release.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": release.by,
        "revision": release.revision,
        "note": release.note,
    }


def _release(entry: Mapping[str, object]) -> Release:
    number, digest, at, by, revision, note = (_member(entry, name, kind) for name, kind in _MEMBERS.items())
    return Release(int(number), Digest(str(digest)), datetime.fromisoformat(str(at)), str(by), str(revision), str(note))


def _member(entry: Mapping[str, object], name: str, kind: type[int] | type[str]) -> int | str:
    value = entry[name]
    if type(value) is not kind:
        raise TypeError(name)
    return value
