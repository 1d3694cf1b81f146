"""One difference between what is live and what would be, and the sentence that says it.

May not know how differences are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LONGEST = 100
"""Characters of a sentence's before, and of its after; what both begin with goes first."""


class Kind(Enum):
    """What differs; the value is how it is said. A closed set: scripts go by the names, in lower case."""

    STARTS = "starts with {after}"
    AGAIN = "runs again with {after}"
    ENDS = "{after}"
    PHASE = "phase {before} → {after}"
    WEIGHT = "{name} {before} → {after}"
    VARIATION_ADDED = "new variation {name} {after}"
    VARIATION_GONE = "variation {name} is gone; it had {before}"
    ORDER = "order of variations {before} → {after}"
    CHANGE = "{name}: {before} → {after}"
    CHANGE_ADDED = "{name} also changes: {after}"
    CHANGE_GONE = "{name} no longer changes: {before}"
    UNSEEN = "{name}: kept unseen until it is changed: {before} → {after}"
    TRAFFIC = "traffic {before} → {after}"
    PAGES = "pages {before} → {after}"
    AUDIENCE = "audience {before} → {after}"
    BEGIN = "begins {before} → {after}"
    END = "ends {before} → {after}"
    LAYER = "place in its layer {before} → {after}"
    JUDGED_BY = "judged by {before} → {after}"
    GOAL_ADDED = "new goal {name}: {after}"
    GOAL_GONE = "goal {name} is gone: {before}"
    GOAL = "goal {name}: {before} → {after}"
    CAP = "cap of goal {name}: {before} → {after}"
    CONSENT = "consent {before} → {after}"
    HONOUR = "honoured signals {before} → {after}"
    DOMAINS = "domains {before} → {after}"
    SHARED = "hosts that share what a visitor has: {before} → {after}"
    TIMEZONE = "time zone {before} → {after}"
    HOLDOUT = "holdout {before} → {after}"
    SINGLE_PAGE = "single-page {before} → {after}"
    ENGAGEMENT = "engagement {before} → {after}"
    RELAY = "beacons go to {before} → {after}"
    COUNTED = "experiments that relays count: {before} → {after}"
    ZONES = "time zones by which countries are told: {before} → {after}"
    CODE = "code of lb.js {before} → {after}"


class Moves(Enum):
    """What becomes of visitors who have a variation already, and of whoever has none yet."""

    NOBODY = "nobody moves"
    EVERYBODY = "everybody is dealt out anew and counted apart"
    ITS_OWN = "who has it is dealt out anew"
    NEWCOMERS = "who has no variation yet is dealt out anew"
    TO_ORIGINAL = "its visitors see the original"
    HELD_OUT = "who is held out now sees the original"
    LET_IN = "who was held out takes part now"


_ANEW = frozenset({Moves.ITS_OWN, Moves.NEWCOMERS, Moves.HELD_OUT})
"""What `rules/continuity.py` and `rules/dealing.py` refuse."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`about` is an experiment's key, or `site`; `before` and `after` are written as a definition writes them."""

    about: str
    kind: Kind
    name: str = ""
    """The variation or the goal that it is about; empty for the whole."""
    before: str = ""
    after: str = ""
    moves: Moves | None = None
    """None where visitors are not the question."""

    @property
    def sentence(self) -> str:
        """What a person reads: `hero: bold 50 % → 60 %, nobody moves`."""
        return f"{self.about}: {self.said}" + (f", {self.moves.value}" if self.moves else "")

    @property
    def said(self) -> str:
        """The same without whom it is about and who moves: `bold 50 % → 60 %`."""
        before, after = _short(self.before, self.after)
        return self.kind.value.format(name=self.name, before=before, after=after)

    @property
    def is_anew(self) -> bool:
        """Whether visitors get another variation than the one that they have, or were to have, in the same phase."""
        return self.moves in _ANEW


def _short(before: str, after: str) -> tuple[str, str]:
    """Both as long as they may be, from where they begin to differ."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if same is None:  # one goes on where the other ends
        same = min(len(before), len(after))
    start = max(0, same - LONGEST // 4)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + LONGEST]
    return ("…" if start else "") + shown + ("…" if start + LONGEST < len(text) else "")
