"""The two shapes in which GrowthBook hands experiments out, made one: that of an auto experiment in an SDK payload.

May not know what a definition is made of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from config_compiler.imports.growthbook_conditions import with_members
from config_compiler.imports.left_out import Omissions
from config_compiler.imports.parsed import items, mapping, text

Experiment = dict[str, object]

_ALIKE = ("hashAttribute", "fallbackAttribute", "bucketVersion", "minBucketVersion")
_ENCRYPTED = ("encryptedFeatures", "encryptedExperiments", "encryptedSavedGroups")


def experiments_in(parsed: object, omissions: Omissions) -> Iterator[Experiment]:
    """Every experiment of a payload or an export."""
    root = mapping(parsed)
    for name in _ENCRYPTED:
        if root.get(name):
            do = "take the payload of a connection without encryption"
            omissions.add("", f'"{name}"', "it is encrypted", do)
    single = [root["experiment"]] if mapping(root.get("experiment")) else []
    groups = mapping(root.get("savedGroups"))
    for each in _every(root, [*single, *items(root.get("experiments"))], omissions):
        yield {**each, "condition": with_members(each.get("condition"), groups)}


def _every(root: Experiment, experiments: list[object], omissions: Omissions) -> Iterator[Experiment]:
    for each in map(mapping, experiments):
        yield from _exported(each, root, omissions) if "phases" in each else (each,)
    for key, feature in _features(root).items():
        yield from _of_feature(key, mapping(feature), omissions)


def _features(root: Experiment) -> Experiment:
    """The features of a payload, or a file that holds nothing else, as some sites carry it with them."""
    bare = root and all("defaultValue" in mapping(each) or "rules" in mapping(each) for each in root.values())
    return root if bare else mapping(root.get("features"))


def _of_feature(key: str, feature: Experiment, omissions: Omissions) -> Iterator[Experiment]:
    for rule in map(mapping, items(feature.get("rules"))):
        if not items(rule.get("variations")):
            do = "keep it in the site's own code, or write a personalisation"
            omissions.add(f'the feature "{key}"', "a rule that is no experiment", "there are no feature flags here", do)
            continue
        values = items(rule.get("variations"))
        do = "write what each variation changes"
        omissions.add(f'the feature "{key}"', "the values", "the site's own code reads them", do)
        yield {**rule, "key": rule.get("key") or key, "variations": [{} for _ in values]}
    if not items(feature.get("rules")):
        omissions.add("", f'the feature "{key}"', "it has no experiment", "keep it in the site's own code")


def _exported(exported: Experiment, root: Experiment, omissions: Omissions) -> Iterator[Experiment]:
    phases = items(exported.get("phases"))
    phase = mapping(phases[-1]) if phases else {}
    where = f'"{text(exported.get("trackingKey")) or text(exported.get("name"))}"'
    if len(phases) > 1:
        omissions.add(where, f"{len(phases) - 1} earlier phases", "they are over", "nothing needs to be done")
    arms = [mapping(each) for each in items(exported.get("variations"))]
    names = [text(arm.get("variationId")) or text(arm.get("id")) for arm in arms]
    split = {text(mapping(s).get("variationId")): mapping(s).get("weight") for s in items(phase.get("trafficSplit"))}
    weights = [split.get(name) for name in names] if split else items(phase.get("variationWeights"))
    common: Experiment = {
        "key": exported.get("trackingKey") or exported.get("name"),
        "name": exported.get("name"),
        "hypothesis": exported.get("hypothesis"),
        "weights": weights,
        "coverage": phase.get("coverage"),
        "condition": _condition(where, phase, omissions),
        **_namespace(phase),
        "parentConditions": phase.get("prerequisites"),
        **{member: exported.get(member) for member in _ALIKE},
        "force": names.index(released) if (released := _released(exported)) in names else None,
        "meta": arms,
    }
    if items(phase.get("savedGroupTargeting")) or items(phase.get("savedGroups")):
        do = "add them to audience before it is started, or it is for more visitors"
        omissions.add(where, "its saved groups", "their members are not in the file", do)
    sets = [each for each in _changesets(exported, root) if each.get("experiment") in (None, "", exported.get("id"))]
    if not sets:
        yield {**common, "variations": [{} for _ in arms]}
    for changeset in sets:
        visual = {text(mapping(c).get("variation")): mapping(c) for c in items(changeset.get("visualChanges"))}
        changes = [visual.get(name, {}) for name in names]
        patterns = items(changeset.get("urlPatterns")) or _one_pattern(changeset.get("urlPattern"))
        keeps_query = changeset.get("persistQueryString")
        yield {**common, "urlPatterns": patterns, "variations": changes, "persistQueryString": keeps_query}


def _changesets(exported: Experiment, root: Experiment) -> list[Experiment]:
    """Visual changes and redirects, beside the experiment or inside it."""
    visual, redirects = (items(exported.get(m)) or items(root.get(m)) for m in ("visualChangesets", "urlRedirects"))
    return [*map(mapping, visual), *(_redirecting(mapping(each)) for each in redirects)]


def _redirecting(redirect: Experiment) -> Experiment:
    """A redirect, written as a set of visual changes."""
    targets = [mapping(each) for each in items(redirect.get("destinationURLs"))]
    changes = [{"variation": each.get("variation"), "urlRedirect": each.get("url")} for each in targets]
    return {**redirect, "visualChanges": changes}


def _one_pattern(pattern: object) -> list[object]:
    return [{"include": True, "type": "simple", "pattern": pattern}] if text(pattern) else []


def _released(exported: Experiment) -> str:
    """The variation that everybody is given after a stop."""
    summary = mapping(exported.get("resultSummary"))
    given = text(exported.get("releasedVariationId")) or text(summary.get("releasedVariationId"))
    return given if exported.get("status") == "stopped" else ""


def _condition(where: str, phase: Experiment, omissions: Omissions) -> object:
    written = text(phase.get("targetingCondition")) or text(phase.get("condition"))
    try:
        return json.loads(written) if written else {}
    except (ValueError, RecursionError):
        omissions.add(where, "its condition", "it is not JSON", "write audience before it is started")
        return {}


def _namespace(phase: Experiment) -> Experiment:
    namespace = mapping(phase.get("namespace"))
    ranges = items(namespace.get("ranges")) or [namespace.get("range")]
    if namespace.get("enabled") is False:
        return {}
    return {"filters": [{"seed": namespace.get("namespaceId") or namespace.get("name"), "ranges": ranges}]}
