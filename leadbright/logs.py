"""The log: structured, on standard error, with nothing in it that could point to a person.

Fields are on a list or they are left out, and of foreign libraries only the place in the code is kept, since their
texts may quote addresses, user agents or nonces. May not know what is logged where.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "role", "site", "experiment", "release", "environment", "version", "setting",
        "reason", "error", "trace", "where", "status", "signal", "pid", "port", "seconds", "attempt", "step", "count",
        "relay", "why", "live", "frames", "beacons", "segments", "bytes", "sequence", "epoch", "partition",
    }
)  # fmt: skip
"""What a line of the log may hold; `error` is the type of an exception, never its text."""

_OURS = ("leadbright", "web", "cdn_publish", "config_compiler", "ingest_grpc", "domain")
_CHATTY = ("sanic.access", "sanic.root", "sanic.error", "sanic.server", "sanic.websockets", "tortoise", "httpx", "grpc")


def start_log(role: str, form: str, out: TextIO = sys.stderr) -> None:
    """Send every log of this process to `out`: as lines of JSON, or as text for people."""
    chain: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _say_role(role),
        keep_types_of_errors,
        keep_listed_fields,
    ]
    renderer: Processor = structlog.processors.JSONRenderer() if form == "json" else _for_people(out)
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_keep_place, *chain],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for ours in _OURS:
        logging.getLogger(ours).setLevel(logging.INFO)
    claim_loggers()


def claim_loggers() -> None:
    """Take the loggers of libraries away from handlers that these have set up; again after a library did so."""
    for name in _CHATTY:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.setLevel(logging.WARNING)
        logger.propagate = True


def keep_listed_fields(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Leave out every field that is not on the list."""
    return {name: value for name, value in line.items() if name in FIELDS or name.startswith("_")}


def keep_types_of_errors(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Turn an exception into its type and its frames; its text may quote what a visitor sent."""
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        line["error"] = type(error).__name__
        line["trace"] = [_place(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    return line


def _keep_place(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    record: logging.LogRecord = line["_record"]
    line["where"] = _place(record.pathname, record.lineno)
    if record.name.partition(".")[0] not in _OURS:
        line["event"] = f"a message of {record.name}"
    line["exc_info"] = record.exc_info
    return line


def _place(filename: str, line: int | None) -> str:
    path = Path(filename)
    return f"{path.parent.name}/{path.name}:{line}"


def _say_role(role: str) -> Processor:
    def say(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        line.setdefault("role", role)
        return line

    return say


def _for_people(out: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=0)
