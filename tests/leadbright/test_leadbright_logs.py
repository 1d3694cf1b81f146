"""The log holds what is on the list, and of foreign libraries only where in the code they spoke."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from leadbright.logs import start_log


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where the log of this test goes; the loggers are as before afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    start_log("relay", "json", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], level = before
    root.setLevel(level)


def line(out: io.StringIO) -> dict[str, object]:
    (only,) = out.getvalue().splitlines()
    found: dict[str, object] = json.loads(only)
    return found


def test_fields_that_are_not_on_the_list_are_left_out(out: io.StringIO) -> None:
    structlog.get_logger().info("frames sent", frames=3, address="192.0.2.7", user_agent="Mozilla", nonce="abc")
    assert line(out) | {"timestamp": ""} == {
        "event": "frames sent",
        "frames": 3,
        "level": "info",
        "role": "relay",
        "timestamp": "",
    }


def test_an_exception_is_its_type_and_its_place_and_never_its_text(out: io.StringIO) -> None:
    try:
        raise ValueError("from 192.0.2.7")
    except ValueError:
        structlog.get_logger().exception("a step failed")
    found = line(out)
    assert found["error"] == "ValueError"
    assert "test_leadbright_logs.py" in str(found["trace"])
    assert "192.0.2.7" not in out.getvalue()


def test_what_a_foreign_library_says_is_not_repeated(out: io.StringIO) -> None:
    logging.getLogger("sanic.error").error("Exception occurred while handling uri: http://x/v1/b/shop?n=secret")
    found = line(out)
    assert found["event"] == "a message of sanic.error"
    assert "secret" not in out.getvalue()
    assert "test_leadbright_logs.py" in str(found["where"])


def test_sanic_cannot_set_up_handlers_of_its_own(out: io.StringIO) -> None:
    logging.getLogger("sanic.access").info("GET /v1/b/shop")
    assert out.getvalue() == ""
