"""A landing page such as experiments change: some 1,500 elements, streamed in pieces, and what a variation makes of it.

Each original has a colour that nothing else on the page has, so that frames show it. May not know who changes it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

WORDS = (
    "growth",
    "page",
    "visit",
    "launch",
    "lift",
    "button",
    "plan",
    "team",
    "speed",
    "trust",
    "proof",
    "offer",
    "story",
)

HEADLINE = "Ship better pages with every visit that you already have"
WANTED_HEADLINE = "Twice as many sign up, and nobody paid for a click"
WANTED_FEATURES = "<li>Free <b>returns</b></li><li>Two years</li>"
WANTED_CTA = "rgb(0, 160, 60)"

ORIGINAL_COLOURS = {"h1": (214, 0, 147), ".features": (0, 200, 220), "#cta": (250, 120, 0), "#promo": (120, 0, 255)}

CSS = "#cta{background-color:rgb(0, 160, 60)!important}"
OPS = [["text", "h1", WANTED_HEADLINE], ["html", ".features", WANTED_FEATURES], ["remove", "#promo"]]

_PROBE = """
(() => {
  const seen = element => element && element.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const tests = {
    "h1": element => element.textContent.includes("Ship"),
    ".features": element => element.textContent.includes("Slow"),
    "#cta": element => getComputedStyle(element).backgroundColor !== WANTED_CTA,
    "#promo": () => true,
  };
  const flicker = window.flicker = {frames: 0, originals: [], applied: 0};
  const done = () => !seen(document.querySelector("#promo")) && document.querySelector(".grid") &&
    document.querySelector("h1").textContent === WANTED_HEADLINE && seen(document.querySelector("h1"));
  (function look() {
    flicker.frames++;
    for (const selector of CHANGED) {
      const original = tests[selector];
      const element = document.querySelector(selector);
      if (seen(element) && original(element)) flicker.originals.push([selector, performance.now()]);
    }
    if (!flicker.applied && done()) flicker.applied = performance.now();
    requestAnimationFrame(look);
  })();
})();
""".replace("WANTED_CTA", json.dumps(WANTED_CTA)).replace("WANTED_HEADLINE", json.dumps(WANTED_HEADLINE))


def probe(*changed: str) -> str:
    """A script that notes, before each frame, which originals are to be seen, and when the change stood."""
    return _PROBE.replace("CHANGED", json.dumps(changed))


def _rgb(selector: str) -> str:
    return f"rgb{ORIGINAL_COLOURS[selector]}"


def stylesheet() -> str:
    """As sites have them: a few rules that are used and many that are not."""
    rules = [
        "*{box-sizing:border-box}body{margin:0;font:16px/1.5 sans-serif;color:#1b1f2a;background:#fff}",
        "nav{display:flex;gap:16px;padding:16px 32px}.hero{padding:32px;min-height:300px}h1{font-size:40px}",
        f"h1 i{{background:{_rgb('h1')};color:#fff}}.features .slow{{background:{_rgb('.features')};width:400px}}",
        f"#cta{{background:{_rgb('#cta')};color:#fff;border:0;padding:18px 36px;width:280px;height:64px}}",
        f"#promo{{background:{_rgb('#promo')};height:72px}}.grid{{display:grid;grid-template-columns:repeat(4,1fr)}}",
        *(f".u{n}{{margin-top:{n % 17}px}}.u{n}:hover{{color:#{n * 7919 % 4096:03x}}}" for n in range(400)),
    ]
    return "\n".join(rules)


def pieces(head: str) -> Sequence[str]:
    """The page in pieces; what an experiment changes is torn apart, as a network would."""
    chance = random.Random(42)

    def text(count: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(count))

    def card(n: int) -> str:
        items = "".join(f'<li><span class="u{chance.randrange(400)}">{text(4)}</span></li>' for _ in range(4))
        inner = f'<h3>{text(3)}</h3><p>{text(18)}</p><ul>{items}</ul><a href="#{n}"><b>{text(2)}</b></a>'
        return f'<div class="card u{n}">{inner}</div>'

    links = "".join(f'<a href="/p{n}" class="u{n}"><span>{text(1)}</span></a>' for n in range(8))
    begin = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Landing</title>{head}'
    return [
        f'{begin}<link rel="stylesheet" href="/site.css"></head><body><nav>{links}</nav>',
        '<section class="hero"><h1><i>Ship bet',
        f'ter{HEADLINE.removeprefix("Ship better")}</i></h1><p>{text(30)}</p><button id="cta">Start',
        ' free</button><ul class="features"><li class="slow">Slow returns</li>',
        '<li class="slow">Slow support</li></ul></section>',
        f'<div id="promo">{text(4)}',
        f'{text(4)}</div><div id="logos">{"<i></i>" * 8}</div>',
        *(f'<section class="grid">{"".join(card(20 * group + n) for n in range(20))}</section>' for group in range(5)),
        f"<footer>{''.join(f'<p><a href=/f{n}>{text(3)}</a></p>' for n in range(30))}</footer></body></html>",
    ]
