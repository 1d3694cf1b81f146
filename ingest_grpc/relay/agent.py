"""A user agent's family names: browser, platform, device, and whether it says that it is a machine.

Nothing finer leaves this file, and no user agent is kept but in a bounded cache. May not know what visited.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import crawleruseragents
import ua_parser

LONGEST = 512
"""Characters that are looked at."""

OTHER = "other"

BROWSERS: tuple[tuple[str, str], ...] = (
    ("samsung", "samsung-internet"),
    ("opera", "opera"),
    ("edge", "edge"),
    ("firefox", "firefox"),
    ("duckduckgo", "duckduckgo"),
    ("brave", "brave"),
    ("vivaldi", "vivaldi"),
    ("yandex", "yandex"),
    ("uc browser", "uc-browser"),
    ("chrome", "chrome"),
    ("chromium", "chrome"),
    ("safari", "safari"),
    ("ie", "internet-explorer"),
)
"""The browser by how its family name begins, after "mobile " and the like; the first that fits."""

PLATFORMS = {
    "Windows": "windows",
    "Mac OS X": "macos",
    "iOS": "ios",
    "Android": "android",
    "Chrome OS": "chromeos",
    "Linux": "linux",
    "Ubuntu": "linux",
    "Fedora": "linux",
    "Debian": "linux",
}

_PHONES = frozenset({"ios", "android"})


@dataclass(frozen=True, slots=True)
class Agent:
    """What a user agent says of itself; empty texts where it says nothing."""

    is_bot: bool
    browser: str
    platform: str
    device: str


UNSAID = Agent(is_bot=False, browser="", platform="", device="")


@lru_cache(maxsize=4096)
def read_agent(user_agent: str) -> Agent:
    """The families that a user agent names."""
    # Bytes that are no text stand in it as lone surrogates, over which parsers fall.
    text = user_agent[:LONGEST].encode(errors="replace").decode()
    if not text:
        return UNSAID
    if crawleruseragents.is_crawler(text):
        return Agent(is_bot=True, browser="", platform="", device="")
    parsed = ua_parser.parse(text)
    browser = _browser(parsed.user_agent.family if parsed.user_agent else "")
    platform = PLATFORMS.get(parsed.os.family, OTHER) if parsed.os else OTHER
    model = (parsed.device.model or "") if parsed.device else ""
    return Agent(is_bot=False, browser=browser, platform=platform, device=_device(text, platform, model))


def _browser(family: str) -> str:
    plain = family.lower().removeprefix("mobile ").removeprefix("headless")
    return next((name for start, name in BROWSERS if plain.startswith(start)), OTHER)


def _device(text: str, platform: str, model: str) -> str:
    # Android tablets leave out "Mobile"; iPads that ask for desktop pages cannot be told from Macs.
    if model.startswith("iPad") or "Tablet" in text or (platform == "android" and "Mobile" not in text):
        return "tablet"
    return "mobile" if platform in _PHONES or "Mobile" in text else "desktop"
