"""Why a beacon is not kept: a closed set, with what the browser is told and whether it may send the beacon again.

May not know how the reasons are found or how an answer is written.
"""

from __future__ import annotations

from enum import Enum


class Refusal(Enum):
    """A reason: its name on the wire, HTTP status, seconds after which another try makes sense, and its meaning."""

    NOT_JSON = ("not_json", 400, 0, "the body is not JSON in UTF-8")
    WRONG_SHAPE = ("wrong_shape", 400, 0, "a member or entry is missing, unknown, of the wrong type or out of bounds")
    REPEATED = ("repeated", 400, 0, "a JSON key, or an entry that can stand once in a beacon, stands twice")
    BAD_NONCE = ("bad_nonce", 400, 0, "`n` is not 22 characters of base64url")
    UNKNOWN_EXPERIMENT = ("unknown_experiment", 400, 0, "no recent release of the site has this experiment")
    UNKNOWN_VARIATION = ("unknown_variation", 400, 0, "no recent release has this variation of the experiment")
    UNKNOWN_GOAL = ("unknown_goal", 400, 0, "no recent release of the site has this goal")
    FOREIGN_ORIGIN = ("foreign_origin", 403, 0, "the page is not of one of the site's domains, or did not say")
    BAD_SIGNATURE = ("bad_signature", 403, 0, "the signature is not one of the site's back end over this very beacon")
    STALE_SIGNATURE = ("stale_signature", 403, 0, "the signature was made more than five minutes ago, or will be")
    UNKNOWN_SITE = ("unknown_site", 404, 0, "no such site is published")
    TOO_SLOW = ("too_slow", 408, 0, "the request took too long to arrive")
    TOO_LARGE = ("too_large", 413, 0, "the body is larger than 8 KiB")
    DECLARED_BOT = ("declared_bot", 200, 0, "the user agent says that it is a machine: answered kindly, not counted")
    SOURCE_OVER_QUOTA = ("source_over_quota", 429, 10, "too many beacons from one place")
    SITE_OVER_QUOTA = ("site_over_quota", 429, 10, "too many beacons for one site")
    RULES_UNAVAILABLE = ("rules_unavailable", 503, 10, "the site's rules could not be read just now")
    JOURNAL_FULL = ("journal_full", 503, 60, "the disk has no room to keep beacons")
    JOURNAL_FAILED = ("journal_failed", 503, 5, "the disk did not confirm that the beacon is kept")
    BUSY = ("busy", 503, 5, "more is waiting than can be taken in time")
    STOPPING = ("stopping", 503, 5, "this relay is going away")

    def __init__(self, reason: str, status: int, retry_after_s: int, meaning: str) -> None:
        self.reason = reason
        self.status = status
        self.retry_after_s = retry_after_s
        self.meaning = meaning

    @property
    def may_retry(self) -> bool:
        """Whether the browser keeps the beacon and sends it again later."""
        return self.retry_after_s > 0


def table() -> str:
    """The set as it stands in the docs, in Markdown."""
    rows = [
        f"| `{r.reason}` | {r.status} | {f'after {r.retry_after_s} s' if r.may_retry else 'no'} | {r.meaning} |"
        for r in Refusal
    ]
    return "\n".join(("| reason | status | send again | means |", "|---|---|---|---|", *rows)) + "\n"
