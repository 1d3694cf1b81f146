"""The settings by which people sign in: whom they name, and what is complained of."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadbright.house import children_environment
from leadbright.settings import Settings, read_settings
from web.openid.provider import GITHUB, Provider

GOOGLE = {
    "LEADBRIGHT_SIGN_IN_GOOGLE": "https://accounts.google.com",
    "LEADBRIGHT_SIGN_IN_GOOGLE_ID": "an-id",
    "LEADBRIGHT_SIGN_IN_GOOGLE_SECRET": "a-secret",
}


def read(environment: dict[str, str], folder: Path) -> Settings:
    """The settings, which must be fit."""
    found = read_settings(environment, folder)
    assert isinstance(found, Settings), found
    return found


def test_without_any_people_sign_in_by_link_alone(tmp_path: Path) -> None:
    found = read({}, tmp_path)
    assert (found.providers, found.sign_up) == ((), "closed")


def test_providers_are_named_by_environment_and_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("kept-in-a-file\n")
    (tmp_path / "leadbright.toml").write_text(
        'sign_in_github = "https://github.com/"\nsign_in_github_id = "hub"\n'
        f'sign_in_github_secret_file = "{tmp_path / "secret"}"\nsign_in_github_label = "Our GitHub"\nsign_up = "open"\n'
    )
    found = read(GOOGLE, tmp_path)
    assert found.sign_up == "open"
    assert found.providers == (
        Provider("github", "Our GitHub", GITHUB, "hub", "kept-in-a-file"),
        Provider("google", "Google", "https://accounts.google.com", "an-id", "a-secret"),
    )
    assert "a-secret" not in repr(found)


def test_a_role_that_is_started_by_another_knows_the_same_providers(tmp_path: Path) -> None:
    found = read(GOOGLE, tmp_path)
    assert read(children_environment(found, GOOGLE), tmp_path).providers == found.providers


X, ID, SECRET = (f"LEADBRIGHT_SIGN_IN_GOOGLE{end}" for end in ("", "_ID", "_SECRET"))
COMPLAINTS: list[tuple[dict[str, str], str]] = [
    ({X: "accounts.google.com"}, "write the address of an issuer, such as https://accounts.google.com"),
    ({X: "http://id.company.example"}, "write the address of an issuer, such as https://accounts.google.com"),
    ({X: "https://id.company.example/?x"}, "write the address of an issuer, such as https://accounts.google.com"),
    ({X: "https://login.microsoftonline.com/common/v2.0"}, "write your own tenant's number"),
    ({ID: ""}, f"{X} is not enough: give {ID} and {SECRET} or {SECRET}_FILE too"),
    ({SECRET: ""}, f"{X} is not enough: give {ID} and {SECRET} or {SECRET}_FILE too"),
    ({X: ""}, f"{ID} is not enough: give {X} too"),
    ({f"{SECRET}_FILE": "/no/such/file"}, f"{SECRET}_FILE can't be read, or holds more than one line"),
    (
        {"LEADBRIGHT_WEB_URL": "http://leadbright.example"},
        "people sign in there, so write an address that begins https://",
    ),
    ({"LEADBRIGHT_SIGN_UP": "maybe"}, 'LEADBRIGHT_SIGN_UP "maybe": write open or closed'),
    ({"LEADBRIGHT_SIGN_IN_A_B": "x"}, "LEADBRIGHT_SIGN_IN_A_B is not a setting"),
]


@pytest.mark.parametrize(("changed", "said"), COMPLAINTS, ids=[said for _, said in COMPLAINTS])
def test_a_provider_that_is_set_up_by_half_is_one_clear_line(
    changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    found = read_settings(GOOGLE | changed, tmp_path)
    assert isinstance(found, tuple)
    (complaint,) = found
    assert said in complaint.text
    assert "a-secret" not in complaint.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:8600", "http://localhost:8600", "https://leadbright.example"])
def test_people_sign_in_over_https_or_on_this_machine(url: str, tmp_path: Path) -> None:
    assert read(GOOGLE | {"LEADBRIGHT_WEB_URL": url}, tmp_path).providers
