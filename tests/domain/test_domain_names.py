"""A run has one name, and the name says whose run it is and which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.names import (
    KEY_PATTERN,
    LAST_PHASE,
    ExperimentKey,
    experiment_of,
    is_run_name,
    phase_of,
    run_name,
)


@given(
    st.from_regex(KEY_PATTERN, fullmatch=True, alphabet=st.characters(max_codepoint=127)), st.integers(1, LAST_PHASE)
)
def test_a_run_names_its_experiment_and_phase(key: str, phase: int) -> None:
    run = run_name(ExperimentKey(key), phase)
    assert is_run_name(run)
    assert (experiment_of(run), phase_of(run)) == (key, phase)
    assert len(run) <= 44


def test_the_first_run_goes_by_the_key_alone() -> None:
    assert [run_name(ExperimentKey("hero"), phase) for phase in (1, 2, 10)] == ["hero", "hero#2", "hero#10"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#2",
        "hero#",
        "hero#0",
        "hero#1",
        "hero#02",
        "hero#1000",
        "hero#2#3",
        "hero#2 ",
        "hero#2\n",
        "Hero",
        "hero/2",
    ],
)
def test_what_names_no_run(text: str) -> None:
    assert not is_run_name(text)
