"""Redirects lead to pages of the site, and not in a circle.

May not know which pages a site has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.flaw import Flaw
from config_compiler.kinds import Listed, Written, shortened
from config_compiler.page_syntax import PageSyntax
from config_compiler.page_tests import page_test
from config_compiler.patterns import BARE_PATH, page_pattern
from config_compiler.rules.reach import domains_of, on_site
from config_compiler.syntax import Definition, ExperimentSyntax
from domain.experiment import Status
from domain.names import ExperimentKey
from domain.targeting import page_matches
from domain.visits import query_of


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a finding for each target that is none, for a second one in one variation, and for each circle."""
    domains = domains_of(definition)
    for experiment in definition.experiments:
        for redirect in _redirects(experiment):
            if flaw := _flaw(redirect.value, domains):
                message = f'the redirect to "{shortened(redirect.value)}" {flaw.why}'
                yield Finding(Code.E235, message, redirect.span, hint=flaw.hint, fix=flaw.fix)
    for variation in definition.variations:
        written = [c.redirect for c in (variation.changes.values if variation.changes else ()) if c.redirect]
        for extra in written[1:]:
            labels = (Label(written[0].span, "the first one"),)
            message = "a variation sends its visitors to two pages"
            yield Finding(Code.E235, message, extra.span, "the second one", labels, "keep one of them")
    yield from _circles(list(leads_of(definition)))


@dataclass(frozen=True, slots=True)
class Lead:
    """A redirect of a running experiment."""

    experiment: ExperimentSyntax
    redirect: Written[str]
    address: str

    @property
    def key(self) -> ExperimentKey:
        """Whose it is."""
        return ExperimentKey(self.experiment.key.value if self.experiment.key else "")

    def enters(self, other: Lead) -> bool:
        """Whether the page that it leads to is one from which the other leads on."""
        return _on_pages(other.experiment, self.address)


def leads_of(definition: Definition) -> Iterator[Lead]:
    """Every redirect that visitors can follow, in order."""
    domains = domains_of(definition)
    for experiment in definition.experiments:
        for redirect in _redirects(experiment):
            if _runs(experiment) and not _flaw(redirect.value, domains):
                yield Lead(experiment, redirect, _address(redirect.value, domains))


def _redirects(experiment: ExperimentSyntax) -> Iterator[Written[str]]:
    for listed in experiment.variation_lists:
        for variation in listed.values:
            for change in variation.changes.values if variation.changes else ():
                if change.redirect:
                    yield change.redirect


def _runs(experiment: ExperimentSyntax) -> bool:
    return experiment.status is not None and experiment.status.value is Status.RUNNING


def _flaw(text: str, domains: tuple[str, ...]) -> Flaw | None:
    if any(c.isspace() or not c.isprintable() for c in text) or text.startswith("//") or "\\" in text:
        return Flaw("is no address", "write a path such as /landing-b, or https://…")
    if text.startswith("/"):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return Flaw("is no address", "write a path such as /landing-b")
    if parts.scheme not in ("http", "https") or not host or parts.username:
        fix = f"/{text}" if BARE_PATH.fullmatch(text) else ""
        return Flaw("does not begin with / or https://", _hint(text), fix)
    if domains and not on_site(host, domains):
        return Flaw(f'leaves the site: "{host}" is none of its domains', "add the domain to site.yaml, if it is yours")
    return None


def _hint(text: str) -> str:
    return "write a path such as /landing-b" if ":" in text else f'write "/{text.lstrip("/.")}"'


def _address(text: str, domains: tuple[str, ...]) -> str:
    host = next((domain for domain in domains if "*" not in domain), "site.invalid")
    return text if not text.startswith("/") else f"https://{host}{text}"


def _on_pages(experiment: ExperimentSyntax, address: str) -> bool:
    pages = experiment.pages
    include = _matching(pages.include if pages else None, address)
    exclude = _matching(pages.exclude if pages else None, address)
    return (include or pages is None or pages.include is None) and not exclude


def _matching(listed: Listed[PageSyntax] | None, address: str) -> bool:
    return any(_matches(page, address) for page in (listed.values if listed else ()))


def _matches(page: PageSyntax, address: str) -> bool:
    pattern = page_pattern(page.value)
    if isinstance(pattern, Flaw):
        return False
    query = query_of(address)
    return page_matches(page_test(pattern), address) and all(
        query.get(pair.name.value) == pair.value.value for pair in page.query
    )


def _circles(leads: list[Lead]) -> Iterator[Finding]:
    """One finding for each redirect to a page of its own experiment, one for the first longer way round."""
    yield from (_own_page(lead) for lead in leads if lead.enters(lead))
    others = [lead for lead in leads if not lead.enters(lead)]
    for lead in others:
        if back := _way_back(lead, others):
            labels = tuple(Label(step.redirect.span, "and from there on here") for step in back)
            message = f'the redirect to "{lead.redirect.value}" leads back to where it began'
            hint = "exclude the target from one of them"
            yield Finding(Code.E236, message, lead.redirect.span, "from here", labels, hint)
            return


def _own_page(lead: Lead) -> Finding:
    message = f'the redirect leads to "{lead.redirect.value}", a page of the experiment itself'
    hint = f'exclude "{urlsplit(lead.address).path or "/"}" from its pages'
    return Finding(Code.E236, message, lead.redirect.span, hint=hint)


def _way_back(start: Lead, leads: list[Lead]) -> list[Lead]:
    """The shortest chain of other redirects that ends on a page from which `start` leads; empty for none."""
    ways = [[lead] for lead in leads if lead is not start and start.enters(lead)]
    seen = {id(way[0]) for way in ways}
    while ways:
        way = ways.pop(0)
        if way[-1].enters(start):
            return way
        for lead in leads:
            if id(lead) not in seen and lead is not start and way[-1].enters(lead):
                seen.add(id(lead))
                ways.append([*way, lead])
    return []
