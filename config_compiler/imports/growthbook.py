"""A definition from what GrowthBook hands out: an SDK payload, or an export of experiments with visual changes.

Everything becomes a draft: visitors are dealt out otherwise here, so nothing runs before somebody has looked at it.
May not know where the payload came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from config_compiler.imports.growthbook_changes import changes_of, has_script
from config_compiler.imports.growthbook_conditions import condition_of
from config_compiler.imports.growthbook_exports import Experiment, experiments_in
from config_compiler.imports.growthbook_namespaces import namespaces_of
from config_compiler.imports.growthbook_pages import hosts_of, pages_of
from config_compiler.imports.left_out import Imported, Omissions
from config_compiler.imports.parsed import items, key_from, line, mapping, number, text
from config_compiler.imports.trial import GOAL, Trial, site_syntax
from config_compiler.imports.writing import Value, written
from config_compiler.rules.domains import is_domain
from config_compiler.source import SITE_FILE
from domain.experiment import WHOLE

PLACEHOLDER = "shop.example"

_NO_TWIN = {
    "parentConditions": ("what it depends on", "write it as an audience"),
    "ranges": ("its ranges", "use weights and traffic"),
    "force": ("the variation that everybody is given", "take the variation into the site, or write a personalisation"),
    "groups": ("its groups", "write an audience"),
    "url": ("its old pattern of addresses", "write pages"),
    "manual": ("that the site's own code starts it", "write an audience that asks for data.NAME"),
    "persistQueryString": ("that redirects keep the query", "nothing needs to be done where it does not matter"),
    "fallbackAttribute": ("its second attribute to tell people apart by", "nothing needs to be done"),
    "bucketVersion": ("its version of buckets", "raise phase to deal visitors out anew"),
    "minBucketVersion": ("its version of buckets", "raise phase to deal visitors out anew"),
}
"""Members that have no twin here: what each is, and what to do."""


@dataclass(slots=True)
class _Layers:
    """The layers so far, and how much of each is given away."""

    given: dict[str, int] = field(default_factory=dict)

    def share(self, where: str, each: Experiment, omissions: Omissions) -> dict[str, Value]:
        """`layer` of an experiment, or nothing."""
        (name, ranges), *others = namespaces_of(each) or [("", [])]
        for other, _ in others:
            omissions.add(where, f'the namespace "{line(other)}"', "an experiment is in one layer", "use one of them")
        if not name:
            return {}
        key, share = key_from(name, (), "layer"), round(sum(ranges) * WHOLE)
        if share <= 0 or self.given.get(key, 0) + share > WHOLE:
            because = "experiments of one layer share no visitor, and its ranges overlap or are empty"
            omissions.add(where, f'the namespace "{line(name)}"', because, "write layer by hand")
            return {}
        self.given[key] = self.given.get(key, 0) + share
        return {"layer": {"key": key, "share": _percent(share)}}


def imported(parsed: object, site: str, domains: Sequence[str] = ()) -> Imported:
    """The definition of a payload or an export, as parsed from JSON.

    Raises ValueError where it holds no experiment at all.
    """
    omissions = Omissions()
    experiments = list(experiments_in(parsed, omissions))
    if not experiments and not omissions.all:
        raise ValueError("it holds neither features nor experiments")
    scripts = any(has_script(variation) for each in experiments for variation in items(each.get("variations")))
    head = site_syntax(site, "", _domains(domains, experiments, omissions), scripts=scripts)
    _say_what_is_otherwise(experiments, scripts, omissions)
    trial, layers = Trial(head), _Layers()
    files: dict[str, str] = {}
    keys: set[str] = set()
    for each in experiments:
        key = key_from(text(each.get("key")) or text(each.get("name")), keys, "experiment")
        if syntax := _experiment(key, each, trial, layers, omissions):
            keys.add(key)
            files[f"experiments/{key}.yaml"] = written(syntax)
    if layers.given:
        head["layers"] = tuple({"key": key} for key in sorted(layers.given))
    files = {SITE_FILE: written(head), **files}
    for finding in trial.of_all(files):
        omissions.add("", "something that check refuses", finding.message, finding.hint or f"see {finding.span.file}")
    return Imported(files, omissions.all)


def _domains(given: Sequence[str], experiments: Sequence[Experiment], omissions: Omissions) -> list[str]:
    named = (host for each in experiments for host in hosts_of(each.get("urlPatterns")))
    found = list(given) or [host for host in dict.fromkeys(named) if is_domain(host)]
    if not found:
        do = f"write them in site.yaml instead of {PLACEHOLDER}"
        omissions.add("", "the site's domains", "they are not in the file", do)
    return found or [PLACEHOLDER]


def _say_what_is_otherwise(experiments: Sequence[Experiment], scripts: bool, omissions: Omissions) -> None:
    if experiments:
        because = "visitors are told apart by a number of their browser here, not by an attribute"
        omissions.add("", "who has which variation", because, "start the experiments anew; all are drafts")
        do = f'report the event "{GOAL}" or write the goals in site.yaml'
        omissions.add("", "the metrics", "they are not in the file", do)
    if scripts:
        because = "the site had no such rule"
        omissions.add("", "that scripts are forbidden", because, "take scripts: allowed away once none is needed")


def _experiment(
    key: str, each: Experiment, trial: Trial, layers: _Layers, omissions: Omissions
) -> dict[str, Value] | None:
    where = f'"{key}"'
    variations = items(each.get("variations"))
    if len(variations) < 2:
        omissions.add(where, "the experiment", "it has fewer than two variations", "write it as a personalisation")
        return None
    for member, (what, do) in _NO_TWIN.items():
        if each.get(member) not in (None, False, [], {}, ""):
            omissions.add(where, what, f'there is no twin of "{member}" here', do)
    arms = _arms(where, each, trial, omissions)
    pages = pages_of(where, each.get("urlPatterns"), trial, omissions)
    audience = _audience(where, each, trial, omissions)
    coverage = number(each.get("coverage"))
    traffic = WHOLE if coverage is None else round(min(max(coverage, 0.0), 1.0) * WHOLE)
    words = {word: line(text(each.get(word))) for word in ("name", "hypothesis")}
    return {
        "experiment": key,
        **{word: said for word, said in words.items() if said},
        "status": "draft",
        **({"pages": pages} if pages else {}),
        **({"audience": audience} if audience else {}),
        **({"traffic": _percent(traffic)} if traffic < WHOLE else {}),
        **layers.share(where, each, omissions),
        "goals": {"primary": GOAL},
        "variations": arms,
    }


def _audience(where: str, each: Experiment, trial: Trial, omissions: Omissions) -> dict[str, Value] | None:
    audience = condition_of(where, each.get("condition"), omissions)
    if audience and (refusal := trial.of_audience(audience)):
        do = f"{refusal.hint or 'write audience anew'}; without it the experiment is for everybody"
        omissions.add(where, "its condition", refusal.message, do)
        return None
    return audience


def _arms(where: str, each: Experiment, trial: Trial, omissions: Omissions) -> tuple[Value, ...]:
    variations, meta = items(each.get("variations")), items(each.get("meta"))
    taken: list[str] = []
    arms: list[Value] = []
    for n, (variation, weight) in enumerate(zip(variations, _weights(where, each, omissions), strict=True)):
        about = mapping(meta[n]) if n < len(meta) else {}
        named = text(about.get("name")) or text(about.get("key"))
        key = key_from(named, taken, f"variation-{n}" if n else "control")
        taken.append(key)
        changes = changes_of(f'{where}, variation "{key}"', variation, trial, omissions)
        arms.append({"key": key, "weight": _percent(weight), **({"changes": changes} if changes else {})})
    return tuple(arms)


def _weights(where: str, each: Experiment, omissions: Omissions) -> list[int]:
    """Shares per ten thousand, which are all of them together."""
    count = len(items(each.get("variations")))
    written_down = items(each.get("weights"))
    shares = [share for share in map(number, written_down) if share is not None and share >= 0]
    if len(shares) != count or abs(sum(shares) - 1) > 0.01:
        if written_down:
            omissions.add(where, "its weights", "they are not one together", "check them; they are equal now")
        shares = [1 / count] * count
    exact = [share / sum(shares) * WHOLE for share in shares]
    whole = [int(share + 1e-6) for share in exact]
    for n in sorted(range(count), key=lambda n: whole[n] - exact[n])[: WHOLE - sum(whole)]:
        whole[n] += 1
    return whole


def _percent(share: int) -> str:
    return f"{share / 100:.2f}".rstrip("0").rstrip(".") + "%"
