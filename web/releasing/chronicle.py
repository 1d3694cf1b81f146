"""The release log in words: what each release changed, whose content it brought back, and what the guard did.

May not know how a page lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config_compiler.differences.comparing import Side, begin, compare
from config_compiler.differences.difference import Difference
from domain.names import ExperimentKey, SiteKey
from domain.plan import PlannedExperiment
from web.releasing.contents import Contents
from web.services import Environment, Release, ReleaseLog, Unavailable
from web.together import together

GUARD = "guard"
"""Who the log says it was, where a release was taken back by itself."""

PAGE = 10

_BEFORE = 5
"""Releases before those on the page, by which an experiment that runs again is told from a new one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One release. `changes` says what differs from the one before; where that is not known, `unknown` says why."""

    release: Release
    changes: tuple[Difference, ...]
    unknown: str
    content_of: int | None
    """The newest earlier release with the same content."""
    is_live: bool
    can_return: bool
    """Whether rolling back to it would change anything."""
    taken_back: Release | None
    """The release by which the guard took this one back."""

    @property
    def is_of_guard(self) -> bool:
        """Whether the guard made it."""
        return self.release.by == GUARD


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some releases, newest first; `older` is the number before which the next ones are, None at the end."""

    entries: tuple[Entry, ...]
    older: int | None


async def chapter(
    contents: Contents, environment: Environment, site: SiteKey, log: ReleaseLog, before: int | None = None
) -> Chapter:
    """The releases before that number, the newest where there is none."""
    upto = [r for r in log.releases if before is None or r.number < before]
    first = max(0, len(upto) - PAGE)
    start = max(0, first - _BEFORE)
    digests = list(dict.fromkeys(r.digest for r in upto[start:]))
    found = dict(zip(digests, await together(contents.side(environment, site, d) for d in digests), strict=True))
    sides = [found[r.digest] for r in upto[start:]]
    entries = [
        _entry(log, upto[at], sides[at - start], sides[: at - start], is_first=at == 0)
        for at in range(first, len(upto))
    ]
    return Chapter(tuple(reversed(entries)), upto[first].number if first else None)


def _entry(
    log: ReleaseLog,
    release: Release,
    side: Side | Unavailable,
    earlier: list[Side | Unavailable],
    *,
    is_first: bool,
) -> Entry:
    at = log.releases.index(release)
    changes, unknown = _changes(side, earlier, is_first=is_first)
    following = log.releases[at + 1] if at + 1 < len(log.releases) else None
    same = [r.number for r in log.releases[:at] if r.digest == release.digest]
    return Entry(
        release,
        changes,
        unknown,
        content_of=same[-1] if same else None,
        is_live=release is log.live,
        can_return=log.live is not None and release.digest != log.live.digest and not isinstance(side, Unavailable),
        taken_back=following if following is not None and following.by == GUARD else None,
    )


def _changes(
    side: Side | Unavailable, earlier: list[Side | Unavailable], *, is_first: bool
) -> tuple[tuple[Difference, ...], str]:
    if isinstance(side, Unavailable):
        return (), side.why
    if is_first:
        return begin(side), ""
    now = earlier[-1] if earlier else Unavailable("the release before is not at hand")
    if isinstance(now, Unavailable):
        return (), now.why
    return compare(now, side, None, _ran(earlier).values()), ""


def _ran(earlier: list[Side | Unavailable]) -> Mapping[ExperimentKey, PlannedExperiment]:
    """Each experiment as it ran last."""
    return {x.key: x for side in earlier if not isinstance(side, Unavailable) for x in side.plan.experiments}
