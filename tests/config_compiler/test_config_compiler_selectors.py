"""Selectors that break their reader are refused like others."""

from __future__ import annotations

import pytest

from config_compiler.selectors import selector_flaw


@pytest.mark.parametrize("text", ["|", "*|", "a, |", ":is(|)", "a|"])
def test_a_selector_that_ends_in_a_bar_is_refused(text: str) -> None:
    assert selector_flaw(text) is not None
