"""What is said on the terminal by the commands that run everything: short, and where to look.

May not know how anything is started.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from leadbright.settings import Settings
from leadbright.supervisor import Child

STOPPING = "Stopping …"
STOPPED = "Stopped."

_BOLD, _DIM, _GOLD, _PLAIN = "\033[1m", "\033[2m", "\033[33m", "\033[0m"


def say(text: str) -> None:
    """Write to standard output at once, without colours where it is no terminal."""
    if not sys.stdout.isatty():
        for code in (_BOLD, _DIM, _GOLD, _PLAIN):
            text = text.replace(code, "")
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def welcome(settings: Settings, link: str) -> str:
    """What `up` says once every role is ready."""
    return _page(
        "Leadbright is running",
        [
            ("Sign in", link),
            ("Web", settings.web_url),
            ("Relay", settings.relay_url),
            ("CDN", settings.cdn_base),
            ("Data", str(settings.data)),
        ],
        [
            "The sign-in link opens once, within a day.",
            "Publish a site:  leadbright publish DIR --to " + settings.cdn,
        ],
    )


def welcome_to_demo(settings: Settings, link: str) -> str:
    """What `demo` says once everything is ready."""
    shop = settings.shop_listen.url
    return _page(
        "Leadbright is running, with a shop and a crowd",
        [
            ("Sign in", link),
            ("Shop", shop),
            ("Relay, CDN", settings.relay_url),
            ("Data, logs", str(settings.data)),
        ],
        [
            f"{_BOLD}1{_PLAIN}  Sign in (the link opens once) and open {_BOLD}Hero headline{_PLAIN}:",
            "   two weeks of visitors, what they show, and new ones every second.",
            f"{_BOLD}2{_PLAIN}  Visit the shop: half of its visitors see another headline.",
            "   A private window is a new visitor.",
            f"{_BOLD}3{_PLAIN}  Edit the shop's definition, break a line, read what is said of it, mend it, publish.",
        ],
    )


def not_ready(children: Sequence[Child]) -> str:
    """What is said where a role didn't come up."""
    logs = [str(child.log) for child in children if child.log is not None]
    return "Not every role came up" + (f"; see {logs[0].rpartition('/')[0]}" if logs else "; see above")


def _page(title: str, rows: Sequence[tuple[str, str]], lines: Sequence[str]) -> str:
    width = max(len(name) for name, _ in rows)
    table = [f"    {_DIM}{name:<{width}}{_PLAIN}  {value}" for name, value in rows]
    parts = [f"  {_GOLD}▲{_PLAIN} {_BOLD}{title}{_PLAIN}", "", *table, "", *(f"    {line}" for line in lines)]
    return "\n".join(["", *parts, "", f"    {_DIM}Ctrl-C stops everything.{_PLAIN}", ""])
