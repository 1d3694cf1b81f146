"""An address becomes a country and a keyed hash, and nothing else anywhere ever sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec import structs
from sanic.compat import Header

from domain import address
from domain.address import NO_PROXIES, Address, Network, Proxies, Sources
from ingest_grpc.relay import relay
from ingest_grpc.relay.address import UNREADABLE, Callers, CountryFile, country_said
from ingest_grpc.relay.relay import Accepted
from tests.relay.mmdb import write_mmdb
from tests.relay.parts import DAY, NOON_MS, World, arrival, settled

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Peer:
    """As much of a connection as is looked at."""

    client_ip: str


def test_printing_an_address_shows_nothing() -> None:
    assert "192" not in f"{Address('192.0.2.1')} {Address('192.0.2.1')!r} {[Address('192.0.2.1')]}"


@pytest.mark.parametrize("header", ["DE", "de", " DE "])
def test_a_country_said_by_a_proxy_is_taken(header: str) -> None:
    assert country_said(header) == "DE"


@pytest.mark.parametrize("header", ["", "XX", "T1", "ZZ", "A1", "DEU", "D", "D1", "--", "DE,AT", "ß"])
def test_what_is_no_country_is_none(header: str) -> None:
    assert country_said(header) == ""


TRUSTED = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
COUNTRY = "x-country"
PLACES = [
    ((), "192.0.2.1", {}, "192.0.2.1", ""),
    ((), "192.0.2.1", {COUNTRY: "DE"}, "192.0.2.1", "DE"),
    ((), "192.0.2.1", {"x-forwarded-for": "203.0.113.9"}, "192.0.2.1", ""),
    (TRUSTED, "192.0.2.1", {COUNTRY: "DE", "x-forwarded-for": "203.0.113.9"}, "192.0.2.1", ""),
    (TRUSTED, "10.1.2.3", {COUNTRY: "DE", "x-forwarded-for": "203.0.113.9"}, "203.0.113.9", "DE"),
    (TRUSTED, "10.1.2.3", {"x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.9.9.9"}, "203.0.113.9", ""),
    (TRUSTED, "10.1.2.3", {"x-forwarded-for": ["6.6.6.6", "203.0.113.9", "10.9.9.9"]}, "203.0.113.9", ""),
    (TRUSTED, "2001:db8::1", {"x-forwarded-for": "203.0.113.9"}, "203.0.113.9", ""),
    (TRUSTED, "::ffff:10.1.2.3", {"x-forwarded-for": "203.0.113.9"}, "203.0.113.9", ""),
]


def lines(headers: Mapping[str, str | list[str]]) -> Header:
    """As Sanic has them: a header that comes more than once has a line for each."""
    each = ((name, [said] if isinstance(said, str) else said) for name, said in headers.items())
    return Header([(name, line) for name, said in each for line in said])


@pytest.mark.parametrize(("trusted", "peer", "headers", "expected", "country"), PLACES)
def test_only_trusted_proxies_are_believed(
    trusted: tuple[Network, ...], peer: str, headers: dict[str, str | list[str]], expected: str, country: str
) -> None:
    found, said = Proxies(trusted, COUNTRY).place(Peer(peer), lines(headers))
    assert (found.prefix(), said) == (Address(expected).prefix(), country)


def test_bytes_that_are_no_text_are_a_place_like_any_other() -> None:
    proxies = Proxies((ip_network("10.0.0.0/8"),), COUNTRY)
    found, said = proxies.place(Peer("10.0.0.1"), lines({"x-forwarded-for": "\udcff", COUNTRY: "\udcff"}))
    assert (found.prefix(), country_said(said)) == (b"?", "")


def test_without_settings_no_header_is_believed() -> None:
    found, said = NO_PROXIES.place(Peer("192.0.2.1"), lines({"x-forwarded-for": "1.1.1.1", "cf-ipcountry": "DE"}))
    assert (found.prefix(), said) == (b"192.0.2.1", "")


def test_a_place_holds_so_many_connections_and_no_more() -> None:
    callers = Callers(Proxies((ip_network("10.0.0.0/8"),)), b"k" * 32, most=2)
    first, second = callers.enter(Peer("192.0.2.1")), callers.enter(Peer("192.0.2.1"))
    assert first is not None
    assert first == second
    assert callers.enter(Peer("192.0.2.1")) is None
    assert callers.enter(Peer("192.0.2.2")) not in {None, first}
    callers.leave(first)
    assert callers.enter(Peer("192.0.2.1")) == first
    assert [callers.enter(Peer("10.0.0.1")) for _ in range(5)] == [b""] * 5


def test_a_place_is_one_for_an_hour_and_then_nobody_can_tell() -> None:
    keys = iter([b"a" * 32, b"b" * 32])
    sources = Sources(lambda _: next(keys))
    hour = NOON_MS - NOON_MS % HOUR_MS
    first = sources.of(Address("192.0.2.1"), hour)
    assert sources.of(Address("192.0.2.1"), hour + HOUR_MS - 1) == first
    assert sources.of(Address("192.0.2.2"), hour) != first
    assert sources.of(Address("192.0.2.1"), hour + HOUR_MS) != first


def test_of_an_ipv6_address_the_first_half_is_the_place() -> None:
    sources = Sources(bytes)
    home = sources.of(Address("2001:db8:1:2::1"), 0)
    assert sources.of(Address("2001:db8:1:2:ffff::9"), 0) == home
    assert sources.of(Address("2001:db8:1:3::1"), 0) != home
    assert isinstance(sources.of(Address("not:an:address"), 0), bytes)


DATABASE = write_mmdb(
    {
        ip_network("192.0.2.0/24"): {"country": {"iso_code": "DE"}},
        ip_network("198.51.100.0/24"): {"country_code": "AT"},
        ip_network("203.0.113.0/24"): {"country": {"names": "somewhere"}},
        ip_network("2001:db8::/32"): {"country": {"iso_code": "FR"}},
    }
)
COUNTRIES = [
    ("192.0.2.7", "DE"),
    ("::ffff:192.0.2.7", "DE"),
    ("198.51.100.7", "AT"),
    ("203.0.113.7", ""),
    ("2001:db8::7", "FR"),
    ("127.0.0.1", ""),
    ("", ""),
    ("not an address", ""),
]


@pytest.mark.parametrize(("text", "country"), COUNTRIES)
def test_a_real_database_tells_the_country(tmp_path: Path, text: str, country: str) -> None:
    (tmp_path / "countries.mmdb").write_bytes(DATABASE)
    assert CountryFile(tmp_path / "countries.mmdb")(Address(text)) == country


def test_a_database_that_is_replaced_is_read_again_and_a_broken_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "countries.mmdb"
    file.write_bytes(DATABASE)
    countries, address = CountryFile(file), Address("192.0.2.7")
    file.write_bytes(DATABASE[: len(DATABASE) // 2])
    with pytest.raises(UNREADABLE):
        countries.renew()
    assert countries(address) == "DE"
    file.write_bytes(write_mmdb({ip_network("192.0.2.0/24"): {"country": {"iso_code": "CH"}}}))
    assert countries(address) == "DE"
    countries.renew()
    assert countries(address) == "CH"


@pytest.mark.parametrize(("said", "country"), [("AT", "AT"), ("", "DE"), ("XX", "DE")])
async def test_a_proxys_word_goes_before_the_databases(tmp_path: Path, said: str, country: str) -> None:
    (tmp_path / "countries.mmdb").write_bytes(DATABASE)
    world = World()
    countries = CountryFile(tmp_path / "countries.mmdb")
    relay = world.relay(seams=replace(world.seams, countries=countries))
    await relay.start()
    assert await relay.receive(structs.replace(arrival(), address=Address("192.0.2.7"), country=said)) == Accepted(DAY)
    await settled(relay)
    assert [b.surroundings.country for b in world.aggregation.counted.values()] == [country]
    await relay.stop()


def test_one_file_alone_reads_addresses() -> None:
    reads = re.compile(
        r"\.ip\b|client_ip|remote_addr|peername|x-forwarded-for|\._text|ip_address|ipaddress", re.IGNORECASE
    )
    this = Path(address.__file__)
    assert reads.search(this.read_text())
    rooms = (this.parent, Path(relay.__file__).parent)
    others = [
        path.name for room in rooms for path in room.glob("*.py") if path != this and reads.search(path.read_text())
    ]
    assert others == []
