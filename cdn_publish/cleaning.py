"""Takes old releases' bodies away, once nobody can want them: never those of the last 20, or of the last 30 days.

May not know what the artifacts say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from cdn_publish.history import History
from cdn_publish.layout import Environment, Place, digest_in
from cdn_publish.site_files import SiteFiles
from cdn_publish.target import Target
from domain.artifact import Digest
from domain.names import SiteKey, is_key

KEPT_RELEASES = 20
KEPT_DAYS = 30


async def clean(target: Target, place: Place, at: datetime) -> tuple[Digest, ...]:
    """Take away what `kept` doesn't name; what was taken. The log keeps every line. Raises TargetError, DamagedError.

    Bodies that no release names are left: their publisher may be about to name them.
    """
    files = SiteFiles(target, place)
    history = (await files.log()).history
    logged = {release.digest for release in history.releases}
    there = {digest_in(path) for path in await target.names(place.bodies)}
    old = sorted(digest for digest in there & logged if digest is not None and digest not in kept(history, at))
    taken = {digest: await files.whatever_bodies(digest) for digest in old}
    for digest in old:
        await files.delete_bodies(digest)
    # A rollback may have named one of them meanwhile.
    wanted = kept((await files.log()).history, at) & taken.keys()
    for digest in wanted:
        await files.put_bodies(digest, taken[digest])
    return tuple(digest for digest in old if digest not in wanted)


async def published_sites(target: Target) -> tuple[Place, ...]:
    """Every site of every environment that has anything in the target. Raises TargetError."""
    names = {environment: await target.folders(environment) for environment in Environment}
    return tuple(Place(where, SiteKey(name)) for where, found in names.items() for name in found if is_key(name))


def kept(history: History, at: datetime) -> set[Digest]:
    """The contents of the last 20 releases, and of all that were live in the last 30 days."""
    releases = history.releases
    newest = {release.digest for release in releases[-KEPT_RELEASES:]}
    since = at - timedelta(days=KEPT_DAYS)
    return newest | {release.digest for release, following in pairwise(releases) if following.at > since}
