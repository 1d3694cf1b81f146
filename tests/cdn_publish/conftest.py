"""A real folder to publish to."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdn_publish.folder import FolderTarget


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files of `target` are; not made yet."""
    return tmp_path / "cdn"


@pytest.fixture
def target(folder: Path) -> FolderTarget:
    """A folder to publish to."""
    return FolderTarget(folder)
