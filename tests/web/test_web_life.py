"""The life of an experiment by buttons: start, pause, stop, ship, copy, take out."""

from __future__ import annotations

import pytest

from config_compiler.compiler import Checked, check_site
from config_compiler.source import Source
from tests.web.conftest import Web
from tests.web.sample import DEFINITION, HERO, SHOP
from tests.web.test_web_experiment import FILE, text_of

LIFE = f"/sites/{SHOP}/experiments/hero/life"


async def press(web: Web, act: str, revision: int = 1, **more: str) -> tuple[int, str]:
    """A button pressed: the status, and where it leads to or what is said."""
    answer = await web.send(LIFE, {"act": act, "revision": str(revision), **more})
    return answer.status_code, answer.headers.get("location", answer.text)


@pytest.mark.parametrize(
    ("before", "act", "after"),
    [
        ("draft", "start", "running"),
        ("paused", "start", "running"),
        ("stopped", "start", "running"),
        ("running", "pause", "paused"),
        ("running", "stop", "stopped"),
        ("paused", "stop", "stopped"),
    ],
)
async def test_a_button_sets_the_status_and_nothing_else(before: str, act: str, after: str, web: Web) -> None:
    await web.sign_in()
    text = HERO.replace("status: running", f"status: {before}   # mine")
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: text}, "owner")
    entry = await web.store.site(SHOP)
    assert entry is not None
    assert f'name="act" value="{act}"' in (await web.client.get(LIFE)).text
    status, _ = await press(web, act, entry.revision)
    assert status == 303
    assert await text_of(web) == HERO.replace("status: running", f"status: {after}   # mine")


@pytest.mark.parametrize("act", ["start", "none", "remove"])
async def test_what_cannot_be_done_now_is_not_offered_and_not_done(act: str, web: Web) -> None:
    await web.sign_in()
    status, _ = await press(web, act)
    assert status == 422
    assert await text_of(web) == HERO


async def test_an_experiment_that_would_overlap_is_not_started_and_the_visit_is_named(web: Web) -> None:
    await web.sign_in()
    rival = HERO.replace("experiment: hero", "experiment: rival")
    draft = HERO.replace("status: running", "status: draft")
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: draft, "experiments/rival.yaml": rival}, "owner")
    status, page = await press(web, "start", 2)
    assert status == 422
    assert "both set the text of" in page
    assert "https://shop.example/" in page
    assert await text_of(web) == draft


@pytest.mark.parametrize("whom", ["newcomers", "everybody"])
async def test_a_variation_is_shipped_to_newcomers_or_to_everybody(whom: str, web: Web) -> None:
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    limited = HERO.replace(
        "pages:", 'traffic: 20%\nschedule: {start: "2026-11-01T00:00", end: "2026-12-01T00:00"}\npages:'
    )
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: limited}, "owner")
    status, address = await press(web, "ship", 2, winner="bold", whom=whom)
    assert (status, address) == (303, f"{LIFE}?did=shipped")
    written = await text_of(web)
    assert "{key: control, weight: 0%}" in written
    assert "    weight: 100%\n" in written
    assert "traffic: 100%" in written
    assert 'schedule: {start: "2026-11-01T00:00"}' in written
    assert ("\nphase: 2\n" in written) == (whom == "everybody")
    newest = await web.store.definition(SHOP)
    assert newest is not None
    published = check_site(Source(DEFINITION))
    assert isinstance(published, Checked)
    assert isinstance(check_site(Source(newest.files), published.site), Checked)


async def test_a_copy_is_a_draft_under_a_key_of_its_own(web: Web) -> None:
    await web.sign_in()
    commented = HERO.replace("status: running", "status: running   # since May\nphase: 3")
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: commented}, "owner")
    status, address = await press(web, "copy", 2)
    assert (status, address) == (303, f"/sites/{SHOP}/experiments/hero-copy/edit?did=copied")
    expected = (
        HERO.replace("experiment: hero", "experiment: hero-copy")
        .replace("Hero headline", "Copy of Hero headline")
        .replace("status: running", "status: draft   # since May")
    )
    assert await text_of(web, "experiments/hero-copy.yaml") == expected
    assert await text_of(web) == commented


async def test_a_draft_is_taken_out_and_its_revision_kept(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: HERO.replace("running", "draft")}, "owner")
    assert await press(web, "remove", 2) == (303, f"/sites/{SHOP}/experiments?did=removed")
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert FILE not in newest.files
    assert (await web.client.get(LIFE)).status_code == 404


async def test_a_button_of_a_page_that_is_no_longer_true_does_nothing(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: HERO + "# theirs\n"}, "somebody")
    status, page = await press(web, "stop", 1)
    assert status == 409
    assert "was changed meanwhile" in page
    assert await text_of(web) == HERO + "# theirs\n"


async def test_a_variation_that_is_none_is_not_shipped(web: Web) -> None:
    await web.sign_in()
    status, _ = await press(web, "ship", winner="none", whom="everybody")
    assert status == 422
