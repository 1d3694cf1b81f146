"""Each rule of the protocol is needed: switched off in the real code, it does the harm that it is there to prevent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, Mutant, caught


def test_there_are_twelve() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == 12


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_rule_that_is_off_is_noticed(tmp_path: Path, mutant: Mutant) -> None:
    assert caught(tmp_path, mutant) is not None
