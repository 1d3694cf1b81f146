"""What is read from a path, a referrer and a user agent, and how often a place may ask: pure, as tables."""

from __future__ import annotations

import pytest

from domain.quota import Quota, Rate
from ingest_grpc.relay.agent import read_agent
from ingest_grpc.relay.channel import CHANNELS, provenance
from ingest_grpc.relay.page import LONGEST, counted_page
from tests.relay.parts import BOT, CHROME, NOON_MS

PAGES = [
    ("/", "/"),
    ("/landing", "/landing"),
    ("/landing/", "/landing/"),
    ("/a?token=1#x", "/a"),
    ("/product/42", "/product/42"),
    ("/user/123", "/user/*"),
    ("/blog/2026/05/17/title", "/blog/2026/05/17/title"),
    ("/order-12345", "/*"),
    ("/c/deadbeef12", "/c/*"),
    ("/facade", "/facade"),
    ("/u/jane@doe.example", "/u/*"),
    ("/u/jane%40doe.example", "/u/*"),
    ("/t/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln", "/t/*"),
    ("/3fa85f64-5717-4562-b3fc-2c963f66afa6", "/*"),
    ("/call/+49-170-1234567", "/call/*"),
    ("/how-to-buy-boots-1234567.html", "/how-to-buy-boots-1234567.html"),
    ("/iphone-15-pro", "/iphone-15-pro"),
    ("/donaudampfschifffahrtsgesellschaft", "/donaudampfschifffahrtsgesellschaft"),
    ("/caf%C3%A9", "/caf%C3%A9"),
    ("/" + "a" * 151, "/*"),
    ("/" + "a/" * 20, "/" + "a/" * 12 + "*"),
]


@pytest.mark.parametrize(("path", "page"), PAGES)
def test_segments_that_look_personal_are_hidden(path: str, page: str) -> None:
    assert counted_page(path) == page


def test_a_long_page_is_cut_at_a_segment() -> None:
    page = counted_page("/words" * 3 + "/" + "of-many-letters" * 9 + "/" + "and-more-words" * 5)
    assert len(page) <= LONGEST
    assert page.endswith("letters/*")


PROVENANCES = [
    (("", "", "", ""), ("direct", "", "")),
    (("www.google.com", "", "", ""), ("search", "google.com", "")),
    (("www.google.co.uk", "", "", ""), ("search", "google.co.uk", "")),
    (("mail.google.com", "", "", ""), ("email", "mail.google.com", "")),
    (("gemini.google.com", "", "", ""), ("assistants", "gemini.google.com", "")),
    (("chatgpt.com", "", "", ""), ("assistants", "chatgpt.com", "")),
    (("l.facebook.com", "", "", ""), ("social", "l.facebook.com", "")),
    (("t.co", "", "", ""), ("social", "t.co", "")),
    (("example-x.com", "", "", ""), ("referral", "example-x.com", "")),
    (("www.youtube.com", "", "", ""), ("video", "youtube.com", "")),
    (("www.amazon.de", "", "", ""), ("shopping", "amazon.de", "")),
    (("blog.example.org", "", "", ""), ("referral", "blog.example.org", "")),
    (("", "google", "cpc", "Brand"), ("paid-search", "google", "Brand")),
    (("", "Facebook", "paid_social", ""), ("paid-social", "facebook", "")),
    (("", "youtube", "paid-video", ""), ("paid-video", "youtube", "")),
    (("", "amazon", "cpc", ""), ("paid-shopping", "amazon", "")),
    (("", "somewhere", "cpc", ""), ("paid-other", "somewhere", "")),
    (("", "somewhere", "banner", ""), ("display", "somewhere", "")),
    (("", "partner", "leaflet", "spring"), ("campaign", "partner", "spring")),
    (("blog.example", "", "", "spring"), ("campaign", "blog.example", "spring")),
    (("", "x", "y", "cross-network"), ("cross-network", "x", "cross-network")),
    (("", "newsletter", "", "spring"), ("email", "newsletter", "spring")),
    (("", "partner", "affiliate", ""), ("affiliates", "partner", "")),
    (("", "spot", "audio", ""), ("audio", "spot", "")),
    (("", "sms", "", ""), ("sms", "sms", "")),
    (("", "app", "web-push", ""), ("push", "app", "")),
    (("", "somewhere", "something", ""), ("other", "somewhere", "")),
    (("a page, not a host", "", "", ""), ("direct", "", "")),
    (("", "jane@doe.example", "email", "user-123456"), ("email", "*", "*")),
    (("", "a\nb\0c", "e\u2028mail", ""), ("email", "abc", "")),
    (("", "s" * 300, "", ""), ("other", "s" * 80, "")),
]


@pytest.mark.parametrize(("said", "found"), PROVENANCES)
def test_a_session_comes_by_a_channel(said: tuple[str, str, str, str], found: tuple[str, str, str]) -> None:
    got = provenance(*said)
    assert (got.channel, got.source, got.campaign) == found


def test_every_channel_is_walked() -> None:
    assert {found[0] for _, found in PROVENANCES} == set(CHANNELS)


AGENTS = [
    ("Windows NT 10.0; Win64; x64", "Chrome/150.0.0.0 Safari/537.36 Edg/150.0", ("edge", "windows", "desktop")),
    ("Linux; Android 10; K", "Chrome/150.0.0.0 Mobile Safari/537.36", ("chrome", "android", "mobile")),
    ("Linux; Android 14; SM-X710", "Chrome/150.0.0.0 Safari/537.36", ("chrome", "android", "tablet")),
    ("X11; CrOS x86_64 14541.0.0", "Chrome/150.0.0.0 Safari/537.36", ("chrome", "chromeos", "desktop")),
    ("iPhone; CPU iPhone OS 19_0 like Mac OS X", "Version/19.0 Mobile/15E1 Safari/604.1", ("safari", "ios", "mobile")),
    ("iPad; CPU OS 17_0 like Mac OS X", "Version/17.0 Mobile/15E148 Safari/604.1", ("safari", "ios", "tablet")),
    ("Macintosh; Intel Mac OS X 10_15_7", "Version/19.0 Safari/605.1.15", ("safari", "macos", "desktop")),
    ("X11; Linux x86_64", "Chrome/150.0.0.0 Safari/537.36 OPR/136.0.0.0", ("opera", "linux", "desktop")),
]


@pytest.mark.parametrize(("system", "product", "families"), AGENTS)
def test_of_a_user_agent_only_families_are_read(system: str, product: str, families: tuple[str, str, str]) -> None:
    agent = read_agent(f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {product}")
    assert (agent.is_bot, (agent.browser, agent.platform, agent.device)) == (False, families)


@pytest.mark.parametrize(
    "user_agent", [BOT, "curl/8.9", "python-httpx/0.28", "GPTBot/1.2", CHROME.replace("C", "HeadlessC")]
)
def test_machines_that_say_so_are_recognised(user_agent: str) -> None:
    assert read_agent(user_agent).is_bot


@pytest.mark.parametrize("user_agent", ["", "x", "\0", "ü" * 5000])
def test_an_odd_user_agent_is_nobody_in_particular(user_agent: str) -> None:
    assert read_agent(user_agent).browser in {"", "other"}


def test_a_quota_gives_a_burst_and_then_so_many_a_second() -> None:
    quota = Quota(Rate(per_s=2, burst=5))
    assert [quota.take("a", NOON_MS) for _ in range(6)] == [True] * 5 + [False]
    assert [quota.take("a", NOON_MS + 1_000) for _ in range(3)] == [True, True, False]
    assert quota.take("b", NOON_MS)


def test_a_quota_tells_how_long_to_wait_and_no_longer() -> None:
    quota = Quota(Rate(per_s=2, burst=5))
    assert [(quota.take("a", NOON_MS), quota.wait_ms("a", NOON_MS)) for _ in range(5)][-2:] == [(True, 0), (True, 500)]
    assert quota.wait_ms("b", NOON_MS) == 0
    assert not quota.take("a", NOON_MS + 499)
    assert quota.wait_ms("a", NOON_MS + 499) == 1
    assert quota.take("a", NOON_MS + 500)
    assert quota.wait_ms("a", NOON_MS - 3_600_000) == 0
    assert Quota(None).wait_ms("a", NOON_MS) == 0


def test_a_clock_set_back_locks_nobody_out() -> None:
    quota = Quota(Rate(per_s=1, burst=1))
    assert quota.take("a", NOON_MS)
    assert quota.take("a", NOON_MS - 3_600_000)


def test_a_quota_remembers_so_many_keys_at_most() -> None:
    quota = Quota(Rate(per_s=1, burst=1), most_keys=100)
    for number in range(10_000):
        quota.take(str(number), NOON_MS)
        assert len(quota._spoken_for) <= 100
