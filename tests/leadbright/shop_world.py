"""The demo shop compiled, and networks that lose things, for tests of the crowd.

May not know what the tests expect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from config_compiler.compiler import Compiled, Deployment, compile_site
from domain.artifact import Artifact, Digest, digest_of
from domain.names import GoalKey
from leadbright.definition_folder import read_definition
from leadbright.demo.letters import Answer, Letter, Post
from leadbright.demo.site import DEFINITION
from tests.stand_in import RUNTIME

ORIGIN = "http://127.0.0.1:8603"


@cache
def shop() -> Compiled:
    """The demo's definition, compiled."""
    compiled = compile_site(read_definition(DEFINITION), None, RUNTIME, Deployment("http://127.0.0.1:8601"))
    assert isinstance(compiled, Compiled), compiled.findings
    return compiled


def artifact(name: str) -> Artifact:
    """One file of the shop's release."""
    return next(a for a in shop().artifacts.artifacts if a.name == name)


def digest() -> Digest:
    """The plan's digest, which beacons carry."""
    return digest_of(artifact("config.json").body)


def caps() -> dict[GoalKey, int]:
    """By goal, the most that one visitor may weigh, in minor units; 0 for no cap."""
    return {goal.key: (goal.value.cap or 0) if goal.value else 0 for goal in shop().site.goals}


async def published(path: str) -> bytes | None:
    """What a relay reads of the shop."""
    if not path.startswith("production/shop/"):
        return None
    name = path.rpartition("/")[2]
    if name == "releases.json":
        return b'{"v":1,"releases":[{"digest":"%s"}]}' % shop().artifacts.digest.encode()
    return artifact(name).body


@dataclass(slots=True)
class LossyNetwork:
    """Loses some letters on the way and some answers on the way back, the same ones whenever the same are sent."""

    letters: float
    answers: float
    lost_letters: int = 0
    lost_answers: int = 0
    _tries: dict[str, int] = field(default_factory=dict)

    def before(self, post: Post) -> Post:
        """The same post, behind this network."""

        async def through(letter: Letter) -> Answer:
            place = self._place(letter.nonce)
            if place < self.letters:
                self.lost_letters += 1
                return Answer.LOST
            answer = await post(letter)
            if place < self.letters + self.answers:
                self.lost_answers += 1
                return Answer.LOST
            return answer

        return through

    def _place(self, nonce: str) -> float:
        number = self._tries[nonce] = self._tries.get(nonce, 0) + 1
        return int.from_bytes(hashlib.sha256(f"{nonce}{number}".encode()).digest()[:4], "big") / 2**32


Through = Callable[[Post], Post]
