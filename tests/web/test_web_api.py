"""Definitions read and written by programs: tokens, revisions, and nothing of another site."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.names import SiteKey
from tests.web.conftest import Clock, Web
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO, SHOP, SITE
from web.api.answers import Problem
from web.api.store import DAYS, MOST_TOKENS
from web.audit.line import Deed
from web.permission import Permission
from web.routes import ROUTES
from web.store import Overtaken, Saved, Store, open_store

OTHER = SiteKey("other")
PATH = f"/api/v1/sites/{SHOP}/definition"
ODD = {
    "site.yaml": "\ufeff" + SITE.replace("\n", "\r\n"),
    "experiments/hero.yaml": HERO + "# é ✓ \U0001f600\t trailing  \n\n\n",
    "tests/all.yaml": "tests: []",
}
"""Texts that anything which parses and writes them again would change."""


async def secret(web: Web, *, may_write: bool = True, site: SiteKey = SHOP) -> str:
    made = await web.store.api.create(site, "shop repository", may_write=may_write, days=30, by="owner")
    assert made is not None
    return made


async def ask(web: Web, method: str, token: str | None, path: str = PATH, **more: Any) -> httpx.Response:  # noqa: ANN401
    """As a program does: without cookies, and without what browsers say of pages."""
    headers = {**more.pop("headers", {}), **({"authorization": f"Bearer {token}"} if token else {})}
    async with httpx.AsyncClient(base_url=web.client.base_url, timeout=10) as client:
        return await client.request(method, path, headers=headers, **more)


async def put(web: Web, token: str, files: dict[str, str], tag: str = '"1"', **more: Any) -> httpx.Response:  # noqa: ANN401
    return await ask(web, "PUT", token, headers={"if-match": tag}, json={"files": files, **more})


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_definition_is_read(web: Web) -> None:
    token = await secret(web, may_write=False)
    answer = await ask(web, "GET", token)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    said = answer.json()
    assert said["files"] == DEFINITION
    assert (said["site"], said["revision"], said["edited"], said["saved_by"]) == ("shop", 1, 1, "owner")
    again = await ask(web, "GET", token, headers={"if-none-match": '"1"'})
    assert (again.status_code, again.content) == (304, b"")


async def test_whoever_has_the_newest_is_told_so_without_a_look_at_its_files(web: Web) -> None:
    token = await secret(web, may_write=False)
    stale = await ask(web, "GET", token, headers={"if-none-match": '"2"'})
    assert (stale.status_code, stale.json()["revision"]) == (200, 1)
    web.store.definition = None  # type: ignore[method-assign,assignment]
    again = await ask(web, "GET", token, headers={"if-none-match": '"1"'})
    assert (again.status_code, again.headers["etag"], again.content) == (304, '"1"', b"")


async def test_a_site_without_a_revision_has_nothing_to_read(web: Web) -> None:
    assert await web.store.save_definition(OTHER, {"site.yaml": ""}, "owner", opened=3) == Overtaken(0)
    token = await secret(web, site=OTHER)
    there = await ask(web, "GET", token, f"/api/v1/sites/{OTHER}/definition", headers={"if-none-match": '"0"'})
    assert code(there) == (404, "not_found")


async def test_every_character_comes_back_as_it_was_pushed(web: Web) -> None:
    token = await secret(web)
    answer = await put(web, token, ODD, commit="1a2b3c4+")
    assert (answer.status_code, answer.json()) == (200, {"site": "shop", "revision": 2, "changed": True})
    assert answer.headers["etag"] == '"2"'
    read = (await ask(web, "GET", token)).json()
    assert read["files"] == ODD
    assert (read["revision"], read["edited"]) == (2, 1)
    assert read["saved_by"] == "shop repository, pushed from 1a2b3c4+"


async def test_pushing_what_is_there_changes_nothing(web: Web) -> None:
    token = await secret(web)
    files = (await ask(web, "GET", token)).json()["files"]
    answer = await put(web, token, files)
    assert answer.json() == {"site": "shop", "revision": 1, "changed": False}
    entry = await web.store.site(SHOP)
    assert entry is not None
    assert entry.revision == 1


async def test_a_broken_definition_that_is_there_already_is_nothing_new(web: Web) -> None:
    broken = DEFINITION | {"experiments/hero.yaml": BROKEN_HERO}
    await web.store.save_definition(SHOP, broken, "owner")
    answer = await put(web, await secret(web), broken, '"2"')
    assert answer.json()["changed"] is False


async def test_what_somebody_else_saved_is_not_overwritten(web: Web) -> None:
    token = await secret(web)
    await web.store.save_definition(SHOP, DEFINITION | {"experiments/hero.yaml": HERO + "# theirs"}, "owner")
    answer = await put(web, token, DEFINITION | {"experiments/hero.yaml": HERO + "# ours"})
    assert code(answer) == (412, "overtaken")
    assert answer.json()["error"]["revision"] == 2
    kept = await web.store.definition(SHOP)
    assert kept is not None
    assert kept.files["experiments/hero.yaml"].endswith("# theirs")


async def test_of_many_who_push_at_once_one_does(web: Web) -> None:
    token = await secret(web)
    pushed = [DEFINITION | {"experiments/hero.yaml": f"{HERO}# {n}"} for n in range(6)]
    answers = await asyncio.gather(*(put(web, token, files) for files in pushed))
    assert sorted(answer.status_code for answer in answers) == [200] + 5 * [412]


@pytest.mark.parametrize("tag", ["", "1", "*", 'W/"1"', '"0"', '"1", "2"', '"x"'])
async def test_whoever_does_not_say_what_it_goes_on_from_writes_nothing(web: Web, tag: str) -> None:
    assert code(await put(web, await secret(web), DEFINITION, tag)) == (428, "no_condition")


async def test_errors_are_refused_with_their_places(web: Web) -> None:
    answer = await put(web, await secret(web), DEFINITION | {"experiments/hero.yaml": BROKEN_HERO})
    assert code(answer) == (422, "rejected")
    (finding,) = answer.json()["error"]["findings"]
    assert (finding["code"], finding["file"], finding["line"]) == ("E201", "experiments/hero.yaml", 10)


async def test_a_definition_of_another_site_is_refused(web: Web) -> None:
    answer = await put(web, await secret(web), DEFINITION | {"site.yaml": SITE.replace("site: shop", "site: other")})
    assert code(answer) == (422, "rejected")
    assert "a site keeps its key" in answer.json()["error"]["findings"][0]["message"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"experiments/hero.yaml": HERO},
        {"../site.yaml": SITE},
        {"experiments/../../x.yaml": HERO},
        {"/site.yaml": SITE},
        {"experiments/a/b.yaml": HERO},
        {"experiments/a\nb.yaml": HERO},
        {"experiments/hero.yaml": "a\0b"},
        {"site.json": "{}"},
        {".git/config": ""},
    ],
)
async def test_no_name_leads_anywhere_else(web: Web, files: dict[str, str]) -> None:
    sent = files if not files or files == {"experiments/hero.yaml": HERO} else {"site.yaml": SITE} | files
    assert code(await put(web, await secret(web), sent)) == (400, "malformed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"files": {"site.yaml": 1}}',
        b'{"files": {"site.yaml": "\\ud800"}}',
        b'{"files": {}, "x": 1}',
        b'{"files": {"site.yaml": "site: shop"}, "commit": "a b\\n"}',
    ],
)
async def test_a_body_that_is_none_is_refused(web: Web, body: bytes) -> None:
    answer = await ask(web, "PUT", await secret(web), headers={"if-match": '"1"'}, content=body)
    assert code(answer) == (400, "malformed")


async def test_a_body_that_is_too_large_is_refused(web: Web) -> None:
    answer = await put(web, await secret(web), {"site.yaml": "#" * 1_100_000})
    assert code(answer) == (413, "too_large")


PROGRAMS = [route for route in ROUTES if route.permission in (Permission.READS, Permission.WRITES)]


@pytest.mark.parametrize("route", PROGRAMS, ids=lambda route: route.name)
async def test_who_may_what(web: Web, route: Any) -> None:  # noqa: ANN401
    """No token, one of nobody's, one expired, one taken back, one of another site, one that may only read."""
    await web.store.save_definition(OTHER, {"site.yaml": "site: other"}, "owner")
    sent: dict[str, Any] = (
        {"headers": {"if-match": '"1"'}, "json": {"files": DEFINITION}} if route.method == "PUT" else {}
    )
    taken = await secret(web)
    (made,) = await web.store.api.tokens(SHOP)
    assert await web.store.api.revoke(SHOP, made.id)
    expired = await secret(web)
    web.clock.seconds += 31 * 86_400
    for token in (None, "", "lbt_" + "A" * 43, taken, expired, "é"):
        answer = await ask(web, route.method, token.encode() if token else token, **sent)  # type: ignore[arg-type]
        assert code(answer) == (401, "no_token"), token
        assert answer.headers["www-authenticate"] == "Bearer"
    foreign = await secret(web, site=OTHER)
    there = await ask(web, route.method, foreign, **sent)
    nowhere = await ask(web, route.method, foreign, "/api/v1/sites/nowhere/definition", **sent)
    assert code(there) == (404, "not_found")
    assert there.content == nowhere.content
    reads = await ask(web, route.method, await secret(web, may_write=False), **sent)
    assert reads.status_code == (200 if route.permission is Permission.READS else 403)


async def test_a_session_is_no_token_and_a_token_is_no_session(web: Web) -> None:
    await web.sign_in()
    assert code(await web.client.get(PATH)) == (401, "no_token")
    token = await secret(web)
    shown = await ask(web, "GET", token, f"/sites/{SHOP}")
    assert (shown.status_code, shown.headers["location"]) == (302, f"/sign-in?next=/sites/{SHOP}")


async def test_what_is_wrong_is_said_in_json_under_the_programs_addresses(web: Web) -> None:
    token = await secret(web)
    assert code(await ask(web, "GET", token, "/api/v1/nothing")) == (404, "not_found")
    assert code(await ask(web, "DELETE", token)) == (405, "wrong_method")
    await web.store.close()
    assert code(await ask(web, "GET", token)) == (503, "unavailable")


def test_every_problem_has_a_name_and_says_something() -> None:
    assert all(problem.value[1] for problem in Problem)


async def made(web: Web, **fields: str) -> httpx.Response:
    return await web.send(f"/sites/{SHOP}/access", {"name": "ci", "scope": "write", "days": "90", **fields})


async def test_a_token_is_made_shown_once_and_taken_back(web: Web) -> None:
    await web.sign_in()
    shown = await made(web)
    found = re.search(r'id="secret">(lbt_[\w-]{43})<', shown.text)
    assert found
    assert (await put(web, found[1], ODD)).status_code == 200
    listed = await web.client.get(f"/sites/{SHOP}/access")
    assert found[1] not in listed.text
    assert "read and write" in listed.text
    assert "never" not in listed.text
    (token,) = await web.store.api.tokens(SHOP)
    assert (token.name, token.made_by, token.expires_ms - token.made_ms) == ("ci", "owner", 90 * 86_400_000)
    taken = await web.send(f"/sites/{SHOP}/access/{token.id}/revoke", {})
    assert taken.status_code == 303
    assert code(await ask(web, "GET", found[1])) == (401, "no_token")
    assert (await web.send(f"/sites/{SHOP}/access/{token.id}/revoke", {})).status_code == 404
    lines = [(line.who, line.did, line.revision, line.note) for line in await web.store.audit.lines(SHOP, 10)]
    assert lines == [
        ("owner", Deed.SHUT_OUT, None, "ci"),
        ("ci, pushed", Deed.PUSHED, 2, ""),
        ("owner", Deed.LET_IN, None, "ci, to write"),
    ]


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 41}, {"name": "a\tb"}, {"days": "9999"}, {"days": ""}, {"scope": "all"}],
    ids=str,
)
async def test_a_token_that_makes_no_sense_is_not_made(web: Web, fields: dict[str, str]) -> None:
    await web.sign_in()
    assert (await made(web, **fields)).status_code == 422
    assert await web.store.api.tokens(SHOP) == ()


async def test_a_token_of_one_site_cannot_be_taken_back_through_another(web: Web) -> None:
    await web.store.save_definition(OTHER, {"site.yaml": "site: other"}, "owner")
    await secret(web, site=OTHER)
    (token,) = await web.store.api.tokens(OTHER)
    await web.sign_in()
    assert (await web.send(f"/sites/{SHOP}/access/{token.id}/revoke", {})).status_code == 404
    assert len(await web.store.api.tokens(OTHER)) == 1
    assert (await web.send(f"/sites/{SHOP}/access/x/revoke", {})).status_code == 404


async def test_a_site_has_so_many_tokens_at_most(web: Web) -> None:
    await web.sign_in()
    for _ in range(MOST_TOKENS):
        await secret(web)
    assert (await made(web)).status_code == 422
    assert DAYS == (30, 90, 365)


async def test_only_digests_of_tokens_are_kept(tmp_path: Path, clock: Clock) -> None:
    store = await open_store(f"sqlite://{tmp_path / 'web.db'}", clock, os.urandom)
    token = await store.api.create(SHOP, "ci", may_write=True, days=30, by="owner")
    assert token is not None
    assert await store.api.token(token) is not None
    await store.close()
    written = await asyncio.to_thread(lambda: b"".join(each.read_bytes() for each in tmp_path.iterdir()))
    assert token.encode() not in written
    assert token.removeprefix("lbt_").encode() not in written


async def test_which_revision_a_person_saved_last_is_known(store: Store) -> None:
    async def save(text: str, *, pushed: bool) -> int:
        saved = await store.save_definition(SHOP, {"site.yaml": text}, "x", pushed=pushed)
        assert isinstance(saved, Saved)
        return await store.api.edited(SHOP, saved.revision)

    steps = [(True, 0), (True, 0), (False, 3), (True, 3), (True, 3), (False, 6), (False, 7), (True, 7)]
    assert [await save(str(n), pushed=pushed) for n, (pushed, _) in enumerate(steps)] == [known for _, known in steps]
    assert await store.api.edited(SHOP, 4) == 3


async def test_tokens_work_on_either_database(store: Store, clock: Clock) -> None:
    token = await store.api.create(SHOP, "ci", may_write=False, days=30, by="owner")
    assert token is not None
    found = await store.api.token(token)
    assert found is not None
    assert (found.site, found.may_write) == (SHOP, False)
    (listed,) = await store.api.tokens(SHOP)
    assert listed.used_ms == int(clock.seconds * 1000)
    clock.seconds += 30 * 86_400
    assert await store.api.token(token) is None
