"""Beacons of every kind that the wire can carry, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from domain.beacon import (
    Admitted,
    Converted,
    Entry,
    Exposed,
    Happened,
    Left,
    OpReported,
    SessionStarted,
    Standing,
    Surroundings,
    Viewed,
    Visited,
)

keys = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
unsigned = st.integers(0, 2**32 - 1)
signed = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

entries: st.SearchStrategy[Entry] = st.one_of(
    st.builds(Visited, unsigned, unsigned),
    st.just(SessionStarted()),
    st.builds(Viewed, st.booleans()),
    st.builds(Exposed, keys, keys, st.lists(st.tuples(keys, signed), max_size=3).map(tuple)),
    st.builds(
        Converted,
        keys,
        unsigned,
        signed,
        st.lists(st.builds(Standing, keys, keys, unsigned, signed), max_size=3).map(tuple),
        signed,
        signed,
    ),
    st.builds(Happened, keys),
    st.builds(Left, unsigned, unsigned),
    st.builds(OpReported, st.sampled_from(["ok", "miss", "error"]), keys, keys, unsigned, unsigned),
)
surroundings = st.builds(Surroundings, *[texts] * len(Surroundings.__dataclass_fields__))
beacons = st.builds(
    Admitted,
    st.binary(min_size=16, max_size=16),
    keys,
    st.integers(-(2**31), 2**31 - 1),
    surroundings,
    st.lists(entries, max_size=4).map(tuple),
)
