"""What a relay knows of a site: its domains, time zone, experiments and goals, from the published `relay.json`.

The only file of the relay that knows what is written there. May not know how the files are read or refreshed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from domain.artifact import Digest
from domain.names import RUN_PATTERN, SiteKey

RECENT_RELEASES = 20
"""Besides the live one: what these name is still accepted from browsers that loaded them."""

QUARTER_HOUR_MS = 900_000
_EPOCH_ORDINAL = 719_163
"""1970-01-01 as a proleptic Gregorian ordinal."""


class UnfitRulesError(ValueError):
    """A `relay.json` or `releases.json` that does not say what it should."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What one site's beacons are held to."""

    site: SiteKey
    timezone: str
    domains: tuple[str, ...]
    experiments: Mapping[str, frozenset[str]]
    """Variations by run: an experiment's key, with `#` and its phase from the second on."""
    caps: Mapping[str, int]
    """By goal, the most that one visitor's total may weigh, in minor units; 0 for no cap."""

    def owns(self, origin: str) -> bool:
        """Whether pages of this origin (`https://www.shop.example:8443`) are the site's, whatever the port."""
        return _owns(origin, self.domains)

    def day(self, now_ms: int) -> int:
        """The site-local day, counted from 1970-01-01."""
        return _day(self.timezone, now_ms // QUARTER_HOUR_MS)


NO_RULES = SiteRules(SiteKey(""), "UTC", (), {}, {})
"""The rules of no site: they allow nothing."""


_Run = Annotated[str, Meta(pattern=f"^{RUN_PATTERN}\\Z")]


class _Goal(Struct):
    cap: Annotated[int, Meta(ge=0, le=10**15)] = 0


class _Relay(Struct):
    v: Literal[1]
    site: str
    timezone: str
    domains: list[str]
    experiments: dict[_Run, list[str]]
    goals: dict[str, _Goal]


class _Release(Struct):
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]


class _Log(Struct):
    v: Literal[1]
    releases: list[_Release]


_decode_rules = msgspec.json.Decoder(_Relay).decode
_decode_log = msgspec.json.Decoder(_Log).decode


def read_rules(body: bytes) -> SiteRules:
    """The rules in a `relay.json`. Raises UnfitRulesError."""
    try:
        found = _decode_rules(body)
        ZoneInfo(found.timezone)
    except (msgspec.DecodeError, ValueError, KeyError, OSError) as error:
        raise UnfitRulesError("relay.json") from error
    return SiteRules(
        site=SiteKey(found.site),
        timezone=found.timezone,
        domains=tuple(domain.lower() for domain in found.domains),
        experiments={run: frozenset(variations) for run, variations in found.experiments.items()},
        caps={key: goal.cap for key, goal in found.goals.items()},
    )


def recent_digests(body: bytes) -> tuple[Digest, ...]:
    """The digests of the newest releases in a `releases.json`, newest first, each once. Raises UnfitRulesError."""
    try:
        releases = _decode_log(body).releases
    except (msgspec.DecodeError, ValueError) as error:
        raise UnfitRulesError("releases.json") from error
    newest = releases[: -RECENT_RELEASES - 2 : -1]
    return tuple(dict.fromkeys(Digest(release.digest) for release in newest))


def merge(live: SiteRules, earlier: Sequence[SiteRules]) -> SiteRules:
    """The live release's rules, with the runs, variations and goals that earlier ones name; newest first."""
    experiments = dict(live.experiments)
    caps = dict(live.caps)
    for rules in earlier:
        for run, variations in rules.experiments.items():
            experiments[run] = experiments.get(run, frozenset()) | variations
        for key, cap in rules.caps.items():
            caps.setdefault(key, cap)
    return SiteRules(live.site, live.timezone, live.domains, experiments, caps)


@lru_cache(maxsize=8192)
def _owns(origin: str, domains: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or parts.path or parts.query or parts.fragment:
        return False
    return any(host.endswith(domain[1:]) if domain.startswith("*.") else host == domain for domain in domains)


@lru_cache(maxsize=1024)
def _day(timezone: str, quarter: int) -> int:
    # Every offset in use is a multiple of a quarter of an hour, so midnights fall on one and a quarter has one day.
    then = datetime.fromtimestamp(quarter * QUARTER_HOUR_MS / 1000, ZoneInfo(timezone))
    return then.date().toordinal() - _EPOCH_ORDINAL
