"""`leadbright push` and `pull`: a definition between a folder and a running web, with nothing lost on either side."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadbright.cli import APP
from leadbright.pulled import NAME
from tests.web.conftest import Web
from tests.web.sample import BROKEN_HERO, DEFINITION, HERO, SHOP, SITE

ODD = {
    "site.yaml": "\ufeff" + SITE.replace("\n", "\r\n"),
    "experiments/hero.yaml": HERO + "# é ✓ \U0001f600\t trailing  \n\n\n",
    "tests/all.yaml": "tests: []  # no line end at the end",
}
"""Texts that anything which parses and writes them again would change."""


@pytest.fixture
async def token(web: Web) -> str:
    made = await web.store.api.create(SHOP, "ci", may_write=True, days=30, by="owner")
    assert made is not None
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shop"


async def leadbright(web: Web, token: str, *arguments: str) -> Result:
    """In a thread, since the web serves in this one."""
    server = str(web.client.base_url)
    environment = {"LEADBRIGHT_TOKEN": token, "LEADBRIGHT_WEB_URL": server}
    return await asyncio.to_thread(CliRunner().invoke, APP, list(arguments), env=environment)


async def pull(web: Web, token: str, folder: Path, *more: str) -> Result:
    return await leadbright(web, token, "pull", str(folder), "--site", SHOP, *more)


async def push(web: Web, token: str, folder: Path, *more: str) -> Result:
    return await leadbright(web, token, "push", str(folder), *more)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.name != NAME}


def written(folder: Path) -> dict[Path, int]:
    """When each file was."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


async def revision(web: Web) -> int:
    entry = await web.store.site(SHOP)
    assert entry is not None
    return entry.revision


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=ci", "-c", "user.email=ci@shop.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


async def test_pulled_and_pushed_nothing_changes(web: Web, token: str, folder: Path) -> None:
    pulled = await pull(web, token, folder)
    assert (pulled.exit_code, pulled.stderr) == (0, "")
    assert pulled.stdout == f"shop: revision 1 of {str(web.client.base_url).rstrip('/')} is in {folder}\n"
    assert files(folder) == {name: text.encode() for name, text in DEFINITION.items()}
    before = written(folder)
    pushed = await push(web, token, folder, "--json")
    assert json.loads(pushed.stdout) == {"site": "shop", "revision": 1, "changed": False}
    again = await pull(web, token, folder)
    assert "nothing new; revision 1" in again.stdout
    assert await revision(web) == 1
    assert written(folder) == before


async def test_pushed_and_pulled_every_byte_is_the_same(web: Web, token: str, folder: Path, tmp_path: Path) -> None:
    await pull(web, token, folder)
    (folder / "experiments/price.yaml").unlink()
    write(folder, ODD)
    pushed = await push(web, token, folder)
    assert (pushed.exit_code, pushed.stderr) == (0, "")
    assert "revision 2" in pushed.stdout
    other = tmp_path / "other"
    await pull(web, token, other)
    assert files(other) == files(folder) == {name: text.encode() for name, text in ODD.items()}
    assert (other / NAME).read_bytes() == (folder / NAME).read_bytes()


async def test_what_a_person_edited_there_is_not_overwritten(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    await web.store.save_definition(SHOP, DEFINITION | {"experiments/hero.yaml": HERO + "# theirs\n"}, "owner")
    write(folder, {"experiments/hero.yaml": HERO + "# ours\n"})
    refused = await push(web, token, folder)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing was pushed: revision 2 was edited at " in refused.stderr
    assert refused.stderr.endswith("revision 1 was pulled last; pull it and merge, or push with --over 2\n")
    kept = await pull(web, token, folder)
    assert (kept.exit_code, "was changed since, and is not committed" in kept.stderr) == (1, True)
    assert (folder / "experiments/hero.yaml").read_text().endswith("# ours\n")
    assert await revision(web) == 2
    over = await push(web, token, folder, "--over", "2")
    assert (over.exit_code, "revision 3" in over.stdout) == (0, True)


async def test_through_git_both_sides_go_on(web: Web, token: str, folder: Path, tmp_path: Path) -> None:
    """Pushes follow each other from a clone that never pulls; an edit in the browser comes in by pull and merge."""
    await pull(web, token, folder)
    commit(folder, "as it is there")
    for number in (2, 3):
        write(folder, {"experiments/price.yaml": DEFINITION["experiments/price.yaml"] + f"# {number}\n"})
        commit(folder, f"edit {number}")
        clone = tmp_path / f"clone{number}"
        git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", str(clone))
        pushed = await push(web, token, clone)
        assert (pushed.exit_code, f"revision {number}" in pushed.stdout) == (0, True), pushed.stderr
        saved = await web.store.definition(SHOP)
        assert saved is not None
        assert saved.saved_by == f"ci, pushed from {git(clone, 'rev-parse', '--short', 'HEAD')}"
    there = {
        **DEFINITION,
        "experiments/price.yaml": DEFINITION["experiments/price.yaml"] + "# 3\n",
        "experiments/hero.yaml": HERO + "# in the browser\n",
    }
    await web.store.save_definition(SHOP, there, "owner")
    write(folder, {"site.yaml": SITE + "# in git\n"})
    commit(folder, "meanwhile")
    assert (await push(web, token, folder)).exit_code == 1
    git(folder, "checkout", "-q", "-b", "theirs", "HEAD~1")
    assert (await pull(web, token, folder)).exit_code == 0
    commit(folder, "edited in the browser")
    git(folder, "checkout", "-q", "-")
    git(folder, "merge", "-q", "theirs")
    merged = await push(web, token, folder)
    assert (merged.exit_code, "revision 5" in merged.stdout) == (0, True), merged.stderr
    both = await web.store.definition(SHOP)
    assert both is not None
    assert both.files["site.yaml"].endswith("# in git\n")
    assert both.files["experiments/hero.yaml"].endswith("# in the browser\n")


async def test_a_pull_takes_away_what_is_no_longer_there(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    (folder / "README.md").write_text("ours")
    await web.store.save_definition(SHOP, {"site.yaml": SITE}, "owner")
    assert (await pull(web, token, folder)).exit_code == 0
    assert files(folder) == {"site.yaml": SITE.encode(), "README.md": b"ours"}


@pytest.mark.parametrize("how", ["uncommitted", "untracked", "ignored", "no git"])
async def test_a_pull_overwrites_nothing_that_is_nowhere_else(web: Web, token: str, folder: Path, how: str) -> None:
    write(folder, DEFINITION)
    (folder / ".gitignore").write_text("/experiments/new.yaml\n" if how == "ignored" else "")
    if how != "no git":
        commit(folder, "all")
    name = "experiments/hero.yaml" if how in ("uncommitted", "no git") else "experiments/new.yaml"
    write(folder, {name: HERO + "# ours\n"})
    before = files(folder)
    refused = await pull(web, token, folder)
    assert (refused.exit_code, "nothing was pulled" in refused.stderr) == (1, True)
    assert files(folder) == before
    assert (await pull(web, token, folder, "--over")).exit_code == 0
    assert files(folder).get(name) == (DEFINITION[name].encode() if name in DEFINITION else None)


async def test_what_is_committed_may_be_pulled_over(web: Web, token: str, folder: Path) -> None:
    write(folder, DEFINITION | {"experiments/hero.yaml": HERO + "# ours\n"})
    commit(folder, "ours")
    assert (await pull(web, token, folder)).exit_code == 0
    assert git(folder, "diff", "--stat").endswith("1 file changed, 1 deletion(-)")


async def test_a_broken_definition_is_not_pushed(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    write(folder, {"experiments/hero.yaml": BROKEN_HERO})
    refused = await push(web, token, folder)
    assert (refused.exit_code, "error[E201]" in refused.stderr) == (1, True)
    assert await revision(web) == 1


async def test_what_would_move_visitors_is_refused_there(web: Web, token: str, folder: Path) -> None:
    """What is published is known to the web alone."""
    await web.sign_in()
    assert (await web.edit(DEFINITION, "publish")).status_code == 303
    await pull(web, token, folder)
    write(folder, {"experiments/hero.yaml": HERO.replace("key: bold", "key: loud")})
    refused = await push(web, token, folder)
    assert refused.exit_code == 1
    assert "error[E301]: experiments/hero.yaml:8:" in refused.stderr
    assert "; keep it with weight 0%, or begin a new phase\nnothing was pushed: " in refused.stderr


async def test_pushing_publishes_nothing(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    write(folder, {"experiments/hero.yaml": HERO + "# more\n"})
    assert (await push(web, token, folder)).exit_code == 0
    assert web.publisher.published == []


async def test_the_editor_leaves_line_ends_as_they_were_pushed(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    write(folder, {"experiments/hero.yaml": HERO.replace("\n", "\r\n"), "experiments/price.yaml": "a: 1\r\nb: 2\n"})
    await web.store.save_definition(SHOP, {name: text.decode() for name, text in files(folder).items()}, "ci")
    await web.sign_in()
    typed = {"experiments/hero.yaml": HERO.replace("\n", "\r\n"), "experiments/price.yaml": "a: 1\r\nb: 2\r\n"}
    assert (await web.edit(DEFINITION | typed, revision=2)).headers["location"].endswith("did=unchanged")
    typed["experiments/hero.yaml"] = HERO.replace("Buy now", "Buy today").replace("\n", "\r\n")
    assert (await web.edit(DEFINITION | typed, revision=2)).headers["location"].endswith("did=saved")
    saved = await web.store.definition(SHOP)
    assert saved is not None
    assert saved.files["experiments/hero.yaml"] == typed["experiments/hero.yaml"]


@pytest.mark.parametrize(
    ("arguments", "token", "status", "says"),
    [
        (("pull", "DIR", "--site", "shop"), "", 2, "set LEADBRIGHT_TOKEN"),
        (("pull", "DIR", "--site", "shop"), "lbt_é", 2, "set LEADBRIGHT_TOKEN"),
        (("pull", "DIR", "--site", "shop"), "lbt_wrong", 1, "send a token that is still good"),
        (("pull", "DIR", "--site", "nowhere"), "TOKEN", 1, "there is no such site, or this token is not for it"),
        (("pull", "DIR", "--site", "../x"), "TOKEN", 2, "is not the key of a site"),
        (("pull", "DIR", "--site", "shop", "--server", "shop.example"), "TOKEN", 2, "is not the address of"),
        (("pull", "DIR", "--site", "shop", "--server", "https://["), "TOKEN", 2, "is not the address of"),
        (("pull", "DIR", "--site", "shop", "--server", "https://x:y"), "TOKEN", 2, "is not the address of"),
        (("pull", "DIR", "--site", "shop", "--server", "https://a:b@c"), "TOKEN", 2, "is not the address of"),
        (("pull", "DIR", "--site", "shop", "--server", "http://shop.example"), "TOKEN", 2, "not sent unencrypted"),
        (("pull", "DIR", "--site", "shop", "--server", "http://127.0.0.1:1"), "TOKEN", 1, "does not answer"),
        (("pull", "DIR", "--site", "shop", "--server", "WEB/elsewhere"), "TOKEN", 1, "is that its address?"),
        (("pull", "/proc/x", "--site", "shop"), "TOKEN", 1, "not everything was pulled"),
        (("push", "/nowhere"), "TOKEN", 2, "there is no folder /nowhere"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(
    web: Web,
    folder: Path,
    arguments: tuple[str, ...],
    token: str,
    status: int,
    says: str,
) -> None:
    made = await web.store.api.create(SHOP, "ci", may_write=True, days=30, by="owner")
    assert made is not None
    meant = {"DIR": str(folder), "WEB/elsewhere": f"{str(web.client.base_url).rstrip('/')}/elsewhere"}
    answer = await leadbright(
        web, made if token == "TOKEN" else token, *(meant.get(argument, argument) for argument in arguments)
    )
    assert (answer.exit_code, answer.stdout) == (status, ""), answer.output
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert made not in answer.output
    assert written(folder) == {}


async def test_a_token_that_may_read_cannot_push(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    write(folder, {"experiments/hero.yaml": HERO + "# more\n"})
    reads = await web.store.api.create(SHOP, "reader", may_write=False, days=30, by="owner")
    assert reads is not None
    refused = await push(web, reads, folder)
    assert (refused.exit_code, "this token may only read" in refused.stderr) == (1, True)


async def test_a_damaged_memory_is_said_and_guesses_nothing(web: Web, token: str, folder: Path) -> None:
    await pull(web, token, folder)
    (folder / NAME).write_text("{")
    write(folder, {"experiments/hero.yaml": HERO + "# more\n"})
    for refused in (await push(web, token, folder), await pull(web, token, folder)):
        assert refused.exit_code == 1
        assert f"{folder / NAME} cannot be read" in refused.stderr
    assert await revision(web) == 1
