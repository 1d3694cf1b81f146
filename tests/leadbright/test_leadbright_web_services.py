"""What the web is told of a publish target that fails."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cdn_publish.folder import FolderTarget
from domain.names import SiteKey
from leadbright.doubts import Doubt, Refused
from leadbright.web_publisher import TargetPublisher
from leadbright.wiring.clock import now
from tests.cdn_publish.publishing import artifacts
from tests.stand_in import RUNTIME
from web.services import Note, PublishFailed


async def test_a_target_that_cannot_be_written_to_says_what_to_do() -> None:
    publisher = TargetPublisher(FolderTarget(Path("/proc/x")), lambda: datetime(2026, 11, 24, tzinfo=UTC), RUNTIME)
    answer = await publisher.publish(artifacts("a"), Note("anna", "1"))
    assert isinstance(answer, PublishFailed)
    assert answer.why.startswith("/proc/x/production/")
    assert answer.why.endswith(". See that Leadbright can write there, then publish again.")


async def test_a_release_that_is_refused_is_not_published_from_the_pages(tmp_path: Path) -> None:
    refused = Refused(Doubt.STRANGE, "it is empty")
    publisher = TargetPublisher(FolderTarget(tmp_path / "cdn"), now, RUNTIME, refuse=lambda _: refused)
    answer = await publisher.publish(artifacts("a"), Note("anna", "1"))
    assert answer == PublishFailed(refused.sentence)
    assert refused.sentence.startswith(
        "Nothing was published. P102: lb.js is not this snippet with a plan in it: it is"
    )
    assert not (tmp_path / "cdn").exists()


async def test_what_goes_live_from_the_pages_is_noticed(tmp_path: Path) -> None:
    noticed: list[SiteKey] = []
    publisher = TargetPublisher(FolderTarget(tmp_path / "cdn"), now, RUNTIME, noticed=noticed.append)
    for content in ("a", "a", "b"):
        await publisher.publish(artifacts(content), Note("anna", "1"))
    assert noticed == ["shop", "shop"]
