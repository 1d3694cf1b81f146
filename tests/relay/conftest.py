"""Several Sanic apps live in one test process: only in its test mode does Sanic keep the sources that it rewrites."""

from __future__ import annotations

from sanic import Sanic

Sanic.test_mode = True
