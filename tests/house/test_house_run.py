"""The runner of all tests adds up what the runners of each part say, and believes no silence."""

from __future__ import annotations

import sys

import pytest

from tests.run import Counts, Part, counted, run


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("175 passed in 6.38s", Counts(passed=175)),
        ("26 failed, 173 passed, 2 warnings in 6.97s", Counts(passed=173, failed=26)),
        ("===== 1 failed, 2 errors in 75.20s (0:01:15) =====", Counts(failed=3)),
        ("\x1b[32m\x1b[1m3 passed\x1b[0m\x1b[32m in 0.1s\x1b[0m", Counts(passed=3)),
        ("no tests ran in 0.01s", Counts()),
        ("ℹ pass 41", Counts(passed=41)),
        ("# fail 2", Counts(failed=2)),
        ("ℹ cancelled 1", Counts(failed=1)),
        ("ℹ tests 41", Counts()),
        ("a test prints that 3 passed", Counts()),
    ],
)
def test_a_closing_line_is_understood(line: str, counts: Counts) -> None:
    assert counted(line + "\n") == counts


def python(code: str, deadline_s: int = 30) -> Part:
    return Part("a part", (sys.executable, "-c", code), deadline_s)


@pytest.mark.parametrize(
    ("part", "counts"),
    [
        (python("print('2 passed in 0.1s')"), Counts(passed=2)),
        (python("print('2 passed in 0.1s'); raise SystemExit(3)"), Counts(passed=2, failed=1)),
        (python("print('no tests ran in 0.1s')"), Counts(failed=1)),
        (python("print('1 failed in 0.1s'); raise SystemExit(1)"), Counts(failed=1)),
        (python("import time; print('2 passed in 0.1s', flush=True); time.sleep(30)", 1), Counts(passed=2, failed=1)),
    ],
    ids=["passes", "crashes after passing", "runs nothing", "fails", "never ends"],
)
def test_a_part_that_went_wrong_has_failed(part: Part, counts: Counts) -> None:
    assert run(part) == counts
