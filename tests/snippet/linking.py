"""Plans, and the `lb.js` that the compiler links for them, so that a test can say what a browser loads.

May not know what a browser makes of it.
"""

from __future__ import annotations

import json
from typing import Any

from config_compiler.carried import script_json
from config_compiler.emit import canonical, emit
from config_compiler.link import USED_WHEN, link
from config_compiler.lower import Lowered, RelayRules
from config_compiler.plan_json import plan_json
from config_compiler.template import written
from domain.artifact import digest_of
from domain.names import SiteKey
from leadbright.plan_file import read_plan
from leadbright.runtime import load_runtime
from tests.stand_in import VALUES

Json = Any
"""What a JSON document holds."""

NO_RULES = RelayRules(SiteKey("shop"), "Europe/Berlin", (), (), ())


def linked(plan: Json, scripts: tuple[str, ...] = ()) -> str:
    """`lb.js` of a plan, with the modules that it uses, and the scripts that its ops run."""
    lowered = Lowered(read_plan(json.dumps(plan).encode()), NO_RULES, scripts)
    bodies = {artifact.name: artifact.body for artifact in emit(link(lowered, load_runtime())).artifacts}
    return bodies["lb.js"].decode()


def digest(plan: Json) -> str:
    """What the beacons of a plan's `lb.js` go by."""
    return digest_of(canonical(plan_json(read_plan(json.dumps(plan).encode()))))


def linked_anyway(plan: Json) -> str:
    """Everything of the snippet around what may be no plan at all."""
    said = plan if isinstance(plan, dict) else {}
    values = {name: f"({script_json(said[name])})" if name in said else "(void 0)" for name in VALUES}
    if isinstance(said.get("experiments"), list):
        values["experiments"] = f"[{','.join(map(_experiment_anyway, said['experiments']))}]"
    values |= {"record": '"lb_shop"', "beacons": script_json(f"{said.get('relay', '')}/v1/b/shop?n="), "digest": "''"}
    uses = USED_WHEN.keys() - {"consent"}
    return f"try{{{''.join(piece.text for piece in written(load_runtime(), uses, values))}}}catch{{}}"


MEMBERS = ("run", "arms", "goals", "in", "out", "traffic", "who", "from", "until", "layer")
"""Of an experiment, in the order in which `lb.js` carries them."""


def _experiment_anyway(said: Json) -> str:
    if not isinstance(said, dict):
        return script_json(said)
    return f"[{','.join(script_json(said[name]) if name in said else 'void 0' for name in MEMBERS)}]"


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
