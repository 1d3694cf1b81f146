"""A running experiment goes on dealing its visitors out as it began, unless a new phase says otherwise.

Who was exposed keeps a variation, whatever weights become; what would put visitors into two experiments of one layer,
take them out of all, or deal the next ones out by another order is refused; a new phase deals everybody out anew and
counts apart. May not know who was exposed.
"""

from __future__ import annotations

from collections.abc import Iterator

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.layer_ranges import GOING_ON
from config_compiler.live import Live, LiveExperiment, places_of
from config_compiler.source import Span
from config_compiler.syntax import Definition, ExperimentSyntax
from domain.experiment import Experiment
from domain.plan import LayerRange
from domain.site import Site


def find(definition: Definition, site: Site, live: Live) -> Iterator[Finding]:
    """Yield a finding for each running experiment that would deal its visitors out anew in the same phase."""
    written = {x.key.value: x for x in definition.experiments if x.key}
    before = live.experiments
    kept = [x for x in site.experiments if x.status in GOING_ON and x.key in before and x.phase <= before[x.key].phase]
    after = places_of(site)
    for x in kept:
        syntax, was, place = written[x.key], before[x.key], after.get(x.key)
        if x.phase < was.phase:
            yield _anew(x, _phase(syntax), f"goes back from phase {was.phase} to {x.phase}", was.phase)
        elif _moved(was.place, place):
            yield _of_layer(x, was, place, _layer(syntax))
        elif _reordered(was, x):
            yield _anew(x, syntax.variation_lists[0].span, "changes the order of its variations", was.phase)
    if kept and site.holdout > live.holdout and definition.site and definition.site.holdout:
        message = f'a larger holdout takes visitors out of running experiments, among them "{kept[0].key}"'
        hint = "begin a new phase of each, or leave the holdout as it is until they are stopped"
        yield Finding(Code.E302, message, definition.site.holdout.span, hint=hint)


def _of_layer(x: Experiment, was: LiveExperiment, place: LayerRange | None, span: Span) -> Finding:
    """Its own part was changed, or another experiment of the layer has moved it."""
    if was.place is None or place is None or place.layer != was.place.layer or _width(place) < _width(was.place):
        return _anew(x, span, "changes its place in a layer", was.phase)
    message = f'the running experiment "{x.key}" is moved within its layer by another one, and would be dealt out anew'
    hint = f"parts are laid out in order of key: give the other a later key, or write phase: {was.phase + 1} here"
    return Finding(Code.E302, message, span, hint=hint)


def _anew(x: Experiment, span: Span, what: str, phase: int) -> Finding:
    message = f'the running experiment "{x.key}" {what}, so its visitors would be dealt out anew'
    return Finding(Code.E302, message, span, hint=f"write phase: {phase + 1}, or leave it as it is")


def _moved(was: LayerRange | None, now: LayerRange | None) -> bool:
    """Whether it has another place, or less of the one that it had."""
    if was is None or now is None:
        return was is not now
    return was.layer != now.layer or now.start > was.start or now.end < was.end


def _reordered(was: LiveExperiment, now: Experiment) -> bool:
    """Whether the variations that both have come in another order."""
    old, new = was.variations, [v.key for v in now.variations]
    return [key for key in old if key in new] != [key for key in new if key in old]


def _width(place: LayerRange) -> int:
    return place.end - place.start


def _phase(syntax: ExperimentSyntax) -> Span:
    written = syntax.phase or syntax.key
    return written.span if written else syntax.span


def _layer(syntax: ExperimentSyntax) -> Span:
    if syntax.layer:
        return syntax.layer.span
    return syntax.key.span if syntax.key else syntax.span
