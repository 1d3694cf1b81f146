"""What watching over a variation costs a page that adds 10,000 elements: its own script time, with and without us.

Pages with and without take turns; each does its work several times, and the quickest counts, since whatever else the
machine does only ever adds. Time is taken from before an element is made until those who observe have been told.
Run: `python -m tests.bench.bench_observer [ROUNDS]`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from collections import defaultdict

from playwright.sync_api import Browser, sync_playwright

from tests.snippet.linking import Json, experiment, linked, plan
from tests.snippet.website import Website, page

ROUNDS = 12
NODES = 10_000
MOST = 0.05
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-blink-features=AutomationControlled"]
PATIENCE_MS = 120_000

HOW = {
    "in one task": 1,
    "in 100 tasks": 100,
    "in 1,000 tasks": 1_000,
}

# A row of a table each, as a list that is rendered would be. `await null` comes after the observers' turn.
WORK = """async ([nodes, tasks, times]) => {
  const list = document.querySelector("#list");
  const add = count => {
    for (let n = 0; n < count; n++) {
      const row = document.createElement("div"), name = document.createElement("b");
      row.className = "row c" + n % 7;
      row.dataset.n = n;
      name.textContent = "Name " + n;
      row.append(name, " of a row " + n * 3);
      list.append(row);
    }
  };
  const channel = new MessageChannel();
  const turn = () => new Promise(done => { channel.port1.onmessage = done; channel.port2.postMessage(0); });
  let best = Infinity;
  for (let time = 0; time < times; time++) {
    list.textContent = "";
    await turn();
    let spent = 0;
    for (let task = 0; task < tasks; task++) {
      const began = performance.now();
      add(nodes / tasks / 2);
      await null;
      spent += performance.now() - began;
      await turn();
    }
    best = Math.min(best, spent);
  }
  return best;
}"""

OPS: Json = [
    ["text", "h1", "Buy now"],
    ["html", ".promo", "<b>New</b>"],
    ["attribute", "#signup", "title", "Sign up today"],
    ["insert", ".promo", "after", "<p>Free returns</p>"],
]
BODY = (
    '<body><h1>Original</h1><p class="promo">Sale</p><a id="signup" href="#top">Sign up</a><div id="list"></div></body>'
)


def spent_ms(browser: Browser, website: Website, script: str, tasks: int) -> float:
    """The quickest of a few times that a page did its work, with this script in its head."""
    website.script = script
    visitor = browser.new_context()
    tab = visitor.new_page()
    tab.goto(website.address, timeout=PATIENCE_MS)
    tab.wait_for_load_state()
    times = 6 if tasks < 1_000 else 3
    best: float = tab.evaluate(WORK, [NODES, tasks, times])
    visitor.close()
    return best


def bench(rounds: int) -> int:
    """Measure, print the table; 1 if it costs more than it may."""
    website = Website()
    website.pages = {"/": page(BODY)}
    scripts = {
        "without": "",
        "with": linked(plan(relay=website.relay_address, experiments=[experiment("hero", ops=OPS)])),
    }
    spent: dict[tuple[str, str], list[float]] = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for _ in range(rounds):
            for how, tasks in HOW.items():
                for name, script in scripts.items():
                    spent[how, name].append(spent_ms(browser, website, script, tasks))
        browser.close()
    website.close()
    return report(spent)


def report(spent: dict[tuple[str, str], list[float]]) -> int:
    """The table; 1 if a row is over."""
    print(f"| {NODES:,} elements | without, ms | with, ms | more |\n|---|---|---|---|")
    over = 0
    for how in HOW:
        without, beside = (statistics.median(spent[how, name]) for name in ("without", "with"))
        more = beside / without - 1
        over |= more > MOST
        print(f"| {how} | {without:.1f} | {beside:.1f} | {more:+.1%}{' OVER' if more > MOST else ''} |")
    rounds = len(next(iter(spent.values())))
    print(
        f"\n{len(OPS)} changes, at most {MOST:+.0%}; medians of {rounds} pages; load average {os.getloadavg()[0]:.1f}"
    )
    return over


if __name__ == "__main__":
    sys.exit(bench(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
