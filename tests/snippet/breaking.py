"""Plans that are broken at random, and pages that are broken on purpose; the same seed, the same breakage.

May not know what the snippet makes of them.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.snippet.linking import Json, experiment, plan

OPS: list[Json] = [
    ["text", "h1", "Buy now"],
    ["html", ".promo", "<b>Half price</b>"],
    ["attribute", "#signup", "title", "Join"],
    ["add", "#signup", "big"],
    ["drop", "#signup", "small"],
    ["remove", "#old"],
    ["insert", "ul", "append", "<li>Free returns</li>"],
    ["move", "#reviews", "before", "#details"],
]
WHO = [
    "all",
    ["is", "device", "desktop", "mobile", "tablet"],
    ["not", ["is", "browser", "netscape"]],
    ["any", ["num", "width", 0, None], ["has", "path", "/"], ["re", "host", "."], ["set", "language"]],
]
WHOLE = plan(
    holdout=1,
    zones={"Europe/Berlin": "DE"},
    experiments=[
        experiment("hero", ops=OPS[:5], css="h1{color:#c00}"),
        experiment("rest", ops=OPS[5:], who=WHO, layer=["home", 0, 10_000]) | {"in": [["^", "/"], ["~", "."]]},
    ],
)
"""A valid plan with some of everything."""

JUNK: list[Json] = [
    *(None, True, False, 0, -1, 7.5, 1e308, "", "x", "h1[", "é漢🥾", "\x00", "*", "constructor", "__proto__"),
    *([], {}, [[]], [None], [[[[[]]]]], ["text"], [7, 7, 7], {"__proto__": {"broken": 1}}, {"toString": 1}),
    *("</script><b>out</b>", "<img src=x onerror=oops()>", "a" * 5_000, "(" * 40, "{}", "1;2;3"),
]

BODY = """<h1>Original</h1><p class="promo">Sale</p><a id="signup" class="small" href="#top">Sign up</a>
<p id="old">Old</p><ul><li>One</li></ul><p id="details">Details</p><p id="reviews">Reviews</p>"""

BODIES: dict[str, str] = {
    "as it should be": f"<body>{BODY}</body>",
    "without what is changed": "<body><p>Nothing here</p></body>",
    "everything many times": f"<body>{BODY * 30}</body>",
    "nested wrongly": f"<p><div><p></h1><table><h1>Lost{BODY}<tr></p><td>",
    "without a body": "only text",
    "a frameset": "<frameset><frame></frameset>",
    "replaces its body": f"<body>{BODY}<script>document.body = document.body.cloneNode(true)</script></body>",
    "written by a script": f"<body><script>document.write(`{BODY}`)</script></body>",
    "in a shadow tree": "<body><div></div><script>document.querySelector('div').attachShadow({mode: 'open'})"
    f".innerHTML = `{BODY}`</script></body>",
    "in svg": f"<body><svg><h1>Drawn</h1><g id=signup></g></svg>{BODY}</body>",
    "fights back": f"""<body>{BODY}<script>
        const h1 = document.querySelector("h1");
        try {{
            new MutationObserver(() => h1.textContent === "Original" || (h1.textContent = "Original"))
                .observe(h1, {{childList: true, characterData: true, subtree: true}});
        }} catch {{}}
    </script></body>""",
    "empties itself": f"<body>{BODY}<script>document.body.textContent = ''</script></body>",
    "shadows names": f"<body><form name=cookie><input name=addEventListener></form><img name=head>{BODY}</body>",
}

SCENES: dict[str, str] = {
    "nothing": "",
    "another's name": "window.leadbright = 7",
    "null": "window.leadbright = null",
    "a name that throws": "Object.defineProperty(window, 'leadbright', {get() { throw 'the page' }})",
    "a name that stays": "Object.defineProperty(window, 'leadbright', {value: () => {}, writable: false})",
    "a queue that is none": "window.leadbright = {q: 7}",
    "a queue of junk": "window.leadbright = Object.assign(() => {}, "
    "{q: [null, 7, ['consent'], [{}], ['event', {}], ['ready']]})",
    "polluted prototypes": "Object.prototype.extra = 1; Array.prototype.more = () => { throw 'the page' }",
    "no cookies": "Object.defineProperty(document, 'cookie', {get() { throw 'no' }, set() { throw 'no' }})",
    "no requests": "window.fetch = () => { throw 'no' }",
    "requests that are none": "window.fetch = () => 7",
    "answers that are none": "window.fetch = async () => ({ok: true, json: async () => null})",
    "locks that throw": "navigator.locks.request = () => { throw 'no' }",
    "locks that are none": "navigator.locks.request = () => 7",
    "locks that never open": "navigator.locks.request = () => new Promise(() => {})",
    "locks that refuse": "navigator.locks.request = () => Promise.reject(7)",
    "no chance": "crypto.getRandomValues = () => { throw 'no' }",
    "no time": "Date.now = () => NaN",
    "no JSON": "JSON.stringify = () => { throw 'no' }",
    "no listening": "window.addEventListener = null",
    "no observing": "window.MutationObserver = function () { throw 'no' }",
    "no matching": "Element.prototype.matches = null",
    "no sheets": "window.CSSStyleSheet = null",
    "frozen": "Object.freeze(window.document); Object.freeze(Object.prototype)",
}
"""What runs before the snippet."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A page and a plan, at least one of them broken."""

    name: str
    scene: str
    body: str
    plan: Json


def broken(count: int, seed: int, relay: str) -> Iterator[Broken]:
    """So many of them: plans broken in one to five places, in pages as they should be and not."""
    chance = random.Random(seed)
    for number in range(count):
        document = copy.deepcopy({**WHOLE, "relay": relay})
        for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 5))):
            document = _spoil(document, chance)
        as_usual = chance.random() < 0.4
        body = "as it should be" if as_usual else chance.choice(list(BODIES))
        scene = "nothing" if as_usual else chance.choice(list(SCENES))
        yield Broken(f"{number}: {body}, {scene}", SCENES[scene], BODIES[body], document)


def _spoil(document: Json, chance: random.Random) -> Json:
    """Put junk in one place, or take it away."""
    places = list(_places(document, ()))
    if not places:
        return chance.choice(JUNK)
    *way, last = chance.choice(places)
    inside: Any = document
    for step in way:
        inside = inside[step]
    if chance.random() < 0.2:
        del inside[last]
    else:
        inside[last] = copy.deepcopy(chance.choice(JUNK))
    return document


def _places(value: Json, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield (*way, key)
        yield from _places(part, (*way, key))


def texts_of(value: Json) -> Iterator[str]:
    """Every text that the plan could show, whatever became of it."""
    if isinstance(value, dict):
        yield "[object Object]"
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_of(part)
    else:
        yield str(value)
