"""What one load of a page costs a visitor with our script and with others', each making the same three changes.

Every load is a visitor's first, over a slow line; set-ups take turns, so that all share what else the machine does.
The others are packages of npm, fetched into a temporary folder. Run: `python -m tests.bench.bench_load [LOADS]`.
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import rivals
from tests.bench.landing import WANTED_HEADLINE, pieces, probe, stylesheet
from tests.bench.main_thread import CATEGORIES, script_ms
from tests.bench.slow_site import Line, Setup, SlowSite
from tests.snippet.linking import experiment, linked, plan

LOADS = 15
SLOWDOWNS = (1, 4)
SETTLE_MS = 600
APPLY_MS = 8_000
PATIENCE_MS = 120_000
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-blink-features=AutomationControlled"]
# Some of the others run nothing for what calls itself headless.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"

CSS = "#cta{background-color:rgb(0, 160, 60)!important}#promo{display:none!important}"
OURS, EMPTY, GROWTHBOOK, POSTHOG = "Leadbright", "an empty script", "GrowthBook, blocking", "PostHog, async"
CHANGE_NOTHING = (EMPTY, "Plausible")

PAINTS = """() => new Promise(done => {
  const shifts = [];
  new PerformanceObserver(list => shifts.push(...list.getEntries())).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done([
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    shifts.reduce((sum, shift) => sum + (shift.hadRecentInput ? 0 : shift.value), 0),
  ]), 50);
})"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one load cost."""

    script_ms: float
    first_paint_ms: float
    shift: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What a visitor saw in one load: whether the original, and how many requests went before the change."""

    original: bool
    requests: int


def ours(site: SlowSite) -> Setup:
    """Our script, the plan in it."""
    hero = experiment("hero", ops=[["text", "h1", WANTED_HEADLINE]], css=CSS)
    text = linked(plan(relay=site.cdn, experiments=[hero], goals=[["signup", "click", "#cta"]]))
    return Setup(OURS, '<script src="{cdn}/lb.js" crossorigin="anonymous"></script>', {"/lb.js": text})


def opened(browser: Browser, site: SlowSite, setup: Setup, slowdown: int, script: str = "") -> Page:
    """An empty tab of a new visitor to a page with this set-up."""
    site.setup = setup
    visitor = browser.new_context(viewport={"width": 1280, "height": 800}, user_agent=AGENT)
    visitor.add_init_script(script)
    page = visitor.new_page()
    visitor.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    return page


def applied(page: Page, setup: Setup) -> None:
    """Wait until the headline is the wanted one, where it is to become that, and until what follows is over."""
    if setup.name not in CHANGE_NOTHING:
        has = "wanted => document.querySelector('h1')?.textContent === wanted"
        page.wait_for_function(has, arg=WANTED_HEADLINE, timeout=APPLY_MS * 10, polling=50)
    page.wait_for_timeout(SETTLE_MS)


def measure(browser: Browser, site: SlowSite, setup: Setup, slowdown: int) -> Load:
    """One load with nothing but the page and the script."""
    page = opened(browser, site, setup, slowdown)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(site.address, timeout=PATIENCE_MS)
    applied(page, setup)
    trace = browser.stop_tracing()
    first_paint_ms, shift = page.evaluate(PAINTS)
    page.context.close()
    return Load(script_ms(trace, site.cdn), first_paint_ms, shift)


def watch(browser: Browser, site: SlowSite, setup: Setup) -> Seen:
    """One load with a probe that looks at each frame."""
    page = opened(browser, site, setup, 1, probe("h1", "#cta", "#promo"))
    page.goto(site.address, timeout=PATIENCE_MS)
    applied(page, setup)
    flicker = page.evaluate("flicker")
    before = [each for each in site.requests if each.method == "GET" and each.at_s * 1000 < flicker["applied"]]
    page.context.close()
    return Seen(bool(flicker["originals"]), len(before))


def bench(loads: int) -> int:
    """Measure all set-ups in turns and print what came of it; 1 if ours costs more than it may."""
    site = SlowSite(pieces, {"/site.css": stylesheet()}, Line())
    empty = Setup(EMPTY, '<script src="{cdn}/empty.js"></script>', {"/empty.js": ";"})
    with tempfile.TemporaryDirectory(prefix="bench-rivals-") as folder:
        setups = [empty, ours(site), *rivals.setups(rivals.fetch(Path(folder)))]
    cost: dict[tuple[str, int], list[Load]] = defaultdict(list)
    seen: dict[str, list[Seen]] = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for _ in range(loads):
            for setup in setups:
                for slowdown in SLOWDOWNS:
                    cost[setup.name, slowdown].append(measure(browser, site, setup, slowdown))
                if setup.name not in CHANGE_NOTHING:
                    seen[setup.name].append(watch(browser, site, setup))
        browser.close()
    site.close()
    return report(setups, cost, seen)


def median(loads: Sequence[Load], value: Callable[[Load], float]) -> float:
    """The middle one."""
    return statistics.median(map(value, loads))


def report(setups: Sequence[Setup], cost: dict[tuple[str, int], list[Load]], seen: dict[str, list[Seen]]) -> int:
    """The table, and below it what was promised; 1 if a promise is not kept."""
    print(
        "| set-up | raw | gzip | requests before | original seen | main thread ms, 1× | 4× | first paint ms | shift |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for setup in setups:
        files = [text for path, text in setup.files.items() if path != "/empty.js"]
        packed = sum(len(gzip.compress(text.encode(), 9)) for text in files)
        watched = seen[setup.name]
        before = statistics.median(each.requests for each in watched) if watched else "–"
        painted = f"{sum(each.original for each in watched)} of {len(watched)}" if watched else "–"
        ms = [median(cost[setup.name, slowdown], lambda load: load.script_ms) for slowdown in SLOWDOWNS]
        paint = median(cost[setup.name, 1], lambda load: load.first_paint_ms)
        shift = median(cost[setup.name, 1], lambda load: load.shift)
        print(
            f"| {setup.name} | {sum(map(len, files)):,} | {packed:,} | {before} | {painted} "
            f"| {ms[0]:.1f} | {ms[1]:.1f} | {paint:.0f} | {shift:.3f} |"
        )
    print()
    kept = [promise(*each) for each in promises(cost)]
    print("\nPlausible is a module, and traces do not say whose modules they evaluate: it takes more than it shows")
    print(f"medians of {len(cost[OURS, 1])} loads; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if all(kept) else 1


def promises(cost: dict[tuple[str, int], list[Load]]) -> list[tuple[str, float, float]]:
    """What we cost beside others, and at most."""
    return [
        (f"main thread beside {name} at {slowdown}×", ratio(cost, name, slowdown, lambda load: load.script_ms), most)
        for name, most in ((GROWTHBOOK, 0.5), (POSTHOG, 0.1))
        for slowdown in SLOWDOWNS
    ] + [
        ("first paint beside an empty script", ratio(cost, EMPTY, 1, lambda load: load.first_paint_ms), 1.05),
        ("layout shift added", median(cost[OURS, 1], _shift) - median(cost[EMPTY, 1], _shift), 0.0),
    ]


def _shift(load: Load) -> float:
    return load.shift


def ratio(cost: dict[tuple[str, int], list[Load]], name: str, slowdown: int, value: Callable[[Load], float]) -> float:
    """Ours by theirs."""
    return median(cost[OURS, slowdown], value) / median(cost[name, slowdown], value)


def promise(what: str, value: float, most: float) -> bool:
    """Print whether it is kept."""
    print(f"{what}: {value:.3f} (at most {most}){'' if value <= most else ' NOT KEPT'}")
    return value <= most


if __name__ == "__main__":
    sys.exit(bench(int(sys.argv[1]) if len(sys.argv) > 1 else LOADS))
