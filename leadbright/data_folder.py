"""The folder that holds everything Leadbright keeps on this machine: databases, journal, published files, its secret.

May not know what is in them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadbright.setting_values import Unfit

SECRET = "secret"  # noqa: S105 -- a file's name


def prepare(folder: Path) -> Unfit | None:
    """Make the folder where it is absent, and try to write in it."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Unfit(f"can't be written ({error.strerror}): give a folder that this user may write to")
    return None


def kept_secret(folder: Path) -> str:
    """The secret kept in the folder, made first where it is absent; readable by this user only."""
    path = folder / SECRET
    if not path.exists():
        _make(path)
    return path.read_text().strip()


@contextmanager
def held(lock: Path) -> Iterator[None]:
    """Be the only process that holds this lock file; OSError where another one does. Death lets go of it."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OSError(
                f"another process works in {lock.parent}: stop it, or give this one its own folder"
            ) from error
        yield


def _make(path: Path) -> None:
    # Written aside and linked, so that two processes that start together end up with one secret.
    aside = path.with_name(f"{SECRET}-{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()
