"""The vectors that the browser's tests run say what the reference says now, and the hash is the world's MurmurHash3."""

from __future__ import annotations

import json

import mmh3
import pytest

from domain.experiment import WHOLE
from tests.conformance.generate import FOLDER, VECTORS, rendered

BYTES = 200_000


@pytest.mark.parametrize("name", VECTORS)
def test_the_file_is_what_the_reference_says(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text == rendered(VECTORS[name]()), "run: python -m tests.conformance.generate"
    assert len(text.encode()) < BYTES


def test_an_independent_hash_agrees() -> None:
    rows = json.loads((FOLDER / "bucketing.json").read_text(encoding="utf-8"))
    assert len(rows) >= 1_000
    assert any(not salt.isascii() for salt, *_ in rows)
    for salt, seed, hashed, place in rows:
        assert mmh3.hash(f"{salt}.{seed}".encode(), 0, signed=False) == hashed
        assert hashed * WHOLE // 2**32 == place


def test_the_decisions_hold_each_kind_of_outcome() -> None:
    vectors = json.loads((FOLDER / "decide.json").read_text(encoding="utf-8"))
    outcomes = [variation for *_, got in vectors["cases"] for variation in got.values()]
    assert None in outcomes
    assert {"v0", "v1", "v2"} <= set(outcomes)


def test_the_histories_hold_each_kind_of_entry() -> None:
    vectors = json.loads((FOLDER / "ledger.json").read_text(encoding="utf-8"))
    entries = [entry for history in vectors["histories"] for step in history["entries"] for entry in step]
    assert {entry[0] for entry in entries} == {"visit", "session", "view", "exp", "goal", "event"}
    assert {bits for kind, *rest in entries if kind == "visit" for bits in rest[1:]} == {0, 1, 3}
    assert {rest[0] for kind, *rest in entries if kind == "visit"} >= {0, 1, 3, 31, 32}


def test_some_of_the_histories_and_decisions_know_two_phases_of_an_experiment() -> None:
    ledgers = [h["ledger"]["exposures"] for h in json.loads((FOLDER / "ledger.json").read_text())["histories"]]
    assert any(kept["hero"][1] == {} and kept["hero#2"][1] for kept in ledgers if kept.keys() >= {"hero", "hero#2"})
    cases = json.loads((FOLDER / "decide.json").read_text())["cases"]
    assert any(f"{run}#7" in kept for *_, kept, got in cases for run, variation in got.items() if variation)
