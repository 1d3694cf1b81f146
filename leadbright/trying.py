"""Visitors of our own try a release in a real browser before it goes live: nothing may be thrown, and whoever sees no
variation must see the page as it was made.

May not know where a release goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from domain.condition import EVERYBODY
from domain.plan import Arm, Plan
from domain.targeting import decide, on_page
from domain.visits import Visit
from leadbright.browser import Browser, NoBrowser
from leadbright.doubts import Doubt, Refused
from leadbright.inspecting import Release, pages_of
from leadbright.rules_file import read_rules
from leadbright.trial_site import Said, TrialSite, trial_site

MOST_PAGES, MOST_ARMS, MOST_SEEDS = 3, 6, 5_000


@dataclass(frozen=True, slots=True)
class Tried:
    """Nothing spoke against the release, to so many visitors."""

    visitors: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who loads which page, and which variation of which run they see."""

    url: str
    seed: str
    sees: str = ""
    """Empty for whoever sees none."""


def try_in_browser(release: Release, browser: Browser) -> Tried | Refused | NoBrowser:
    """Load a release as visitors would, one after the other; what the first one found who found something."""
    bodies = {artifact.name: artifact.body for artifact in release.artifacts.artifacts}
    visitors = visitors_of(release.plan, _origin(read_rules(bodies["relay.json"]).domains))
    with trial_site(release.plan, bodies["lb.js"]) as site:
        for visitor in visitors:
            found = _visit(site, browser, visitor)
            if found is not None:
                return found
    return Tried(len(visitors))


def _visit(site: TrialSite, browser: Browser, visitor: Visitor) -> Refused | NoBrowser | None:
    """Whoever sees no variation looks at the page without the snippet first, which shows that the browser is well."""
    original = None if visitor.sees else site.load(browser, visitor.url, visitor.seed, is_original=True)
    if isinstance(original, NoBrowser):
        return original
    if original is None and not visitor.sees:
        return NoBrowser(f"{browser.path} shows nothing of a page without the snippet either")
    said = site.load(browser, visitor.url, visitor.seed, is_original=False)
    if isinstance(said, NoBrowser):
        return said
    return _refuse_faults(visitor, said) or _refuse_another_page(visitor, said, original)


def visitors_of(plan: Plan, origin: str) -> tuple[Visitor, ...]:
    """One who sees no variation on each page, then one for each variation, as far as they can be found."""
    pages = pages_of(plan, origin)[:MOST_PAGES]
    # Whom a visitor's browser is taken for depends on the machine: whatever may be seen is taken to be seen.
    anybody = replace(
        plan, experiments=tuple(replace(x, who=EVERYBODY, start=None, end=None) for x in plan.experiments)
    )
    return (*_in_control(anybody, pages), *islice(_in_arms(anybody, pages), MOST_ARMS))


def _in_control(plan: Plan, pages: tuple[str, ...]) -> Iterator[Visitor]:
    for url in pages:
        seed = next((seed for seed in _seeds() if not _seen(plan, url, seed)), None)
        if seed is not None:
            yield Visitor(url, seed)


def _in_arms(plan: Plan, pages: tuple[str, ...]) -> Iterator[Visitor]:
    for x in plan.experiments:
        url = next((page for page in pages if on_page(x, page)), None)
        if url is None:
            continue
        for sees in (f"{x.run}/{arm.key}" for arm in x.arms if _is_seen(arm) and not _runs_script(arm)):
            seed = next((seed for seed in _seeds() if sees in _seen(plan, url, seed)), None)
            if seed is not None:
                yield Visitor(url, seed, sees)


def _seen(plan: Plan, url: str, seed: str) -> set[str]:
    """The variations that change anything for a visitor."""
    made = decide(plan, Visit(url), seed, {})
    arms = ((x.run, arm) for x in plan.experiments for arm in x.arms if _is_seen(arm))
    return {f"{run}/{arm.key}" for run, arm in arms if made[run].variation == arm.key}


def _runs_script(arm: Arm) -> bool:
    """Whether it may ask for what only the site's own pages have."""
    return any(op.kind == "script" for op in arm.ops)


def _is_seen(arm: Arm) -> bool:
    return bool(arm.css or arm.ops or arm.redirect)


def _seeds() -> Iterator[str]:
    return (f"{place * 2_654_435_761 % 2**32:08x}" for place in range(MOST_SEEDS))


def _origin(domains: tuple[str, ...]) -> str:
    """Where the pages are, in the clear: nobody has a certificate for them here."""
    host = domains[0].replace("*.", "www.", 1) if domains else "visited.invalid"
    return f"http://{host}"


def _refuse_faults(visitor: Visitor, said: Said | None) -> Refused | None:
    if said is None:
        return Refused(Doubt.SILENT, f"{_who(visitor)} saw a page that never came to rest")
    if said.errors:
        return Refused(Doubt.THROWS, f"{_who(visitor)} heard {said.errors[0]!r}")
    return None if said.began else Refused(Doubt.SILENT, f"{_who(visitor)} had no window.leadbright")


def _refuse_another_page(visitor: Visitor, said: Said | None, original: Said | None) -> Refused | None:
    if said is not None and original is not None and (said.text, said.html) != (original.text, original.html):
        return Refused(Doubt.OTHER_PAGE, f"{_who(visitor)} saw {_difference(said, original)}")
    return None


def _difference(said: Said, original: Said) -> str:
    pairs = zip(said.html.splitlines(), original.html.splitlines(), strict=False)
    ours, theirs = next(((a, b) for a, b in pairs if a != b), (said.text, original.text))
    return f"{ours[:80]!r} instead of {theirs[:80]!r}"


def _who(visitor: Visitor) -> str:
    return f"visitor {visitor.seed} on {visitor.url}" + (f" in {visitor.sees}" if visitor.sees else "")
