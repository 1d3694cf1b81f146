"""The built snippet, as the linker takes it.

Read from `snippet/dist`, which a checkout builds and a wheel carries. May not know what a module does.
"""

from __future__ import annotations

import json
from importlib.resources import files

from config_compiler.link import Runtime, RuntimeModule


class SnippetNotBuilt(Exception):  # noqa: N818
    """There is no built snippet to link with."""

    def __init__(self) -> None:
        super().__init__("the snippet is not built; run: make setup")


def load_runtime() -> Runtime:
    """Every module in the order in which they run; raises `SnippetNotBuilt`."""
    try:
        folder = files("snippet") / "dist"
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        return Runtime(
            tuple(
                RuntimeModule(each["name"], (folder / each["file"]).read_text("utf-8"), tuple(each["needs"]))
                for each in manifest["modules"]
            )
        )
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise SnippetNotBuilt from error
