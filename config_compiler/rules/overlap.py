"""No two running experiments change the same element for the same visit.

May not know how it is proved, or what is said where it is not: `config_compiler/overlap` does that.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.finding import Finding
from config_compiler.syntax import Definition
from domain.experiment import Status
from domain.site import Site


def find(definition: Definition, site: Site) -> Iterator[Finding]:
    """Yield a finding for each pair that meets, and one for each experiment of which it is not known."""
    if sum(x.status is Status.RUNNING for x in site.experiments) > 1:
        # Loaded here, since it is much, and most definitions that are checked while being written need none of it.
        from config_compiler.overlap.findings import overlaps

        yield from overlaps(definition, site)
