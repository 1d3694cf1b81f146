"""Writes the vectors that hold the browser to the reference: bucketing, pages, decisions audiences, where
visits come from, and the ledger.

`python -m tests.conformance.generate` writes them beside this file; seeds are fixed, so the bytes are too.
May not know how either language reaches its answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from random import Random

from domain.bucketing import bucket, murmur3_32
from domain.experiment import WHOLE
from domain.ledger import Ledger, Source, Step, convert, expose, happen, minor_units, view, visit
from domain.names import EventName, GoalKey, RunName, VariationKey
from domain.plan import PageTest, Plan
from domain.targeting import decide, page_matches
from domain.visits import Visit
from leadbright.plan_file import read_plan
from tests.conformance.arrivals import agents, channels
from tests.conformance.audiences import conditions, targets
from tests.conformance.entries import Json, entry_json

FOLDER = Path(__file__).parent

ALPHABETS = ("abcdefghijklmnopqrstuvwxyz0123456789-", "äöüßéñç", "кириллица", "漢字仮名交じり文", "🙂🚀🧪")

PAGE_TESTS = (
    ["=", "/"],
    ["=", "/landing"],
    ["=", "/caf%C3%A9"],
    ["^", "/"],
    ["^", "/landing/"],
    ["^", "/a.b"],
    ["~", "^/product/.*/reviews$"],
    ["~", "^/(de|fr)/"],
    ["~", "\\.html$"],
    ["~", "a{2,3}"],
    ["@", "^https://shop\\.example/"],
    ["@", "^https://[^/]*\\.shop\\.example/landing"],
    ["@", "^http://localhost:8603/$"],
)

URLS = (
    "https://shop.example/",
    "https://shop.example/?q=/landing",
    "https://shop.example/#/landing",
    "https://shop.example/landing",
    "https://shop.example/landing/",
    "https://shop.example/landing/old?utm_source=x",
    "https://shop.example/Landing/",
    "https://shop.example/a.b/c",
    "https://shop.example/axb/c",
    "https://shop.example/product/7/reviews",
    "https://shop.example/product/7/reviews/2",
    "https://shop.example/de/index.html",
    "https://shop.example/caf%C3%A9",
    "https://shop.example/baaa",
    "https://de.shop.example/landing",
    "https://shop.example.evil.test/landing",
    "https://shop.example:8443/landing",
    "http://localhost:8603/",
    "http://127.0.0.1:18200/landing/a",
)

SIGHTINGS = (
    ("hero", "control"),
    ("hero#2", "control"),
    ("hero#2", "bold"),
    ("hero#2", "bold"),
    ("price", "bold"),
    ("old", "control"),
)
"""Of the plan's runs, of an earlier phase and of an experiment that is over."""

ARMS = ([5000, 5000], [3333, 3333, 3334], [100, 9900], [10000, 0], [2500, 2500, 2500])


def bucketing() -> Json:
    """`[salt, seed, hash, bucket]` of salts in several scripts and of every length that the hash treats apart."""
    random = Random(1)
    rows = []
    for length in [*range(40), *(random.randrange(1, 30) for _ in range(1060))]:
        salt = "".join(random.choices(random.choice(ALPHABETS), k=length))
        seed = f"{random.getrandbits(32):08x}"
        rows.append([salt, seed, murmur3_32(f"{salt}.{seed}".encode()), bucket(salt, seed)])
    return rows


def pages() -> Json:
    """`[page test, address, whether it passes]` for every pair."""
    return [[test, url, page_matches(PageTest(*test), url)] for test in PAGE_TESTS for url in URLS]  # type: ignore[arg-type]


def decisions() -> Json:
    """Plans, and what visitors of some pages get of each experiment: a variation or null."""
    random = Random(2)
    plans = [_plan_of([_some_experiment(random, f"x{n}-{i}") for i in range(n)]) for n in range(1, 9)]
    cases = []
    for index, document in enumerate(plans):
        plan = _read(document)
        for _ in range(80):
            url, seed = random.choice(URLS), f"{random.getrandbits(32):08x}"
            kept = _some_kept(random, document)
            got = decide(plan, Visit(url), seed, {RunName(k): VariationKey(v) for k, v in kept.items()})
            cases.append([index, url, seed, kept, {key: decision.variation for key, decision in got.items()}])
    return {"plans": plans, "cases": cases}


def ledger() -> Json:
    """Histories of visitors: a seed, the day it was made, steps, what each reports, and the ledger at the end."""
    random = Random(3)
    document = _plan_of([_experiment("hero#2", goals=["signup", "purchase"]), _experiment("price", goals=["purchase"])])
    return {
        "plan": document,
        "histories": [_history(random, _read(document)) for _ in range(90)],
        "amounts": [[amount, digits, minor_units(amount, digits)] for amount, digits in _amounts(random)],
    }


VECTORS: dict[str, Callable[[], Json]] = {
    "bucketing.json": bucketing,
    "pages.json": pages,
    "decide.json": decisions,
    "ledger.json": ledger,
    "conditions.json": conditions,
    "targets.json": targets,
    "channels.json": channels,
    "agents.json": agents,
}


def rendered(vectors: Json) -> str:
    """One row a line, so that a change shows as one."""
    if isinstance(vectors, dict):
        members = ",\n".join(f"{json.dumps(key)}: {rendered(value).strip()}" for key, value in vectors.items())
        return f"{{{members}}}\n"
    if isinstance(vectors, list) and vectors and isinstance(vectors[0], (list, dict)):
        rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in vectors)
        return f"[\n{rows}\n]\n"
    return json.dumps(vectors, ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> None:
    """Write every file anew."""
    for name, make in VECTORS.items():
        (FOLDER / name).write_text(rendered(make()), encoding="utf-8")


def _read(document: Json) -> Plan:
    return read_plan(json.dumps(document).encode())


def _plan_of(experiments: list[Json]) -> Json:
    return {
        "v": 1,
        "site": "shop",
        "relay": "https://relay.example",
        "tz": "Europe/Berlin",
        "consent": 0,
        "honour": [],
        "domains": ["shop.example"],
        "goals": [["signup", "click", "#signup"], ["purchase", "event", "purchase", "amount", 2]],
        "experiments": experiments,
    }


def _experiment(run: str, goals: list[str]) -> Json:
    arms = [["control", 5000, "", [], []], ["bold", 5000, "", [], []]]
    return {"run": run, "in": [], "out": [], "traffic": WHOLE, "goals": goals, "arms": arms}


def _some_experiment(random: Random, key: str) -> Json:
    weights = random.choice(ARMS)
    return {
        **_experiment(key, ["signup"]),
        "run": random.choice([key, f"{key}#2", f"{key}#30"]),
        "in": random.sample(PAGE_TESTS, random.randrange(3)),
        "out": random.sample(PAGE_TESTS, random.choice([0, 0, 1])),
        "traffic": random.choice([WHOLE, WHOLE, 5000, 1, 0]),
        "arms": [[f"v{i}", weight, "", [], []] for i, weight in enumerate(weights)],
    }


def _some_kept(random: Random, plan: Json) -> dict[str, str]:
    """Assignments of some of the experiments, one in eight to a variation that is no more, some in another phase."""
    return {
        random.choice([run, run, f"{run.partition('#')[0]}#7"]): random.choice([*arms, "gone"])
        for run, arms in ((x["run"], [arm[0] for arm in x["arms"]]) for x in plan["experiments"])
        if random.random() < 0.4
    }


def _history(random: Random, plan: Plan) -> Json:
    day = (date(2026, random.choice([1, 3, 6, 9, 12]), random.randrange(20, 29)) - date(1970, 1, 1)).days
    ledger = Ledger(f"{random.getrandbits(32):08x}", day)
    minute = day * 1440
    steps, entries = [], []
    for _ in range(random.randrange(2, 16)):
        minute += random.choice([0, 1, 5, 29, 30, 31, 300, 1440, 1440 * 3, 1440 * 31, 1440 * 33, 1440 * 95, -1440])
        step = _some_step(random, minute)
        ledger, reported = _take(ledger, plan, step)
        steps.append(step)
        entries.append([entry_json(entry) for entry in reported])
    return {"seed": ledger.seed, "created": day, "steps": steps, "entries": entries, "ledger": _ledger_json(ledger)}


def _some_step(random: Random, minute: int) -> Json:
    return random.choice(
        [
            ["visit", minute // 1440],
            ["visit", minute // 1440],
            [
                "view",
                minute,
                random.choice([["", "", "", ""], ["google.com", "", "", ""], ["", "news", "mail", "über"]]),
            ],
            ["view", minute, ["", "", "", ""]],
            ["expose", *random.choice(SIGHTINGS)],
            ["convert", "signup", 0],
            ["convert", "purchase", random.choice([4999, 1, 0, -4999, 123456789])],
            ["happen", "add_to_cart"],
        ]
    )


def _take(ledger: Ledger, plan: Plan, step: Json) -> Step:
    match step:
        case ["visit", day]:
            return visit(ledger, day)
        case ["view", minute, source]:
            return view(ledger, minute, Source(*source))
        case ["expose", experiment, variation]:
            return expose(ledger, RunName(experiment), VariationKey(variation))
        case ["convert", goal, amount]:
            return convert(ledger, plan, GoalKey(goal), amount)
        case ["happen", name]:
            return happen(ledger, EventName(name))
        case _:
            raise ValueError(f"no such step: {step}")


def _ledger_json(ledger: Ledger) -> Json:
    session = ledger.session
    source = session and [
        session.source.referrer,
        session.source.source,
        session.source.medium,
        session.source.campaign,
    ]
    return {
        "last": ledger.last_day,
        "session": session and [session.minute, session.views, source],
        "goals": {key: [reached.count, reached.total] for key, reached in ledger.goals.items()},
        "exposures": {
            key: [exposure.variation, {goal: [r.count, r.total] for goal, r in exposure.goals.items()}]
            for key, exposure in ledger.exposures.items()
        },
    }


def _amounts(random: Random) -> Iterable[tuple[float, int]]:
    yield from [
        (49.99, 2),
        (0.005, 2),
        (-0.005, 2),
        (1.005, 2),
        (2.675, 2),
        (-19.9, 2),
        (0.0, 2),
        (1234.0, 0),
        (1.2345, 3),
    ]
    for _ in range(300):
        yield round(random.uniform(-500, 5000), random.randrange(5)), random.choice([0, 2, 3])


if __name__ == "__main__":
    main()
