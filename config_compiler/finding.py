"""What the compiler has to say about a definition: findings as values, and the list that gathers them.

May not know how findings are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from config_compiler.codes import Code, Severity
from config_compiler.source import Span


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that explains a finding."""

    span: Span
    text: str


class Mend(Enum):
    """How a fix is written."""

    WORD = "in place of a word, within its quotes"
    AS_IS = "in place of everything that stands there, quotes too"
    TAKE_OUT = "what stands there goes, with its comma or its line"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, or one thing worth a second look."""

    code: Code
    message: str
    """What is, in one sentence that names the thing."""
    span: Span
    note: str = ""
    """What is to be seen at `span`."""
    labels: tuple[Label, ...] = ()
    hint: str = ""
    """What to do about it."""
    witness: tuple[tuple[str, str | int], ...] = ()
    """A visit that shows it: names, as `leadbright decide` takes them, and values."""
    fix: str = ""
    """What to write in place of what stands at `place`, where that alone mends it; nothing where a person has to."""
    fix_at: Span | None = None
    """Where the fix goes, unless that is `span`."""
    mend: Mend = Mend.WORD

    @property
    def severity(self) -> Severity:
        """Whether the definition can be compiled all the same."""
        return self.code.severity

    @property
    def rule(self) -> str:
        """The name of the file that looks for it."""
        return self.code.rule

    @property
    def fixable(self) -> bool:
        """Whether there is a fix."""
        return bool(self.fix) or self.mend is Mend.TAKE_OUT

    @property
    def place(self) -> Span:
        """Where the fix goes."""
        return self.fix_at or self.span


@dataclass(slots=True)
class Problems:
    """The findings so far. One mistake, met twice through a YAML alias, is kept once."""

    _found: dict[tuple[Code, Span, str], Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Keep one finding."""
        self._found.setdefault((finding.code, finding.span, finding.message), finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Keep several."""
        for finding in findings:
            self.add(finding)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, in order of place."""
        return tuple(sorted(self._found.values(), key=lambda f: (f.span, f.code.name, f.message)))

    @property
    def fatal(self) -> bool:
        """Whether anything found keeps the definition from being compiled."""
        return any(f.severity is Severity.ERROR for f in self._found.values())
