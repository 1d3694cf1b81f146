"""What a relay reads as a beacon, and each way in which bytes are not one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.beacon import (
    Converted,
    Exposed,
    Happened,
    Left,
    OpReported,
    SessionStarted,
    Standing,
    Viewed,
    Visited,
)
from domain.names import EventName, GoalKey, RunName, VariationKey
from ingest_grpc.relay.beacon import LARGEST_AMOUNT, MOST_BYTES, Beacon, read_beacon
from ingest_grpc.relay.refusals import Refusal
from tests.relay.parts import body

NONCE = "AAAAAAAAAAAAAAAAAAAAAQ"
HERO = RunName("hero")
BOLD = VariationKey("bold")
PURCHASE = GoalKey("purchase")

OF_THE_CONTRACT = (
    b'{"v":1,"cfg":"3f9c2a1b8d7e4450","d":20780,"p":"/landing","src":["google.com","","",""],'
    b'"e":[["visit",0,3],["session"],["view"],["exp","hero","bold"],["goal","signup",0,0,[["hero","bold",0,0]]],'
    b'["goal","purchase",1,4999,[["hero","bold",1,4999]],2500],["event","add_to_cart"],["leave",5321,80]]}'
)


def test_the_beacon_of_the_contract_means_what_it_says() -> None:
    read = read_beacon(NONCE, OF_THE_CONTRACT)
    assert read == Beacon(
        nonce=bytes(15) + b"\x01",
        day=20780,
        path="/landing",
        source=("google.com", "", "", ""),
        entries=(
            Visited(0, 3),
            SessionStarted(),
            Viewed(),
            Exposed(HERO, BOLD),
            Converted(GoalKey("signup"), 0, 0, (Standing(HERO, BOLD, 0, 0),)),
            Converted(PURCHASE, 1, 4999, (Standing(HERO, BOLD, 1, 4999),), 2500),
            Happened(EventName("add_to_cart")),
            Left(5321, 80),
        ),
    )


ENTRIES: list[tuple[list[Any], object]] = [
    (["visit", 32, 0], Visited(32, 0)),
    (["view", 0], Viewed()),
    (["view", 1], Viewed(second=True)),
    (["exp", "hero", "bold", {}], Exposed(HERO, BOLD)),
    (["exp", "h" * 40 + "#999", "bold"], Exposed(RunName("h" * 40 + "#999"), BOLD)),
    (["exp", "hero", "bold", {"v": 1, "d": -2}], Exposed(HERO, BOLD, ((GoalKey("v"), 1), (GoalKey("d"), -2)))),
    (["goal", "purchase", 0, 0, []], Converted(PURCHASE, 0, 0)),
    (["goal", "purchase", 3, -5, [], -LARGEST_AMOUNT], Converted(PURCHASE, 3, -5, (), -LARGEST_AMOUNT)),
    (
        ["goal", "purchase", 0, 0, [["hero", "bold", 0, 0, ["a.example", "", "", ""]]]],
        Converted(PURCHASE, 0, 0, (Standing(HERO, BOLD, 0, 0),)),
    ),
    (["event", "a:b.c_d-e"], Happened(EventName("a:b.c_d-e"))),
    (["leave", 0, 0], Left(0, 0)),
    (["ok", "hero", "bold", 0, 12], OpReported("ok", HERO, BOLD, 0, 12)),
    (["miss", "hero#2", "bold", 1], OpReported("miss", RunName("hero#2"), BOLD, 1)),
    (["error", "hero", "bold", 2], OpReported("error", HERO, BOLD, 2)),
]


@pytest.mark.parametrize(("entry", "means"), ENTRIES)
def test_each_kind_of_entry_is_read(entry: list[Any], means: object) -> None:
    read = read_beacon(NONCE, body(entry))
    assert isinstance(read, Beacon)
    assert read.entries == (means,)


GOOD: dict[str, bytes] = {
    "spaces": json.dumps(json.loads(OF_THE_CONTRACT), indent=3).encode() + b"\n",
    "a colon in a path": body(p="/a:b"),
    "what looks like a key in a path": body(p='/"v":1,"v":1'),
    "letters beyond ASCII": body(p="/größe"),
    "an emoji written as a pair of surrogates": body(src=["", "", "", "\U0001f600"]),
    "a day years off": body(d=-3),
    "an experiment that is called visit": body(["visit", 0, 0], ["exp", "visit", "a"]),
    "two sessions of one page": body(["session"], ["view"], ["session"], ["view"]),
    "two conversions of one goal": body(["goal", "signup", 0, 0, []], ["goal", "signup", 1, 0, []]),
    "as many entries as may be": body(*[["view"]] * 32),
    "as many bytes as may be": body(src=["", "", "", ""]) + b" " * (MOST_BYTES - len(body())),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_unusual_is_not_refused(name: str) -> None:
    assert isinstance(read_beacon(NONCE, GOOD[name]), Beacon)


def _without(member: str) -> bytes:
    return json.dumps({k: v for k, v in json.loads(body()).items() if k != member}).encode()


def _raw(entry: str) -> bytes:
    return body().replace(b'["view"]', entry.encode())


BAD: dict[str, tuple[bytes, Refusal]] = {
    "nothing": (b"", Refusal.NOT_JSON),
    "space": (b" ", Refusal.NOT_JSON),
    "words": (b"hello", Refusal.NOT_JSON),
    "half a beacon": (body()[:-4], Refusal.NOT_JSON),
    "two beacons": (body() + body(), Refusal.NOT_JSON),
    "a comma too many": (_raw('["view"],'), Refusal.NOT_JSON),
    "a byte order mark": (b"\xef\xbb\xbf" + body(), Refusal.NOT_JSON),
    "UTF-16": (body().decode().encode("utf-16"), Refusal.NOT_JSON),
    "Latin-1": (body(p="/x").replace(b"/x", b"/\xe9"), Refusal.NOT_JSON),
    "an encoded surrogate": (body(p="/x").replace(b"/x", b"/\xed\xa0\x80"), Refusal.NOT_JSON),
    "a lone high surrogate": (body(p="/x").replace(b"/x", b"/\\ud800"), Refusal.NOT_JSON),
    "a lone low surrogate": (body(p="/x").replace(b"/x", b"/\\udc00"), Refusal.NOT_JSON),
    "surrogates the wrong way round": (body(p="/x").replace(b"/x", b"/\\udc00\\ud800"), Refusal.NOT_JSON),
    "a raw zero byte": (body(p="/x").replace(b"/x", b"/\0"), Refusal.NOT_JSON),
    "a zero byte in an escape": (body(p="/\0"), Refusal.WRONG_SHAPE),
    "a line break in the path": (body(p="/a\nb"), Refusal.WRONG_SHAPE),
    "single quotes": (body().replace(b'"', b"'"), Refusal.NOT_JSON),
    "a comment": (body() + b"//x", Refusal.NOT_JSON),
    "NaN": (_raw('["visit",NaN,0]'), Refusal.NOT_JSON),
    "Infinity": (_raw('["visit",Infinity,0]'), Refusal.NOT_JSON),
    "minus infinity": (_raw('["visit",-Infinity,0]'), Refusal.NOT_JSON),
    "a number beyond floats": (_raw('["visit",1e999,0]'), Refusal.WRONG_SHAPE),
    "2 to the 70th": (_raw('["goal","signup",1180591620717411303424,0,[]]'), Refusal.WRONG_SHAPE),
    "minus 2 to the 70th": (_raw('["goal","signup",0,-1180591620717411303424,[]]'), Refusal.WRONG_SHAPE),
    "5,000 digits": (_raw('["goal","signup",' + "9" * 5000 + ",0,[]]"), Refusal.WRONG_SHAPE),
    "a leading zero": (_raw('["visit",01,0]'), Refusal.NOT_JSON),
    "a fraction": (_raw('["visit",0.5,0]'), Refusal.WRONG_SHAPE),
    "a whole number as a float": (_raw('["visit",1.0,0]'), Refusal.WRONG_SHAPE),
    "an exponent": (_raw('["visit",1e0,0]'), Refusal.WRONG_SHAPE),
    "a number in quotes": (_raw('["visit","1",0]'), Refusal.WRONG_SHAPE),
    "true as a number": (_raw('["visit",true,0]'), Refusal.WRONG_SHAPE),
    "null as a number": (_raw('["visit",null,0]'), Refusal.WRONG_SHAPE),
    "depth": (b'{"v":1,"e":' + b"[" * 4000, Refusal.NOT_JSON),
    "depth in an unknown member": (b'{"x":' + b"[" * 4000 + b"]" * 4000 + b"}", Refusal.WRONG_SHAPE),
    "depth of objects": (b'{"e":' * 1000, Refusal.WRONG_SHAPE),
    "a list": (b"[]", Refusal.WRONG_SHAPE),
    "null": (b"null", Refusal.WRONG_SHAPE),
    "a text": (b'"v"', Refusal.WRONG_SHAPE),
    "an empty object": (b"{}", Refusal.WRONG_SHAPE),
    "another version": (body(v=2), Refusal.WRONG_SHAPE),
    "a version in quotes": (body(v="1"), Refusal.WRONG_SHAPE),
    "no version": (_without("v"), Refusal.WRONG_SHAPE),
    "no plan": (_without("cfg"), Refusal.WRONG_SHAPE),
    "no day": (_without("d"), Refusal.WRONG_SHAPE),
    "no path": (_without("p"), Refusal.WRONG_SHAPE),
    "no source": (_without("src"), Refusal.WRONG_SHAPE),
    "no entries": (_without("e"), Refusal.WRONG_SHAPE),
    "an unknown member": (body(id="visitor-1"), Refusal.WRONG_SHAPE),
    "an empty list of entries": (body(e=[]), Refusal.WRONG_SHAPE),
    "33 entries": (body(*[["view"]] * 33), Refusal.WRONG_SHAPE),
    "entries that are no lists": (body(e=["view"]), Refusal.WRONG_SHAPE),
    "an empty entry": (body([]), Refusal.WRONG_SHAPE),
    "an entry without a kind": (body([1]), Refusal.WRONG_SHAPE),
    "an unknown kind": (body(["click", "#a"]), Refusal.WRONG_SHAPE),
    "a good entry before a bad one": (body(["view"], ["view", 2]), Refusal.WRONG_SHAPE),
    "a plan that is no digest": (body(cfg="3F9C2A1B8D7E4450"), Refusal.WRONG_SHAPE),
    "a plan with a line break": (body(cfg="3f9c2a1b8d7e4450\n"), Refusal.WRONG_SHAPE),
    "a day beyond the calendar": (body(d=10_000_001), Refusal.WRONG_SHAPE),
    "a day in quotes": (body(d="20780"), Refusal.WRONG_SHAPE),
    "a path that is relative": (body(p="landing"), Refusal.WRONG_SHAPE),
    "an empty path": (body(p=""), Refusal.WRONG_SHAPE),
    "a path of 3,000 characters": (body(p="/" + "a" * 3000), Refusal.WRONG_SHAPE),
    "three sources": (body(src=["", "", ""]), Refusal.WRONG_SHAPE),
    "five sources": (body(src=["", "", "", "", ""]), Refusal.WRONG_SHAPE),
    "a source of 600 characters": (body(src=["", "a" * 600, "", ""]), Refusal.WRONG_SHAPE),
    "a gap of 33": (body(["visit", 33, 0]), Refusal.WRONG_SHAPE),
    "a negative gap": (body(["visit", -1, 0]), Refusal.WRONG_SHAPE),
    "unknown bits": (body(["visit", 0, 4]), Refusal.WRONG_SHAPE),
    "a visit without bits": (body(["visit", 0]), Refusal.WRONG_SHAPE),
    "a visit with more": (body(["visit", 0, 0, 0]), Refusal.WRONG_SHAPE),
    "a session with more": (body(["session", 1]), Refusal.WRONG_SHAPE),
    "a third view": (body(["view", 2]), Refusal.WRONG_SHAPE),
    "an exposure without a variation": (body(["exp", "hero"]), Refusal.WRONG_SHAPE),
    "an exposure to nothing": (body(["exp", "", "bold"]), Refusal.WRONG_SHAPE),
    "a key of 41 characters": (body(["exp", "hero", "b" * 41]), Refusal.WRONG_SHAPE),
    "a run of 45 characters": (body(["exp", "h" * 41 + "#999", "bold"]), Refusal.WRONG_SHAPE),
    "a covariate that is no number": (body(["exp", "hero", "bold", {"signup": "1"}]), Refusal.WRONG_SHAPE),
    "a covariate beyond bounds": (body(["exp", "hero", "bold", {"signup": 10**13}]), Refusal.WRONG_SHAPE),
    "a goal without standings": (body(["goal", "signup", 0, 0]), Refusal.WRONG_SHAPE),
    "a negative count": (body(["goal", "signup", -1, 0, []]), Refusal.WRONG_SHAPE),
    "an amount beyond bounds": (body(["goal", "signup", 0, 0, [], 10**12 + 1]), Refusal.WRONG_SHAPE),
    "a total beyond bounds": (body(["goal", "signup", 0, -(10**12) - 1, []]), Refusal.WRONG_SHAPE),
    "a standing of three": (body(["goal", "signup", 0, 0, [["hero", "bold", 0]]]), Refusal.WRONG_SHAPE),
    "an event in capitals": (body(["event", "Add"]), Refusal.WRONG_SHAPE),
    "an event with a space": (body(["event", "a b"]), Refusal.WRONG_SHAPE),
    "an event of 41 characters": (body(["event", "a" * 41]), Refusal.WRONG_SHAPE),
    "an event with a line break": (body(["event", "a\n"]), Refusal.WRONG_SHAPE),
    "an event without a name": (body(["event", ""]), Refusal.WRONG_SHAPE),
    "more than all was scrolled": (body(["leave", 0, 101]), Refusal.WRONG_SHAPE),
    "more than a day on a page": (body(["leave", 86_400_001, 0]), Refusal.WRONG_SHAPE),
    "an op of a thousand": (body(["miss", "hero", "bold", 1000]), Refusal.WRONG_SHAPE),
    "an op applied without a time": (body(["ok", "hero", "bold", 0]), Refusal.WRONG_SHAPE),
    "a key twice": (body().replace(b'"v": 1', b'"v": 1, "v": 1'), Refusal.REPEATED),
    "a key twice, once in an escape": (body().replace(b'"v": 1', b'"v": 1, "\\u0076": 1'), Refusal.REPEATED),
    "a key twice, with a space": (body().replace(b'"v": 1', b'"v" :1,"v":1'), Refusal.REPEATED),
    "a covariate twice": (_raw('["exp","hero","bold",{"signup":1,"signup":2}]'), Refusal.REPEATED),
    "two visits": (body(["visit", 0, 0], ["visit", 0, 0]), Refusal.REPEATED),
    "two exposures to one experiment": (body(["exp", "hero", "bold"], ["exp", "hero", "control"]), Refusal.REPEATED),
    "two standings in one experiment": (
        body(["goal", "signup", 0, 0, [["hero", "bold", 0, 0], ["hero", "control", 0, 0]]]),
        Refusal.REPEATED,
    ),
    "8,193 bytes": (body() + b" " * (MOST_BYTES + 1 - len(body())), Refusal.TOO_LARGE),
    "a gigabyte's beginning": (b"[" * 1_000_000, Refusal.TOO_LARGE),
}


@pytest.mark.parametrize("name", BAD)
def test_bytes_that_are_no_beacon_are_refused_with_the_reason(name: str) -> None:
    data, reason = BAD[name]
    assert read_beacon(NONCE, data) is reason


@pytest.mark.parametrize(
    "nonce", ["", "A" * 21, "A" * 23, "A" * 21 + "=", "A" * 21 + "+", "A" * 21 + "\n", "A" * 21 + "é"]
)
def test_a_nonce_that_is_not_22_characters_of_base64url_is_refused(nonce: str) -> None:
    assert read_beacon(nonce, body()) is Refusal.BAD_NONCE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
KINDS = st.sampled_from(["visit", "session", "view", "exp", "goal", "event", "leave", "ok", "miss", "error", "x"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(KINDS, st.lists(JSON, max_size=5)), max_size=5), JSON)
def test_whatever_the_json_a_beacon_or_a_refusal_comes_of_it(rows: list[tuple[str, list[Any]]], odd: object) -> None:
    for data in (body(*[[kind, *rest] for kind, rest in rows]), body(p=odd), body(src=odd), body(d=odd)):
        assert isinstance(read_beacon(NONCE, data), Beacon | Refusal)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(OF_THE_CONTRACT)), st.binary(max_size=8), st.integers(0, 8))
def test_whatever_is_put_in_or_taken_out_a_beacon_or_a_refusal_comes_of_it(at: int, put: bytes, take: int) -> None:
    data = OF_THE_CONTRACT[:at] + put + OF_THE_CONTRACT[at + take :]
    assert isinstance(read_beacon(NONCE, data), Beacon | Refusal)
