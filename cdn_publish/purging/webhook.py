"""Anything else: `https://…`, which gets the addresses as JSON; with `LEADBRIGHT_PURGE_TOKEN`, where that is set.

`POST {"urls": ["https://cdn.example/production/shop/lb.js", …]}`; the token comes as a bearer's (RFC 6750). Any
answer from 200 to 299 is a yes.

May not know any CDN.
"""

from __future__ import annotations

import json

from cdn_publish.purging.asking import Asking, Request
from cdn_publish.purging.cdn import Environment, Moved

CREDENTIALS = "LEADBRIGHT_PURGE_TOKEN"


async def purge(url: str, environment: Environment, moved: Moved, asking: Asking) -> None:
    """Tell whoever is there. Raises PurgeError."""
    token = environment.get(CREDENTIALS)
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    await asking.ask(Request(url, json.dumps({"urls": list(moved.urls)}).encode(), headers), CREDENTIALS)
