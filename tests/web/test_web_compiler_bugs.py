"""A definition on which the compiler itself fails takes no page away, neither its own nor the others'."""

from __future__ import annotations

import logging
from dataclasses import replace

import httpx
import pytest

from config_compiler.compiler import Deployment, Runtime, check_site, compile_site
from config_compiler.source import Source
from domain.names import SiteKey
from domain.site import Site
from tests.web.conftest import Web, services_for, serving
from tests.web.sample import DEFINITION, SHOP, SITE
from web import definitions
from web.app import create_app

MARK = "# the compiler cannot bear this"
BAD = {**DEFINITION, "site.yaml": SITE + MARK}
EDITOR = f"/sites/{SHOP}/definition"
SAID = "Leadbright could not read this; this is a bug of ours"


@pytest.fixture(autouse=True)
def _a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(source: Source, published: Site | None = None) -> object:
        _fail_on(source)
        return check_site(source, published)

    def compile_(source: Source, published: Site | None, runtime: Runtime, deployment: Deployment) -> object:
        _fail_on(source)
        return compile_site(source, published, runtime, deployment)

    monkeypatch.setattr(definitions, "check_site", check)
    monkeypatch.setattr(definitions, "compile_site", compile_)


def _fail_on(source: Source) -> None:
    if MARK in source.files["site.yaml"]:
        raise AttributeError("a bug")


@pytest.mark.parametrize(("action", "status"), [("check", 200), ("save", 303), ("publish", 422)])
async def test_a_bug_of_the_compiler_is_a_finding_in_the_editor(
    web: Web, caplog: pytest.LogCaptureFixture, action: str, status: int
) -> None:
    caplog.set_level(logging.ERROR)
    await web.sign_in()
    answer = await web.edit(BAD, action)
    assert answer.status_code == status
    page = (await web.client.get(EDITOR)).text if action == "save" else answer.text
    assert SAID in page
    (record,) = {record.getMessage() for record in caplog.records if record.name == "leadbright.web"}
    assert record.startswith("the compiler failed on the definition ")
    assert record.rpartition(" ")[2] in page
    assert web.publisher.published == []


async def test_a_bug_of_the_compiler_leaves_the_list_and_the_other_sites(web: Web) -> None:
    await web.store.save_definition(SiteKey("bad"), {**BAD, "site.yaml": SITE.replace("shop", "bad") + MARK}, "owner")
    await web.sign_in()
    answers = [await web.client.get(page) for page in ("/sites", "/sites/bad", "/sites/bad/definition", "/sites/shop")]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert "Demo shop" in answers[0].text


async def test_a_bug_in_the_newest_revision_shows_the_one_before(web: Web) -> None:
    await web.sign_in()
    await web.edit(BAD)
    page = await web.client.get(f"/sites/{SHOP}/experiments/hero")
    assert (page.status_code, "Hero headline" in page.text) == (200, True)


async def test_a_runtime_of_another_version_is_a_clear_word(web: Web) -> None:
    app = create_app(replace(services_for(web), runtime=Runtime((), ())), "web_of_another_version")
    async with serving(app) as address:
        web.client.base_url = httpx.URL(address)
        await web.sign_in()
        answer = await web.edit(DEFINITION, "publish")
    assert answer.status_code == 409
    assert "it is of another version; build it anew" in answer.text


async def test_a_runtime_of_another_version_is_a_clear_word_where_visitors_would_move_too(web: Web) -> None:
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    hero = DEFINITION["experiments/hero.yaml"].replace("key: bold", "key: loud")
    await web.edit({**DEFINITION, "experiments/hero.yaml": hero})
    app = create_app(replace(services_for(web), runtime=Runtime((), ())), "web_of_another_version_that_moves")
    async with serving(app) as address:
        web.client.base_url = httpx.URL(address)
        await web.sign_in()
        answer = await web.client.get(f"/sites/{SHOP}/publishing/production/publish")
    assert answer.status_code == 503
    assert "Leadbright is not whole" in answer.text
