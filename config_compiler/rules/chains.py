"""Nobody is sent to a page from which another experiment sends its visitors on: whoever was sent once stays.

May not know which pages a site has.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding, Label
from config_compiler.rules.redirects import Lead, leads_of
from config_compiler.syntax import Definition
from domain.experiment import Experiment, Pages
from domain.site import Site


def find(definition: Definition, site: Site) -> Iterator[Finding]:
    """Yield a warning for each redirect that ends where another begins, unless nobody can be in both."""
    meant = {x.key: x for x in site.experiments}
    leads = list(leads_of(definition))
    for lead in leads:
        for other in leads:
            if lead.experiment is not other.experiment and lead.enters(other):
                one, two = (meant[each.key] for each in (lead, other))
                if _share_visitors(one, two, site):
                    yield _chain(lead, other)
                    break


def _chain(lead: Lead, other: Lead) -> Finding:
    message = f'the redirect to "{lead.redirect.value}" ends on a page from which "{other.key}" sends its visitors on'
    labels = (Label(other.redirect.span, f'"{other.key}" leads on here'),)
    hint = f'lead to "{other.redirect.value}" at once, or exclude the page from "{other.key}"'
    told = f'its visitors stay there, and take no part in "{other.key}"'
    return Finding(Code.W410, message, lead.redirect.span, told, labels, hint)


def _share_visitors(one: Experiment, two: Experiment, site: Site) -> bool:
    """Whether one visitor may be of both audiences, at one time; what decides that is loaded only for a chain."""
    from config_compiler.overlap.visits import Disjoint, Meetings, Reach, reach_of

    reaches = (reach_of(x) for x in (one, two))
    anywhere = [Reach(Pages(), each.audience, each.span, each.layer) for each in reaches]
    return not isinstance(Meetings(site.domains, site.timezone).judge(*anywhere), Disjoint)
