"""Whether the compiler takes a part of an experiment: tried in a definition with nothing else in it.

So that what is imported can be checked, and what cannot is named part by part. May not know where the part is from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config_compiler.codes import Severity
from config_compiler.compiler import check_site
from config_compiler.finding import Finding
from config_compiler.imports.writing import Value, written
from config_compiler.source import SITE_FILE, Source

GOAL = "conversion"
_ARMS: tuple[Value, ...] = ({"key": "control", "weight": "50%"}, {"key": "other", "weight": "50%"})


@dataclass(frozen=True, slots=True)
class Trial:
    """The site in which parts are tried."""

    site: Mapping[str, Value]

    def of_change(self, change: Value) -> Finding | None:
        """Why a change cannot be made; None where it can."""
        return self._first({"variations": (_ARMS[0], {"key": "other", "weight": "50%", "changes": (change,)})})

    def of_page(self, page: Value) -> Finding | None:
        """Why a page cannot be asked for."""
        return self._first({"pages": {"include": (page,)}, "variations": _ARMS})

    def of_audience(self, audience: Value) -> Finding | None:
        """Why a condition cannot be asked."""
        return self._first({"audience": audience, "variations": _ARMS})

    def of_all(self, files: Mapping[str, str]) -> Sequence[Finding]:
        """Everything that is wrong with a whole definition."""
        return _errors(Source(files))

    def _first(self, part: Mapping[str, Value]) -> Finding | None:
        experiment: Mapping[str, Value] = {"experiment": "trial", "goals": {"primary": GOAL}, **part}
        errors = _errors(Source({SITE_FILE: written(self.site), "experiments/trial.yaml": written(experiment)}))
        return errors[0] if errors else None


def _errors(source: Source) -> list[Finding]:
    return [each for each in check_site(source).findings if each.severity is Severity.ERROR]


def site_syntax(key: str, name: str, domains: Sequence[str], *, scripts: bool) -> dict[str, Value]:
    """`site.yaml` with one goal, which a page reports as an event."""
    named: dict[str, Value] = {"site": key, **({"name": name} if name else {})}
    allowed: dict[str, Value] = {"scripts": "allowed"} if scripts else {}
    return {
        **named,
        "domains": tuple(domains),
        **allowed,
        "goals": ({"key": GOAL, "on": {"event": GOAL}},),
    }
