"""Links a plan with the built runtime as the compiler does, so that a test can say what a browser loads.

May not know what the plan says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DIST = Path(__file__).parents[2] / "snippet" / "dist"
DIGEST = "3f9c2a1b8d7e4450"

Json = Any
"""What a JSON document holds."""


def linked(plan: Json) -> str:
    """`lb.js` of a plan, with every module of the runtime."""
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    modules = [(DIST / module["file"]).read_text(encoding="utf-8") for module in manifest["modules"]]
    written = json.dumps(plan, ensure_ascii=False).replace("<", "\\u003c")
    return f"(L=>{{{';'.join(modules)}}})({{p:{written},d:{json.dumps(DIGEST)}}})"


def plan(**changes: Json) -> Json:
    """A small plan: one experiment whose every visitor sees `bold`, one goal of each kind."""
    return {
        "v": 1,
        "site": "shop",
        "relay": "",
        "tz": "Europe/Berlin",
        "consent": 0,
        "honour": ["gpc", "dnt"],
        "domains": [],
        "goals": [
            ["signup", "click", "#signup"],
            ["thanks", "visit", ["=", "/thanks"]],
            ["purchase", "event", "purchase", "amount", 2],
        ],
        "experiments": [experiment("hero", ops=[["text", "h1", "Buy now"]])],
        **changes,
    }


def experiment(key: str, ops: Json = (), css: str = "", **changes: Json) -> Json:
    """An experiment on every page whose every visitor sees `bold`."""
    guards = sorted({op[1] for op in ops if op[0] in ("text", "html")})
    arms = [["control", 0, "", [], []], ["bold", 10_000, css, guards, list(ops)]]
    goals = ["signup", "purchase", "thanks"]
    return {"key": key, "salt": key, "in": [], "out": [], "traffic": 10_000, "goals": goals, "arms": arms, **changes}
