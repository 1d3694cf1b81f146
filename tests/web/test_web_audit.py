"""Whatever changes something has its line in the audit log, and the log is read, chosen from and exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable

import pytest

from domain.names import SiteKey
from tests.web.conftest import Web
from tests.web.forms import form_of
from tests.web.sample import DEFINITION, HERO, SHOP
from tests.web.test_web_api import put, secret
from tests.web.test_web_experiments import ANSWERS, NEW
from tests.web.test_web_openid import browsing
from tests.web.test_web_pages import text
from tests.web.test_web_publishing import BOLDER, HERE, confirm, look
from web.audit.line import DEEDS, AuditLine, Deed, Kind, Wanted
from web.audit.spreadsheet import as_csv
from web.pages.audit import SHOWN
from web.people.store import Membership
from web.permission import Role
from web.routes import ROUTES
from web.sessions.session import FIRST_ACCOUNT
from web.store import Store

EXPERIMENT = f"/sites/{SHOP}/experiments/hero"
ALL = Wanted()


async def deeds(web: Web, account: int = FIRST_ACCOUNT) -> list[Deed]:
    """What was done in an account, oldest first."""
    rows = await web.store.audit.page(account, ALL, None, 99)
    return [row.line.did for row in reversed(rows)]


async def member(web: Web, subject: str = "ben") -> Membership:
    """An editor of the first account, who has one of their own, too."""
    other = await web.other_account(subject)
    token = await web.store.people.invite(FIRST_ACCOUNT, Role.EDITOR, "owner")
    joined = await web.store.people.join_as_person(str(token), other.person)
    assert joined is not None
    web.client.cookies.clear()
    return joined


async def signs_in_by_link(web: Web) -> int:
    await web.sign_in()
    return FIRST_ACCOUNT


async def comes_from_a_provider(web: Web) -> int:
    async with browsing(web) as browser:
        await browser.sign_in()
        await browser.sign_up()
    return FIRST_ACCOUNT + 1


async def comes_again(web: Web) -> int:
    async with browsing(web) as browser:
        await browser.sign_in()
        await browser.sign_up()
        browser.client.cookies.clear()
        await browser.sign_in()
    return FIRST_ACCOUNT + 1


async def joins(web: Web) -> int:
    await web.other_account()
    token = await web.store.people.invite(FIRST_ACCOUNT, Role.EDITOR, "owner")
    assert (await web.send(f"/join/{token}", {})).status_code == 303
    return FIRST_ACCOUNT


async def goes_to_another_account(web: Web) -> int:
    known = await member(web)
    await web.become(known.person, FIRST_ACCOUNT)
    assert (await web.send(f"/account/switch/{FIRST_ACCOUNT + 1}", {})).status_code == 303
    return FIRST_ACCOUNT + 1


def sending(path: str, **fields: str) -> Callable[[Web], Awaitable[int]]:
    """Whoever opened the link sends a form."""

    async def send(web: Web) -> int:
        await web.sign_in()
        assert (await web.send(path, fields)).status_code in {200, 303}
        return FIRST_ACCOUNT

    return send


async def ends_another_session(web: Web) -> int:
    other = await web.store.sign_in(await web.store.create_sign_in_link(), None)
    await web.sign_in()
    here = await web.store.sessions.find(str(other))
    assert here is not None
    handle = next(each.handle for each in await web.store.sessions.listed(here) if each.is_this)
    assert (await web.send(f"/account/sessions/{handle}/end", {})).status_code == 303
    return FIRST_ACCOUNT


async def takes_an_invitation_back(web: Web) -> int:
    await web.sign_in()
    await web.store.people.invite(FIRST_ACCOUNT, Role.VIEWER, "owner")
    (open_one,) = await web.store.people.invitations(FIRST_ACCOUNT)
    assert (await web.send(f"/account/invitations/{open_one.handle}/take-back", {})).status_code == 303
    return FIRST_ACCOUNT


async def changes_a_role(web: Web) -> int:
    known = await member(web)
    await web.sign_in()
    assert (await web.send(f"/account/members/{known.person}/role", {"role": "viewer"})).status_code == 303
    return FIRST_ACCOUNT


async def removes_a_member(web: Web) -> int:
    known = await member(web)
    await web.sign_in()
    assert (await web.send(f"/account/members/{known.person}/remove", {})).status_code == 303
    return FIRST_ACCOUNT


async def edits(web: Web) -> int:
    await web.sign_in()
    assert (await web.edit({"experiments/hero.yaml": HERO + "# more\n"})).status_code == 303
    return FIRST_ACCOUNT


async def edits_by_form(web: Web) -> int:
    await web.sign_in()
    fields = form_of((await web.client.get(f"{EXPERIMENT}/edit")).text, f"{EXPERIMENT}/edit")
    fields |= {"hypothesis": "Bolder is better.", "action": "save"}
    assert (await web.client.post(f"{EXPERIMENT}/edit", data=fields)).status_code == 303
    return FIRST_ACCOUNT


async def restores(web: Web) -> int:
    await web.sign_in()
    await web.store.save_definition(SHOP, BOLDER, "owner")
    assert (await web.send(f"/sites/{SHOP}/revisions/1/restore", {"newest": "2"})).status_code == 303
    return FIRST_ACCOUNT


async def takes_a_token_back(web: Web) -> int:
    await secret(web)
    await web.sign_in()
    (token,) = await web.store.api.tokens(SHOP)
    assert (await web.send(f"/sites/{SHOP}/access/{token.id}/revoke", {})).status_code == 303
    return FIRST_ACCOUNT


async def pushes(web: Web) -> int:
    assert (await put(web, await secret(web), BOLDER)).status_code == 200
    return FIRST_ACCOUNT


def releasing(*paths: str) -> Callable[[Web], Awaitable[int]]:
    """Whoever opened the link presses the buttons of these reviews."""

    async def release(web: Web) -> int:
        await web.sign_in()
        for path in paths:
            answer = await confirm(web, f"{HERE}/{path}")
            assert answer.status_code == 303
            await look(web, answer.headers["location"])
        return FIRST_ACCOUNT

    return release


IN = Deed.SIGNED_IN
NOTED: dict[str, tuple[Callable[[Web], Awaitable[int]], list[Deed]]] = {
    "sign_in": (signs_in_by_link, [IN]),
    "come_from_provider": (comes_again, [Deed.SIGNED_UP, Deed.SITE_ADDED, IN, IN]),
    "sign_up": (comes_from_a_provider, [Deed.SIGNED_UP, Deed.SITE_ADDED, IN]),
    "join": (joins, [Deed.JOINED, Deed.CAME_OVER]),
    "sign_out": (sending("/sign-out"), [IN, Deed.SIGNED_OUT]),
    "switch_account": (goes_to_another_account, [Deed.CAME_OVER]),
    "end_session": (ends_another_session, [IN, Deed.SIGNED_OUT_THERE]),
    "end_other_sessions": (sending("/account/sessions/end-others"), [IN, Deed.SIGNED_OUT_ELSEWHERE]),
    "invite": (sending("/account/invitations", role="viewer"), [IN, Deed.INVITED]),
    "take_back_invitation": (takes_an_invitation_back, [IN, Deed.UNINVITED]),
    "change_member": (changes_a_role, [IN, Deed.ROLE_CHANGED]),
    "remove_member": (removes_a_member, [IN, Deed.REMOVED]),
    "create_site": (sending("/sites", key="boots", domain="boots.example"), [IN, Deed.SITE_ADDED]),
    "submit_definition": (edits, [IN, Deed.CHANGED]),
    "add_experiment": (sending(f"/sites/{SHOP}/experiments", key="more"), [IN, Deed.ADDED]),
    "create_experiment": (sending(NEW, **ANSWERS, pattern="headline"), [IN, Deed.ADDED]),
    "edit_experiment": (edits_by_form, [IN, Deed.EDITED]),
    "act_on_experiment": (sending(f"{EXPERIMENT}/life", act="pause", revision="1"), [IN, Deed.PAUSED]),
    "restore_revision": (restores, [IN, Deed.RESTORED]),
    "create_token": (sending(f"/sites/{SHOP}/access", name="ci", days="30", scope="read"), [IN, Deed.LET_IN]),
    "revoke_token": (takes_a_token_back, [IN, Deed.SHUT_OUT]),
    "publish": (releasing("production/publish"), [IN, Deed.PUBLISHED]),
    "promote": (releasing("staging/publish", "promote"), [IN, Deed.PUBLISHED, Deed.PROMOTED]),
    "switch_off": (releasing("production/publish", "production/off"), [IN, Deed.PUBLISHED, Deed.SWITCHED_OFF]),
    "go_back": (
        releasing("production/publish", "production/off", "production/releases/1"),
        [IN, Deed.PUBLISHED, Deed.SWITCHED_OFF, Deed.SWITCHED_ON],
    ),
    "write_definition": (pushes, [Deed.PUSHED]),
}
"""By the name of the route: what is done, and the lines that it leaves in the account that it answers with."""

UNNOTED = {
    "begin_at_provider": "nobody is known yet; the attempt is forgotten within minutes",
    "check_definition": "nothing is saved",
}


def test_every_route_that_changes_something_is_noted_or_says_why_not() -> None:
    changing = {route.name for route in ROUTES if route.method not in {"GET", "HEAD"}}
    assert changing | {"come_from_provider"} == NOTED.keys() | UNNOTED.keys()
    assert not NOTED.keys() & UNNOTED.keys()
    assert all(UNNOTED.values())


@pytest.mark.parametrize("route", NOTED)
async def test_what_somebody_does_is_noted(web: Web, route: str) -> None:
    act, expected = NOTED[route]
    assert await deeds(web, await act(web)) == expected


@pytest.mark.parametrize(
    ("act", "before", "did", "what"),
    [
        ("start", "paused", Deed.STARTED, "hero"),
        ("stop", "running", Deed.STOPPED, "hero"),
        ("ship", "running", Deed.SHIPPED, "hero: bold"),
        ("copy", "running", Deed.COPIED, "hero as hero-copy"),
        ("remove", "stopped", Deed.TAKEN_OUT, "hero"),
    ],
)
async def test_each_step_of_an_experiments_life_has_its_own_word(
    web: Web, act: str, before: str, did: Deed, what: str
) -> None:
    files = {**DEFINITION, "experiments/hero.yaml": HERO.replace("status: running", f"status: {before}")}
    saved = await web.store.save_definition(SHOP, files, "owner")
    await web.sign_in()
    fields = {"act": act, "revision": str(saved.revision), "winner": "bold", "whom": "newcomers"}
    assert (await web.send(f"{EXPERIMENT}/life", fields)).status_code == 303
    line = (await web.store.audit.lines(SHOP, 1))[0]
    assert (line.did, line.note, line.revision) == (did, what, saved.revision + 1)


async def test_what_changed_nothing_has_no_line(web: Web) -> None:
    await web.sign_in()
    assert (await web.edit(DEFINITION)).status_code == 303
    assert (await web.send(f"/sites/{SHOP}/revisions/1/restore", {"newest": "1"})).status_code == 303
    assert (await web.send("/account/members/99/remove", {})).status_code == 404
    assert await deeds(web) == [IN]


async def test_an_owner_who_goes_has_left(web: Web) -> None:
    owner = await web.other_account()
    token = await web.store.people.invite(owner.account, Role.OWNER, "member 1")
    second = await web.other_account("second")
    await web.store.people.join_as_person(str(token), second.person)
    await web.become(second.person, owner.account)
    await web.send(f"/account/members/{second.person}/remove", {})
    (row,) = await web.store.audit.page(owner.account, ALL, None, 9)
    assert (row.line.did, row.line.who) == (Deed.LEFT, f"member {second.person}")


async def test_no_line_holds_more_of_a_person_than_a_number(web: Web) -> None:
    async with browsing(web) as browser:
        await browser.sign_in()
        subject = browser.idp.who
        await browser.sign_up()
        cookie = str(browser.client.cookies.get("leadbright"))
    rows = await web.store.audit.page(FIRST_ACCOUNT + 1, ALL, None, 9)
    kept = "\n".join(map(str, rows))
    assert {row.line.who for row in rows} == {"member 1"}
    assert all(each not in kept for each in (cookie, "127.0.0.1", f"'{subject}'", "id.company.example"))


def test_every_deed_is_of_one_kind() -> None:
    listed = [deed for kind in Kind for deed in DEEDS[kind]]
    assert sorted(deed.name for deed in listed) == sorted(deed.name for deed in Deed)


async def test_lines_are_chosen_and_told_page_by_page(store: Store) -> None:
    await store.save_definition(SHOP, DEFINITION, "owner", account=7)
    lines = [
        AuditLine(SHOP, 1_000, "ci, pushed from 1a2b", Deed.PUSHED, revision=2),
        AuditLine(SHOP, 2_000, "ci", Deed.PUBLISHED, "production", 1),
        AuditLine(None, 3_000, "member 7", Deed.SIGNED_IN),
        AuditLine(None, 4_000, "member 70", Deed.SIGNED_IN),
    ]
    for line in lines:
        await store.audit.note(line, None if line.site else 7)
    await store.audit.note(AuditLine(SiteKey("boots"), 5_000, "guard", Deed.ROLLED_BACK))

    async def found(wanted: Wanted, account: int = 7) -> list[int]:
        return [row.line.at_ms for row in await store.audit.page(account, wanted, None, 9)]

    assert await found(ALL) == [4_000, 3_000, 2_000, 1_000]
    assert await found(ALL, FIRST_ACCOUNT) == [5_000]
    assert await found(Wanted(site=SHOP)) == [2_000, 1_000]
    assert await found(Wanted(site=SHOP), FIRST_ACCOUNT) == []
    assert await found(Wanted(kind=Kind.SESSIONS)) == [4_000, 3_000]
    assert await found(Wanted(who="member 7")) == [3_000]
    assert await found(Wanted(who="ci")) == [2_000, 1_000]
    assert await found(Wanted(who="c%")) == []
    assert await found(Wanted(from_ms=2_000, until_ms=4_000)) == [3_000, 2_000]
    first = await store.audit.page(7, ALL, None, 3)
    rest = await store.audit.page(7, ALL, first[-1].id, 3)
    assert [row.line for row in (*first, *rest)] == lines[::-1]


async def test_the_page_shows_chooses_and_leads_to_older_ones(web: Web) -> None:
    await web.sign_in()
    for number in range(SHOWN):
        await web.store.audit.note(AuditLine(SHOP, number, "ci", Deed.PUBLISHED, "production", number))
    page = (await web.client.get("/account/audit")).text
    assert "ci published as release 49 in production" in text(page)
    assert "signed in" not in text(page)
    older = page[page.index("?before=") :].split('"')[0]
    assert "owner signed in: by a sign-in link account" in text((await web.client.get(f"/account/audit{older}")).text)
    chosen = "/account/audit?site=shop&kind=releases&who=ci&first=1970-01-01&last=1970-01-01"
    page = (await web.client.get(chosen)).text
    assert 'value="1970-01-01"' in page
    assert '<option value="shop" selected>' in page
    assert "ci published as release 0 in production" in text(page)
    assert "Nothing fits" in (await web.client.get(f"{chosen}&kind=x&who=nobody".replace("who=ci&", ""))).text


@pytest.mark.parametrize(
    "query", ["?before=x", "?first=yesterday&last=9999-99-99", "?kind=all&site=NO", "?who=%00%ff'--", "?before=9" * 40]
)
async def test_what_cannot_be_read_asks_for_nothing(web: Web, query: str) -> None:
    await web.sign_in()
    assert (await web.client.get(f"/account/audit{query}")).status_code == 200
    assert (await web.client.get(f"/account/audit.csv{query}")).status_code == 200


async def test_an_empty_log_says_what_will_be_in_it(web: Web) -> None:
    owner = await web.other_account()
    await web.become(owner.person, owner.account)
    page = (await web.client.get("/account/audit")).text
    assert "Nothing has been noted yet" in page
    assert "audit.csv" not in page


async def test_what_was_chosen_is_exported(web: Web) -> None:
    await web.sign_in()
    await web.store.audit.note(AuditLine(SHOP, 1_500, "=cmd()", Deed.PUSHED, revision=2, note='@a,"b"'))
    answer = await web.client.get("/account/audit.csv?kind=definitions")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    heading, row = csv.reader(io.StringIO(answer.text))
    assert heading[:5] == ["time", "who", "deed", "site", "about"]
    assert row == [
        "1970-01-01T00:00:01.500+00:00",
        "'=cmd()",
        "pushed a definition",
        "shop",
        '\'@a,"b"',
        "",
        "",
        "2",
        "",
    ]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\uff1d"])
def test_no_cell_is_a_formula(begins: str) -> None:
    line = AuditLine(SHOP, 0, f"{begins}1+1", Deed.PUSHED, note=f"{begins}1+1")
    _, row = csv.reader(io.StringIO(as_csv([line]), newline=""))
    assert (row[1], row[4]) == (f"'{begins}1+1", f"'{begins}1+1")


async def test_whoever_may_not_read_it_is_not_led_there(web: Web) -> None:
    known = await member(web)
    await web.become(known.person, FIRST_ACCOUNT)
    assert (await web.client.get("/account/audit")).status_code == 403
    assert (await web.client.get("/account/audit.csv")).status_code == 403
    pages = [(await web.client.get(page)).text for page in ("/account", f"/sites/{SHOP}")]
    assert all("/account/audit" not in page for page in pages)
