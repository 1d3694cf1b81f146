"""What is said of each refusal to sign somebody in, where people look it up."""

from __future__ import annotations

import re
from pathlib import Path

from web.openid.refusal import Refusal
from web.openid.store import MOST_ATTEMPTS
from web.people.store import MOST_NEWCOMERS

PAGE = Path(__file__).parents[2] / "docs" / "sign-in.md"


def rows() -> dict[str, str]:
    """The table of refusals: when each comes, by the title of its page."""
    section = PAGE.read_text().partition("## What is refused\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| (\S[^|]*?) \| (\S[^|]*?) \|$", section, re.MULTILINE)[1:])


def test_every_refusal_is_described_under_its_own_title_in_order() -> None:
    assert list(rows()) == [each.value[1].replace("{provider}", "…") for each in Refusal]


def test_how_many_may_sign_in_at_once_is_said() -> None:
    assert MOST_ATTEMPTS == MOST_NEWCOMERS
    assert f"{MOST_ATTEMPTS:,} sign-ins" in rows()[Refusal.TOO_MANY.value[1]]
