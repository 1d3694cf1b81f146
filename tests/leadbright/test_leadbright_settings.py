"""Settings: what is complained of, all at once and in one line each, and what stands where nothing was said."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from leadbright.data_folder import held, kept_secret
from leadbright.setting_names import NAMES
from leadbright.setting_values import Address
from leadbright.settings import Settings, as_environment, read_settings

COMPLAINTS = [
    ("WEB_LISTN", "1", "LEADBRIGHT_WEB_LISTN is not a setting; did you mean LEADBRIGHT_WEB_LISTEN?"),
    ("ZZZ", "1", "LEADBRIGHT_ZZZ is not a setting: take it out"),
    ("WEB_LISTEN", "8600", 'LEADBRIGHT_WEB_LISTEN "8600": write host:port, such as 127.0.0.1:8600'),
    ("WEB_LISTEN", "127.0.0.1:http", 'LEADBRIGHT_WEB_LISTEN "127.0.0.1:http": write host:port, such as 127.0.0.1:8600'),
    ("RELAY_LISTEN", "127.0.0.1:99999", 'LEADBRIGHT_RELAY_LISTEN "127.0.0.1:99999": a port is a number up to 65535'),
    ("RELAY_URL", "ftp://x", 'LEADBRIGHT_RELAY_URL "ftp://x": write an address such as https://relay.example'),
    ("WEB_URL", "http://x:port", 'LEADBRIGHT_WEB_URL "http://x:port": write an address such as https://relay.example'),
    (
        "AGGREGATOR",
        "one:8602,two:8602",
        'LEADBRIGHT_AGGREGATOR "one:8602,two:8602": several aggregators need IP addresses, all of one kind',
    ),
    (
        "DATABASE",
        "mysql://x/y",
        'LEADBRIGHT_DATABASE "mysql://x/y": write sqlite:///absolute/path.db or postgres://user:password@host:5432/name',
    ),
    (
        "COUNTS",
        "postgres://[",
        'LEADBRIGHT_COUNTS "postgres://[": write sqlite:///absolute/path.db or postgres://user:password@host:5432/name',
    ),
    (
        "CDN",
        "file://[",
        (
            "LEADBRIGHT_CDN \"file://[\": 'file://[' is not a publish URL; "
            "write file:///path, s3://bucket/prefix, az://container/prefix or gs://bucket/prefix"
        ),
    ),
    ("COUNTRY_DB", __file__, f'LEADBRIGHT_COUNTRY_DB "{__file__}": that is no .mmdb file of countries'),
    ("COUNTRY_DB", "/no/such.mmdb", 'LEADBRIGHT_COUNTRY_DB "/no/such.mmdb": there is no such file'),
    ("SECRET", "short", "LEADBRIGHT_SECRET: write at least 32 random characters"),
    ("KEEP_DAYS", "31", 'LEADBRIGHT_KEEP_DAYS "31": write a number from 32 to 761'),
    ("TRACES", "host:4318", 'LEADBRIGHT_TRACES "host:4318": write an address such as https://relay.example'),
    ("LOG", "xml", 'LEADBRIGHT_LOG "xml": write text or json'),
    ("COUNTRY_HEADER", "a b", 'LEADBRIGHT_COUNTRY_HEADER "a b": write the name of a header, such as CF-IPCountry'),
]


@pytest.mark.parametrize(("name", "text", "complaint"), COMPLAINTS)
def test_a_bad_setting_is_one_clear_line(name: str, text: str, complaint: str, tmp_path: Path) -> None:
    found = read_settings({f"LEADBRIGHT_{name}": text}, tmp_path)
    assert not isinstance(found, Settings)
    assert [c.text for c in found] == [complaint]


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "leadbright.toml").write_text('web_listn = "x"\nrelay_url = "y"\n')
    found = read_settings({"LEADBRIGHT_LOG": "xml", "LEADBRIGHT_WEB_LISTEN": "8600"}, tmp_path)
    assert not isinstance(found, Settings)
    assert [c.text for c in found] == [
        "leadbright.toml: web_listn is not a setting; did you mean leadbright.toml: web_listen?",
        'LEADBRIGHT_WEB_LISTEN "8600": write host:port, such as 127.0.0.1:8600',
        'leadbright.toml: relay_url "y": write an address such as https://relay.example',
        'LEADBRIGHT_LOG "xml": write text or json',
    ]


def test_a_file_that_is_no_toml_is_said(tmp_path: Path) -> None:
    (tmp_path / "leadbright.toml").write_text("= =\n")
    found = read_settings({}, tmp_path)
    assert not isinstance(found, Settings)
    assert found[0].text.startswith("leadbright.toml can't be read: ")


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = read_settings({"LEADBRIGHT_DATA": str(tmp_path / "file" / "data")}, tmp_path)
    assert not isinstance(found, Settings)
    assert found[0].text.startswith(f'LEADBRIGHT_DATA "{tmp_path}/file/data" can\'t be written (')
    assert found[0].text.endswith("give a folder that this user may write to")


def test_an_address_of_another_machine_is_not_called_taken(tmp_path: Path) -> None:
    # 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has it.
    found = read_settings({"LEADBRIGHT_RELAY_LISTEN": "192.0.2.1:8601"}, tmp_path, binding=("relay_listen",))
    assert not isinstance(found, Settings)
    [complaint] = found
    why = "port 8601 of 192.0.2.1 can't be had (Cannot assign requested address)"
    assert complaint.text == f"{why}: set LEADBRIGHT_RELAY_LISTEN to another address"


def test_others_on_the_machine_cannot_look_into_the_data_folder(tmp_path: Path) -> None:
    read_settings({"LEADBRIGHT_DATA": str(tmp_path / "data")}, tmp_path)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_taken_port_is_said_beside_the_rest(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = read_settings(
            {"LEADBRIGHT_WEB_LISTEN": f"127.0.0.1:{port}", "LEADBRIGHT_LOG": "x"}, tmp_path, binding=("web_listen",)
        )
    assert not isinstance(found, Settings)
    assert [c.text for c in found] == [
        'LEADBRIGHT_LOG "x": write text or json',
        f"port {port} of 127.0.0.1 is taken: stop what listens there, or set LEADBRIGHT_WEB_LISTEN to another address",
    ]


def test_a_password_is_not_repeated_in_a_complaint(tmp_path: Path) -> None:
    found = read_settings({"LEADBRIGHT_DATABASE": "postgres://me:hush@host"}, tmp_path)
    assert not isinstance(found, Settings)
    assert "hush" not in found[0].text


def read(environment: dict[str, str], folder: Path) -> Settings:
    found = read_settings(environment, folder)
    assert isinstance(found, Settings), found
    return found


def test_nothing_said_is_everything_on_this_machine(tmp_path: Path) -> None:
    settings = read({}, tmp_path)
    data = tmp_path / "leadbright-data"
    assert settings.data == data
    assert settings.database == f"sqlite://{data}/leadbright.db"
    assert settings.cdn_folder == data / "cdn"
    ports = [a.port for a in (settings.web_listen, settings.relay_listen, settings.aggregator_listen)]
    assert ports == [8600, 8601, 8602]
    assert settings.shop_listen.port == 8603
    assert settings.cdn_base == "http://127.0.0.1:8601/cdn"
    assert settings.aggregator == (Address("127.0.0.1", 8602),)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "leadbright.toml").write_text('log = "json"\naggregator = ["127.0.0.1:1", "127.0.0.2:2"]\n')
    settings = read({"LEADBRIGHT_LOG": "text"}, tmp_path)
    assert settings.log == "text"
    assert settings.aggregator == (Address("127.0.0.1", 1), Address("127.0.0.2", 2))


def test_a_token_for_push_and_pull_is_no_complaint(tmp_path: Path) -> None:
    assert read({"LEADBRIGHT_TOKEN": "x"}, tmp_path)


def test_port_0_is_any_free_one_and_addresses_follow(tmp_path: Path) -> None:
    settings = read({"LEADBRIGHT_RELAY_LISTEN": "127.0.0.1:0"}, tmp_path)
    assert settings.relay_listen.port > 0
    assert settings.relay_url == settings.relay_listen.url


def test_a_child_that_is_handed_the_settings_has_the_same(tmp_path: Path) -> None:
    odd = tmp_path / "with space & 100%"
    settings = read(
        {
            "LEADBRIGHT_DATA": str(odd),
            "LEADBRIGHT_AGGREGATOR": "127.0.0.1:1,127.0.0.2:2",
            "LEADBRIGHT_TRUSTED_PROXIES": "10.0.0.0/8,::1",
            "LEADBRIGHT_COUNTRY_HEADER": "CF-IPCountry",
            "LEADBRIGHT_WEB_LISTEN": "127.0.0.1:0",
        },
        tmp_path,
    )
    assert read(as_environment(settings), Path("/nowhere")) == settings
    assert settings.cdn_folder == odd / "cdn"


def test_every_setting_has_a_name_and_a_meaning() -> None:
    assert [*NAMES, "providers"] == list(Settings.__dataclass_fields__)
    assert all(NAMES.values())


def test_the_secret_is_made_once_and_only_this_user_reads_it(tmp_path: Path) -> None:
    first = read({}, tmp_path)
    assert len(first.secret) >= 32
    assert read({}, tmp_path).secret == first.secret
    assert stat.S_IMODE(os.stat(tmp_path / "leadbright-data" / "secret").st_mode) == 0o600
    assert first.secret not in repr(first)
    assert list((tmp_path / "leadbright-data").iterdir()) == [tmp_path / "leadbright-data" / "secret"]


def test_two_that_start_together_end_up_with_one_secret(tmp_path: Path) -> None:
    assert kept_secret(tmp_path) == kept_secret(tmp_path)


def test_a_folder_is_worked_in_by_one_process(tmp_path: Path) -> None:
    with held(tmp_path / "lock"), pytest.raises(OSError, match="another process works in"), held(tmp_path / "lock"):
        pass
    with held(tmp_path / "lock"):
        pass
