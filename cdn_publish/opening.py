"""From a publish URL to the target that it names.

May not know what is published there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from cdn_publish.bucket import BucketTarget
from cdn_publish.folder import FolderTarget
from cdn_publish.target import Target

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_EXAMPLES = "file:///path, s3://bucket/prefix, az://container/prefix or gs://bucket/prefix"

_CLIENT: ClientConfig = {"timeout": timedelta(seconds=20), "connect_timeout": timedelta(seconds=5)}
_RETRY: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


@dataclass(frozen=True, slots=True)
class BadTarget:
    """A URL that names no target, with what to write instead."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of store: how it is opened, and the settings of the environment by which it is reached."""

    open: Callable[..., ObjectStore]
    variables: str
    """What the names of its settings begin with."""
    credentials: str
    address: str


_KINDS = {
    "s3": _Kind(
        S3Store,
        "AWS",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN",
        "AWS_ENDPOINT_URL and AWS_REGION",
    ),
    "az": _Kind(
        AzureStore,
        "AZURE",
        "set AZURE_STORAGE_ACCOUNT_NAME, with AZURE_STORAGE_ACCOUNT_KEY or AZURE_FEDERATED_TOKEN_FILE, "
        "AZURE_CLIENT_ID and AZURE_TENANT_ID",
        "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ENDPOINT",
    ),
    "gs": _Kind(GCSStore, "GOOGLE", "set GOOGLE_APPLICATION_CREDENTIALS", "the network's way to Google storage"),
}


def open_target(url: str) -> Target | BadTarget:
    """The target behind `url`; credentials come from each store's usual variables. Touches nothing yet."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in _KINDS:
        return _bucket(url, parts, _KINDS[parts.scheme])
    if parts.scheme != "file":
        return BadTarget(f"{url!r} is not a publish URL; write {_EXAMPLES}")
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/") or parts.path == "/":
        return BadTarget(f"{url!r} names no folder; write file:///path, with three slashes")
    return FolderTarget(Path(unquote(parts.path)))


def _bucket(url: str, parts: SplitResult, kind: _Kind) -> Target | BadTarget:
    name = url.rstrip("/")
    if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc or parts.query or parts.fragment:
        return BadTarget(f"this names no bucket; write {parts.scheme}://bucket/prefix, credentials elsewhere")
    client: ClientConfig = {**_CLIENT, "allow_http": os.environ.get(f"{kind.variables}_ALLOW_HTTP") == "true"}
    prefix: dict[str, Any] = {"prefix": unquote(parts.path).strip("/")} if parts.path.strip("/") else {}
    try:
        store = kind.open(parts.netloc, client_options=client, retry_config=_RETRY, **prefix)
    except BaseError as error:
        return BadTarget(f"{name} can't be opened: {str(error).partition(chr(10))[0]}; {kind.credentials}")
    return BucketTarget(store, name, kind.credentials, kind.address)
