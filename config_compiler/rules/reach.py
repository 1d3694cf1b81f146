"""An experiment runs on at least one page of the site.

May not know which pages a site has: it says something only where no page can be meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.flaw import Flaw
from config_compiler.kinds import Listed, Written
from config_compiler.page_tests import page_test
from config_compiler.patterns import host_of, page_pattern
from config_compiler.syntax import Definition
from domain.experiment import UrlPattern
from domain.plan import PageTest


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each page that is excluded altogether, or lies on another site."""
    domains = _domains(definition)
    for experiment in definition.experiments:
        include = experiment.pages.include if experiment.pages else None
        exclude = experiment.pages.exclude if experiment.pages else None
        for page in include.values if include else ():
            yield from _elsewhere(page, domains)
            yield from _excluded(page, exclude)


def _domains(definition: Definition) -> tuple[str, ...]:
    listed = definition.site.domains if definition.site else None
    return tuple(d.value for d in listed.values) if listed and listed.whole else ()


def _elsewhere(page: Written[str], domains: tuple[str, ...]) -> Iterator[Finding]:
    pattern = page_pattern(page.value)
    if not isinstance(pattern, UrlPattern) or not domains:
        return
    host = host_of(pattern)
    if "*" not in host and not any(fnmatchcase(host, domain) for domain in domains):
        message = f'"{host}" is not one of the site\'s domains'
        yield Finding(Code.W402, message, page.span, hint="write the path alone, or add the domain to site.yaml")


def _excluded(page: Written[str], exclude: Listed[Written[str]] | None) -> Iterator[Finding]:
    for other in exclude.values if exclude else ():
        if _covers(other.value, page.value):
            labels = (Label(other.span, "excluded here"),)
            message = f'"{page.value}" is included and excluded as a whole'
            yield Finding(Code.W402, message, page.span, "included here", labels, "take one of the two away")
            return


def _covers(whole: str, part: str) -> bool:
    """Whether every page of one pattern is certainly one of the other's."""
    one, other = page_pattern(whole), page_pattern(part)
    if isinstance(one, Flaw) or isinstance(other, Flaw):
        return False
    big, small = page_test(one), page_test(other)
    return big == small or _is_prefix(big, small)


def _is_prefix(big: PageTest, small: PageTest) -> bool:
    return big.kind == "^" and small.kind in ("=", "^") and small.value.startswith(big.value)
