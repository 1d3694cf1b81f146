"""Relay tests run on the loop that relays run on, with several Sanic apps in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop
from sanic import Sanic

# Only in its test mode does Sanic keep the sources that it rewrites when an app starts, so that a second one can.
Sanic.test_mode = True


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The one loop that a relay ever runs on."""
    return {"uvloop": uvloop.new_event_loop}
