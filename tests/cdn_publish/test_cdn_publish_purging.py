"""CDNs are told that pointers moved, by the requests that they document, over real HTTP; and what they may answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cdn_publish.layout import Environment, Place
from cdn_publish.purging.asking import Answer, Asking, NoAnswerError, Request
from cdn_publish.purging.cdn import Cdn
from cdn_publish.purging.opening import BadCdn, open_cdn
from cdn_publish.purging.telling import NotTold, Told, tell_of_all
from leadbright.purging import sender
from tests.cdn_publish.publishing import SHOP
from tests.services import cdn_api
from tests.services.cdn_api import TOKEN, Asked, Speak, answering

PLACE = Place(Environment.PRODUCTION, SHOP)
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BASE = "https://cdn.example/some"
PATHS = [f"/some/production/shop/{name}" for name in ("relay.json", "config.json", "lb.js")]


@dataclass(frozen=True, slots=True)
class Case:
    """A CDN as it is set, and what it must have been asked about the shop. `{at}` is the server's address."""

    text: str
    speaks: Speak
    environment: Mapping[str, str]
    said: Callable[[Asked], list[str]]
    """The paths that the last request is about."""
    requests: int = 1
    secret: str = ""
    """The variable with the secret."""
    name: str = ""


def body_of(asked: Asked, member: str) -> list[str]:
    return [str(each) for each in json.loads(asked.body)[member]]


def invalidated(asked: Asked) -> list[str]:
    return [str(each.text) for each in ElementTree.fromstring(asked.body).iter(f"{cdn_api.SPACE}Path")]


APPLICATION = {"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client", "AZURE_AUTHORITY_HOST": "{at}/"}
POINT = "azure://sub/group/profile/point?at={at}"
CASES = {
    "cloudflare": Case(
        "cloudflare://z1?at={at}",
        cdn_api.cloudflare,
        {"CLOUDFLARE_API_TOKEN": TOKEN},
        lambda asked: [each.removeprefix("cdn.example") for each in body_of(asked, "prefixes")],
        secret="CLOUDFLARE_API_TOKEN",
        name="Cloudflare",
    ),
    "fastly": Case(
        "fastly://?at={at}",
        cdn_api.fastly,
        {"FASTLY_API_TOKEN": TOKEN},
        lambda asked: [*PATHS[:2], asked.path.removeprefix("/purge/cdn.example")],
        requests=3,
        secret="FASTLY_API_TOKEN",
        name="Fastly",
    ),
    "front door, by a secret": Case(
        POINT,
        cdn_api.front_door,
        {**APPLICATION, "AZURE_CLIENT_SECRET": TOKEN},
        lambda asked: body_of(asked, "contentPaths"),
        requests=2,
        secret="AZURE_CLIENT_SECRET",
        name="Azure Front Door",
    ),
    "front door, by federation": Case(
        POINT,
        cdn_api.front_door,
        {**APPLICATION, "AZURE_FEDERATED_TOKEN_FILE": "{file}"},
        lambda asked: body_of(asked, "contentPaths"),
        requests=2,
        name="Azure Front Door",
    ),
    "cloudfront, by keys": Case(
        "cloudfront://E1?at={at}",
        cdn_api.cloudfront,
        {"AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": TOKEN},
        invalidated,
        secret="AWS_SECRET_ACCESS_KEY",
        name="CloudFront",
    ),
    "cloudfront, by federation": Case(
        "cloudfront://E1?at={at}",
        cdn_api.cloudfront,
        {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{file}",
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/ci",
            "AWS_ENDPOINT_URL_STS": "{at}",
        },
        invalidated,
        requests=2,
        name="CloudFront",
    ),
    "webhook": Case(
        "{at}/hook?of=shop",
        cdn_api.webhook,
        {"LEADBRIGHT_PURGE_TOKEN": TOKEN},
        lambda asked: [each.removeprefix("https://cdn.example") for each in body_of(asked, "urls")],
        secret="LEADBRIGHT_PURGE_TOKEN",
        name="the webhook",
    ),
}
SECRET = [name for name in CASES if CASES[name].secret]
ALONE = [name for name in CASES if "federation" not in name]


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


def opened(case: Case, at: str, file: Path, **changed: str) -> Cdn:
    environment = {k: v.format(at=at, file=file) for k, v in {**case.environment, **changed}.items()}
    cdn = open_cdn(case.text.format(at=at), environment)
    assert isinstance(cdn, Cdn)
    return cdn


async def never(_: float) -> None:
    raise AssertionError("there was nothing to wait for")


async def told(cdn: Cdn) -> Told | NotTold:
    async with sender() as send:
        return await tell_of_all(cdn, BASE, [PLACE], AT, Asking(send, never))


@pytest.mark.parametrize("name", CASES)
async def test_a_cdn_is_asked_as_it_documents_about_the_pointers_alone(name: str, token_file: Path) -> None:
    case = CASES[name]
    with answering(case.speaks) as api:
        assert await told(opened(case, api.address, token_file)) == Told(case.name)
        assert len(api.asked) == case.requests
        assert case.said(api.asked[-1]) == PATHS


@pytest.mark.parametrize("name", SECRET)
async def test_a_wrong_secret_names_its_setting_and_is_not_shown(name: str, token_file: Path) -> None:
    case = CASES[name]
    with answering(case.speaks) as api:
        answer = await told(opened(case, api.address, token_file, **{case.secret: "not-the-secret"}))
        assert isinstance(answer, NotTold)
        assert answer.why.startswith(f"{case.name} refuses the credentials (40")
        assert case.secret in answer.why
        assert "not-the-secret" not in answer.why
        assert len(api.asked) == 1


@pytest.mark.parametrize("name", [name for name in SECRET if name != "webhook"])
async def test_a_missing_secret_is_named(name: str, token_file: Path) -> None:
    case = CASES[name]
    with answering(case.speaks) as api:
        answer = await told(opened(case, api.address, token_file, **{case.secret: ""}))
        assert isinstance(answer, NotTold)
        assert answer.why.startswith(f"{case.name} can't be asked: set ")
        assert case.secret in answer.why
        assert api.asked == []


async def test_a_token_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with answering(cdn_api.front_door) as api:
        answer = await told(opened(CASES["front door, by federation"], api.address, tmp_path / "none"))
    assert answer == NotTold(
        "Azure Front Door can't be asked: the file that AZURE_FEDERATED_TOKEN_FILE names can't be read"
    )


def nothing_comes(_: Request) -> Answer:
    raise NoAnswerError


def says(status: int, **headers: str) -> Callable[[Request], Answer]:
    return lambda _: Answer(status, b"", {name.replace("_", "-"): value for name, value in headers.items()})


YES = says(200)
TRIES: dict[str, tuple[list[Callable[[Request], Answer]], str, list[float]]] = {
    "busy, then not": ([says(429, retry_after="7"), YES], "", [7.0]),
    "busy, without a word on how long": ([says(429), YES], "", [1.0]),
    "busy for long": ([says(429, retry_after="60")], "the webhook has had too many requests (429)", []),
    "busy all the time": ([says(429)] * 3, "the webhook has had too many requests (429)", [1.0, 2.0]),
    "broken, then not": ([says(503), says(500), YES], "", [1.0, 2.0]),
    "broken": ([says(503)] * 3, "the webhook answers 503", [1.0, 2.0]),
    "broken until a date": ([says(503, retry_after="Tue, 24 Nov 2026 09:00:00 GMT"), YES], "", [1.0]),
    "silent, then not": ([nothing_comes, YES], "", [1.0]),
    "silent": ([nothing_comes] * 3, "the webhook does not answer", [1.0, 2.0]),
    "elsewhere": ([says(301)], "the webhook answers 301; see LEADBRIGHT_PURGE", []),
    "unknown": ([says(404)], "the webhook answers 404; see LEADBRIGHT_PURGE", []),
    "forbidden": ([says(403)], "the webhook refuses the credentials (403); see LEADBRIGHT_PURGE_TOKEN", []),
}


@pytest.mark.parametrize("name", TRIES)
async def test_a_cdn_is_asked_again_where_that_can_help_and_not_for_ever(name: str) -> None:
    answers, why, pauses = TRIES[name]
    left, paused = list(answers), list[float]()

    async def send(request: Request) -> Answer:
        return left.pop(0)(request)

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    cdn = open_cdn("https://hook.example/x", {})
    assert isinstance(cdn, Cdn)
    answer = await tell_of_all(cdn, BASE, [PLACE], AT, Asking(send, pause))
    assert answer == (NotTold(why) if why else Told("the webhook"))
    assert (left, paused) == ([], pauses)


ODD = {
    "cloudflare": (b'{"success":false}', "Cloudflare answers that it did not work; see LEADBRIGHT_PURGE"),
    "front door, by a secret": (b"{}", "Azure Front Door answers with no token; see AZURE_AUTHORITY_HOST"),
    "cloudfront, by federation": (b"<a/>", "CloudFront lends no credentials; see AWS_ROLE_ARN"),
}


@pytest.mark.parametrize("name", ODD)
async def test_a_yes_that_says_no_is_none(name: str, token_file: Path) -> None:
    body, why = ODD[name]
    with answering(lambda _: cdn_api.Told(200, body)) as api:
        assert await told(opened(CASES[name], api.address, token_file)) == NotTold(why)


async def test_a_server_that_is_not_there_does_not_answer() -> None:
    with answering(cdn_api.webhook) as api:
        nobody = api.address
    async with sender() as send:
        with pytest.raises(NoAnswerError):
            await send(Request(nobody))


def test_none_is_no_cdn() -> None:
    assert open_cdn("none", {}) is None


@pytest.mark.parametrize(
    "text",
    ["", "cloudflare", "cloudflare://", "cloudflare://z/x", "cloudfront://", "fastly://service", "azure://a/b/c",
     "azure://a/b//d", "azure://a/b/c/d/e", "https://", "https://user:secret@hook.example", "akamai://x", "http://["],
)  # fmt: skip
def test_what_names_no_cdn_says_what_to_write(text: str) -> None:
    bad = open_cdn(text, {})
    assert isinstance(bad, BadCdn)
    assert "names no CDN; write none, azure://SUBSCRIPTION" in bad.reason
    assert "secret" not in bad.reason


def test_no_secret_shows_in_a_request() -> None:
    shown = repr(Request("https://x.example/?t=hidden", b"hidden", {"Authorization": "hidden"}))
    assert "hidden" not in shown
