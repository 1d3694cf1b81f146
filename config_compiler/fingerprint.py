"""A digest of everything that a site's artifacts depend on, so that a site that has not changed need not be compiled.

May not know where digests are kept.
"""

from __future__ import annotations

import hashlib

from config_compiler.compiler import Deployment
from config_compiler.source import Source
from config_compiler.template import Runtime
from domain.artifact import Digest, set_digest


def basis(version: str, runtime: Runtime, deployment: Deployment) -> bytes:
    """What all sites of an installation have in common: the compiler's version, the snippet's code, the relay."""
    parts = [("version", version), ("relay", deployment.relay_url), ("snippet", repr(runtime))]
    return bytes.fromhex(set_digest((name, text.encode()) for name, text in parts))


def fingerprint(common: bytes, source: Source) -> Digest:
    """Equal for equal definitions on an equal basis, whatever the order of files."""
    state = hashlib.sha256(common)
    for name in sorted(source.files):
        body = source.files[name].encode("utf-8", "surrogateescape")
        state.update(f"{len(name)}:{len(body)}:{name}".encode("utf-8", "surrogateescape") + body)
    return Digest(state.hexdigest()[:16])
