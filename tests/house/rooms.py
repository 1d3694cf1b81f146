"""The room table as data: which room may import which, with the reason that is printed when a line strays.

Prose in `docs/architecture.md`; held by `test_house_imports.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

DISK = ("pathlib", "os", "io", "shutil", "tempfile", "sqlite3")
NET = ("socket", "ssl", "http", "urllib.request", "smtplib", "selectors")
CLOCK = ("time", "sched")
CHANCE = ("random", "secrets", "uuid")
PROCESS = ("subprocess", "multiprocessing", "signal", "threading", "asyncio", "concurrent", "logging", "sys")
JSON = ("json",)


@dataclass(frozen=True, slots=True)
class Room:
    """What the modules of one package may import.

    `rooms` and `libraries` list what is allowed; `never` lists modules of the standard library that are not.
    """

    rooms: tuple[str, ...]
    libraries: tuple[str, ...]
    never: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Confined:
    """A library that only some files may import: their paths, as patterns."""

    library: str
    files: tuple[str, ...]
    why: str


ROOMS: dict[str, Room] = {
    "domain": Room(
        rooms=(),
        libraries=(),
        never=(*DISK, *NET, *CLOCK, *CHANCE, *PROCESS, *JSON),
        why="the shared words stand below everyone: clock, randomness and salts are arguments, and no file, "
        "network or JSON exists here",
    ),
    "config_compiler": Room(
        rooms=("domain",),
        libraries=("cssselect2", "nh3", "ruamel", "tinycss2"),
        never=(*DISK, *NET, *CLOCK, *CHANCE, *PROCESS),
        why="compiling is a pure function: text in, artifacts or diagnostics out, the same bytes on every machine",
    ),
    "cdn_publish": Room(
        rooms=("domain",),
        libraries=("obstore",),
        never=(*NET, *CHANCE, "subprocess", "multiprocessing", "threading"),
        why="the publisher knows the object store, and not what an experiment is",
    ),
    "ingest_grpc.wire": Room(
        rooms=("domain",),
        libraries=("google", "grpc"),
        never=(*DISK, *NET, *CLOCK, *CHANCE),
        why="the wire translates between domain and protobuf over a channel that it is handed; it knows neither "
        "HTTP nor databases",
    ),
    "ingest_grpc.relay": Room(
        rooms=("domain", "ingest_grpc.wire"),
        libraries=(
            "brotli",
            "crawleruseragents",
            "maxminddb",
            "msgspec",
            "prometheus_client",
            "sanic",
            "structlog",
            "ua_parser",
        ),
        never=("sqlite3", "urllib.request", "subprocess", "random"),
        why="the relay has sockets and its journal folder; it needs no database, and clock and randomness are "
        "handed in",
    ),
    "ingest_grpc.aggregator": Room(
        rooms=("domain", "ingest_grpc.wire"),
        libraries=(
            "asyncpg",
            "aiosqlite",
            "grpc",
            "grpc_health",
            "grpc_reflection",
            "prometheus_client",
            "structlog",
            "tortoise",
        ),
        never=(*NET, "random", "subprocess"),
        why="the aggregator has its own tables and never sees an address, a user agent or a browser",
    ),
    "web": Room(
        rooms=("domain", "config_compiler"),
        libraries=(
            "asyncpg",
            "authlib",
            "httpx",
            "jinja2",
            "joserfc",
            "msgspec",
            "numpy",
            "prometheus_client",
            "sanic",
            "scipy",
            "structlog",
            "tortoise",
        ),
        never=("socket", "subprocess", "random"),
        why="the web has its own tables and asks for reports; it never sees a single beacon, and what publishes and "
        "what answers reports is handed in",
    ),
    "leadbright": Room(
        rooms=(
            "domain",
            "config_compiler",
            "cdn_publish",
            "ingest_grpc.wire",
            "ingest_grpc.relay",
            "ingest_grpc.aggregator",
            "web",
        ),
        libraries=(
            "grpc",
            "grpc_health",
            "grpc_reflection",
            "httpx",
            "jinja2",
            "maxminddb",
            "msgspec",
            "prometheus_client",
            "sanic",
            "structlog",
            "tortoise",
            "click",
            "uvloop",
        ),
        never=(),
        why="the wiring joins concrete parts; what they decide stands in their rooms",
    ),
}
"""Whoever is not a room, such as `tests`, may import everything."""

TABLES = ("*/models.py", "*/database.py", "*/store.py", "*/dialect.py", "*/migrations.py", "*/transaction.py")

CONFINED: tuple[Confined, ...] = (
    Confined("obstore", ("cdn_publish/*",), "one room speaks to stores"),
    Confined("google.protobuf", ("ingest_grpc/wire/*",), "protobuf stays inside the wire"),
    Confined(
        "ingest_grpc.wire.leadbright",
        ("ingest_grpc/wire/*",),
        "messages stay inside the wire",
    ),
    Confined(
        "sanic",
        (
            "ingest_grpc/relay/app.py",
            "ingest_grpc/relay/cdn.py",
            "ingest_grpc/relay/doorway.py",
            "web/*",
            "leadbright/*",
        ),
        "HTTP is the outside of the relay, the web and the demo shop",
    ),
    Confined("authlib", ("web/openid/*",), "providers are spoken to in one place"),
    Confined("joserfc", ("web/openid/*",), "providers are spoken to in one place"),
    Confined("httpx", ("web/openid/net.py", "leadbright/*"), "the web speaks to providers alone"),
    Confined(
        "tortoise",
        (*TABLES, "leadbright/*"),
        "a database is reached in the files whose names say so",
    ),
    Confined(
        "sqlite3",
        (*TABLES, "leadbright/preparing_demo.py"),
        "a database is reached in the files whose names say so; the demo makes a file of its own whole",
    ),
    Confined(
        "json",
        (
            "cdn_publish/history.py",
            "cdn_publish/pointer.py",
            "cdn_publish/purging/*",
            "config_compiler/*",
            "ingest_grpc/wire/*",
            "ingest_grpc/relay/*",
            "web/*",
            "leadbright/*",
        ),
        "raw JSON lives at the edges",
    ),
)

LATE: dict[str, tuple[str, ...]] = {
    "tinycss2": ("config_compiler/declarations.py", "config_compiler/stylesheets.py"),
    "config_compiler.parsed_selectors": ("config_compiler/selectors.py",),
    "config_compiler.overlap": tuple(
        f"config_compiler/rules/{name}.py" for name in ("chains", "overlap", "standstill")
    ),
}
"""What is loaded where it is needed, and by whom: it is much to load, and most definitions are checked without it."""
