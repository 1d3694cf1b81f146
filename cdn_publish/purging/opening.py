"""From the text of a setting to the CDN that it names.

May not know where the text comes from, or what is purged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import SplitResult, parse_qsl, urlsplit

from cdn_publish.purging import cloudflare, cloudfront, fastly, front_door, webhook
from cdn_publish.purging.cdn import Cdn, Environment

NONE = "none"

FORMS = (
    "none, azure://SUBSCRIPTION/RESOURCE-GROUP/PROFILE/ENDPOINT, cloudfront://DISTRIBUTION, cloudflare://ZONE, "
    "fastly:// or https://address-of-a-webhook"
)


@dataclass(frozen=True, slots=True)
class BadCdn:
    """A text that names no CDN, with what to write instead."""

    reason: str


def open_cdn(text: str, environment: Environment) -> Cdn | BadCdn | None:
    """The CDN that `text` names, None for `none`; its credentials are looked for once it is told.

    `?at=https://…` behind the name is another address of its interface: that of a national cloud, or of a proxy.
    """
    if text == NONE:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    opened = _OPENERS.get(parts.scheme, _no_cdn)(parts, environment)
    return opened or BadCdn(f"{_shown(parts)} names no CDN; write {FORMS}")


def _cloudflare(parts: SplitResult, environment: Environment) -> Cdn | None:
    if not parts.netloc.isalnum() or parts.path:
        return None
    return Cdn("Cloudflare", partial(cloudflare.purge, parts.netloc, _at(parts, cloudflare.API), environment))


def _cloudfront(parts: SplitResult, environment: Environment) -> Cdn | None:
    if not parts.netloc.isalnum() or parts.path:
        return None
    return Cdn("CloudFront", partial(cloudfront.purge, parts.netloc, _at(parts, cloudfront.API), environment))


def _fastly(parts: SplitResult, environment: Environment) -> Cdn | None:
    if parts.netloc or parts.path:
        return None
    return Cdn("Fastly", partial(fastly.purge, _at(parts, fastly.API), environment))


def _front_door(parts: SplitResult, environment: Environment) -> Cdn | None:
    where = (parts.netloc, *parts.path.removeprefix("/").split("/"))
    if len(where) != 4 or not all(where):
        return None
    return Cdn("Azure Front Door", partial(front_door.purge, where, _at(parts, front_door.API), environment))


def _webhook(parts: SplitResult, environment: Environment) -> Cdn | None:
    if not parts.hostname or "@" in parts.netloc or parts.fragment:
        return None
    return Cdn("the webhook", partial(webhook.purge, parts.geturl(), environment))


def _no_cdn(_: SplitResult, __: Environment) -> None:
    return None


_OPENERS: dict[str, Callable[[SplitResult, Environment], Cdn | None]] = {
    "azure": _front_door,
    "cloudfront": _cloudfront,
    "cloudflare": _cloudflare,
    "fastly": _fastly,
    "https": _webhook,
    "http": _webhook,
}


def _at(parts: SplitResult, usual: str) -> str:
    return dict(parse_qsl(parts.query)).get("at", usual).rstrip("/")


def _shown(parts: SplitResult) -> str:
    """Never more than the scheme: somebody may have written a token where none belongs."""
    return f'"{parts.scheme}://…"' if parts.scheme else "it"
