"""An experiment runs on at least one page of the site.

May not know which pages a site has: it says something only where no page can be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.flaw import Flaw
from config_compiler.kinds import Listed
from config_compiler.page_syntax import PageSyntax
from config_compiler.page_tests import page_test
from config_compiler.patterns import host_of, page_pattern
from config_compiler.syntax import Definition
from domain.experiment import UrlPattern
from domain.plan import PageTest


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each page that is excluded altogether, or lies on another site."""
    domains = domains_of(definition)
    for experiment in definition.experiments:
        include = experiment.pages.include if experiment.pages else None
        exclude = experiment.pages.exclude if experiment.pages else None
        for page in include.values if include else ():
            yield from _elsewhere(page, domains)
            yield from _excluded(page, exclude)


def domains_of(definition: Definition) -> tuple[str, ...]:
    """The site's domains, if all of them could be read."""
    listed = definition.site.domains if definition.site else None
    return tuple(d.value for d in listed.values) if listed and listed.whole else ()


def on_site(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains or lies below one that is written with `*.`."""
    return any(fnmatchcase(host, domain) for domain in domains)


def _elsewhere(page: PageSyntax, domains: tuple[str, ...]) -> Iterator[Finding]:
    pattern = page_pattern(page.value)
    if not isinstance(pattern, UrlPattern) or not domains:
        return
    host = host_of(pattern)
    if "*" not in host and not on_site(host, domains):
        message = f'"{host}" is not one of the site\'s domains'
        yield Finding(Code.W402, message, page.span, hint="write the path alone, or add the domain to site.yaml")


def _excluded(page: PageSyntax, exclude: Listed[PageSyntax] | None) -> Iterator[Finding]:
    for other in exclude.values if exclude else ():
        if _covers(other, page):
            labels = (Label(other.span, "excluded here"),)
            message = f'"{page.value}" is included and excluded as a whole'
            yield Finding(Code.W402, message, page.span, "included here", labels, "take one of the two away")
            return


def _covers(whole: PageSyntax, part: PageSyntax) -> bool:
    """Whether every page of one pattern is certainly one of the other's."""
    one, other = page_pattern(whole.value), page_pattern(part.value)
    if isinstance(one, Flaw) or isinstance(other, Flaw) or (whole.query and whole.query != part.query):
        return False
    big, small = page_test(one), page_test(other)
    return big == small or _is_prefix(big, small)


def _is_prefix(big: PageTest, small: PageTest) -> bool:
    return big.kind == "^" and small.kind in ("=", "^") and small.value.startswith(big.value)
