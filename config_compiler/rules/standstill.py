"""A running experiment has a visit that can be in it: its pages, its audience and its times go together.

May not know how it is found out where no common visit will do: `config_compiler/overlap` does that.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.folding import folded
from config_compiler.page_tests import page_test
from config_compiler.rules import reach
from config_compiler.syntax import Definition
from domain.condition import EVERYBODY, NOBODY
from domain.experiment import Experiment, Pages, PathPattern, Schedule, Status
from domain.site import Site
from domain.targeting import page_matches
from domain.visits import Visit, meets


def find(definition: Definition, site: Site) -> Iterator[Finding]:
    """Yield a warning for each that nobody can be in, unless its pages or its audience alone are warned of already."""
    written = {x.key.value: x.key for x in definition.experiments if x.key}
    warned = {finding.span.file for finding in reach.find(definition)}
    for x in site.experiments:
        if x.status is not Status.RUNNING or folded(x.audience) == NOBODY or written[x.key].span.file in warned:
            continue
        if x.traffic == 0:
            message = f'"{x.key}" is running, and takes nobody: its traffic is 0 %'
            yield Finding(Code.W407, message, written[x.key].span, hint="write status: paused, or give it traffic")
        elif not _has_common_visit(x, site) and _impossible(x, site):
            message = f'no visit can be in "{x.key}": its pages, its audience and its times do not go together'
            hint = "try a visit that should be in it with leadbright decide, which says what keeps it out"
            yield Finding(Code.W407, message, written[x.key].span, hint=hint)


def _has_common_visit(x: Experiment, site: Site) -> bool:
    """Whether an everyday visit to the first of its pages is in it, at whatever time: that is quickly tried."""
    page = x.pages.include[0] if x.pages.include else PathPattern("/")
    if x.schedule != Schedule() or not isinstance(page, PathPattern) or not site.domains:
        return False
    url = f"https://{site.domains[0].replace('*', 'www')}{page.glob.replace('*', 'x')}"
    excluded = any(page_matches(page_test(pattern), url) for pattern in x.pages.exclude)
    return not excluded and any(meets(x.audience, Visit(url, device)) for device in ("desktop", "mobile"))


def _impossible(x: Experiment, site: Site) -> bool:
    """Whether no visit is in it; what searches is loaded only where it is asked."""
    from config_compiler.overlap.visits import Disjoint, Meetings, Reach, reach_of

    return isinstance(Meetings(site.domains, site.timezone).judge(reach_of(x), Reach(Pages(), EVERYBODY)), Disjoint)
