"""What `publish` does between compiling and publishing: ends the command where a release must not go live.

What is needed is imported when it runs. May not know what is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadbright.options import FAILED
from leadbright.releasing import complain, fail

if TYPE_CHECKING:
    from domain.artifact import ArtifactSet


def look_over(artifacts: ArtifactSet) -> None:
    """End the command with why, where the files do not agree with each other."""
    from leadbright.doubts import Refused
    from leadbright.inspecting import inspect
    from leadbright.runtime import load_runtime

    found = inspect(artifacts, load_runtime())
    if isinstance(found, Refused):
        complain(found.text)
        fail("nothing was published", FAILED)
