"""What is said to providers and heard from them: JSON of a few kilobytes within a few seconds, from nowhere else.

May not know what it means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

DEADLINE_S = 5.0
"""Longest that anybody waits for one answer, however it trickles in."""
MOST_BYTES = 256 * 1024

_HEADERS = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "Leadbright"}
_OK = 200


class AwayError(Exception):
    """The provider did not answer as it must. The text holds nothing that was sent or heard."""


class Net:
    """Speaks over `transport`, which whoever made it closes. Follows nobody elsewhere, and keeps no cookie."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object. Raises AwayError."""
        status, said = await self._ask(httpx.Request("GET", address, headers={**_HEADERS, **(headers or {})}))
        if status != _OK:
            raise AwayError(f"status {status}")
        return said

    async def post(self, address: str, headers: Mapping[str, str], body: str) -> tuple[int, dict[str, Any]]:
        """The status, and a JSON object. Raises AwayError."""
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await self._ask(
            httpx.Request("POST", address, headers={**_HEADERS, **form, **headers}, content=body.encode())
        )

    async def _ask(self, request: httpx.Request) -> tuple[int, dict[str, Any]]:
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await _bounded(response)
                finally:
                    await response.aclose()
            return response.status_code, msgspec.json.decode(body, type=dict[str, Any])
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise AwayError(type(error).__name__) from None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise AwayError(f"status {response.status_code} without JSON") from None


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise AwayError("no stream")
    async for part in stream:
        body += part
        if len(body) > MOST_BYTES:
            raise AwayError(f"more than {MOST_BYTES} bytes")
    return bytes(body)
