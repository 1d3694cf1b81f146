"""A release's files as the compiler compares them: its plan, what relays are told, and the bytes of its script.

May not know where the files are kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from config_compiler.differences.comparing import Side
from leadbright.plan_file import read_plan
from leadbright.rules_file import read_rules


def side_of(bodies: Mapping[str, bytes]) -> Side:
    """What these files say. Raises ValueError where another version of Leadbright wrote them."""
    return Side(read_plan(bodies["config.json"]), read_rules(bodies["relay.json"]), bodies["lb.js"])
