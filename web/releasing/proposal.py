"""What would go live beside what is live, to be looked at before anybody confirms it.

May not know how a release is made, or how a page says it.
"""

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.codes import DISPLACING, Severity
from config_compiler.compiler import Compiled
from config_compiler.differences.difference import Difference
from config_compiler.finding import Finding
from web.services import Environment, Release
from web.store import Definition


@dataclass(frozen=True, slots=True)
class Proposal:
    """One release that is not made yet. Where it `is_new`, it has other bytes than what is live."""

    environment: Environment
    live: Release | None
    is_new: bool
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What the checks say."""
    later: tuple[Finding, ...] = ()
    """What they would say of production, where it is for staging."""
    source: Release | None = None
    """The release whose content it is; None for a definition."""
    definition: Definition | None = None
    compiled: Compiled | None = None
    is_off: bool = False
    """Whether what is live has its experiments switched off."""
    unknown: str = ""
    """Why it cannot be said what would change; goes on from "because"."""

    @property
    def after(self) -> int:
        """The number of the live release; 0 for none."""
        return self.live.number if self.live else 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Why it cannot be made, but for visitors who would move."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR and f.code not in DISPLACING)

    @property
    def displacing(self) -> tuple[Finding, ...]:
        """Why it cannot be made: visitors would move."""
        return tuple(f for f in self.findings if f.code in DISPLACING)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What else there is to be said."""
        return tuple(f for f in self.findings if f.severity is not Severity.ERROR)

    @property
    def is_refused(self) -> bool:
        """Whether a definition has something wrong."""
        return any(f.severity is Severity.ERROR for f in self.findings)

    @property
    def foreign(self) -> str:
        """What is wrong where the definition is one of another site; empty where it is not."""
        if self.compiled is None or self.definition is None or self.compiled.site.key == self.definition.site:
            return ""
        key = self.definition.site
        return (
            f"The definition says site: {self.compiled.site.key}, but this is {key}, and a site keeps its key. "
            f"Write site: {key}."
        )

    @property
    def anew(self) -> tuple[Difference, ...]:
        """Where an earlier content would deal visitors out anew."""
        return tuple(d for d in self.differences if d.is_anew) if self.environment is Environment.PRODUCTION else ()
