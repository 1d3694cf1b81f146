"""How much work one question may take, so that every question has an end.

Counts steps, never time: the same question has the same answer on every machine.
May not know what the steps are.
"""

from __future__ import annotations

from dataclasses import dataclass


class UndecidedError(Exception):
    """A question that is left open; says why, as a clause that follows "because"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Effort:
    """Steps that are left, here and for everything together."""

    left: int
    together: Effort | None = None

    def spend(self, steps: int = 1) -> None:
        """Use some up; `UndecidedError` once there are none."""
        self.left -= steps
        if self.left < 0:
            raise UndecidedError("comparing their conditions takes too many steps")
        if self.together is not None:
            self.together.spend(steps)
