"""How refusals and outages travel: gRPC status codes to exceptions, and exceptions to status codes.

May not know what was asked.
"""

from __future__ import annotations

from typing import Any, NoReturn

import grpc
from grpc import aio

from ingest_grpc.wire.ports import RefusedError, UnavailableError

_AT_FAULT = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)
"""The codes that a RefusedError becomes on the wire: the first one is sent, either is understood."""


async def abort(context: aio.ServicerContext[Any, Any], error: UnavailableError) -> NoReturn:
    """End a call on the server. The detail of a refusal begins with the field that is at fault."""
    code = _AT_FAULT[0] if isinstance(error, RefusedError) else grpc.StatusCode.UNAVAILABLE
    await context.abort(code, str(error))


def raised(error: aio.AioRpcError) -> UnavailableError:
    """What a call that failed means to the caller."""
    detail = error.details() or ""
    if error.code() in _AT_FAULT:
        field, _, what = detail.partition(": ")
        return RefusedError(field, what)
    return UnavailableError(f"{error.code().name}: {detail}")
