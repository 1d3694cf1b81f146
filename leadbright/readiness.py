"""Whether a role answers that it is ready: `/readyz` over HTTP, the standard health service over gRPC.

May not know which role it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import httpx
from grpc_health.v1 import health_pb2

from leadbright.setting_values import Address

Probe = Callable[[], Awaitable[bool]]

ANSWER_S = 2.0
"""How long one answer may take."""


def over_http(address: Address, *, is_secure: bool = False) -> Probe:
    """A probe of an HTTP role."""
    return answers(f"{address.url.replace('http:', 'https:', 1) if is_secure else address.url}/readyz")


def answers(url: str) -> Probe:
    """A probe of one page."""

    async def probe() -> bool:
        try:
            # Whether the name in the certificate is right is for browsers to see: this asks by an address of its own.
            async with httpx.AsyncClient(timeout=ANSWER_S, verify=False) as client:  # noqa: S501
                return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    return probe


def over_grpc(address: Address) -> Probe:
    """A probe of a gRPC role that speaks in the clear."""
    return over_channel(lambda: grpc.aio.insecure_channel(str(address)))


def over_channel(open_: Callable[[], grpc.aio.Channel]) -> Probe:
    """A probe of a gRPC role over a channel of any kind, opened each time."""

    async def probe() -> bool:
        async with open_() as channel:
            check = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            try:
                answer = await check(health_pb2.HealthCheckRequest(), timeout=ANSWER_S, wait_for_ready=True)
            except grpc.aio.AioRpcError:
                return False
            return answer.status == health_pb2.HealthCheckResponse.SERVING

    return probe


async def until_ready(probe: Probe, deadline_s: float, pause_s: float = 0.1) -> bool:
    """Ask again and again; False where the deadline passes first."""
    try:
        async with asyncio.timeout(deadline_s):
            while True:
                if await probe():
                    return True
                await asyncio.sleep(pause_s)
    except TimeoutError:
        return False
