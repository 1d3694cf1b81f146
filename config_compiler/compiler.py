"""The compiler on one screen: a site's definition to the artifacts that its visitors will load.

Pure: text in, artifacts or findings out. May not know where text comes from or where artifacts go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from config_compiler.check import check
from config_compiler.checking import Checked, Rejected, check_site
from config_compiler.emit import costs, emit
from config_compiler.finding import Finding, Problems
from config_compiler.link import MissingModuleError, link
from config_compiler.lower import Lowered, RelayRules, lower
from config_compiler.parse import parse
from config_compiler.source import Source
from config_compiler.template import Runtime
from domain.artifact import ArtifactSet
from domain.plan import Plan
from domain.site import Site

__all__ = [
    "Checked",
    "Compiled",
    "Deployment",
    "MissingModuleError",
    "Rejected",
    "Runtime",
    "check_site",
    "compile_site",
    "plan_site",
    "switch_off",
]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What an installation of Leadbright adds to every site."""

    relay_url: str
    """Where beacons go: scheme, host and port."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A site ready to be published; `findings` holds warnings only."""

    site: Site
    plan: Plan
    artifacts: ArtifactSet
    findings: tuple[Finding, ...]
    costs: tuple[tuple[str, int], ...] = ()
    """What `lb.js` spends on the core, on each feature that the plan uses and on the plan itself, in bytes."""


def compile_site(
    source: Source, published: Site | Plan | None, runtime: Runtime, deployment: Deployment
) -> Compiled | Rejected:
    """Turn one site's definition into the artifacts its visitors will load; `published` is what is live.

    Raises MissingModuleError.
    """
    problems = Problems()
    definition = parse(source, problems)  # what was written
    site = check(definition, published, problems)  # what it means
    if site is None:
        return Rejected(problems.findings)
    lowered = lower(site, deployment.relay_url)  # what browsers and relays need of it
    linked = link(lowered, runtime)  # with the code that this site uses
    return Compiled(site, lowered.plan, emit(linked), problems.findings, costs(linked))


def switch_off(plan: Plan, runtime: Runtime) -> ArtifactSet:
    """The artifacts of a site that is published, without any experiment: counting goes on. Raises MissingModuleError.

    What relays need is not among it, since what was published for them is right as it is.
    """
    off = Lowered(replace(plan, experiments=()), RelayRules(plan.site, plan.timezone, (), (), ()))
    made = emit(link(off, runtime))
    return ArtifactSet(made.site, tuple(artifact for artifact in made.artifacts if artifact.name != "relay.json"))


def plan_site(site: Site) -> Plan:
    """The plan alone, to decide by; it names no relay."""
    return lower(site, "").plan
