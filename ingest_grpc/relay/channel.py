"""Where a session came from, as one of a dozen channels: a table of hosts and of UTM mediums.

May not know the visitor. The rules are tried in order; the first that holds names the channel.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ingest_grpc.relay.page import HIDDEN, looks_personal

LONGEST = 80
"""Characters kept of a source or a campaign."""

HOSTS = """
search     google bing duckduckgo yahoo ecosia baidu yandex qwant startpage naver seznam search.brave kagi ask.com
search     aol.com daum sogou mojeek metager swisscows presearch
social     facebook instagram twitter x.com t.co linkedin lnkd pinterest reddit tiktok snapchat threads bsky mastodon
social     tumblr vk quora xing weibo discord telegram t.me whatsapp wa.me messenger nextdoor news.ycombinator lobste
video      youtube youtu.be vimeo twitch dailymotion bilibili netflix
email      mail.google mail.yahoo outlook.live outlook.office mail.proton gmx.net web.de mail.ru
assistants chatgpt chat.openai openai perplexity claude gemini.google copilot.microsoft copilot deepseek chat.mistral
assistants you.com phind grok.com poe.com meta.ai
shopping   amazon ebay etsy idealo walmart alibaba aliexpress shopping.google geizhals
"""
"""Kinds of hosts, each by its name without country and top level (`google` for `www.google.co.uk`), or written out."""


def _hosts(kind: str) -> frozenset[str]:
    lines = [line.split() for line in HOSTS.splitlines()]
    return frozenset(host for line in lines if line[:1] == [kind] for host in line[1:])


SEARCH, SOCIAL, VIDEO = _hosts("search"), _hosts("social"), _hosts("video")
EMAIL, ASSISTANTS, SHOPPING = _hosts("email"), _hosts("assistants"), _hosts("shopping")

_PAID = re.compile(r".*cp.*|ppc|retargeting|paid.*")
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL_MEDIUM = frozenset({"social", "social-network", "social-media", "sm", "social_network", "social_media"})
_EMAIL_MEDIUM = frozenset({"email", "e-mail", "e_mail", "e mail", "newsletter", "mail"})
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ac", "gov", "edu", "or", "ne"})
_HOST = re.compile(r"[a-z0-9_.-]+(?::[0-9]{1,5})?")
_UNPRINTABLE = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a session's beginning said about itself, in lower case."""

    host: str
    source: str
    medium: str
    campaign: str

    def is_of(self, hosts: frozenset[str]) -> bool:
        """Whether the named source, or else the referring host, is one of `hosts`."""
        return not hosts.isdisjoint(_names(self.source or self.host))

    @property
    def is_paid(self) -> bool:
        """Whether the medium says that the visit was bought."""
        return _PAID.fullmatch(self.medium) is not None


RULES: tuple[tuple[str, Callable[[Arrived], bool]], ...] = (
    ("direct", lambda a: not (a.host or a.source or a.medium or a.campaign)),
    ("cross-network", lambda a: "cross-network" in a.campaign),
    ("display", lambda a: a.medium in _DISPLAY),
    ("paid-shopping", lambda a: a.is_paid and (a.is_of(SHOPPING) or "shop" in a.campaign)),
    ("paid-search", lambda a: a.is_paid and a.is_of(SEARCH)),
    ("paid-social", lambda a: a.is_paid and a.is_of(SOCIAL)),
    ("paid-video", lambda a: a.is_paid and a.is_of(VIDEO)),
    ("paid-other", lambda a: a.is_paid),
    ("email", lambda a: a.medium in _EMAIL_MEDIUM or a.source in _EMAIL_MEDIUM or a.is_of(EMAIL)),
    ("affiliates", lambda a: a.medium in {"affiliate", "affiliates"}),
    ("audio", lambda a: a.medium == "audio"),
    ("sms", lambda a: a.medium == "sms" or a.source == "sms"),
    ("push", lambda a: a.medium.endswith("push") or "mobile" in a.medium or "notification" in a.medium),
    ("assistants", lambda a: a.is_of(ASSISTANTS)),
    ("shopping", lambda a: a.is_of(SHOPPING)),
    ("social", lambda a: a.medium in _SOCIAL_MEDIUM or a.is_of(SOCIAL)),
    ("video", lambda a: a.medium == "video" or a.is_of(VIDEO)),
    ("search", lambda a: a.medium == "organic" or a.is_of(SEARCH)),
    ("campaign", lambda a: bool(a.campaign)),
    ("referral", lambda a: bool(a.host) or a.medium in {"referral", "link", "app"}),
    ("other", lambda _: True),
)
"""The channels in order, each with its rule: the usual default grouping, with assistants added."""

CHANNELS = tuple(name for name, _ in RULES)


@dataclass(frozen=True, slots=True)
class Provenance:
    """A session's channel, its source (`google.com`, `newsletter`) and its campaign; empty where there is none."""

    channel: str
    source: str
    campaign: str


NO_PROVENANCE = Provenance("", "", "")


@lru_cache(maxsize=8192)
def provenance(referrer: str, source: str, medium: str, campaign: str) -> Provenance:
    """What the referring host and the UTM source, medium and campaign say; personal ones are hidden."""
    host = _host(referrer)
    named = _clean(source).lower()
    arrived = Arrived(host, named, _clean(medium).lower(), _clean(campaign).lower())
    channel = next(name for name, holds in RULES if holds(arrived))
    # A host is public; a UTM value is whatever somebody wrote into a link.
    return Provenance(channel, _public(named) or host, _public(_clean(campaign)))


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text).strip()[:LONGEST]


def _host(referrer: str) -> str:
    """The host, or nothing where a page was put in its place."""
    host = referrer.lower().removeprefix("www.")
    return host[:LONGEST] if _HOST.fullmatch(host) else ""


def _public(text: str) -> str:
    return HIDDEN if looks_personal(text) else text


@lru_cache(maxsize=4096)
def _names(host: str) -> frozenset[str]:
    """The ways to call a host: `www.google.co.uk` is `google`, `google.co.uk`, `www.google` and itself."""
    labels = host.removeprefix("www.").split(".")
    top = 2 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 1
    stem = labels[:-top] if len(labels) > top else labels
    ends = [".".join(part[start:]) for part in (labels, stem) for start in range(len(part))]
    return frozenset(name for name in ends if name)
