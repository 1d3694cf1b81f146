"""Plans, and the `lb.js` that the compiler links for them, so that a test can say what a browser loads.

May not know what a browser makes of it.
"""

from __future__ import annotations

import json
from typing import Any

from config_compiler.emit import emit
from config_compiler.link import link
from config_compiler.lower import Lowered, RelayRules
from domain.names import SiteKey
from leadbright.plan_file import read_plan
from leadbright.runtime import load_runtime

Json = Any
"""What a JSON document holds."""

NO_RULES = RelayRules(SiteKey("shop"), "Europe/Berlin", (), (), ())


def linked(plan: Json, scripts: tuple[str, ...] = ()) -> str:
    """`lb.js` of a plan, with the modules that it uses, and the scripts that its ops run."""
    lowered = Lowered(read_plan(json.dumps(plan).encode()), NO_RULES, scripts)
    bodies = {artifact.name: artifact.body for artifact in emit(link(lowered, load_runtime())).artifacts}
    return bodies["lb.js"].decode()


def linked_anyway(plan: Json) -> str:
    """Every module around what may be no plan at all."""
    code = ";".join(module.code for module in load_runtime().modules)
    return f"(L=>{{{code}}})({{p:{json.dumps(plan)},d:''}})".replace("</", "<\\/")


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
    guards = sorted({op[1] for op in ops if op[0] in ("text", "html", "remove")})
    arms = [["control", 0, "", [], []], ["bold", 10_000, css, guards, list(ops)]]
    goals = ["signup", "purchase", "thanks"]
    return {"run": key, "in": [], "out": [], "traffic": 10_000, "goals": goals, "arms": arms, **changes}
