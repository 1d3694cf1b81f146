"""What the web is told of a publish target that fails."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cdn_publish.folder import FolderTarget
from leadbright.web_publisher import TargetPublisher
from tests.cdn_publish.publishing import artifacts
from tests.stand_in import RUNTIME
from web.services import Note, PublishFailed


async def test_a_target_that_cannot_be_written_to_says_what_to_do() -> None:
    publisher = TargetPublisher(FolderTarget(Path("/proc/x")), lambda: datetime(2026, 11, 24, tzinfo=UTC), RUNTIME)
    answer = await publisher.publish(artifacts("a"), Note("anna", "1"))
    assert isinstance(answer, PublishFailed)
    assert answer.why.startswith("/proc/x/production/")
    assert answer.why.endswith(". See that Leadbright can write there, then publish again.")
