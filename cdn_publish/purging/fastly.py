"""Fastly: `fastly://`, with `FASTLY_API_TOKEN` (scope: purge_select).

A purge by URL takes every variant of it, in whichever service has it. It is a soft one: what was there counts as
stale, so that it can still be handed out while, or if, the origin does not answer.
Sources: www.fastly.com/documentation/reference/api/purging, github.com/fastly/fastly-js/blob/main/docs/PurgeApi.md.

May not know another CDN.
"""

from __future__ import annotations

from cdn_publish.purging.asking import Asking, Request
from cdn_publish.purging.cdn import Environment, Moved, needed

API = "https://api.fastly.com"
CREDENTIALS = "FASTLY_API_TOKEN"


async def purge(api: str, environment: Environment, moved: Moved, asking: Asking) -> None:
    """Tell Fastly, one request an address. Raises PurgeError."""
    (token,) = needed(environment, CREDENTIALS)
    headers = {"Fastly-Key": token, "Fastly-Soft-Purge": "1", "Accept": "application/json"}
    for path in moved.paths:
        await asking.ask(Request(f"{api}/purge/{moved.host}{path}", headers=headers), CREDENTIALS)
