"""Whatever tabs, crashes, networks, clocks and changes of mind do, the fold counts what a table of visitors would.

The big run: `python -m tests.histories`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.histories.living import KINDS, lived

VISITORS, DAYS, SEED = 40, 40, 1


@pytest.mark.parametrize("name", KINDS)
def test_every_count_is_that_of_a_table_with_a_row_for_each_visitor(name: str, tmp_path: Path) -> None:
    histories = lived(KINDS[name], VISITORS, DAYS, SEED, tmp_path)
    assert list(KINDS[name].errors(histories)) == []
    assert len(histories.kept) > 500


def test_the_histories_hold_what_they_are_about(tmp_path: Path) -> None:
    asked = lived(KINDS["consent given and taken back"], 20, DAYS, SEED, tmp_path)
    plain = lived(KINDS["several tabs, crashes, lost requests and answers"], 20, DAYS, SEED, tmp_path)
    jumping = lived(KINDS["clocks that jump by days and years"], 20, DAYS, SEED, tmp_path)
    assert plain.repeats > 100
    assert set(Counter(plain.gone.values())) == {"old", "unsent"}
    assert "deleted" in asked.gone.values()
    assert jumping.jumps.total() > 10
