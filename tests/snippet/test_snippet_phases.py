"""A new phase of an experiment begins it anew for a visitor who saw the one before."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.visits import record, settled
from tests.snippet.website import Website, page


def install(website: Website, run: str, weights: tuple[int, int]) -> None:
    """The site's experiment in this run, with weights of `plain` and `bold`."""
    arms = [
        [key, weight, "", [], [["text", "h1", key]]] for key, weight in zip(("plain", "bold"), weights, strict=True)
    ]
    website.script = linked(plan(relay=website.relay_address, experiments=[experiment(run, arms=arms)]))


def told(website: Website, kind: str) -> Json:
    return [entry for entry in website.relay.counted() if entry[0] == kind]


def see(website: Website, tab: Page) -> str:
    """The heading, once the page has told everything; and the page API speaks of it by the experiment's key."""
    tab.goto(website.address)
    settled(tab)
    heading = tab.inner_text("h1")
    assert tab.evaluate("new Promise(done => leadbright('variation', 'hero', done))") == heading
    return heading


def test_whoever_saw_the_phase_before_is_dealt_out_and_counted_anew(website: Website, visitor: BrowserContext) -> None:
    install(website, "hero", (10_000, 0))
    tab = visitor.new_page()
    assert see(website, tab) == "plain"
    tab.click("#signup")
    settled(tab)

    install(website, "hero#2", (0, 10_000))
    assert see(website, tab) == "bold"
    tab.click("#signup")
    settled(tab)
    assert told(website, "exp") == [["exp", "hero", "plain"], ["exp", "hero#2", "bold"]]
    assert told(website, "goal") == [
        ["goal", "signup", 0, 0, [["hero", "plain", 0, 0]]],
        ["goal", "signup", 1, 0, [["hero#2", "bold", 0, 0]]],
    ]

    # The phase goes on: what was given in it is kept, and told no more.
    install(website, "hero#2", (10_000, 0))
    assert see(website, tab) == "bold"
    assert len(told(website, "exp")) == 2


def test_a_release_that_goes_back_to_the_phase_before_finds_everybody_where_they_were(
    website: Website, visitor: BrowserContext
) -> None:
    tab = visitor.new_page()
    for run, weights, heading in (
        ("hero", (10_000, 0), "plain"),
        ("hero#2", (0, 10_000), "bold"),
        ("hero", (0, 10_000), "plain"),
        ("hero#2", (10_000, 0), "bold"),
    ):
        install(website, run, weights)
        assert see(website, tab) == heading
    assert told(website, "exp") == [["exp", "hero", "plain"], ["exp", "hero#2", "bold"]]
    kept = record(visitor)
    assert kept is not None
    assert [[run, variation] for run, variation, _ in kept["exposures"]] == [["hero", "plain"], ["hero#2", "bold"]]


@pytest.mark.patience
@pytest.mark.parametrize("run", ["hero", "hero#12"])
def test_an_op_that_finds_nothing_is_told_of_its_phase(run: str, website: Website, visitor: BrowserContext) -> None:
    website.pages["/"] = page('<body><p id="signup">Nothing here</p></body></html>')
    install(website, run, (0, 10_000))
    tab = visitor.new_page()
    tab.goto(website.address)
    website.relay.wait_for(lambda received: any(["miss", run, "bold", 0] in r.beacon["e"] for r in received))
