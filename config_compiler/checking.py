"""A definition checked without being compiled: the first two passes, and nothing loaded for the others.

Pure. May not know what is made of a site with nothing wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from config_compiler.check import check
from config_compiler.finding import Finding, Problems
from config_compiler.parse import parse
from config_compiler.source import Source
from domain.plan import Plan
from domain.site import Site


@dataclass(frozen=True, slots=True)
class Checked:
    """A site with nothing wrong; `findings` holds warnings only."""

    site: Site
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A definition with something wrong: every finding, in order of place."""

    findings: tuple[Finding, ...]


def check_site(source: Source, published: Site | Plan | None = None) -> Checked | Rejected:
    """What the definition means; `published` is what is live: a site, or its plan alone."""
    problems = Problems()
    site = check(parse(source, problems), published, problems)
    return Rejected(problems.findings) if site is None else Checked(site, problems.findings)
