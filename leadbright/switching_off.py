"""The kill switch: what is live, without its experiments. Counting goes on.

May not know who asks for it.
"""

from __future__ import annotations

from cdn_publish.layout import Place
from cdn_publish.site_files import SiteFiles
from cdn_publish.target import Target
from config_compiler.compiler import switch_off
from config_compiler.template import Runtime
from domain.artifact import Artifact, ArtifactSet
from leadbright.plan_file import read_plan


async def switched_off(target: Target, place: Place, runtime: Runtime) -> ArtifactSet | None:
    """What to publish in its place; None where nothing is live.

    Raises TargetError, MissingModuleError, and ValueError for a plan of another version of Leadbright.
    """
    served = await SiteFiles(target, place).pointers()
    if not {"config.json", "relay.json"} <= served.keys():
        return None
    made = switch_off(read_plan(served["config.json"].body), runtime)
    rules = Artifact("relay.json", served["relay.json"].body, "application/json")
    return ArtifactSet(place.site, (*made.artifacts, rules))
