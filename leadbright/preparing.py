"""What has to be there before everything starts: the tables of the web, and a link to sign in with.

May not know how roles run.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadbright.settings import Settings
from web.database import UnavailableError
from web.store import Store, open_store


class CannotPrepareError(Exception):
    """Why it can't begin, in one line for the person at the terminal."""


async def prepare_house(settings: Settings) -> str:
    """Make a link that signs a person in once; its address. Raises CannotPrepareError."""
    async with memory(settings) as store:
        return await new_link(store, settings)


@asynccontextmanager
async def memory(settings: Settings) -> AsyncIterator[Store]:
    """What the web remembers, while nobody else has it open. Raises CannotPrepareError."""
    try:
        store = await open_store(settings.database, time.time, os.urandom)
        try:
            yield store
        finally:
            await store.close()
    except (UnavailableError, OSError) as error:
        raise CannotPrepareError(str(error)) from error


async def new_link(store: Store, settings: Settings) -> str:
    """An address that signs a person in, once."""
    return f"{settings.web_url}/sign-in/{await store.create_sign_in_link()}"
