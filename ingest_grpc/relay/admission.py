"""Whether a beacon is kept, and what is added to it: named steps in order, the first refusal ends it.

Pure but for the quotas. May not know how a beacon came in or where it goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

from domain.address import NO_ADDRESS, Address, Sources
from domain.beacon import Admitted, Converted, Entry, Exposed, OpReported, Surroundings
from domain.names import SiteKey
from domain.quota import Quota
from domain.signature import is_signed
from ingest_grpc.relay.address import Countries, country_said
from ingest_grpc.relay.agent import UNSAID, Agent, read_agent
from ingest_grpc.relay.beacon import Beacon
from ingest_grpc.relay.channel import NO_PROVENANCE, Provenance, provenance
from ingest_grpc.relay.counts import Counts
from ingest_grpc.relay.page import counted_page
from ingest_grpc.relay.refusals import Refusal
from ingest_grpc.relay.rules import NO_RULES, SiteRules


class Arrival(Struct, frozen=True):
    """A beacon as it came in: texts as the browser sent them, empty where it sent none."""

    site: str
    nonce: str
    body: bytes
    origin: str = ""
    user_agent: str = ""
    address: Address = NO_ADDRESS
    country: str = ""
    """What a trusted proxy says."""
    signature: str = ""
    """What a site's own back end says in place of an origin: `t=SECONDS,v1=HEX`."""

    def __repr__(self) -> str:
        return f"Arrival({self.site!r}, …)"


SecretOf = Callable[[SiteKey], str]
"""The secret of a site; empty where there is none, and then nothing can be signed."""

SIGNATURE_MS = 300_000
"""How far the time in a signature may be off."""

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def no_secrets(_: SiteKey) -> str:
    """Stands in where no site has a secret."""
    return ""


@dataclass(frozen=True, slots=True)
class Gate:
    """What admission needs besides the beacon and its site's rules."""

    countries: Countries
    sources: Sources
    source_quota: Quota
    site_quota: Quota
    counts: Counts
    secret_of: SecretOf


@dataclass(slots=True)
class Draft:
    """A beacon on its way in; each step fills in its part."""

    arrival: Arrival
    beacon: Beacon
    found: SiteRules | Refusal
    """The rules of the site that the beacon names, or why there are none."""
    now_ms: int
    is_signed: bool = False
    """Whether a site's own back end sent it, so that nothing about where it comes from says anything of a visitor."""
    is_paid_for: bool = False
    """Whether it was weighed against the quotas before."""
    rules: SiteRules = NO_RULES
    today: int = 0
    """The site-local day here."""
    day: int = 0
    page: str = ""
    country: str = ""
    agent: Agent = UNSAID
    provenance: Provenance = NO_PROVENANCE
    entries: tuple[Entry, ...] = ()

    def admitted(self) -> Admitted:
        """What is kept of it."""
        origin, agent = self.provenance, self.agent
        surroundings = _surroundings(
            self.page,
            origin.channel,
            origin.source,
            origin.campaign,
            self.country,
            agent.platform,
            agent.browser,
            agent.device,
        )
        return Admitted(self.beacon.nonce, SiteKey(self.arrival.site), self.day, surroundings, self.entries)


Step = Callable[[Draft, Gate], Refusal | None]


def admit(draft: Draft, gate: Gate) -> Admitted | Refusal:
    """Take a beacon through every step."""
    for step in STEPS:
        refusal = step(draft, gate)
        if refusal is not None:
            return refusal
    return draft.admitted()


def refuse_unknown_site(draft: Draft, _: Gate) -> Refusal | None:
    """A site is known by what is published of it."""
    if isinstance(draft.found, Refusal):
        return draft.found
    draft.rules = draft.found
    draft.today = draft.rules.day(draft.now_ms)
    return None


def refuse_bad_signature(draft: Draft, gate: Gate) -> Refusal | None:
    """A beacon that claims to be of a site's back end is, or is not kept; its nonce keeps it from being replayed."""
    arrival = draft.arrival
    if not arrival.signature:
        return None
    site = draft.rules.site
    said, secret = _SIGNATURE.fullmatch(arrival.signature), gate.secret_of(site)
    if said is None or not secret:
        return Refusal.BAD_SIGNATURE
    at_s = int(said[1])
    if not is_signed(secret, site, arrival.nonce, at_s, arrival.body, said[2]):
        return Refusal.BAD_SIGNATURE
    draft.is_signed = True
    return None if abs(draft.now_ms - at_s * 1000) <= SIGNATURE_MS else Refusal.STALE_SIGNATURE


def refuse_foreign_origin(draft: Draft, _: Gate) -> Refusal | None:
    """Only a browser is kept honest by this: anyone else can write any origin."""
    return None if draft.is_signed or draft.rules.owns(draft.arrival.origin) else Refusal.FOREIGN_ORIGIN


def refuse_declared_bot(draft: Draft, _: Gate) -> Refusal | None:
    """A machine that says so is not a visitor."""
    if draft.is_signed:
        return None
    return Refusal.DECLARED_BOT if read_agent(draft.arrival.user_agent).is_bot else None


def refuse_unknown_names(draft: Draft, _: Gate) -> Refusal | None:
    """Experiments, variations and goals must be named by the live release or a recent one."""
    for entry in draft.beacon.entries:
        check = _NAMES.get(type(entry))
        if check is not None and (refusal := check(entry, draft.rules)) is not None:
            return refusal
    return None


def refuse_over_quota(draft: Draft, gate: Gate) -> Refusal | None:
    """A place that sends too much is stopped before it can use up the site's own share."""
    if draft.is_paid_for:
        return None
    if not draft.is_signed:
        source = gate.sources.of(draft.arrival.address, draft.now_ms)
        if not gate.source_quota.take(source, draft.now_ms):
            return Refusal.SOURCE_OVER_QUOTA
    return None if gate.site_quota.take(draft.rules.site, draft.now_ms) else Refusal.SITE_OVER_QUOTA


def put_day(draft: Draft, gate: Gate) -> None:
    """The browser's day where it is at most one off (the beacon may have waited in its outbox), else ours."""
    today = draft.today
    claimed = draft.beacon.day
    draft.day = claimed
    if not -1 <= claimed - today <= 1:
        draft.day = today
        gate.counts.skewed += 1


def put_country(draft: Draft, gate: Gate) -> None:
    """What a trusted proxy says, else what the database says; the address ends here."""
    if draft.is_signed:
        return
    draft.country = country_said(draft.arrival.country) or gate.countries(draft.arrival.address)


def put_browser_and_platform(draft: Draft, _: Gate) -> None:
    """The families that the user agent names, and nothing finer; the user agent ends here."""
    if not draft.is_signed:
        draft.agent = read_agent(draft.arrival.user_agent)


def put_channel(draft: Draft, _: Gate) -> None:
    """Channel, source and campaign; a page of the site itself is not where anybody came from."""
    referrer, source, medium, campaign = draft.beacon.source
    if referrer and draft.rules.owns(f"https://{referrer}"):
        referrer = ""
    draft.provenance = provenance(referrer, source, medium, campaign)


def put_page(draft: Draft, _: Gate) -> None:
    """The path, with what looks personal taken out."""
    draft.page = counted_page(draft.beacon.path)


def put_caps(draft: Draft, _: Gate) -> None:
    """Each goal's cap, which the browser does not know."""
    entries = draft.beacon.entries
    capped = {e.goal for e in entries if type(e) is Converted and draft.rules.caps[e.goal]}
    draft.entries = tuple(_capped(e, draft.rules) for e in entries) if capped else entries


STEPS: tuple[Step, ...] = (  # a beacon's life; the first refusal ends it
    refuse_unknown_site,
    refuse_bad_signature,
    refuse_foreign_origin,
    refuse_declared_bot,
    refuse_over_quota,  # before whatever makes us read the rules again
    refuse_unknown_names,
    put_day,
    put_country,  # the last step that sees the address
    put_browser_and_platform,
    put_channel,
    put_page,
    put_caps,
)


def _capped(entry: Entry, rules: SiteRules) -> Entry:
    if type(entry) is not Converted:
        return entry
    return Converted(entry.goal, entry.count, entry.total, entry.standings, entry.amount, rules.caps[entry.goal])


# The same few come again and again, and building a frozen one takes longer than remembering it.
_surroundings = lru_cache(maxsize=8192)(Surroundings)


def _arm(run: str, variation: str, rules: SiteRules) -> Refusal | None:
    variations = rules.experiments.get(run)
    if variations is None:
        return Refusal.UNKNOWN_EXPERIMENT
    return None if variation in variations else Refusal.UNKNOWN_VARIATION


def _exposed(entry: Exposed, rules: SiteRules) -> Refusal | None:
    if any(goal not in rules.caps for goal, _ in entry.before):
        return Refusal.UNKNOWN_GOAL
    return _arm(entry.run, entry.variation, rules)


def _converted(entry: Converted, rules: SiteRules) -> Refusal | None:
    if entry.goal not in rules.caps:
        return Refusal.UNKNOWN_GOAL
    for s in entry.standings:
        if (refusal := _arm(s.run, s.variation, rules)) is not None:
            return refusal
    return None


def _reported(entry: OpReported, rules: SiteRules) -> Refusal | None:
    return _arm(entry.run, entry.variation, rules)


_NAMES: dict[type, Callable[..., Refusal | None]] = {
    Exposed: _exposed,
    Converted: _converted,
    OpReported: _reported,
}
