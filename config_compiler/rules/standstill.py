"""A running experiment has a visit that can be in it: its pages, its audience and its times go together.

May not know how it is found out: `config_compiler/overlap` does that.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.folding import folded
from config_compiler.overlap.visits import Disjoint, Meetings, Reach
from config_compiler.rules import reach
from config_compiler.rules.overlap import reach_of
from config_compiler.syntax import Definition
from domain.condition import EVERYBODY, NOBODY
from domain.experiment import Pages, Status
from domain.site import Site

_ANYTHING = Reach(Pages(), EVERYBODY)


def find(definition: Definition, site: Site) -> Iterator[Finding]:
    """Yield a warning for each that nobody can be in, unless its pages or its audience alone are warned of already."""
    written = {x.key.value: x.key for x in definition.experiments if x.key}
    warned = {finding.span.file for finding in reach.find(definition)}
    meetings = Meetings(site.domains, site.timezone)
    for x in site.experiments:
        if x.status is not Status.RUNNING or folded(x.audience) == NOBODY or written[x.key].span.file in warned:
            continue
        if x.traffic == 0:
            message = f'"{x.key}" is running, and takes nobody: its traffic is 0 %'
            yield Finding(Code.W407, message, written[x.key].span, hint="write status: paused, or give it traffic")
        elif isinstance(meetings.judge(reach_of(x), _ANYTHING), Disjoint):
            message = f'no visit can be in "{x.key}": its pages, its audience and its times do not go together'
            hint = "try a visit that should be in it with leadbright decide, which says what keeps it out"
            yield Finding(Code.W407, message, written[x.key].span, hint=hint)
