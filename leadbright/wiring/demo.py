"""The demo's shop and its crowd from their parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.names import SiteKey
from leadbright.demo.live import CROWD_FILE, Addresses, crowd_coming
from leadbright.demo.shop import make_shop
from leadbright.serving import serving
from leadbright.settings import Settings

SHOP = SiteKey("shop")


@asynccontextmanager
async def shop(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The demo shop, serving; the event is never set."""
    async with serving(make_shop(settings.cdn_base), settings.shop_listen):
        yield asyncio.Event()


@asynccontextmanager
async def crowd(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The demo shop's visitors; the event is set where no more can come."""
    at = Addresses(shop=settings.shop_listen.url, relay=settings.relay_url, cdn=settings.cdn_base)
    async with crowd_coming(SHOP, at, settings.data / CROWD_FILE) as gone:
        yield gone
