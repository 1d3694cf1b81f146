"""The demo shop from its parts.

May not know settings that are another role's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadbright.demo.shop import make_shop
from leadbright.serving import serving
from leadbright.settings import Settings


@asynccontextmanager
async def shop(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The demo shop, serving; the event is never set."""
    async with serving(make_shop(settings.cdn_base), settings.shop_listen):
        yield asyncio.Event()
