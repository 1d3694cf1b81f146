"""Accounts, members, invitations and sessions as they are kept, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from domain.names import SiteKey
from tests.web.conftest import Clock, Web
from web.members.store import Changed
from web.openid.provider import Identity
from web.openid.store import ATTEMPT_MS
from web.people.store import INVITATION_MS, MOST_INVITATIONS, NEWCOMER_MS, Joined, Membership, Newcomer
from web.permission import Role
from web.sessions.session import FIRST_ACCOUNT, HOUR_MS, IDLE_MS, SESSION_MS, Listed, name_of
from web.store import Store, open_store
from web.tokens import digest

ANNA = Identity("https://id.company.example", "anna")


async def signed_up(store: Store, subject: str = "anna") -> Membership:
    """The owner of a new account."""
    secret = await store.people.receive(Newcomer(Identity(ANNA.issuer, subject), "company"))
    joined = await store.people.sign_up(str(secret), f"The account of {subject}")
    assert joined is not None
    return joined.membership


async def joined(store: Store, account: int, role: Role, subject: str) -> Membership:
    """Somebody new, who was invited."""
    token = await store.people.invite(account, role, "owner")
    secret = await store.people.receive(Newcomer(Identity(ANNA.issuer, subject), "company"))
    member = await store.people.join_as_newcomer(str(token), str(secret))
    assert member is not None
    return member.membership


async def roles(store: Store, account: int) -> dict[int, Role]:
    """Who is what."""
    return {each.person: each.role for each in await store.members.listed(account)}


async def test_whoever_signs_up_owns_a_new_account(store: Store) -> None:
    first, second = await signed_up(store), await signed_up(store, "ben")
    assert FIRST_ACCOUNT not in {first.account, second.account}
    assert first.account != second.account
    assert await store.people.membership(ANNA) == first
    assert await store.people.account_name(first.account) == "The account of anna"
    assert await roles(store, first.account) == {first.person: Role.OWNER}


async def test_the_same_name_of_another_issuer_is_somebody_else(store: Store) -> None:
    await signed_up(store)
    assert await store.people.membership(Identity("https://id.rival.example", "anna")) is None
    assert await store.people.membership(Identity(ANNA.issuer, "Anna")) is None


async def test_of_many_forms_at_once_one_makes_an_account(store: Store) -> None:
    secrets = [await store.people.receive(Newcomer(ANNA, "company")) for _ in range(6)]
    made = await asyncio.gather(*(store.people.sign_up(str(secret), "Mine") for secret in (*secrets, *secrets)))
    found = {each.membership for each in made if isinstance(each, Joined)}
    assert len(found) == 1


async def test_an_invitation_lets_one_person_in(store: Store) -> None:
    owner = await signed_up(store)
    token = str(await store.people.invite(owner.account, Role.EDITOR, "member 1"))
    others = [await signed_up(store, f"other-{n}") for n in range(5)]
    came = await asyncio.gather(*(store.people.join_as_person(token, each.person) for each in others))
    assert sum(each is not None for each in came) == 1
    assert sorted(role.value for role in (await roles(store, owner.account)).values()) == ["editor", "owner"]
    assert await store.people.invitation(token) is None


async def test_an_invitation_is_good_for_a_week_or_until_it_is_taken_back(store: Store, clock: Clock) -> None:
    owner = await signed_up(store)
    token = str(await store.people.invite(owner.account, Role.VIEWER, "member 1"))
    (listed,) = await store.people.invitations(owner.account)
    stranger = await signed_up(store, "stranger")
    assert not await store.people.take_back(stranger.account, listed.handle, tuple(Role))
    assert not await store.people.take_back(owner.account, listed.handle, (Role.EDITOR,))
    assert await store.people.take_back(owner.account, listed.handle, (Role.VIEWER,))
    assert await store.people.join_as_person(token, stranger.person) is None
    late = str(await store.people.invite(owner.account, Role.VIEWER, "member 1"))
    clock.seconds += INVITATION_MS / 1000
    assert await store.people.join_as_person(late, stranger.person) is None
    assert await store.people.invitations(owner.account) == ()


async def test_whoever_is_in_the_account_keeps_the_role(store: Store) -> None:
    owner = await signed_up(store)
    token = str(await store.people.invite(owner.account, Role.VIEWER, "member 1"))
    assert await store.people.join_as_person(token, owner.person) == owner
    assert await roles(store, owner.account) == {owner.person: Role.OWNER}


async def test_an_account_has_so_many_open_invitations(store: Store) -> None:
    made = [await store.people.invite(FIRST_ACCOUNT, Role.VIEWER, "owner") for _ in range(MOST_INVITATIONS + 1)]
    assert made[-1] is None
    assert None not in made[:-1]


async def test_the_last_owner_stays(store: Store) -> None:
    owner = await signed_up(store)
    account, person = owner.account, owner.person
    assert await store.members.remove(account, person, Role.OWNER) is Changed.LAST_OWNER
    assert await store.members.change(account, person, Role.ADMIN, Role.OWNER) is Changed.LAST_OWNER
    await joined(store, account, Role.OWNER, "ben")
    assert await store.members.change(account, person, Role.ADMIN, Role.OWNER) is Changed.DONE


async def test_of_owners_who_remove_each_other_one_stays(store: Store) -> None:
    owner = await signed_up(store)
    others = [await joined(store, owner.account, Role.OWNER, f"other-{n}") for n in range(4)]
    everybody = (owner, *others)
    await asyncio.gather(*(store.members.remove(owner.account, each.person, Role.OWNER) for each in everybody))
    assert list((await roles(store, owner.account)).values()) == [Role.OWNER]


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
async def test_an_admin_reaches_neither_owners_nor_admins(store: Store, role: Role) -> None:
    owner = await signed_up(store)
    await joined(store, owner.account, Role.OWNER, "second")
    above = await joined(store, owner.account, role, "above")
    below = await joined(store, owner.account, Role.EDITOR, "below")
    by = Role.ADMIN
    assert await store.members.remove(owner.account, above.person, by) is Changed.NOT_YOURS
    assert await store.members.change(owner.account, above.person, Role.VIEWER, by) is Changed.NOT_YOURS
    assert await store.members.change(owner.account, below.person, role, by) is Changed.NOT_YOURS
    assert await store.members.change(owner.account, below.person, Role.PUBLISHER, by) is Changed.DONE


async def test_a_member_of_another_account_is_nobody(store: Store) -> None:
    owner, other = await signed_up(store), await signed_up(store, "ben")
    assert await store.members.remove(owner.account, other.person, Role.OWNER) is Changed.NOBODY


async def test_another_role_holds_from_the_next_request_on_and_removal_too(store: Store) -> None:
    owner = await signed_up(store)
    member = await joined(store, owner.account, Role.PUBLISHER, "ben")
    secret = await store.sessions.begin(member.person, member.account, "company", None)

    async def role() -> Role | None:
        found = await store.sessions.find(secret)
        return None if found is None else found.role

    assert await role() is Role.PUBLISHER
    await store.members.change(owner.account, member.person, Role.VIEWER, Role.OWNER)
    assert await role() is Role.VIEWER
    await store.members.remove(owner.account, member.person, Role.OWNER)
    assert await role() is None


@pytest.mark.parametrize(
    ("becomes", "invitations", "tokens"),
    [
        (Role.OWNER, {"owner", "admin", "viewer"}, 2),
        (Role.ADMIN, {"viewer"}, 2),
        (Role.PUBLISHER, set(), 0),
        (Role.VIEWER, set(), 0),
        (None, set(), 0),
    ],
)
async def test_what_somebody_made_and_could_not_make_any_more_ends(
    store: Store, becomes: Role | None, invitations: set[str], tokens: int
) -> None:
    owner = await signed_up(store)
    ben, elsewhere = await joined(store, owner.account, Role.OWNER, "ben"), await signed_up(store, "carla")
    sites = {owner.account: ("boots", "hats"), elsewhere.account: ("scarves",)}
    for account, keys in sites.items():
        for role in (Role.OWNER, Role.ADMIN, Role.VIEWER):
            await store.people.invite(account, role, name_of(ben.person))
        await store.people.invite(account, Role.EDITOR, name_of(owner.person))
        for key in keys:
            await store.save_definition(SiteKey(key), {}, "owner", account=account)
            for by in (name_of(ben.person), name_of(owner.person), "a script"):
                await store.api.create(SiteKey(key), "pipeline", may_write=True, days=30, by=by)
    members, own = store.members, name_of(ben.person)
    if becomes is None:
        assert await members.remove(owner.account, ben.person, Role.OWNER) is Changed.DONE
    else:
        assert await members.change(owner.account, ben.person, becomes, Role.OWNER) is Changed.DONE

    async def left(account: int) -> tuple[set[str], int, int]:
        """Ben's invitations, Ben's tokens, and what others made."""
        open_ = await store.people.invitations(account)
        programs = [each for key in sites[account] for each in await store.api.tokens(SiteKey(key))]
        made_by = [each.made_by for each in open_] + [each.made_by for each in programs]
        own_tokens = sum(each.made_by == own for each in programs)
        return {x.role.value for x in open_ if x.made_by == own}, own_tokens, sum(by != own for by in made_by)

    assert await left(owner.account) == (invitations, tokens, 5)
    assert await left(elsewhere.account) == ({"owner", "admin", "viewer"}, 1, 3)


async def test_going_on_in_another_account_does_not_put_off_when_a_session_ends(store: Store, clock: Clock) -> None:
    anna = await signed_up(store)
    secret = await store.sessions.begin(anna.person, anna.account, "company", None)
    for _ in range(SESSION_MS // (IDLE_MS - HOUR_MS)):
        clock.seconds += (IDLE_MS - HOUR_MS) / 1000
        secret = await store.sessions.begin(anna.person, anna.account, "company", secret, goes_on=True)
        assert await store.sessions.find(secret) is not None
    clock.seconds += (IDLE_MS - HOUR_MS) / 1000
    late = await store.sessions.begin(anna.person, anna.account, "company", secret, goes_on=True)
    assert await store.sessions.find(late) is None
    anew = await store.sessions.begin(anna.person, anna.account, "company", late)
    assert await store.sessions.find(anew) is not None


async def test_nobody_goes_on_from_a_session_that_has_ended(store: Store) -> None:
    anna = await signed_up(store)
    ended = await store.sessions.begin(anna.person, anna.account, "company", None)
    await store.sessions.sign_out(ended)
    after = await store.sessions.begin(anna.person, anna.account, "company", ended, goes_on=True)
    assert await store.sessions.find(after) is None


async def test_somebody_ends_their_own_sessions_and_no_others(store: Store) -> None:
    anna, ben = await signed_up(store), await signed_up(store, "ben")
    here, there, third = [await store.sessions.begin(anna.person, anna.account, "company", None) for _ in range(3)]
    theirs = await store.sessions.begin(ben.person, ben.account, "company", None)
    session = await store.sessions.find(here)
    assert session is not None
    assert {each.handle for each in await store.sessions.listed(session)} == {digest(s) for s in (here, there, third)}
    assert [each.is_this for each in await store.sessions.listed(session)].count(True) == 1
    assert not await store.sessions.end(session, digest(theirs))
    assert await store.sessions.end(session, digest(there))
    assert await store.sessions.end_others(session) == 1
    alive = [await store.sessions.find(secret) is not None for secret in (here, there, third, theirs)]
    assert alive == [True, False, False, True]


async def test_sessions_by_link_are_apart_from_members(store: Store) -> None:
    anna = await signed_up(store)
    await store.sessions.begin(anna.person, anna.account, "company", None)
    link = str(await store.sign_in(await store.create_sign_in_link(), None))
    session = await store.sessions.find(link)
    assert session is not None
    assert await store.sessions.end_others(session) == 0


async def test_a_sign_in_under_way_is_answered_once_within_ten_minutes(store: Store, clock: Clock) -> None:
    assert await store.attempts.begin("company", "one")
    assert await store.attempts.begin("company", "two")
    taken = await asyncio.gather(*(store.attempts.take("one") for _ in range(6)))
    assert sorted(map(str, taken)) == ["None"] * 5 + ["company"]
    clock.seconds += ATTEMPT_MS / 1000
    assert await store.attempts.take("two") is None


async def test_a_newcomer_is_remembered_for_an_hour(store: Store, clock: Clock) -> None:
    secret = str(await store.people.receive(Newcomer(ANNA, "company")))
    assert await store.people.newcomer(secret) == Newcomer(ANNA, "company")
    clock.seconds += NEWCOMER_MS / 1000
    assert await store.people.newcomer(secret) is None
    assert await store.people.sign_up(secret, "Too late") is None


async def test_of_all_these_secrets_only_digests_are_kept(tmp_path: Path, clock: Clock) -> None:
    store = await open_store(f"sqlite://{tmp_path / 'web.db'}", clock, os.urandom)
    anna = await signed_up(store)
    secrets = [
        await store.sessions.begin(anna.person, anna.account, "company", None),
        str(await store.people.invite(anna.account, Role.VIEWER, "member 1")),
        str(await store.people.receive(Newcomer(ANNA, "company"))),
        "what-the-browser-carries",
    ]
    await store.attempts.begin("company", secrets[-1])
    await store.close()
    written = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()))
    assert [secret for secret in secrets if secret.encode() in written] == []
    assert all(digest(secret).encode() in written for secret in secrets)


# The pages


async def test_the_account_page_signs_out_elsewhere(web: Web) -> None:
    who = await web.other_account()
    there = await web.store.sessions.begin(who.person, who.account, "company", None)
    answer = await web.send(f"/account/sessions/{digest(there)}/end", {})
    assert answer.headers["location"] == "/account?did=signed_out_there"
    assert await web.store.sessions.find(there) is None
    assert (await web.send(f"/account/sessions/{digest(there)}/end", {})).status_code == 404
    third = await web.store.sessions.begin(who.person, who.account, "company", None)
    await web.send("/account/sessions/end-others", {})
    assert await web.store.sessions.find(third) is None
    assert "Signed out everywhere else" in (await web.client.get("/account?did=signed_out_elsewhere")).text


async def test_somebody_in_two_accounts_goes_from_one_to_the_other(web: Web) -> None:
    home = await web.other_account()
    there, foreign = await signed_up(web.store, "ben"), await signed_up(web.store, "carla")
    token = str(await web.store.people.invite(there.account, Role.VIEWER, "member 2"))
    await web.store.people.join_as_person(token, home.person)
    before = web.client.cookies["leadbright"]
    assert "The account of ben" in (await web.client.get("/account")).text
    assert (await web.send(f"/account/switch/{foreign.account}", {})).status_code == 404
    assert (await web.send(f"/account/switch/{home.account}", {})).status_code == 404
    web.clock.seconds += 60
    begun_ms = (await _this(web)).begun_ms
    answer = await web.send(f"/account/switch/{there.account}", {})
    assert answer.headers["location"] == "/sites"
    assert await web.store.sessions.find(before) is None
    found = await web.store.sessions.find(answer.cookies["leadbright"])
    assert found is not None
    assert (found.account, found.role) == (there.account, Role.VIEWER)
    assert (await _this(web)).begun_ms == begun_ms


async def test_somebody_known_who_takes_an_invitation_goes_on_in_the_same_session(web: Web) -> None:
    await web.other_account()
    there = await signed_up(web.store, "ben")
    token = str(await web.store.people.invite(there.account, Role.VIEWER, "member 2"))
    web.clock.seconds += 60
    begun_ms = (await _this(web)).begun_ms
    assert (await web.send(f"/join/{token}", {})).headers["location"] == "/sites"
    assert (await _this(web)).begun_ms == begun_ms
    assert "The account of ben" in (await web.client.get("/account")).text


async def _this(web: Web) -> Listed:
    session = await web.store.sessions.find(web.client.cookies["leadbright"])
    assert session is not None
    return next(each for each in await web.store.sessions.listed(session) if each.is_this)


async def test_the_members_page_invites_changes_and_removes(web: Web) -> None:
    who = await web.other_account()
    answer = await web.send("/account/invitations", {"role": "viewer"})
    token = answer.text.partition("/join/")[2][:43]
    invitation = await web.store.people.invitation(token)
    assert invitation is not None
    other = await signed_up(web.store, "ben")
    await web.store.people.join_as_person(token, other.person)
    await web.send(f"/account/members/{other.person}/role", {"role": "editor"})
    assert (await roles(web.store, who.account))[other.person] is Role.EDITOR
    await web.send(f"/account/members/{other.person}/remove", {})
    assert other.person not in await roles(web.store, who.account)
    last = await web.send(f"/account/members/{who.person}/remove", {})
    assert (last.status_code, "at least one owner" in last.text) == (409, True)


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        ("/account/invitations", {"role": "king"}, 403),
        ("/account/invitations", {}, 403),
        ("/account/members/1/role", {"role": "king"}, 422),
        ("/account/members/999/role", {"role": "viewer"}, 404),
        ("/account/members/x/remove", {}, 404),
        ("/account/invitations/nothing/take-back", {}, 404),
    ],
    ids=str,
)
async def test_what_is_not_there_cannot_be_given(web: Web, address: str, fields: dict[str, str], status: int) -> None:
    await web.other_account()
    assert (await web.send(address, fields)).status_code == status
