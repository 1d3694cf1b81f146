"""Publishing from the pages: what would change is said before, whoever was overtaken is told, each deed is noted."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import httpx
import pytest

from tests.web.conftest import Web
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO, SHOP
from tests.web.test_web_pages import became_elements, text
from web.audit.line import AuditLine, Deed
from web.permission import Role
from web.services import CdnAnswer
from web.sessions.session import FIRST_ACCOUNT
from web.store import Store

HERE = f"/sites/{SHOP}/publishing"
BOLDER = {**DEFINITION, "experiments/hero.yaml": HERO.replace("Buy now", "Buy it now")}
HEAVIER = {
    **DEFINITION,
    "experiments/hero.yaml": HERO.replace("weight: 50%}", "weight: 40%}").replace("weight: 50%\n", "weight: 60%\n"),
}
RENAMED = {**DEFINITION, "experiments/hero.yaml": HERO.replace("key: bold", "key: loud")}
BROKEN = {**DEFINITION, "experiments/hero.yaml": BROKEN_HERO}


async def look(web: Web, path: str) -> str:
    """A page as a person reads it."""
    answer = await web.client.get(path)
    assert answer.status_code == 200
    return text(answer.text)


async def confirm(web: Web, path: str, **typed: str) -> httpx.Response:
    """Press the button of a review as it was looked at, with what was typed."""
    page = (await web.client.get(path)).text
    form = page[page.index('class="card confirm"') :]
    return await press(web, path, dict(re.findall(r'name="(\w+)" value="(\w*)"', form)) | typed)


async def press(web: Web, path: str, fields: dict[str, str]) -> httpx.Response:
    return await web.client.post(path, data=fields)


async def seen(web: Web, path: str) -> dict[str, str]:
    """What a review's form would send."""
    page = (await web.client.get(path)).text
    found = re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', page)
    return dict(found)


async def published(web: Web, files: dict[str, str] | None = None) -> None:
    """Something is live in production."""
    await web.sign_in()
    if files is not None:
        await web.store.save_definition(SHOP, files, "owner")
    assert (await confirm(web, f"{HERE}/production/publish")).status_code == 303


async def test_before_anything_is_live_the_page_says_how_to_begin(web: Web) -> None:
    await web.sign_in()
    said = await look(web, HERE)
    assert "Revision 1" in said
    assert "Publish to staging to look at a change before visitors do." in said
    assert "Staging is empty: publish to it first." in said
    assert "Hero headline starts with control 50 %, bold 50 %" in said


async def test_staging_is_tried_and_the_same_bytes_promoted(web: Web) -> None:
    await web.sign_in()
    await confirm(web, f"{HERE}/staging/publish", note="first try")
    assert web.publisher.releases == {}
    review = await look(web, f"{HERE}/promote")
    assert "Release 1 of staging of 24 Nov 2026, 11:00 UTC by owner, beside nothing" in review
    answer = await confirm(web, f"{HERE}/promote")
    said = await look(web, answer.headers["location"])
    assert "Release 1 is live in production Visitors get it within two minutes" in said
    assert "The same as production." in said
    staging, production = web.publisher.staging[SHOP][-1], web.publisher.releases[SHOP][-1]
    assert (production.digest, production.note) == (staging.digest, "promoted from staging, release 1")
    assert (staging.note, staging.revision, production.revision) == ("first try", "1", "1")
    entry = await web.store.site(SHOP)
    assert entry is not None
    assert (entry.published, entry.published_digest) == (1, staging.digest)


async def test_what_will_change_is_said_in_words_before(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, HEAVIER, "owner")
    said = await look(web, f"{HERE}/production/publish")
    assert "Revision 2, saved 24 Nov 2026, 11:00 UTC by owner, beside release 1, which is live in production" in said
    assert "Hero headline control 50 % → 40 % nobody moves bold 50 % → 60 % nobody moves" in said
    assert "Nothing wrong, and nothing to be warned of." in said


async def test_what_has_errors_is_refused_with_where_they_are(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, BROKEN, "owner")
    assert "something wrong" in await look(web, HERE)
    review = (await web.client.get(f"{HERE}/staging/publish")).text
    assert "definition?file=experiments/hero.yaml" in review
    assert "Something is wrong" in text(review)
    assert 'type="submit"' not in review[review.index('class="card confirm"') :]
    answer = await press(web, f"{HERE}/staging/publish", {"token": await web.token(), "after": "0", "revision": "2"})
    assert answer.status_code == 422
    assert web.publisher.staging == {}


async def test_visitors_who_would_move_are_warned_of_with_the_way_out(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, RENAMED, "owner")
    review = await look(web, f"{HERE}/production/publish")
    assert "Visitors would move" in review
    assert 'E301 experiments/hero.yaml, line 8 the variation "bold" of the running experiment "hero" is gone' in review
    assert "The way out: keep a variation that visitors have, with the weight 0%" in review
    assert "variation bold is gone; it had 50 % who has it is dealt out anew" in review
    fields = {"token": await web.token(), "after": "1", "revision": "2", "sure": "yes"}
    assert (await press(web, f"{HERE}/production/publish", fields)).status_code == 422
    assert "Production would refuse it" in await look(web, f"{HERE}/staging/publish")


async def test_promoting_what_moves_visitors_needs_a_word_more(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, RENAMED, "owner")
    assert (await confirm(web, f"{HERE}/staging/publish")).status_code == 303
    assert "Visitors would move" in await look(web, f"{HERE}/promote")
    fields = await seen(web, f"{HERE}/promote")
    refused = await press(web, f"{HERE}/promote", fields)
    assert refused.status_code == 422
    assert "Say below that you know" in refused.text
    assert len(web.publisher.releases[SHOP]) == 1
    assert (await press(web, f"{HERE}/promote", fields | {"sure": "yes"})).status_code == 303
    assert len(web.publisher.releases[SHOP]) == 2


async def test_what_others_published_is_compared_with_too(web: Web) -> None:
    await published(web)
    log = web.publisher.releases[SHOP]
    log.append(replace(log[0], number=2, by="ci", revision="3f9c2a1"))
    await web.store.note_published(SHOP, 1, "0123456789abcdef")  # type: ignore[arg-type]
    await web.store.save_definition(SHOP, RENAMED, "owner")
    assert "Visitors would move" in await look(web, f"{HERE}/production/publish")
    assert (await web.edit(RENAMED, "publish", revision=2)).status_code == 422


async def test_whoever_lost_a_race_is_told_and_nothing_is_lost(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, BOLDER, "owner")
    path = f"{HERE}/production/publish"
    mine = await seen(web, path)
    await web.store.save_definition(SHOP, HEAVIER, "anna")
    await confirm(web, path)
    late = await press(web, path, mine | {"note": "my note"})
    assert late.status_code == 409
    assert "Release 2 by owner went live in production" in text(late.text)
    assert "Nothing of yours was published, and nothing is lost" in text(late.text)
    assert 'value="my note"' in late.text
    assert 'name="revision" value="2"' in late.text
    assert len(web.publisher.releases[SHOP]) == 2
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', late.text))
    assert (await press(web, path, again)).status_code == 303
    assert len(web.publisher.releases[SHOP]) == 3


async def test_a_race_that_is_lost_at_the_last_moment_is_told_as_well(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, BOLDER, "owner")
    fields = await seen(web, f"{HERE}/production/publish")
    web.publisher.may_go_on = asyncio.Event()
    answering = asyncio.create_task(press(web, f"{HERE}/production/publish", fields))
    while not web.publisher.waiting:  # noqa: ASYNC110  the server waits in this loop
        await asyncio.sleep(0)
    log = web.publisher.releases[SHOP]
    log.append(replace(log[0], number=2, by="ci", digest="0123456789abcdef"))  # type: ignore[arg-type]
    web.publisher.may_go_on.set()
    answer = await answering
    assert answer.status_code == 409
    assert "Somebody else came first Release 2 by ci went live in production" in text(answer.text)
    assert await web.store.audit.revision_of(SHOP, log[0].digest) == 1
    assert len(await web.store.audit.lines(SHOP, 9)) == 1


async def test_promoting_takes_what_was_looked_at(web: Web) -> None:
    await web.sign_in()
    await confirm(web, f"{HERE}/staging/publish")
    fields = await seen(web, f"{HERE}/promote")
    await web.store.save_definition(SHOP, BOLDER, "owner")
    await confirm(web, f"{HERE}/staging/publish")
    answer = await press(web, f"{HERE}/promote", fields)
    assert answer.status_code == 409
    assert "Staging has release 2 by owner by now." in text(answer.text)
    assert web.publisher.releases == {}


async def test_what_takes_long_shows_how_far_it_is_and_goes_on_alone(web: Web) -> None:
    await web.sign_in()
    web.publisher.may_go_on = asyncio.Event()
    answer = await confirm(web, f"{HERE}/staging/publish")
    page = (await web.client.get(answer.headers["location"])).text
    assert "Publishing to staging … Write the files, then point to them" in text(page)
    assert '<meta http-equiv="refresh"' in page
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    assert 'hx-trigger="every' in (await web.client.get(found[1])).text
    busy = await confirm(web, f"{HERE}/production/publish")
    assert busy.status_code == 409
    assert "Something is being released for this site just now." in text(busy.text)
    web.publisher.may_go_on.set()
    while "hx-refresh" not in (await web.client.get(found[1])).headers:
        pass
    assert "Release 1 is live in staging" in await look(web, answer.headers["location"])
    assert (await web.client.get(f"{HERE}?work=nothing")).status_code == 200
    assert (await web.client.get(f"/sites/{SHOP}/works/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("cdn", "said"),
    [
        (CdnAnswer("the webhook"), "The webhook was told, and has it at once."),
        (CdnAnswer("", "Fastly is busy (503)"), "The CDN could not be told: Fastly is busy (503). It asks by itself"),
    ],
)
async def test_what_the_cdn_said_is_told(web: Web, cdn: CdnAnswer, said: str) -> None:
    await web.sign_in()
    web.publisher.cdn = cdn
    answer = await confirm(web, f"{HERE}/production/publish")
    assert said in await look(web, answer.headers["location"])


async def test_a_target_that_fails_leaves_what_was_live_and_what_was_typed(web: Web) -> None:
    await web.sign_in()
    web.publisher.fails = "The disk is full. Make room, then publish again."
    answer = await confirm(web, f"{HERE}/production/publish", note="why")
    assert answer.status_code == 409
    assert "Not published; what was live still is The disk is full." in text(answer.text)
    assert 'value="why"' in answer.text
    assert await web.store.audit.lines(SHOP, 9) == ()


async def test_off_says_what_happens_and_on_brings_the_same_back(web: Web) -> None:
    await published(web)
    said = await look(web, f"{HERE}/production/off")
    assert "Every visitor sees the original page within two minutes" in said
    assert "Hero headline is off its visitors see the original" in said
    answer = await confirm(web, f"{HERE}/production/off", note="basket broken")
    page = await look(web, answer.headers["location"])
    assert "Every experiment is off" in page
    assert "Switch on again" in await look(web, f"{HERE}/production/releases/1")
    await confirm(web, f"{HERE}/production/releases/1")
    first, off, on = web.publisher.releases[SHOP]
    assert (first.digest, on.digest, on.note) == (on.digest, first.digest, "on again, as release 1")
    assert (off.note, off.revision) == ("basket broken", "")
    assert [line.did for line in await web.store.audit.lines(SHOP, 2)] == [Deed.SWITCHED_ON, Deed.SWITCHED_OFF]
    assert "Every experiment is off" not in await look(web, HERE)


async def test_the_history_says_what_each_release_changed_and_goes_back_page_by_page(web: Web) -> None:
    await published(web)
    for number in range(2, 14):
        await web.store.save_definition(SHOP, BOLDER if number % 2 == 0 else DEFINITION, "owner")
        await confirm(web, f"{HERE}/production/publish", note=f"number {number}")
    newest = (await web.client.get(f"{HERE}/production/releases")).text
    assert re.findall(r"<h3>Release (\d+)", newest) == [str(n) for n in range(13, 3, -1)]
    assert 'bold: text of h1.hero "Buy it now" → text of h1.hero "Buy now" nobody moves' in text(newest)
    assert "“number 12”" not in newest
    assert "number 12" in newest
    assert "The same content as release 11." in text(newest)
    older = (await web.client.get(f"{HERE}/production/releases?before=4")).text
    assert re.findall(r"<h3>Release (\d+)", older) == ["3", "2", "1"]
    assert "starts with control 50 %, bold 50 %" in text(older)
    assert "Older releases" not in older


async def test_what_the_guard_took_back_is_told(web: Web) -> None:
    await published(web)
    await published(web, BOLDER)
    log = web.publisher.releases[SHOP]
    why = "release 2 rolled back: signup was reached 0 times in 300 page views"
    log.append(replace(log[0], number=3, by="guard", revision="", note=why))
    said = await look(web, HERE)
    assert "Release 2 taken back" in said
    assert "The guard saw it fare badly, and brought back what was before as release 3." in said
    assert f"Release 3 live by the guard 24 Nov 2026, 11:00 UTC · guard {why}" in said


async def test_where_the_target_is_silent_pages_say_so(web: Web) -> None:
    await web.sign_in()
    web.publisher.is_away = True
    assert "because the publish target cannot be read" in await look(web, HERE)
    assert "because the publish target cannot be read" in await look(web, f"{HERE}/production/releases")
    answer = await web.client.get(f"{HERE}/production/publish")
    assert answer.status_code == 503
    assert "Nothing was changed. Try again in a moment." in text(answer.text)


@pytest.mark.parametrize(
    "path",
    ["/sites/none/publishing", f"{HERE}/test/publish", f"{HERE}/production/releases/7", f"{HERE}/production/off",
     f"{HERE}/production/releases/x", f"{HERE}/promote", "/sites/none/works/1", "/sites/none/publishing/promote"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(web: Web, path: str) -> None:
    await web.sign_in()
    assert (await web.client.get(path)).status_code == 404


async def test_a_work_is_shown_to_its_own_site_alone(web: Web) -> None:
    await web.store.save_definition("other", {"site.yaml": "site: other"}, "owner")  # type: ignore[arg-type]
    await web.sign_in()
    answer = await confirm(web, f"{HERE}/staging/publish")
    work = answer.headers["location"].partition("work=")[2]
    assert (await web.client.get(f"/sites/{SHOP}/works/{work}")).status_code == 200
    assert (await web.client.get(f"/sites/other/works/{work}")).status_code == 404
    assert "is live in staging" not in await look(web, f"/sites/other/publishing?work={work}")


async def test_whoever_may_not_publish_sees_how_things_stand_and_no_button(web: Web) -> None:
    await published(web)
    await web.store.save_definition(SHOP, BOLDER, "owner")
    await confirm(web, f"{HERE}/production/publish")
    assert "Switch off …" in await look(web, HERE)
    token, other = await web.store.people.invite(FIRST_ACCOUNT, Role.EDITOR, "owner"), await web.other_account("x")
    editor = await web.store.people.join_as_person(str(token), other.person)
    assert editor is not None
    web.client.cookies.clear()
    web.client.cookies.set("leadbright", await web.store.sessions.begin(editor.person, FIRST_ACCOUNT, "", None))
    for path in (HERE, f"{HERE}/production/releases"):
        said = await look(web, path)
        assert "Release 2 live" in said
        assert not [word for word in ("Switch off", "Publish to staging …", "straight to", "Roll back") if word in said]
    for path in ("production/publish", "promote", "production/off", "production/releases/1"):
        assert (await web.client.get(f"{HERE}/{path}")).status_code == 403
        refused = await press(web, f"{HERE}/{path}", {"token": await web.token("/account")})
        assert refused.status_code == 403
    assert len(web.publisher.releases[SHOP]) == 2


async def test_a_note_that_looks_like_a_page_stays_a_note(web: Web) -> None:
    await web.sign_in()
    note = '"><img src=x onerror=alert(1)>'
    await confirm(web, f"{HERE}/production/publish", note=note)
    pages = [(await web.client.get(path)).text for path in (HERE, f"{HERE}/production/releases")]
    assert [became_elements(page) for page in pages] == [[], []]
    assert all(note in text(page) for page in pages)
    long = await confirm(web, f"{HERE}/staging/publish", note="a" * 201)
    assert long.status_code == 422


async def test_the_audit_log_keeps_who_did_what_when(store: Store) -> None:
    lines = [
        AuditLine(SHOP, 1_000, "anna", Deed.PUBLISHED, "production", 1, "a" * 16, 4, "why"),  # type: ignore[arg-type]
        AuditLine(SHOP, 2_000, "ben", Deed.SWITCHED_OFF, "production", 2, "b" * 16),  # type: ignore[arg-type]
    ]
    for line in (*lines, replace(lines[0], site="other", revision=9)):  # type: ignore[arg-type]
        await store.audit.note(line)
    assert await store.audit.lines(SHOP, 9) == tuple(reversed(lines))
    assert await store.audit.lines(SHOP, 1) == (lines[1],)
    assert await store.audit.revision_of(SHOP, "a" * 16) == 4  # type: ignore[arg-type]
    assert await store.audit.revision_of(SHOP, "b" * 16) is None  # type: ignore[arg-type]
