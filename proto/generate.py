"""Generates `ingest_grpc/wire/leadbright` from the contracts beside it, or checks that it is up to date.

`-Iingest_grpc/wire=proto` gives each contract the path of the Python package that it becomes, so that the generated
imports hold without being rewritten. May not know what the contracts say.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = Path("ingest_grpc/wire/leadbright/v1")
CONTRACTS = sorted(path.name for path in (ROOT / "proto/leadbright/v1").glob("*.proto"))


def generate(out: Path) -> None:
    """Write the modules below `out`. Raises CalledProcessError where a contract is wrong."""
    scripts = Path(sys.executable).parent
    command = [sys.executable, "-m", "grpc_tools.protoc", "-Iingest_grpc/wire=proto"]
    command += [f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    command += [f"--plugin=protoc-gen-{name}={scripts / f'protoc-gen-{name}'}" for name in ("mypy", "mypy_grpc")]
    command += [str(PACKAGE / name) for name in CONTRACTS]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603


def differences() -> list[str]:
    """The files that a fresh generation makes otherwise, or does not make, or makes anew."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh = _files(Path(folder) / PACKAGE)
    committed = _files(ROOT / PACKAGE)
    return sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))


def main(arguments: list[str]) -> int:
    """Generate, or with `--check` say what is out of date; the exit status."""
    if arguments != ["--check"]:
        generate(ROOT)
        return 0
    stale = differences()
    for name in stale:
        print(f"{PACKAGE / name} is not what proto/ generates: run make proto", file=sys.stderr)  # noqa: T201
    return 1 if stale else 0


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".py", ".pyi")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
