"""What the compiler makes of weights, pages and changes, against definitions of what they mean."""

from __future__ import annotations

import json
import re
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from config_compiler.compiler import Compiled, compile_site, plan_site
from config_compiler.declarations import declaration
from config_compiler.flaw import Flaw
from config_compiler.meaning_of_experiments import largest_remainder
from config_compiler.page_tests import page_test
from config_compiler.patterns import page_pattern
from config_compiler.source import Source
from domain.experiment import WHOLE
from domain.plan import PageTest
from domain.targeting import page_matches
from tests.config_compiler.folders import DEPLOYMENT, ROOT
from tests.stand_in import RUNTIME

SHARES = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


@given(SHARES)
def test_weights_are_everybody_and_each_is_off_by_less_than_one(counts: list[int]) -> None:
    shares = [Fraction(count, sum(counts)) for count in counts]
    weights = largest_remainder(shares)
    assert sum(weights) == WHOLE
    assert all(abs(weight - share * WHOLE) < 1 for weight, share in zip(weights, shares, strict=True))


@given(SHARES)
def test_a_larger_share_never_gets_a_smaller_weight(counts: list[int]) -> None:
    weights = largest_remainder([Fraction(count) for count in counts])
    order = sorted(range(len(counts)), key=lambda i: (counts[i], weights[i]))
    assert [weights[i] for i in order] == sorted(weights)


def test_three_equal_shares_give_the_rest_to_the_first() -> None:
    assert largest_remainder([Fraction("0.3333")] * 3) == [3334, 3333, 3333]


def matches(glob: str, path: str) -> bool:
    """Whether a path matches a pattern, straight from its definition: `*` is any run of characters."""
    head, star, rest = glob.partition("*")
    if not star:
        return path == glob
    return path.startswith(head) and any(matches(rest, path[i:]) for i in range(len(head), len(path) + 1))


PIECES = st.sampled_from(["/", "a", "b.c", "(x)", "a+b", "*", "$", "%20", "[1]", "^"])
GLOBS = st.lists(PIECES, max_size=8).map(lambda pieces: "/" + "".join(pieces))
PATHS = st.lists(st.sampled_from(["/", "a", "b.c", "bxc", "(x)", "ab", "a+b", "$", "%20", "[1]", "1", "^"]), max_size=8)


@given(GLOBS, PATHS.map(lambda pieces: "/" + "".join(pieces)))
@example("/a*", "/a")
@example("/*/a", "/x/y/a")
def test_a_path_pattern_matches_what_its_definition_says(glob: str, path: str) -> None:
    pattern = page_pattern(glob)
    if isinstance(pattern, Flaw):
        assert re.sub(r"\*+", "*", glob).count("*") > 5
        return
    assert page_matches(page_test(pattern), f"https://shop.example{path}?a=b#c") == matches(glob, path)


TESTS = (
    ("/", PageTest("=", "/")),
    ("/thank-you", PageTest("=", "/thank-you")),
    ("/*", PageTest("^", "/")),
    ("/landing/**", PageTest("^", "/landing/")),
    ("/straße/*", PageTest("^", "/stra%C3%9Fe/")),
    ("/*/offer", PageTest("~", "^/.*/offer$")),
    ("/a.b/*c*", PageTest("~", r"^/a\.b/.*c")),
    ("regex:^/p/[0-9]+$", PageTest("~", "^/p/[0-9]+$")),
    ("https://Shop.Example", PageTest("@", r"^https://shop\.example/$")),
    ("https://shop.example/a*", PageTest("@", r"^https://shop\.example/a")),
    ("http://*.shop.example:8080/*/x", PageTest("@", r"^http://[^/]*\.shop\.example:8080/.*/x$")),
)


def test_each_page_pattern_becomes_the_cheapest_test() -> None:
    for text, expected in TESTS:
        pattern = page_pattern(text)
        assert not isinstance(pattern, Flaw)
        assert (text, page_test(pattern)) == (text, expected)


def test_a_declaration_wins_over_the_page() -> None:
    assert declaration("margin", " 0   auto ! IMPORTANT ") == "margin:0 auto!important"


def test_the_example_of_the_formats_page_is_what_the_compiler_writes() -> None:
    """`docs/formats.md` shows a plan; a definition that means it compiles to it."""
    shown = re.search(
        r"```json\n(\{\"v\": 1,\n \"site\".*?)```", (ROOT / "docs/formats.md").read_text("utf-8"), re.DOTALL
    )
    assert shown
    result = compile_site(
        Source({"site.yaml": FORMATS_SITE, "experiments/hero.yaml": FORMATS_HERO}), None, RUNTIME, DEPLOYMENT
    )
    assert isinstance(result, Compiled)
    assert json.loads(result.artifacts.artifacts[0].body) == json.loads(shown[1])


FORMATS_SITE = """
site: shop
domains: [shop.example, "*.shop.example"]
timezone: Europe/Berlin
goals:
  - {key: signup, on: {click: "#signup"}}
  - {key: thanks, on: {visit: "/thank-you"}}
  - {key: purchase, on: {event: purchase}, value: amount, currency: EUR}
"""
FORMATS_HERO = """
experiment: hero
status: running
pages: {include: ["/", "/landing/*"], exclude: ["/landing/old"]}
goals: {primary: signup, secondary: [purchase]}
variations:
  - {key: control, weight: 50%}
  - key: bold
    weight: 50%
    changes:
      - {select: "h1.hero", text: "Buy now"}
      - {select: "#cta", style: {background-color: "#e33"}, add-class: pulse}
      - {select: "img.hero", attributes: {src: "/b.jpg"}}
"""


def test_only_running_experiments_reach_browsers_and_all_but_drafts_reach_relays() -> None:
    files = {"site.yaml": FORMATS_SITE}
    for status in ("draft", "running", "paused", "stopped"):
        text = FORMATS_HERO.replace("experiment: hero", f"experiment: {status}").replace(
            "status: running", f"status: {status}"
        )
        files[f"experiments/{status}.yaml"] = text
    result = compile_site(Source(files), None, RUNTIME, DEPLOYMENT)
    assert isinstance(result, Compiled)
    assert [x.key for x in result.plan.experiments] == ["running"]
    relay = json.loads(result.artifacts.artifacts[2].body)
    assert sorted(relay["experiments"]) == ["paused", "running", "stopped"]
    assert [x.key for x in plan_site(result.site).experiments] == ["running"]
