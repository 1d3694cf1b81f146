"""Watches one release after it went live, and brings back what was live before where its visitors fare much worse.

The rule is `domain/guarding.py`. Whatever a person publishes meanwhile wins. May not know how counts are kept, nor who
wants a release watched.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from math import ceil

import structlog

from cdn_publish.history import DamagedError, History, Release, ReleaseNote
from cdn_publish.layout import Place
from cdn_publish.release import LostRace, NoSuchRelease, Published, Unchanged, releases, rollback
from cdn_publish.target import Target, TargetError
from domain.guarding import judge, sentence, series_of
from domain.health import HealthCounts, since
from domain.names import SiteKey
from domain.plan import Plan
from domain.report import Days
from ingest_grpc.wire.ports import UnavailableError
from leadbright.live_release import UnreadablePlanError, plan_of

BY = "guard"
"""Who the release log says it was."""

LOOK_S, SHORTEST_LOOK_S = 15.0, 1.0
LOOKS = 40
"""There are so many at least, where the time between two allows it."""

DAYS_BEFORE = 7
DAY = timedelta(days=1)
EPOCH_ORDINAL = datetime(1970, 1, 1).toordinal()  # noqa: DTZ001 - a date


class Reason(Enum):
    """Why a release is not watched."""

    NOTHING_BEFORE = "there is no earlier content to go back to"
    KNOWN = "its content was live before"
    ORIGINAL = "it shows everybody the original"


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """The release is not watched."""

    why: Reason


@dataclass(frozen=True, slots=True)
class Steady:
    """Nothing spoke against the release while it was watched, and so many page views were counted."""

    views: int


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Visitors load `release` now, which has the content of release number `content_of`."""

    release: Release
    content_of: int
    why: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody made another release live, which ended the watch."""

    newest: Release


@dataclass(frozen=True, slots=True)
class Unseen:
    """The watch ended, and at the end of it nothing could be read: `why` goes on from "because"."""

    why: str


Ended = LeftAlone | Steady | RolledBack | Overtaken | Unseen


def said(ended: Ended) -> str:
    """How a watch ended, for people."""
    match ended:
        case LeftAlone(why):
            return f"it is not watched: {why.value}"
        case Steady(views):
            return f"nothing spoke against it in {views:,} page views"
        case RolledBack(release, content_of, why):
            return f"{why}; release {release.number} is live, with the content of release {content_of}"
        case Overtaken(newest):
            return f"release {newest.number} came meanwhile"
        case Unseen(why):
            return f"it could not be seen how it fares: {why}"


@dataclass(frozen=True, slots=True)
class Post:
    """From where releases are watched."""

    target: Target
    health: Callable[[SiteKey, Days], Awaitable[HealthCounts]]
    """What was counted of a site over some days. Raises UnavailableError."""
    now: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]]
    """Waits so many seconds."""
    tell_cdn: Callable[[Place], Awaitable[object]]
    """Tells whatever stands in front of the target that a site has a new release."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One release, what was live before it, and the days whose counts are compared."""

    post: Post
    place: Place
    release: Release
    plan: Plan
    was: Plan | None
    days: Days
    look_s: float
    looks: int


async def watch(post: Post, place: Place, number: int, for_s: float) -> Ended:
    """Watch release `number` for so many seconds, or until it is rolled back or no longer live.

    Raises TargetError and DamagedError where it cannot even be read what is to be watched.
    """
    begun = await _begin(post, place, number, for_s)
    return await _go_on(begun) if isinstance(begun, Watch) else begun


def reason_against(history: History) -> Reason | None:
    """Why the live release is not to be watched, as far as the log tells.

    What was live before came back at somebody's wish, or at the guard's own: nothing is ever given up twice.
    """
    live = history.live
    if live is not None and any(live.digest == earlier.digest for earlier in history.releases[:-1]):
        return Reason.KNOWN
    return Reason.NOTHING_BEFORE if history.before_live() is None else None


async def _begin(post: Post, place: Place, number: int, for_s: float) -> Watch | LeftAlone | Overtaken:
    history = (await releases(post.target, place.environment, place.site)).history
    live = history.live
    if live is None:
        return LeftAlone(Reason.NOTHING_BEFORE)
    if live.number != number:
        return Overtaken(live)
    if reason := reason_against(history):
        return LeftAlone(reason)
    plan = await plan_of(post.target, place, live.digest)
    if not plan.experiments:
        return LeftAlone(Reason.ORIGINAL)
    before = history.releases[-2]
    try:
        was = await plan_of(post.target, place, before.digest)
    except UnreadablePlanError:  # of an older version, or cleaned away
        was = None
    look_s = max(SHORTEST_LOOK_S, min(LOOK_S, for_s / LOOKS))
    return Watch(post, place, live, plan, was, _days(before, post.now()), look_s, max(1, ceil(for_s / look_s)))


def _days(before: Release, now: datetime) -> Days:
    """From the day before the last release went live, a week at most, to where no clock has come yet."""
    today = _day(now)
    return Days(max(_day(before.at) - 1, today - DAYS_BEFORE), today + 2)


def _day(at: datetime) -> int:
    return at.toordinal() - EPOCH_ORDINAL


async def _go_on(watched: Watch) -> Ended:
    before = await _first_counts(watched)
    seen: Ended = Unseen("nothing was read yet")
    for _ in range(watched.looks):
        await watched.post.pause(watched.look_s)
        try:
            now = await watched.post.health(watched.place.site, watched.days)
            before = now if before is None else before
            seen = await _look(watched, before, now)
        except UnavailableError:
            seen = Unseen("no aggregator answers")
        except (TargetError, DamagedError) as error:
            seen = Unseen(str(error))
        if isinstance(seen, Unseen):
            _say("the guard cannot see how a release fares; what is live stays", watched, why=seen.why)
        elif not isinstance(seen, Steady):
            return seen
    return seen


async def _first_counts(watched: Watch) -> HealthCounts | None:
    """What was counted before; where nobody answers, the first look that somebody does takes its place."""
    try:
        return await watched.post.health(watched.place.site, watched.days)
    except UnavailableError:
        return None


async def _look(watched: Watch, before: HealthCounts, now: HealthCounts) -> Ended:
    post, place = watched.post, watched.place
    live = (await releases(post.target, place.environment, place.site)).history.live
    if live is not None and live != watched.release:
        return Overtaken(live)
    counted = since(before, now)
    broken = judge(series_of(watched.was, watched.plan, before, counted), watched.looks)
    return Steady(counted.views) if broken is None else await _roll_back(watched, sentence(broken))


async def _roll_back(watched: Watch, why: str) -> Ended:
    post, place, number = watched.post, watched.place, watched.release.number
    note = ReleaseNote(BY, note=f"release {number} rolled back: {why}")
    match await rollback(post.target, place.environment, place.site, None, note, post.now(), after=number):
        case Published(release, int(content_of)):
            await post.tell_cdn(place)
            _say("the guard rolled a release back", watched, live=release.number, why=why)
            return RolledBack(release, content_of, why)
        case LostRace(newest) | Unchanged(newest) | Published(newest, _):
            return Overtaken(newest) if newest.number != number else Unseen("somebody writes the release log")
        case NoSuchRelease():
            return LeftAlone(Reason.NOTHING_BEFORE)


def _say(what: str, watched: Watch, **more: object) -> None:
    """A line for the log that is kept."""
    place = watched.place
    where = {"site": place.site, "environment": place.environment.value, "release": watched.release.number}
    structlog.get_logger().warning(what, **where, **more)
