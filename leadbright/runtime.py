"""The built snippet, as the linker takes it.

Read from `snippet/dist`, which a checkout builds and a wheel carries. May not know what its parts do.
"""

from __future__ import annotations

import json
from importlib.resources import files

from config_compiler.template import Choice, Code, Part, Runtime, Value

_Piece = str | dict[str, object]


class SnippetNotBuilt(Exception):  # noqa: N818
    """There is no built snippet to link with."""

    def __init__(self) -> None:
        super().__init__("the snippet is not built; run: make setup")


def load_runtime() -> Runtime:
    """The snippet; raises `SnippetNotBuilt`."""
    try:
        text = (files("snippet") / "dist" / "manifest.json").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise SnippetNotBuilt from error
    template = json.loads(text)
    return Runtime(tuple(map(_code, template["parts"])), _code(template["start"]), tuple(template["names"]))


def _code(pieces: list[_Piece]) -> Code:
    return tuple(map(_read, pieces))


def _read(piece: _Piece) -> str | Choice | Value | Part:
    match piece:
        case {"plan": str(name)}:
            return Value(name)
        case {"part": int(number)}:
            return Part(number)
        case {"uses": str(feature), "yes": list(yes), "no": list(no)}:
            return Choice(feature, _code(yes), _code(no))
        case _:
            return str(piece)
