"""Certificates: https to the relay, mutual TLS between relay, web and aggregator, both made when the test runs."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import pytest
import trustme

from domain.names import SiteKey
from domain.report import Days
from ingest_grpc.wire.channel import open_channel
from ingest_grpc.wire.ports import UnavailableError
from ingest_grpc.wire.report import ReportClient
from leadbright import readiness
from leadbright.house import aggregator_probe, relay_probe
from leadbright.papers import Papers, aggregator_channel, channel_credentials, papers_of, watched
from leadbright.readiness import until_ready
from leadbright.settings import Settings, read_settings
from tests.leadbright.test_leadbright_relay_workers import RULES, publish, settings_of
from tests.leadbright.test_leadbright_up import PATIENCE_S, running
from tests.relay.parts import CHROME, DAY, body, nonce

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Authority:
    """An authority that signs certificates into files."""

    folder: Path
    signs: trustme.CA

    @property
    def file(self) -> Path:
        """The authority's own certificate."""
        path = self.folder / "authority.pem"
        self.signs.cert_pem.write_to_path(str(path))
        return path

    def issue(self, name: str, *hosts: str) -> tuple[Path, Path]:
        """A certificate and its key."""
        made = self.signs.issue_cert(*hosts)
        cert, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        made.private_key_pem.write_to_path(str(key))
        cert.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
        return cert, key


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A new one."""
    return Authority(tmp_path, trustme.CA())


def trusting(authority: Authority) -> ssl.SSLContext:
    """A browser that believes the authority."""
    return ssl.create_default_context(cafile=str(authority.file))


async def post(settings: Settings, browser: ssl.SSLContext) -> int:
    """Send a beacon; the status of the answer."""
    headers = {"origin": "https://shop.example", "user-agent": CHROME}
    async with httpx.AsyncClient(verify=browser, headers=headers) as client:
        return (await client.post(f"{settings.relay_url}/v1/b/shop?n={nonce()}", content=body())).status_code


async def test_browsers_reach_a_relay_over_https_and_not_in_the_clear(tmp_path: Path, authority: Authority) -> None:
    cert, key = authority.issue("relay", HOST)
    settings = settings_of(tmp_path, LEADBRIGHT_RELAY_CERT=str(cert), LEADBRIGHT_RELAY_KEY=str(key))
    publish(settings, RULES)
    assert settings.relay_url.startswith("https://")
    async with running(settings, "relay"):
        assert await until_ready(relay_probe(settings), PATIENCE_S)
        assert await post(settings, trusting(authority)) == 200
        assert not await readiness.over_http(settings.relay_listen)()
        with pytest.raises(httpx.ConnectError):
            await post(settings, ssl.create_default_context())


async def test_workers_share_an_address_over_https_too(tmp_path: Path, authority: Authority) -> None:
    cert, key = authority.issue("relay", HOST)
    papers = {"LEADBRIGHT_RELAY_CERT": str(cert), "LEADBRIGHT_RELAY_KEY": str(key)}
    settings = settings_of(tmp_path, LEADBRIGHT_RELAY_WORKERS="2", **papers)
    publish(settings, RULES)
    async with running(settings, "relay"):
        assert await until_ready(relay_probe(settings), PATIENCE_S)
        assert await post(settings, trusting(authority)) == 200


def mutual(folder: Path, authority: Authority, *hosts: str, **more: str) -> Settings:
    """Settings with a certificate for these hosts."""
    cert, key = authority.issue("house", *hosts)
    papers = {"CERT": cert, "KEY": key, "CA": authority.file}
    return settings_of(folder, **{f"LEADBRIGHT_GRPC_{name}": str(path) for name, path in papers.items()}, **more)


@pytest.mark.parametrize("name", ["", "aggregator.example"])
async def test_relay_and_aggregator_show_each_other_certificates(
    tmp_path: Path, authority: Authority, name: str
) -> None:
    more = {"LEADBRIGHT_GRPC_NAME": name} if name else {}
    settings = mutual(tmp_path, authority, name or HOST, **more)
    publish(settings, RULES)
    async with running(settings, "aggregator"), running(settings, "relay"):
        assert await until_ready(aggregator_probe(settings), PATIENCE_S)
        assert await until_ready(relay_probe(settings), PATIENCE_S)
        assert await post(settings, ssl.create_default_context()) == 200
        assert await until_ready(lambda: is_counted(settings), PATIENCE_S)


async def is_counted(settings: Settings) -> bool:
    """Whether the aggregator has counted the one view."""
    today = int(time.time() // 86_400)
    async with aggregator_channel(settings) as channel:
        return (await ReportClient(channel).traffic(SiteKey("shop"), Days(today - 1, today + 1))).views == 1


async def test_who_has_no_certificate_of_the_authority_is_not_answered(tmp_path: Path, authority: Authority) -> None:
    settings = mutual(tmp_path, authority, HOST)
    other = Authority(tmp_path / "other", trustme.CA())
    other.folder.mkdir()
    stranger = Papers(*other.issue("stranger", HOST), authority.file)
    address = [str(settings.aggregator_listen)]
    async with running(settings, "aggregator"):
        assert await until_ready(aggregator_probe(settings), PATIENCE_S)
        anonymous = grpc.ssl_channel_credentials(authority.file.read_bytes())
        for credentials in (None, anonymous, channel_credentials(stranger)):
            async with open_channel(address, credentials) as channel:
                with pytest.raises(UnavailableError):
                    await ReportClient(channel).traffic(SiteKey("shop"), Days(DAY, DAY))


async def test_an_aggregator_with_a_strangers_certificate_is_not_believed(tmp_path: Path, authority: Authority) -> None:
    settings = mutual(tmp_path, authority, HOST)
    other = Authority(tmp_path / "other", trustme.CA())
    other.folder.mkdir()
    papers = papers_of(settings)
    assert papers is not None
    deceived = Papers(papers.certificate, papers.key, other.file)
    async with running(settings, "aggregator"):
        assert await until_ready(aggregator_probe(settings), PATIENCE_S)
        async with open_channel([str(settings.aggregator_listen)], channel_credentials(deceived)) as channel:
            with pytest.raises(UnavailableError):
                await ReportClient(channel).traffic(SiteKey("shop"), Days(DAY, DAY))


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("RELAY_CERT", "LEADBRIGHT_RELAY_KEY"),
        ("GRPC_CA", "LEADBRIGHT_GRPC_CERT and LEADBRIGHT_GRPC_KEY"),
    ],
)
def test_half_of_the_papers_is_a_complaint(tmp_path: Path, given: str, missing: str) -> None:
    (tmp_path / "some.pem").write_text("x")
    found = read_settings({f"LEADBRIGHT_{given}": str(tmp_path / "some.pem")}, tmp_path)
    assert not isinstance(found, Settings)
    assert [c.text for c in found] == [f"LEADBRIGHT_{given} is not enough: give {missing} too"]


async def test_a_file_that_changes_is_read_again_until_it_can_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    read: list[str] = []
    came = asyncio.Event()

    def renew() -> None:
        text = file.read_text()
        if text == "broken":
            raise ValueError
        read.append(text)
        came.set()

    async with watched([file], renew, look_s=0.005), asyncio.timeout(10):
        for text in ("broken", "two", "three"):
            (tmp_path / "new").write_text(text)
            os.replace(tmp_path / "new", file)
            if text != "broken":
                await came.wait()
                came.clear()
    assert read == ["two", "three"]
