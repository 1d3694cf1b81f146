"""The demo's crowd from its parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadbright.demo.live import CROWD_FILE, Addresses, crowd_coming
from leadbright.demo.site import SHOP
from leadbright.settings import Settings


@asynccontextmanager
async def crowd(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The demo shop's visitors; the event is set where no more can come."""
    at = Addresses(shop=settings.shop_listen.url, relay=settings.relay_url, cdn=settings.cdn_base)
    async with crowd_coming(SHOP, at, settings.data / CROWD_FILE) as gone:
        yield gone
