"""The kill switch: what is live, without its experiments. Counting goes on.

May not know who asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdn_publish.history import DamagedError
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
    bodies = await _live_bodies(SiteFiles(target, place))
    if not {"config.json", "relay.json"} <= bodies.keys():
        return None
    made = switch_off(read_plan(bodies["config.json"]), runtime)
    rules = Artifact("relay.json", bodies["relay.json"], "application/json")
    return ArtifactSet(place.site, (*made.artifacts, rules))


async def _live_bodies(files: SiteFiles) -> Mapping[str, bytes]:
    """All of one release: pointers may be on their way from one to the next. Where that is damaged, what is served."""
    try:
        live = (await files.log()).history.live
        if live is not None:
            return await files.bodies(live.digest)
    except DamagedError:
        pass  # a kill switch asks for no more than it needs
    return {name: pointer.body for name, pointer in (await files.pointers()).items()}
