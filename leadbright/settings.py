"""Every setting, read in one place from `leadbright.toml` and the environment, with all complaints at once.

The environment wins over the file. May not know what a setting is used for: that is `wiring.py`.
"""

from __future__ import annotations

import difflib
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from ingest_grpc.aggregator.constants import KEEP_DAYS
from leadbright import data_folder, listening, sign_in_settings
from leadbright import setting_values as values
from leadbright.setting_names import NAMES
from leadbright.setting_values import Address, Complaint, Network, Reader, Unfit
from web.openid.provider import Provider

FILE = "leadbright.toml"
PREFIX = "LEADBRIGHT_"
MOST_WORKERS = 64
LEAST_DAYS = 32
TRIES = (10, 100_000)
GUARD: int | None = values.GUARD_MINUTES

ELSEWHERE = frozenset({"browser", "token", "purge_token"})
"""Read by single commands, not here."""

_CAN_BE_OFF = ("relay_metrics", "aggregator_metrics", "guard")


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for, or else the defaults, in the order of `NAMES`; last, whom people sign in by."""

    data: Path
    database: str
    counts: str
    cdn: str
    cdn_base: str
    clean: str
    purge: str
    web_url: str
    relay_url: str
    aggregator: tuple[Address, ...]
    secret: str = field(repr=False)
    country_header: str | None
    country_db: Path | None
    trusted_proxies: tuple[Network, ...]
    web_listen: Address
    relay_listen: Address
    aggregator_listen: Address
    shop_listen: Address
    relay_cert: Path | None
    relay_key: Path | None
    grpc_cert: Path | None
    grpc_key: Path | None
    grpc_ca: Path | None
    grpc_name: str | None
    relay_metrics: Address | None
    aggregator_metrics: Address | None
    relay_proof: str
    guard: int | None
    relay_workers: int
    relay_name: str
    keep_days: int
    sign_up: str
    tries: int
    tries_of_all: int
    traces: str
    log: str
    providers: tuple[Provider, ...]

    @property
    def cdn_folder(self) -> Path | None:
        """The folder that is published to; None where it is a bucket."""
        return Path(unquote(urlsplit(self.cdn).path)) if self.cdn.startswith("file:") else None


def read_settings(
    environment: Mapping[str, str],
    directory: Path,
    *,
    defaults: Mapping[str, str] | None = None,
    binding: tuple[str, ...] = (),
) -> Settings | tuple[Complaint, ...]:
    """The settings, with the data folder made and its secret in place; or every complaint there is.

    `directory` is where `leadbright.toml` is looked for and the data folder stands by default. `defaults` take the
    place of the usual ones, by name. `binding` names the addresses that must be free to listen on.
    """
    reading = _Reading()
    reading.texts.update({name: (f"the default of {name}", text) for name, text in (defaults or {}).items()})
    _read_file(directory / FILE, reading)
    _read_environment(environment, reading)
    for together in _TOGETHER:
        _refuse_some(together, reading)
    settings = _settings(reading, directory.absolute())
    _refuse_taken({name: getattr(settings, name) for name in binding}, reading)
    return tuple(reading.complaints) or settings


def as_environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, so that a process started with them has the same.

    The secret is left out: it is found where it was found before.
    """
    texts = {name: _text(getattr(settings, name)) for name in NAMES if name != "secret"}
    texts |= {name: values.OFF for name in _CAN_BE_OFF if not texts[name]}
    return {f"{PREFIX}{name.upper()}": text for name, text in texts.items() if text}


V = TypeVar("V")


@dataclass(slots=True)
class _Reading:
    """Texts by name with where each was found, and what is wrong with them so far."""

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def take(self, name: str, read: Reader[V], default: V) -> V:
        if name not in self.texts:
            return default
        where, text = self.texts[name]
        value = read(text)
        if not isinstance(value, Unfit):
            return value
        shown = "" if name == "secret" or "@" in text else f' "{text}"'
        self.complaints.append(Complaint(f"{where}{shown}: {value.why}"))
        return default


def _read_file(path: Path, reading: _Reading) -> None:
    if not path.exists():
        return
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reading.complaints.append(Complaint(f"{FILE} can't be read: {error}"))
        return
    for name, value in found.items():
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        _note(name, f"{FILE}: {name}", text, reading)


def _read_environment(environment: Mapping[str, str], reading: _Reading) -> None:
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and environment[variable]:
            _note(variable.removeprefix(PREFIX).lower(), variable, environment[variable], reading)


def _note(name: str, where: str, text: str, reading: _Reading) -> None:
    if name in NAMES or sign_in_settings.is_one(name):
        reading.texts[name] = (where, text)
    elif name not in ELSEWHERE:
        reading.complaints.append(Complaint(f"{where} is not a setting{_nearest(name, where)}"))


def _nearest(name: str, where: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    if not near:
        return ": take it out"
    return f"; did you mean {where[: -len(name)]}{near[0] if where.endswith(name) else near[0].upper()}?"


def _refuse_taken(ports: Mapping[str, Address], reading: _Reading) -> None:
    for name, address in ports.items():
        place, setting = f"port {address.port} of {address.host}", f"{PREFIX}{name.upper()}"
        match listening.refusal(address):
            case listening.Taken():
                advice = f"stop what listens there, or set {setting} to another address"
                reading.complaints.append(Complaint(f"{place} is taken: {advice}"))
            case str(why):
                reading.complaints.append(Complaint(f"{place} can't be had ({why}): set {setting} to another address"))


def _settings(reading: _Reading, directory: Path) -> Settings:
    take = reading.take
    data = take("data", values.folder, directory / "leadbright-data")
    listen = {role: _listen(reading, role) for role in ("web", "relay", "aggregator", "shop")}
    scheme = "https:" if "relay_cert" in reading.texts else "http:"
    relay_url = take("relay_url", values.web_url, listen["relay"].url.replace("http:", scheme, 1))
    return Settings(
        data=data,
        database=take("database", values.database_url, f"sqlite://{data}/leadbright.db"),
        counts=take("counts", values.database_url, f"sqlite://{data}/counts.db"),
        cdn=_cdn(reading, data),
        cdn_base=take("cdn_base", values.web_url, f"{relay_url}/cdn"),
        clean=take("clean", values.one_of("on", "off"), "on"),
        purge=take("purge", values.cdn, ""),
        web_url=(web_url := take("web_url", values.web_url, listen["web"].url)),
        relay_url=relay_url,
        aggregator=take("aggregator", values.addresses, (listen["aggregator"],)),
        secret=_secret(reading, data),
        country_header=take("country_header", values.header_name, None),
        country_db=take("country_db", values.country_file, None),
        trusted_proxies=take("trusted_proxies", values.networks, ()),
        web_listen=listen["web"],
        relay_listen=listen["relay"],
        aggregator_listen=listen["aggregator"],
        shop_listen=listen["shop"],
        relay_cert=take("relay_cert", values.readable_file, None),
        relay_key=take("relay_key", values.readable_file, None),
        grpc_cert=take("grpc_cert", values.readable_file, None),
        grpc_key=take("grpc_key", values.readable_file, None),
        grpc_ca=take("grpc_ca", values.readable_file, None),
        grpc_name=take("grpc_name", values.name, None),
        relay_metrics=_metrics(reading, "relay", listen["relay"]),
        aggregator_metrics=_metrics(reading, "aggregator", listen["aggregator"]),
        relay_proof=take("relay_proof", values.one_of("on", "off"), "on"),
        guard=take("guard", values.minutes, GUARD),
        relay_workers=take("relay_workers", values.number(1, MOST_WORKERS), 1),
        relay_name=take("relay_name", values.name, socket.gethostname()[:63] or "relay"),
        keep_days=take("keep_days", values.number(LEAST_DAYS, KEEP_DAYS), KEEP_DAYS),
        sign_up=take("sign_up", values.one_of("open", "closed"), "closed"),
        tries=take("tries", values.number(*TRIES), 60),
        tries_of_all=take("tries_of_all", values.number(*TRIES), 1_200),
        traces=take("traces", values.web_url, ""),
        log=take("log", values.one_of("text", "json"), ""),
        providers=_providers(reading, web_url),
    )


def _cdn(reading: _Reading, data: Path) -> str:
    cdn = reading.take("cdn", values.store_url, (data / "cdn").as_uri())
    if not cdn.startswith("file:") and "cdn_base" not in reading.texts:
        reading.complaints.append(Complaint(f"{PREFIX}CDN is a bucket: say where browsers read it in {PREFIX}CDN_BASE"))
    return cdn


def _providers(reading: _Reading, web_url: str) -> tuple[Provider, ...]:
    providers, wrong = sign_in_settings.read_providers(reading.texts, web_url)
    reading.complaints.extend(map(Complaint, wrong))
    return providers


_TOGETHER = (("relay_cert", "relay_key"), ("grpc_cert", "grpc_key", "grpc_ca"))
"""Settings that are given together or not at all."""


def _refuse_some(names: tuple[str, ...], reading: _Reading) -> None:
    missing = [name for name in names if name not in reading.texts]
    if 0 < len(missing) < len(names):
        given = next(name for name in names if name in reading.texts)
        wanted = " and ".join(f"{PREFIX}{name.upper()}" for name in missing)
        reading.complaints.append(Complaint(f"{reading.texts[given][0]} is not enough: give {wanted} too"))


_PORTS = {"web": 8600, "relay": 8601, "aggregator": 8602, "shop": 8603}
_METRICS_ABOVE = {"aggregator": 10, "relay": 20}
"""The relay's are last, since each of its processes takes a port of its own from there on."""


def _listen(reading: _Reading, role: str) -> Address:
    default = Address("127.0.0.1", _PORTS[role])
    return listening.with_free_port(reading.take(f"{role}_listen", values.address, default))


def _metrics(reading: _Reading, role: str, listen: Address) -> Address | None:
    """On this machine alone, so many ports above the role's own, unless another place is named."""
    default: Address | None = Address("127.0.0.1", (listen.port + _METRICS_ABOVE[role]) % 2**16)
    return reading.take(f"{role}_metrics", values.unless_off(values.address), default)


def _secret(reading: _Reading, data: Path) -> str:
    given = reading.take("secret", values.secret, "")
    unfit = data_folder.prepare(data)
    if unfit is not None:
        where, _ = reading.texts.get("data", ("the data folder", ""))
        reading.complaints.append(Complaint(f'{where} "{data}" {unfit.why}'))
        return given
    return given or data_folder.kept_secret(data)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
