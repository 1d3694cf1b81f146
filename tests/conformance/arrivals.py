"""Vectors about where visits come from and what with: channels and user agents, by the relay's answers.

May not know how either language reaches its answers.
"""

from __future__ import annotations

from itertools import product
from random import Random

from domain.condition import BROWSERS
from ingest_grpc.relay.agent import OTHER, read_agent
from ingest_grpc.relay.channel import HOSTS, provenance
from tests.conformance.entries import Json

MEDIUMS = (
    "", "organic", "cpc", "ppc", "paid_social", "retargeting", "CPM", "display", "social", "social-media", "sm",
    "email", "e mail", "newsletter", "affiliate", "audio", "sms", "webpush", "mobile", "referral", "video", "spring",
)  # fmt: skip
CAMPAIGNS = ("", "spring", "Cross-Network", "shop-sale")
SOURCES = ("", "google", "newsletter", "Facebook", "amazon", "sms", "youtube.com", "chatgpt.com", "partner")
ENDINGS = ("", ".com", ".de", ".co.uk", ".com.br", ".example")

ENGINES = {"BLINK": "AppleWebKit/537.36 (KHTML, like Gecko)", "WEBKIT": "AppleWebKit/605.1.15 (KHTML, like Gecko)"}

AGENTS = (
    ("Windows NT 10.0; Win64; x64", "BLINK Chrome/131.0.0.0 Safari/537.36"),
    ("Windows NT 10.0; Win64; x64", "BLINK Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"),
    ("Windows NT 10.0; Win64; x64; rv:133.0", "Gecko/20100101 Firefox/133.0"),
    ("Windows NT 10.0; Win64; x64", "BLINK Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0"),
    ("Macintosh; Intel Mac OS X 10_15_7", "WEBKIT Version/18.1 Safari/605.1.15"),
    ("Macintosh; Intel Mac OS X 10_15_7", "BLINK Chrome/131.0.0.0 Safari/537.36"),
    ("Macintosh; Intel Mac OS X 10.15; rv:133.0", "Gecko/20100101 Firefox/133.0"),
    ("X11; Linux x86_64", "BLINK Chrome/131.0.0.0 Safari/537.36"),
    ("X11; Ubuntu; Linux x86_64; rv:133.0", "Gecko/20100101 Firefox/133.0"),
    ("X11; CrOS x86_64 14541.0.0", "BLINK Chrome/131.0.0.0 Safari/537.36"),
    ("Linux; Android 10; K", "BLINK Chrome/131.0.0.0 Mobile Safari/537.36"),
    ("Linux; Android 10; K", "BLINK Chrome/131.0.0.0 Safari/537.36"),
    ("Android 14; Mobile; rv:133.0", "Gecko/133.0 Firefox/133.0"),
    ("Android 14; Tablet; rv:133.0", "Gecko/133.0 Firefox/133.0"),
    ("Linux; Android 10; K", "BLINK SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"),
    ("Linux; Android 10; K", "BLINK Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.0.0"),
    ("Linux; Android 10; K", "BLINK Chrome/130.0.0.0 Mobile Safari/537.36 OPR/86.0.0.0"),
    ("iPhone; CPU iPhone OS 18_1 like Mac OS X", "WEBKIT Version/18.1 Mobile/15E148 Safari/604.1"),
    ("iPhone; CPU iPhone OS 18_1 like Mac OS X", "WEBKIT CriOS/131.0.0.0 Mobile/15E148 Safari/604.1"),
    ("iPhone; CPU iPhone OS 18_1 like Mac OS X", "WEBKIT FxiOS/133.0 Mobile/15E148 Safari/605.1.15"),
    ("iPhone; CPU iPhone OS 18_1 like Mac OS X", "WEBKIT Version/17.0 EdgiOS/131.0.0.0 Mobile/15E148 Safari/605.1.15"),
    ("iPad; CPU OS 16_6 like Mac OS X", "WEBKIT Version/16.6 Mobile/15E148 Safari/604.1"),
    ("Windows NT 10.0; Win64; x64", "BLINK Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.15"),
    ("X11; Linux x86_64", "BLINK Chrome/130.0.0.0 YaBrowser/24.12.0.0 Safari/537.36"),
    ("PlayStation; PlayStation 5/9.00", "WEBKIT Version/15.4 Safari/605.1.15"),
)


def channels() -> Json:
    """`[referrer, source, medium, campaign, channel]`."""
    random = Random(7)
    names = [name for line in HOSTS.splitlines() for name in line.split()[1:]]
    hosts = ["", "news.example", *(name if "." in name else name + random.choice(ENDINGS) for name in names)]
    hosts += [f"{start}{host}" for start in ("m.", "www.") for host in random.sample(hosts, 40)]
    hosts += ["xgoogle.com", "google.evil.example", "x.com.br", "co.uk", "t.co.uk", "localhost"]
    told: list[tuple[str, ...]] = [(host, "", "", "") for host in hosts]
    told += [("", *rest) for rest in random.sample(list(product(SOURCES, MEDIUMS, CAMPAIGNS)), 500)]
    told += [(random.choice(hosts), *map(random.choice, (SOURCES, MEDIUMS, CAMPAIGNS))) for _ in range(500)]
    return [[*one, provenance(*one).channel] for one in told]


def agents() -> Json:
    """`[user agent, device, platform, browser]`; a browser that audiences have no word for is `other`."""
    read = [(text, read_agent(text)) for text in map(_user_agent, AGENTS)]
    return [[text, a.device, a.platform, a.browser if a.browser in BROWSERS else OTHER] for text, a in read]


def _user_agent(parts: tuple[str, str]) -> str:
    system, rest = parts
    engine, _, browser = rest.partition(" ")
    return f"Mozilla/5.0 ({system}) {ENGINES.get(engine, engine)} {browser}"
