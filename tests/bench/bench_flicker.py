"""In how many loads of a slowly streamed page the original was painted, by two witnesses who do not know each other.

One asks, before each frame, what the page holds; the other looks at the frames that the browser presented for the
originals' colours. Each visitor comes with an empty cache and cookie jar, and then again; the CPU is slowed down by
the browser. The last row, where the script is `async`, shows that both witnesses see what is there.
Run: `python -m tests.bench.bench_flicker [LOADS]`, 100 a condition if not said otherwise. The answer is 1 if any load
of the blocking script showed an original.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.bench.landing import CSS, OPS, ORIGINAL_COLOURS, pieces, probe, stylesheet
from tests.bench.slow_site import Line, Setup, SlowSite
from tests.snippet.linking import experiment, linked, plan

LOADS = 100
AT_ONCE = 4
PAUSES_S = (0.01, 0.03, 0.08, 0.16, 0.24)
"""Between two pieces, in turn: a page takes from a tenth of a second to three seconds."""
SLOWDOWNS = (1, 4, 6)
PATIENCE_MS = 120_000
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-blink-features=AutomationControlled"]
SIZE = {"width": 800, "height": 720}

JUDGE = """async ([frames, colours]) => {
  const canvas = new OffscreenCanvas(1, 1), found = [];
  for (const frame of frames) {
    const image = await createImageBitmap(await (await fetch("data:image/jpeg;base64," + frame)).blob());
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d", {willReadFrequently: true});
    context.drawImage(image, 0, 0);
    const {data} = context.getImageData(0, 0, image.width, image.height);
    const counts = colours.map(() => 0);
    for (let i = 0; i < data.length; i += 4) colours.forEach(([r, g, b], n) => {
      if (Math.abs(data[i] - r) < 40 && Math.abs(data[i + 1] - g) < 40 && Math.abs(data[i + 2] - b) < 40) counts[n]++;
    });
    found.push(counts.some(count => count > 40));
  }
  return found;
}"""


@dataclass
class Condition:
    """A row of the table, as it fills."""

    name: str
    loads: int = 0
    probed: int = 0
    presented: int = 0
    asked: int = 0
    frames: int = 0
    where: set[str] = field(default_factory=set)


@dataclass
class Load:
    """One page as it loads, and the frames that were presented meanwhile."""

    page: Page
    wire: CDPSession
    frames: list[str] = field(default_factory=list)

    def keep(self, event: dict[str, Any]) -> None:
        """A frame was presented."""
        self.frames.append(event["data"])
        self.wire.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})


def begin(visitor: BrowserContext, slowdown: int, address: str) -> Load:
    """Have a visitor open the page in a browser that is so many times slower."""
    page = visitor.new_page()
    load = Load(page, visitor.new_cdp_session(page))
    load.wire.on("Page.screencastFrame", load.keep)
    load.wire.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    load.wire.send("Page.startScreencast", {"format": "jpeg", "quality": 85, "everyNthFrame": 1})
    page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    return load


def end(load: Load, judge: Page, row: Condition) -> None:
    """Wait until the page stands as the variation has it, and ask both witnesses."""
    page = load.page
    page.wait_for_load_state(timeout=PATIENCE_MS)
    page.wait_for_function("flicker.applied > 0", timeout=PATIENCE_MS)
    page.wait_for_function("frames => flicker.frames > frames + 2", arg=page.evaluate("flicker.frames"))
    seen = page.evaluate("flicker")
    load.wire.send("Page.stopScreencast")
    shown = judge.evaluate(JUDGE, [list(dict.fromkeys(load.frames)), list(ORIGINAL_COLOURS.values())])
    row.loads += 1
    row.probed += bool(seen["originals"])
    row.presented += any(shown)
    row.asked += seen["frames"]
    row.frames += len(load.frames)
    row.where.update(selector for selector, _ in seen["originals"])
    page.close()


def visit(browser: Browser, site: SlowSite, slowdown: int, rows: Sequence[Condition], judge: Page) -> None:
    """A few visitors at once, each of whom comes as often as there are rows: to be slow together is part of it."""
    visitors = [browser.new_context(viewport=SIZE) for _ in range(AT_ONCE)]  # type: ignore[arg-type]
    for visitor in visitors:
        visitor.add_init_script(probe(*ORIGINAL_COLOURS))
    for row in rows:
        site.pause_s = PAUSES_S[(row.loads // AT_ONCE) % len(PAUSES_S)]
        for load in [begin(visitor, slowdown, site.address) for visitor in visitors]:
            end(load, judge, row)
    for visitor in visitors:
        visitor.close()


def setup_of(site: SlowSite, how: str) -> Setup:
    """Our script in the page's head."""
    document = plan(relay=site.cdn, experiments=[experiment("hero", ops=OPS, css=CSS)])
    return Setup("ours", f'<script{how} src="{{cdn}}/lb.js"></script>', {"/lb.js": linked(document)})


def bench(loads: int) -> int:
    """Fill and print the table; 1 if an original was painted."""
    conditions = [
        (slowdown, [Condition(f"{slowdown}× slower, {cache}") for cache in ("nothing cached", "cached")])
        for slowdown in SLOWDOWNS
    ]
    control = Condition("async, nothing cached")
    print("| CPU and cache | loads | with the original painted | by pixels presented | frames asked | frames seen |")
    print("|---|---|---|---|---|---|")
    site = SlowSite(pieces, {"/site.css": stylesheet()}, Line())
    blocking, late = setup_of(site, ""), setup_of(site, " async")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        judge = browser.new_page()
        for slowdown, rows in conditions:
            site.setup = blocking
            while rows[0].loads < loads:
                visit(browser, site, slowdown, rows, judge)
            report(rows)
        site.setup = late
        while control.loads < min(loads, 5 * AT_ONCE):
            visit(browser, site, 1, [control], judge)
        report([control])
        browser.close()
    site.close()
    rows = [row for _, rows in conditions for row in rows]
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {AT_ONCE} visitors at once")
    blind = not (control.probed and control.presented)
    return 1 if blind or any(row.probed or row.presented for row in rows) else 0


def report(rows: Sequence[Condition]) -> None:
    """Rows of the table."""
    for row in rows:
        where = f" ({', '.join(sorted(row.where))})" if row.where else ""
        print(
            f"| {row.name} | {row.loads} | {row.probed}{where} | {row.presented} | {row.asked:,} | {row.frames:,} |",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(bench(int(sys.argv[1]) if len(sys.argv) > 1 else LOADS))
