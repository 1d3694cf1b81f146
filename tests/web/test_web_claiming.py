"""The key of a new site: nobody but whoever runs this Leadbright gets one under which something is live."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.artifact import Digest
from domain.names import SiteKey
from tests.web.conftest import Web
from web.services import Environment, Release
from web.sessions.session import FIRST_ACCOUNT

BOOTS = SiteKey("boots-example")
FORM = {"key": BOOTS, "name": "Boots", "domain": "boots.example", "timezone": ""}
RELEASE = Release(1, Digest("0" * 16), datetime(2026, 1, 1, tzinfo=UTC), "somebody", "a commit")


def live(web: Web, environment: Environment, key: SiteKey = BOOTS) -> None:
    """Somebody publishes it without the web."""
    is_staging = environment is Environment.STAGING
    (web.publisher.staging if is_staging else web.publisher.releases)[key] = [RELEASE]


@pytest.mark.parametrize("environment", list(Environment))
async def test_no_account_gets_a_site_that_was_published_without_the_web(web: Web, environment: Environment) -> None:
    live(web, environment)
    await web.other_account()
    answer = await web.send("/sites", FORM)
    assert (answer.status_code, "already" in answer.text) == (422, True)
    assert await web.store.site(BOOTS) is None
    assert (await web.client.get(f"/sites/{BOOTS}")).status_code == 404


async def test_nobody_gets_a_key_while_it_cannot_be_told_what_is_live(web: Web) -> None:
    await web.other_account()
    web.publisher.is_away = True
    answer = await web.send("/sites", FORM)
    assert (answer.status_code, "cannot be read just now" in answer.text) == (422, True)
    assert await web.store.site(BOOTS) is None
    web.publisher.is_away = False
    assert (await web.send("/sites", FORM)).status_code == 303


@pytest.mark.parametrize("is_away", [False, True])
async def test_whoever_runs_this_leadbright_takes_such_a_site_on(web: Web, *, is_away: bool) -> None:
    live(web, Environment.PRODUCTION)
    web.publisher.is_away = is_away
    await web.sign_in()
    assert (await web.send("/sites", FORM)).headers["location"] == f"/sites/{BOOTS}/definition"
    found = await web.store.site(BOOTS)
    assert found is not None
    assert found.account == FIRST_ACCOUNT
