"""A site's definition as text, and places in it.

Pure: may not know where the text came from (a folder, a form, a request).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SITE_FILE = "site.yaml"

_EXPERIMENT_FILE = re.compile(r"experiments/[^/]+\.yaml")
_TEST_FILE = re.compile(r"tests/[^/]+\.yaml")
LINE_END = re.compile(r"\r\n|[\n\r]")
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Source:
    """File names such as `site.yaml` and `experiments/hero.yaml`, and what is in each."""

    files: Mapping[str, str]

    @classmethod
    def from_bytes(cls, files: Mapping[str, bytes]) -> Source:
        """Decode UTF-8. Bytes that are not become lone surrogates, which `tree` reports with their place."""
        return cls({name: body.decode("utf-8", "surrogateescape") for name, body in files.items()})

    def text(self, file: str) -> str:
        """What is in a file, without a byte order mark; nothing for one that is not there."""
        return self.files.get(file, "").removeprefix(_BYTE_ORDER_MARK)

    def lines(self, file: str) -> list[str]:
        """The lines of a file as YAML counts them, without their ends."""
        return LINE_END.split(self.text(file))


def is_experiment_file(name: str) -> bool:
    """Whether a file of this name holds one experiment."""
    return _EXPERIMENT_FILE.fullmatch(name) is not None


def is_test_file(name: str) -> bool:
    """Whether a file of this name holds tests of the definition."""
    return _TEST_FILE.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file. Lines and columns count from 1, in code points; the end is not part of it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


def start_of(file: str) -> Span:
    """The place for what concerns a whole file."""
    return Span(file, 1, 1, 1, 1)
