"""Same input, same bytes: whatever the hash seed, the locale, the order of files or the folder one stands in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config_compiler.compiler import Compiled, compile_site
from config_compiler.source import Source
from tests.config_compiler.folders import CASES, DEPLOYMENT, ROOT, read
from tests.stand_in import RUNTIME

PROGRAM = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from tests.config_compiler.folders import CASES, DEPLOYMENT, read
from tests.stand_in import RUNTIME
from config_compiler.compiler import compile_site
from config_compiler.render import terminal
from config_compiler.source import Source
digest = hashlib.sha256()
for case in sorted(CASES.iterdir()):
    files = read(case).files
    source = Source({name: files[name] for name in sorted(files, reverse=sys.argv[2] == "back")})
    result = compile_site(source, None, RUNTIME, DEPLOYMENT)
    digest.update(terminal.render(result.findings, source).encode())
    for artifact in result.artifacts.artifacts if hasattr(result, "artifacts") else ():
        digest.update(artifact.name.encode() + artifact.body)
print(digest.hexdigest())
"""

MACHINES = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata", "LANG": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "3", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONTZPATH": ""},
)


def test_machines_agree_on_every_case(tmp_path: Path) -> None:
    said = set()
    for number, machine in enumerate(MACHINES):
        order = "back" if number % 2 else "forth"
        command = [sys.executable, "-c", PROGRAM, str(ROOT), order]
        environment = {"PATH": os.environ["PATH"], **machine}
        done = subprocess.run(
            command,
            env=environment,
            cwd=tmp_path if number else ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        said.add(done.stdout)
    assert len(said) == 1


def test_the_order_of_keys_in_the_site_file_does_not_matter() -> None:
    files = dict(read(CASES / "norway").files)
    turned = "\n".join(reversed(files["site.yaml"].rstrip().replace("goals:\n  - ", "goals: - ").split("\n")))
    other = {**files, "site.yaml": turned.replace("goals: - ", "goals:\n  - ") + "\n"}
    one, two = (compile_site(Source(each), None, RUNTIME, DEPLOYMENT) for each in (files, other))
    assert isinstance(one, Compiled)
    assert isinstance(two, Compiled)
    assert one.artifacts == two.artifacts
