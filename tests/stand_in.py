"""A stand-in for the built snippet, of which one sees what the linker took, and that does nothing.

May not know what any test expects.
"""

from __future__ import annotations

from config_compiler.link import USED_WHEN
from config_compiler.template import Choice, Runtime, Value

VALUES = ("beacons", "digest", "domains", "experiments", "goals", "holdout", "record", "scripts", "site", "tz", "zones")

RUNTIME = Runtime(
    parts=(),
    start=(
        *(Choice(name, (f"/*{name}*/",)) for name in USED_WHEN),
        *(piece for name in VALUES for piece in (f"/*{name}=*/(", Value(name), ");")),
    ),
)
"""A comment for each feature that a plan uses, and every value that a plan has."""
