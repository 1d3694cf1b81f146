"""What every visitor has to load stays small: each experiment, and all of them.

Counts what changes carry as it is written, before the page's own compression. May not know how it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.kinds import Listed, Pair, Written
from config_compiler.source import Span
from config_compiler.syntax import ChangeSyntax, Definition, ExperimentSyntax
from domain.experiment import Status

EXPERIMENT = 20_000
SITE = 100_000


def find(definition: Definition) -> Iterator[Finding]:
    """Yield a warning for each experiment beyond its budget, a finding where all of them are; both name what costs."""
    whole = 0
    largest: tuple[int, ExperimentSyntax] | None = None
    for experiment in definition.experiments:
        parts = sorted(_parts(experiment), key=lambda part: -part[0])
        size = sum(cost for cost, _, _ in parts)
        if experiment.status and experiment.status.value is Status.RUNNING:
            whole += size
            largest = max(largest or (-1, experiment), (size, experiment), key=lambda pair: pair[0])
        if size > EXPERIMENT:
            yield _heavy(size, *parts[0])
    if whole > SITE and largest:
        yield _too_heavy(whole, *largest)


def _heavy(size: int, cost: int, what: str, span: Span) -> Finding:
    message = f"the changes of the experiment are {size:,} bytes; every visitor loads them on every page"
    hint = f"the {what} costs most, {cost:,} bytes; put it into a file of the site, or say less"
    return Finding(Code.W406, message, span, hint=hint)


def _too_heavy(whole: int, size: int, experiment: ExperimentSyntax) -> Finding:
    place = experiment.key.span if experiment.key else experiment.span
    name = experiment.key.value if experiment.key else "one of them"
    message = f"the changes of all running experiments are {whole:,} bytes, of which {SITE:,} are possible"
    return Finding(Code.E238, message, place, hint=f'"{name}" costs most, {size:,} bytes; stop one, or say less')


def _parts(experiment: ExperimentSyntax) -> Iterator[tuple[int, str, Span]]:
    for listed in experiment.variation_lists:
        for variation in listed.values:
            for change in variation.changes.values if variation.changes else ():
                for what, written in _texts(change):
                    yield len(written.value.encode("utf-8", "surrogatepass")), what, written.span


def _texts(change: ChangeSyntax) -> Iterator[tuple[str, Written[str]]]:
    named = (("text", change.text), ("style sheet", change.css), ("script", change.script))
    yield from ((what, written) for what, written in named if written)
    yield from (("HTML", written) for written in change.html_texts)
    for what, pairs in (("style", change.style), ("attributes", change.attributes)):
        yield from ((what, Written(p.value.value or "", p.value.span)) for p in (pairs or _NO_PAIRS).values)


_NO_PAIRS: Listed[Pair] = Listed((), Span("", 1, 1, 1, 1), whole=True)
