"""The beacons of a battle: what each says, who confirmed it, and what the counts must therefore be.

May not know how beacons travel.
"""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

EXPERIMENT, ARMS, GOAL = "hero", ("control", "bold"), "signup"
COUNTRIES = ("DE", "AT", "FR", "US")


@dataclass(slots=True)
class Claim:
    """One beacon."""

    nonce: bytes
    arm: str
    country: str
    body: bytes
    confirmations: int = 0
    posts: int = 0

    @property
    def query(self) -> str:
        """The nonce as it stands in an address."""
        return base64.urlsafe_b64encode(self.nonce)[:22].decode()


@dataclass(slots=True)
class Oracle:
    """Everything that was ever claimed."""

    dice: random.Random
    day: int
    claims: list[Claim] = field(default_factory=list)

    def claim(self) -> Claim:
        """A new beacon."""
        arm = self.dice.choice(ARMS)
        entries = [
            ["visit", 0, 3],
            ["session"],
            ["view"],
            ["exp", EXPERIMENT, arm],
            ["goal", GOAL, 0, 0, [[EXPERIMENT, arm, 0, 0]]],
        ]
        beacon = {"v": 1, "cfg": "0" * 16, "d": self.day, "p": "/", "src": ["", "", "", ""], "e": entries}
        body = json.dumps(beacon, separators=(",", ":")).encode()
        claim = Claim(self.dice.randbytes(16), arm, self.dice.choice(COUNTRIES), body)
        self.claims.append(claim)
        return claim

    def expected(self, counted: set[bytes]) -> Counter[tuple[str, str, str]]:
        """(what, dimension, value) to number, if exactly these beacons are counted."""
        cells: Counter[tuple[str, str, str]] = Counter()
        for claim in self.claims:
            if claim.nonce in counted:
                cells.update(_cells(claim))
        return cells


def _cells(claim: Claim) -> Iterable[tuple[str, str, str]]:
    arm = f"{EXPERIMENT}/{claim.arm}"
    for what in ("visitors", "sessions", "views", f"exposed/{arm}", f"converted/{GOAL}", f"converted/{GOAL}/{arm}"):
        yield what, "", ""
        yield what, "country", claim.country
