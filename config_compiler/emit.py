"""The last pass: a plan and its code to bytes, the same for the same input wherever they are made.

Canonical JSON (sorted keys, no spaces, UTF-8); the formats are those of `docs/formats.md`.
May not know where the bytes go.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from config_compiler.carried import carried
from config_compiler.link import Linked
from config_compiler.lower import RelayRules
from config_compiler.plan_json import VERSION, Json, plan_json
from config_compiler.template import Piece, Runtime, written
from domain.artifact import Artifact, ArtifactSet, digest_of

_JSON = "application/json"
_JAVASCRIPT = "text/javascript; charset=utf-8"
_EAGERLY = "//# allFunctionsCalledOnLoad\n"
"""Has Chromium compile all functions at once, which costs a page less than one by one as they are called."""


def emit(linked: Linked) -> ArtifactSet:
    """Write the three artifacts."""
    config = canonical(plan_json(linked.plan))
    artifacts = (
        Artifact("config.json", config, _JSON),
        Artifact("lb.js", "".join(piece.text for piece in _script(linked, config)).encode(), _JAVASCRIPT),
        Artifact("relay.json", canonical(_rules(linked.rules)), _JSON),
    )
    return ArtifactSet(linked.plan.site, artifacts)


def costs(linked: Linked) -> tuple[tuple[str, int], ...]:
    """What `lb.js` spends on the core, on each feature that the plan uses and on the plan itself, in bytes."""
    spent: dict[str, int] = {"core": 0, **dict.fromkeys(sorted(linked.uses), 0), "plan": 0}
    for owner, text in _script(linked, canonical(plan_json(linked.plan))):
        spent[owner] += len(text)
    return tuple(spent.items())


def canonical(value: Json) -> bytes:
    """JSON with sorted keys and neither spaces nor needless escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _script(linked: Linked, config: bytes) -> tuple[Piece, ...]:
    return script_of(linked.runtime, linked.uses, carried(linked.plan, digest_of(config), linked.scripts))


def script_of(runtime: Runtime, uses: Collection[str], values: Mapping[str, str]) -> tuple[Piece, ...]:
    """`lb.js` in pieces. Nothing thrown while it starts reaches the page, and no name that it declares."""
    code = written(runtime, uses, values)
    return (Piece("core", f"{_EAGERLY}try{{"), *code, Piece("core", "}catch{}\n"))


def _rules(rules: RelayRules) -> Json:
    return {
        "v": VERSION,
        "site": rules.site,
        "timezone": rules.timezone,
        "domains": list(rules.domains),
        "experiments": {run: list(variations) for run, variations in rules.experiments},
        "goals": {key: {"cap": cap} for key, cap in rules.caps},
    }
