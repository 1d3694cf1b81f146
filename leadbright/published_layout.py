"""What was compiled, in a folder, in the layout in which it is published.

May not know what an artifact says.
"""

from __future__ import annotations

from pathlib import Path

from cdn_publish.layout import Environment, Place
from domain.artifact import ArtifactSet


def write_artifacts(out: Path, environment: Environment, artifacts: ArtifactSet) -> None:
    """Bodies under their digest, then the pointers."""
    place = Place(environment, artifacts.site)
    bodies = [(place.body(artifacts.digest, a.name), a.body) for a in artifacts.artifacts]
    for path, body in [*bodies, *((place.pointer(a.name), a.body) for a in artifacts.artifacts)]:
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
