"""Cloudflare: `cloudflare://ZONE`, with `CLOUDFLARE_API_TOKEN` (permission: Cache Purge).

Purged is by prefix, which every plan has, and not by URL: the header `Origin` is in Cloudflare's cache key, pages load
`lb.js` with one (`crossorigin`), and a purge by URL leaves every copy that was asked for with a header. The whole path
of a file is a prefix that only that file has.
Sources: developers.cloudflare.com/api/resources/cache/methods/purge, …/cache/how-to/purge-cache/purge_by_prefix,
…/cache/how-to/purge-cache/purge-by-single-file, …/cache/how-to/cache-keys.

May not know another CDN.
"""

from __future__ import annotations

import json

from cdn_publish.purging.asking import Asking, PurgeError, Request
from cdn_publish.purging.cdn import Environment, Moved, needed

API = "https://api.cloudflare.com/client/v4"
CREDENTIALS = "CLOUDFLARE_API_TOKEN"


async def purge(zone: str, api: str, environment: Environment, moved: Moved, asking: Asking) -> None:
    """Tell the zone. Raises PurgeError."""
    (token,) = needed(environment, CREDENTIALS)
    body = json.dumps({"prefixes": [f"{moved.host}{path}" for path in moved.paths]}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = await asking.ask(Request(f"{api}/zones/{zone}/purge_cache", body, headers), CREDENTIALS)
    if not _is_success(answer.body):
        raise PurgeError("answers that it did not work; see LEADBRIGHT_PURGE")


def _is_success(body: bytes) -> bool:
    try:
        return json.loads(body)["success"] is True
    except (ValueError, KeyError, TypeError):
        return False
