"""How the changes of a variation went is told: what failed whenever it does, what worked when it is first seen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import settled
from tests.snippet.website import Received, Relay, Website

OPS = [["text", "h1", "Buy now"], ["text", "#gone", "x"], ["text", ".promo", "New"], ["script", 0]]
OUTCOMES = {"ok", "miss", "error"}


def told(received: list[Received]) -> list[Json]:
    """Everything that was told of the ops, in order."""
    return [entry for each in received for entry in each.beacon["e"] if entry[0] in OUTCOMES]


def wait_for_outcomes(relay: Relay, count: int) -> list[Json]:
    """So many outcomes, and no more."""
    outcomes = told(relay.wait_for(lambda received: len(told(received)) >= count))
    assert len(outcomes) == count
    return outcomes


@pytest.mark.patience
def test_what_worked_is_told_of_who_sees_it_first_and_what_did_not_of_everybody(
    website: Website, visitor: BrowserContext
) -> None:
    hero = experiment("hero", ops=OPS)
    website.script = linked(plan(relay=website.relay_address, experiments=[hero]), ("document.title = 'New'",))
    tab = visitor.new_page()
    tab.goto(website.address)
    first = wait_for_outcomes(website.relay, 4)
    assert [entry[:4] for entry in first] == [
        ["ok", "hero", "bold", 0],
        ["miss", "hero", "bold", 1],
        ["ok", "hero", "bold", 2],
        ["ok", "hero", "bold", 3],
    ]
    waits = [entry[4] for entry in first if entry[0] == "ok"]
    # In the order in which the page came, each less than the page took.
    assert all(0 <= one <= other < 15_000 for one, other in pairwise(waits))
    settled(tab)
    tab.goto(website.address)
    assert wait_for_outcomes(website.relay, 5)[4] == ["miss", "hero", "bold", 1]
