"""Vectors about conditions: visits, conditions, who meets which, and plans whose experiments ask for an audience,
a layer, a time or a holdout.

May not know how either language reaches its answers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from random import Random

from domain.experiment import WHOLE
from domain.names import RunName, VariationKey
from domain.targeting import decide
from domain.visits import Visit, meets
from leadbright.condition_file import read_condition
from leadbright.plan_file import read_plan
from tests.conformance.entries import Json

SHOP = Visit("https://shop.example/")

VISITS = (
    SHOP,
    replace(SHOP, url="https://shop.example/landing?gclid=&a=b+c%20d&a=2&n=12.5#x", device="mobile", platform="ios"),
    replace(
        SHOP, url="http://de.shop.example:8443/caf%C3%A9?utm=%C3%BC&n=-3&%C3%BC=1", browser="firefox", country="DE"
    ),
    replace(SHOP, language="pt-BR", channel="paid-search", referrer="www.google.com", width=390, hour=0, weekday=7),
    replace(SHOP, language="pt", visitor="returning", width=100_000, hour=23, weekday=6),
    replace(
        SHOP, language="ptx", cookies={"plan": "pro", "empty": ""}, data={"user.plan": "pro", "cart.total": "49.9"}
    ),
    replace(SHOP, country="AT", cookies={"plan": "a\nb\n"}, data={"user.plan": "true", "cart.total": "1e3"}),
    replace(SHOP, data={"cart.total": "0", "user.plan": "\u00a0x"}, cookies={"n": " 12"}),
    replace(
        SHOP, url="https://shop.example/?n&a=%zz&gclid=1=2&=x", device="tablet", platform="android", channel="email"
    ),
    replace(SHOP, url="https://shop.example/?n=012.50&a=b%20c%20d", width=767, hour=17, weekday=5, language="de-AT"),
)

TESTS: tuple[Json, ...] = (
    ["is", "device", "mobile", "tablet"],
    ["is", "platform", "ios"],
    ["is", "browser", "firefox"],
    ["is", "country", "DE", "AT"],
    ["is", "language", "pt"],
    ["is", "language", "pt-BR"],
    ["is", "channel", "paid-search"],
    ["is", "visitor", "returning"],
    ["is", "path", "/", "/landing"],
    ["has", "path", "C3"],
    ["re", "path", "^/land"],
    ["is", "host", "de.shop.example:8443"],
    ["re", "host", r"\.example$"],
    ["is", "referrer", ""],
    ["has", "referrer", "google"],
    ["is", "query.a", "b c d"],
    ["is", "query.gclid", ""],
    ["set", "query.gclid"],
    ["set", "query.missing"],
    ["is", "query.utm", "ü"],
    ["is", "query.ü", "1"],
    ["num", "query.n", 0, None],
    ["num", "query.n", None, 0],
    ["num", "query.n", 12, 13],
    ["set", "cookie.no"],
    ["is", "cookie.plan", "pro"],
    ["re", "cookie.plan", "b$"],
    ["re", "cookie.plan", "a.b"],
    ["re", "cookie.plan", r"\bb\n?\s$"],
    ["num", "cookie.n", 0, 100],
    ["is", "data.user.plan", "pro", "true"],
    ["re", "data.user.plan", r"^\sx"],
    ["re", "data.user.plan", r"^[\sp]"],
    ["num", "data.cart.total", 49, 50],
    ["num", "data.cart.total", 0, 0],
    ["num", "width", None, 767],
    ["num", "width", 1280, None],
    ["is", "width", "390"],
    ["num", "hour", 9, 17],
    ["is", "weekday", "6", "7"],
    ["num", "weekday", 1, 5],
    ["all"],
    ["any"],
)


def conditions() -> Json:
    """Visits, and conditions each with the visits (by place) that meet it."""
    random = Random(5)
    asked = [*TESTS, *(_some_condition(random, 3) for _ in range(700))]
    rows = [[c, [i for i, visit in enumerate(VISITS) if meets(read_condition(c), visit)]] for c in asked]
    return {"visits": [asdict(visit) for visit in VISITS], "conditions": rows}


def _some_condition(random: Random, depth: int) -> Json:
    if depth == 0 or random.random() < 0.3:
        return random.choice(TESTS)
    kind = random.choice(["all", "any", "not"])
    parts = 1 if kind == "not" else random.randrange(1, 4)
    return [kind, *(_some_condition(random, depth - 1) for _ in range(parts))]


def targets() -> Json:
    """Plans, and what visitors get of each experiment on a visit (by place): a variation or null."""
    random = Random(6)
    plans = [_some_plan(random, number) for number in range(14)]
    cases = []
    for index, document in enumerate(plans):
        plan = read_plan(json.dumps(document).encode())
        for _ in range(100):
            at, now, seed = random.randrange(len(VISITS)), random.randrange(90, 220), f"{random.getrandbits(32):08x}"
            kept = {
                x["run"]: random.choice(["a", "b", "gone"]) for x in document["experiments"] if random.random() < 0.2
            }
            assigned = {RunName(k): VariationKey(v) for k, v in kept.items()}
            got = decide(plan, replace(VISITS[at], now=now), seed, assigned)
            cases.append([index, at, now, seed, kept, {key: d.variation for key, d in got.items()}])
    return {"visits": [asdict(visit) for visit in VISITS], "plans": plans, "cases": cases}


def _some_plan(random: Random, number: int) -> Json:
    plan = {
        "v": 1, "site": "shop", "relay": "https://relay.example", "tz": "Europe/Berlin", "consent": 0, "honour": [],
        "domains": [], "goals": [], "experiments": [_some_experiment(random, f"x{i}") for i in range(1 + number % 4)],
    }  # fmt: skip
    return {**plan, "holdout": random.choice([500, 5000])} if number % 3 == 0 else plan


def _some_experiment(random: Random, key: str) -> Json:
    start = random.randrange(WHOLE)
    said = {
        "who": _some_condition(random, 2),
        "from": random.randrange(100, 150),
        "until": random.randrange(150, 200),
        "layer": [random.choice(["home", "cart"]), start, random.randrange(start, WHOLE)],
    }
    page = random.choice([["^", "/"], ["=", "/landing", {"a": "b c d"}], ["~", "^/", {"gclid": ""}], ["@", "^https:"]])
    return {
        "run": random.choice([key, f"{key}#2"]),
        "in": random.choice([[], [page]]),
        "out": [],
        "traffic": random.choice([WHOLE, 5000]),
        "goals": [],
        "arms": [["a", 5000, "", [], []], ["b", 5000, "", [], [], "/b"]],
        **{name: value for name, value in said.items() if random.random() < 0.5},
    }
