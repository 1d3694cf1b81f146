"""The web's publisher on a real folder: promote, roll back, off, and what is said where files are gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget
from cdn_publish.target import Attributes, Tag, TargetError
from config_compiler.compiler import Compiled, Deployment, compile_site
from config_compiler.differences.comparing import Side
from config_compiler.source import Source
from domain.artifact import ArtifactSet, Digest
from domain.names import SiteKey
from domain.plan import Plan
from leadbright.web_publisher import TargetPublisher
from leadbright.wiring.clock import now
from tests.stand_in import RUNTIME
from tests.web.sample import DEFINITION, HERO, SHOP
from web.releasing.telling import tell
from web.services import AlreadyLive, Environment, LostRace, Note, Published, PublishFailed, Unavailable, Unfinished

STAGING, PRODUCTION = Environment.STAGING, Environment.PRODUCTION
NOTE = Note("anna", "1", "why")


def compiled(text: str) -> ArtifactSet:
    """The shop whose headline says this."""
    files = {**DEFINITION, "experiments/hero.yaml": HERO.replace("Buy now", text)}
    made = compile_site(Source(files), None, RUNTIME, Deployment("http://relay.example"))
    assert isinstance(made, Compiled)
    return made.artifacts


@pytest.fixture
def publisher(tmp_path: Path) -> TargetPublisher:
    """Publishes into a folder."""
    return TargetPublisher(FolderTarget(tmp_path), now, RUNTIME)


async def test_promoting_is_refused_once_somebody_else_came_first(publisher: TargetPublisher) -> None:
    await publisher.publish(compiled("a"), NOTE, environment=STAGING)
    heard: list[str] = []
    done = await publisher.promote(SHOP, 1, NOTE, after=0, on_live=lambda: heard.append("live"))
    assert isinstance(done, Published)
    assert (done.release.number, done.release.note, heard) == (1, "why", ["live"])
    await publisher.publish(compiled("b"), NOTE, environment=STAGING)
    await publisher.publish(compiled("c"), NOTE)
    late = await publisher.promote(SHOP, 2, NOTE, after=1)
    assert isinstance(late, LostRace)
    assert late.newest.number == 2
    assert isinstance(await publisher.promote(SHOP, 9, NOTE, after=2), PublishFailed)


class Failing(FolderTarget):
    """A folder in which `lb.js` cannot be written over."""

    async def replace_if_match(self, path: str, body: bytes, tag: Tag, attributes: Attributes) -> bool:
        """Fails at the last step of a release."""
        if path.endswith("lb.js"):
            raise TargetError("the disk is full")
        return await super().replace_if_match(path, body, tag, attributes)


async def test_how_far_a_release_came_is_not_said_where_it_is_not_known(
    publisher: TargetPublisher, tmp_path: Path
) -> None:
    await publisher.publish(compiled("a"), NOTE)
    answer = await TargetPublisher(Failing(tmp_path), now, RUNTIME).publish(compiled("b"), NOTE)
    assert answer == Unfinished("release 2 may be live in part: the disk is full.")
    assert tell(answer, PRODUCTION).headline == "It is not known how far this came"
    assert isinstance(await publisher.publish(compiled("b"), NOTE), AlreadyLive)


async def test_off_and_back(publisher: TargetPublisher) -> None:
    assert isinstance(await publisher.switch_off(PRODUCTION, SHOP, NOTE, after=0), PublishFailed)
    await publisher.publish(compiled("a"), NOTE)
    off = await publisher.switch_off(PRODUCTION, SHOP, NOTE, after=1)
    assert isinstance(off, Published)
    side = await publisher.content(PRODUCTION, SHOP, off.release.digest)
    assert isinstance(side, Side)
    assert side.plan.experiments == ()
    assert isinstance(await publisher.switch_off(PRODUCTION, SHOP, NOTE, after=2), AlreadyLive)
    known = await publisher.known(PRODUCTION, SHOP)
    assert isinstance(known, Plan)
    assert [x.key for x in known.experiments] == ["hero", "price"]
    assert isinstance(await publisher.roll_back(PRODUCTION, SHOP, 1, NOTE, after=1), LostRace)
    back = await publisher.roll_back(PRODUCTION, SHOP, 1, NOTE, after=2)
    assert isinstance(back, Published)
    log = await publisher.log(PRODUCTION, SHOP)
    assert not isinstance(log, Unavailable)
    assert [release.number for release in log.releases] == [1, 2, 3]
    assert log.is_finished


async def test_what_was_cleaned_away_is_told(publisher: TargetPublisher, tmp_path: Path) -> None:
    artifacts = compiled("a")
    await publisher.publish(artifacts, NOTE)
    await publisher.publish(compiled("b"), NOTE)
    shutil.rmtree(tmp_path / "production" / SHOP / "r" / artifacts.digest)
    assert await publisher.content(PRODUCTION, SHOP, artifacts.digest) == Unavailable(
        "its files are not there any more"
    )
    gone = await publisher.roll_back(PRODUCTION, SHOP, 1, NOTE, after=2)
    assert isinstance(gone, PublishFailed)
    assert gone.why.endswith("is missing.")
    assert await publisher.known(PRODUCTION, SiteKey("other")) is None
    assert isinstance(await publisher.content(PRODUCTION, SHOP, Digest("0" * 16)), Unavailable)
