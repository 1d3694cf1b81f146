"""What differs in the experiments of two plans, and whether that moves anybody.

Who was exposed keeps a variation whatever weights, traffic, audience and schedule become (`domain/targeting.py`), so
most edits move nobody. May not know why an experiment is no longer in a plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from config_compiler.differences import words
from config_compiler.differences.difference import Difference, Kind, Moves
from config_compiler.live import places_of
from domain.experiment import Status
from domain.names import ExperimentKey, phase_of
from domain.plan import Arm, LayerRange, Plan, PlannedExperiment
from domain.site import Site

ENDINGS: Mapping[Status | None, str] = {
    Status.DRAFT: "is a draft again",
    Status.RUNNING: "ends",
    Status.PAUSED: "is paused",
    Status.STOPPED: "is stopped",
    None: "is taken out",
}
"""How an experiment ends that ran until now, by its status; None where the definition no longer has it."""


def differences(
    now: Plan, new: Plan, site: Site | None, ran: Mapping[ExperimentKey, PlannedExperiment]
) -> Iterator[Difference]:
    """What differs, experiment by experiment; `new` is the plan of `site`, and `ran` holds what ran before `now`."""
    old = {x.key: x for x in now.experiments}
    kept = {x.key: x for x in new.experiments}
    statuses = {x.key: x.status for x in site.experiments} if site else dict.fromkeys(old, Status.RUNNING)
    places = places_of(site) if site else {x.key: x.layer for x in new.experiments if x.layer}
    for key in sorted(old | kept):
        match old.get(key), kept.get(key):
            case PlannedExperiment() as before, PlannedExperiment() as after:
                yield from _changed(before, after, places.get(key))
            case None, PlannedExperiment() as after:
                yield from _begun(after, ran.get(key), places.get(key))
            case _:
                yield Difference(key, Kind.ENDS, after=ENDINGS[statuses.get(key)], moves=Moves.TO_ORIGINAL)


def _begun(x: PlannedExperiment, before: PlannedExperiment | None, place: LayerRange | None) -> Iterator[Difference]:
    said = words.variations(x)
    if before is None or before.run != x.run:
        yield Difference(x.key, Kind.STARTS, after=said)
        return
    yield Difference(x.key, Kind.AGAIN, after=said, moves=Moves.NOBODY)
    yield from _changed(before, x, place)


def _changed(before: PlannedExperiment, after: PlannedExperiment, place: LayerRange | None) -> Iterator[Difference]:
    """In another phase nothing is carried over, so that no other difference can be said to move anybody, or nobody."""
    found = [each for look in _LOOKS for each in look(before, after)]
    found += _layer(before, after, place)
    if before.run == after.run:
        yield from found
        return
    old, new = str(phase_of(before.run)), str(phase_of(after.run))
    yield Difference(after.key, Kind.PHASE, before=old, after=new, moves=Moves.EVERYBODY)
    yield from (replace(each, moves=None) for each in found)


def _variations(before: PlannedExperiment, after: PlannedExperiment) -> Iterator[Difference]:
    old, new = ({arm.key: arm for arm in x.arms} for x in (before, after))
    for key, arm in new.items():
        was = old.get(key)
        if was is None:
            yield Difference(after.key, Kind.VARIATION_ADDED, key, "", words.share(arm.weight), Moves.NOBODY)
        elif was.weight != arm.weight:
            weights = words.share(was.weight), words.share(arm.weight)
            yield Difference(after.key, Kind.WEIGHT, key, *weights, Moves.NOBODY)
    for key in (key for key in old if key not in new):
        yield Difference(after.key, Kind.VARIATION_GONE, key, words.share(old[key].weight), "", Moves.ITS_OWN)
    first, then = (words.listed(key for key in keys if key in old and key in new) for keys in (old, new))
    if first != then:
        yield Difference(after.key, Kind.ORDER, "", first, then, Moves.NEWCOMERS)


def _changes(before: PlannedExperiment, after: PlannedExperiment) -> Iterator[Difference]:
    old = {arm.key: arm for arm in before.arms}
    for arm in after.arms:
        if arm.key in old:
            yield from _changes_of(after.key, old[arm.key], arm)


def _changes_of(about: ExperimentKey, before: Arm, after: Arm) -> Iterator[Difference]:
    old, new = Counter(words.changes(before)), Counter(words.changes(after))
    gone, added = list((old - new).elements()), list((new - old).elements())
    if len(gone) == len(added) == 1:
        yield Difference(about, Kind.CHANGE, after.key, gone[0], added[0], Moves.NOBODY)
        return
    yield from (Difference(about, Kind.CHANGE_GONE, after.key, said, "", Moves.NOBODY) for said in gone)
    yield from (Difference(about, Kind.CHANGE_ADDED, after.key, "", said, Moves.NOBODY) for said in added)
    if not gone and not added:
        yield from _same_changes(about, before, after)


def _same_changes(about: ExperimentKey, before: Arm, after: Arm) -> Iterator[Difference]:
    """The same changes can still be made in another order, or be waited for in another way."""
    first, then = words.listed(words.changes(before)), words.listed(words.changes(after))
    if first != then:
        yield Difference(about, Kind.CHANGE, after.key, first, then, Moves.NOBODY)
    unseen, then = words.listed(before.guards), words.listed(after.guards)
    if unseen != then:
        yield Difference(about, Kind.UNSEEN, after.key, unseen, then, Moves.NOBODY)


def _layer(before: PlannedExperiment, after: PlannedExperiment, place: LayerRange | None) -> Iterator[Difference]:
    """Taking less of its part moves nobody; losing some of it does."""
    if before.layer == after.layer:
        return
    said = words.place(before.layer), words.place(after.layer)
    yield Difference(
        after.key, Kind.LAYER, "", *said, Moves.NOBODY if _within(before.layer, place) else Moves.NEWCOMERS
    )


def _within(before: LayerRange | None, place: LayerRange | None) -> bool:
    """Whether what it has may still be used, as `rules/dealing.py` asks."""
    if before is None or place is None:
        return False
    return before.layer == place.layer and place.start <= before.start and before.end <= place.end


_Words = Callable[[PlannedExperiment], str]

_WORDED: tuple[tuple[Kind, Moves | None, _Words], ...] = (
    (Kind.TRAFFIC, Moves.NOBODY, lambda x: words.share(x.traffic)),
    (Kind.PAGES, Moves.NOBODY, words.pages),
    (Kind.AUDIENCE, Moves.NOBODY, lambda x: words.audience(x.who)),
    (Kind.BEGIN, Moves.NOBODY, lambda x: words.moment(x.start, "at once")),
    (Kind.END, Moves.NOBODY, lambda x: words.moment(x.end, "never")),
    (Kind.JUDGED_BY, None, lambda x: words.listed(x.goals)),
)
"""What is said of both and compared as it is said."""


def _worded(before: PlannedExperiment, after: PlannedExperiment) -> Iterator[Difference]:
    for kind, moves, say in _WORDED:
        if say(before) != say(after):
            yield Difference(after.key, kind, "", say(before), say(after), moves)


_LOOKS = (_variations, _changes, _worded)
"""Ways in which an experiment that goes on can differ, all but its place in a layer."""
