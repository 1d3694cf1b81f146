"""A running experiment goes on dealing its visitors out as it began, unless a new phase says otherwise.

Who was exposed keeps a variation, whatever weights become; what would put visitors into two experiments of one layer,
take them out of all, or deal the next ones out by another order is refused; a new phase deals everybody out anew and
counts apart. May not know who was exposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config_compiler.codes import Code
from config_compiler.finding import Finding
from config_compiler.layer_ranges import GOING_ON, layer_ranges
from config_compiler.source import Span
from config_compiler.syntax import Definition, ExperimentSyntax
from domain.experiment import WHOLE, Experiment
from domain.names import ExperimentKey
from domain.plan import LayerRange
from domain.site import Site


def find(definition: Definition, site: Site, published: Site) -> Iterator[Finding]:
    """Yield a finding for each running experiment that would deal its visitors out anew in the same phase."""
    written = {x.key.value: x for x in definition.experiments if x.key}
    live = {x.key: x for x in published.experiments if x.status in GOING_ON}
    kept = [x for x in site.experiments if x.status in GOING_ON and x.key in live and x.phase <= live[x.key].phase]
    before, after = _places(published), _places(site)
    for x in kept:
        syntax, was = written[x.key], live[x.key]
        if x.phase < was.phase:
            yield _anew(x, _phase(syntax), f"goes back from phase {was.phase} to {x.phase}", was.phase)
        elif _moved(before.get(x.key), after.get(x.key)):
            yield _of_layer(x, was, _layer(syntax))
        elif _reordered(was, x):
            yield _anew(x, syntax.variation_lists[0].span, "changes the order of its variations", was.phase)
    if kept and site.holdout > published.holdout and definition.site and definition.site.holdout:
        message = f'a larger holdout takes visitors out of running experiments, among them "{kept[0].key}"'
        hint = "begin a new phase of each, or leave the holdout as it is until they are stopped"
        yield Finding(Code.E302, message, definition.site.holdout.span, hint=hint)


def _of_layer(x: Experiment, was: Experiment, span: Span) -> Finding:
    """Its own part was changed, or another experiment of the layer has moved it."""
    if x.layer is None or x.layer != was.layer:
        return _anew(x, span, "changes its place in a layer", was.phase)
    message = f'the running experiment "{x.key}" is moved within its layer by another one, and would be dealt out anew'
    hint = f"parts are laid out in order of key: give the other a later key, or write phase: {was.phase + 1} here"
    return Finding(Code.E302, message, span, hint=hint)


def _anew(x: Experiment, span: Span, what: str, phase: int) -> Finding:
    message = f'the running experiment "{x.key}" {what}, so its visitors would be dealt out anew'
    return Finding(Code.E302, message, span, hint=f"write phase: {phase + 1}, or leave it as it is")


def _places(site: Site) -> dict[ExperimentKey, LayerRange]:
    """The whole part of its layer that each experiment may use; taking more or less traffic of it moves nobody."""
    return layer_ranges(replace(x, traffic=WHOLE) for x in site.experiments)


def _moved(was: LayerRange | None, now: LayerRange | None) -> bool:
    """Whether it has another place, or less of the one that it had."""
    if was is None or now is None:
        return was is not now
    return was.layer != now.layer or now.start > was.start or now.end < was.end


def _reordered(was: Experiment, now: Experiment) -> bool:
    """Whether the variations that both have come in another order."""
    old, new = ([v.key for v in x.variations] for x in (was, now))
    return [key for key in old if key in new] != [key for key in new if key in old]


def _phase(syntax: ExperimentSyntax) -> Span:
    written = syntax.phase or syntax.key
    return written.span if written else syntax.span


def _layer(syntax: ExperimentSyntax) -> Span:
    if syntax.layer:
        return syntax.layer.span
    return syntax.key.span if syntax.key else syntax.span
