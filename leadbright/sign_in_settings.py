"""The settings by which people sign in: `sign_in_NAME` is a provider's issuer, and others by its name go with it.

May not know how a provider is spoken to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from web.openid.provider import GITHUB, Provider, is_safe

_BEGINS = "sign_in_"

_NAMED = re.compile(r"sign_in_([a-z][a-z0-9]{0,19})(_id|_secret|_secret_file|_label)?")
_LABELS = {"google": "Google", "microsoft": "Microsoft", "github": "GitHub", "gitlab": "GitLab"}
_ANY_TENANT = re.compile(r"https://login\.microsoftonline\.com/(common|organizations|consumers)/")
_LONGEST_LABEL = 40

Texts = Mapping[str, tuple[str, str]]
"""By name: where it was found, and what it says."""


def is_one(name: str) -> bool:
    """Whether a setting is about signing in."""
    return _NAMED.fullmatch(name) is not None


def read_providers(texts: Texts, web_url: str) -> tuple[tuple[Provider, ...], tuple[str, ...]]:
    """Every provider, by name; and what is wrong, one line each."""
    keys = sorted({found[1] for name in texts if (found := _NAMED.fullmatch(name))})
    read = [_provider(key, texts) for key in keys]
    wrong = [each for each in read if isinstance(each, str)]
    if keys and not is_safe(web_url):
        wrong.append(f'LEADBRIGHT_WEB_URL "{web_url}": people sign in there, so write an address that begins https://')
    return tuple(each for each in read if isinstance(each, Provider)), tuple(wrong)


def _provider(key: str, texts: Texts) -> Provider | str:
    own = f"{_BEGINS}{key}"
    variable = f"LEADBRIGHT_{own.upper()}"
    if own not in texts:
        where = next(where for name, (where, _) in texts.items() if name.startswith(f"{own}_"))
        return f"{where} is not enough: give {variable} too"
    where, issuer = texts[own]
    if not is_safe(issuer) or "?" in issuer or "#" in issuer:
        return f'{where} "{issuer}": write the address of an issuer, such as https://accounts.google.com'
    if _ANY_TENANT.match(issuer):
        return f'{where} "{issuer}": write your own tenant\'s number; of others, nobody knows who their people are'
    client_id, secret = _text(f"{own}_id", texts), _secret(own, texts)
    if not client_id or not secret:
        return f"{where} is not enough: give {variable}_ID and {variable}_SECRET or {variable}_SECRET_FILE too"
    if "\n" in secret:
        return f"{variable}_SECRET_FILE can't be read, or holds more than one line"
    label = (_text(f"{own}_label", texts) or _LABELS.get(key) or key.capitalize())[:_LONGEST_LABEL]
    return Provider(key, label, GITHUB if issuer.rstrip("/") == GITHUB else issuer, client_id, secret)


def _text(name: str, texts: Texts) -> str:
    return texts.get(name, ("", ""))[1].strip()


def _secret(own: str, texts: Texts) -> str:
    """The client's secret; a line's end, which none holds, where its file cannot be read."""
    named = _text(f"{own}_secret_file", texts)
    if not named:
        return _text(f"{own}_secret", texts)
    try:
        return Path(named).expanduser().read_text(encoding="utf-8").strip() or "\n"
    except (OSError, UnicodeDecodeError):
        return "\n"
