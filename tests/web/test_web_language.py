"""Whatever the language can say, the pages can show: one variation alone, sections, audiences, layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.conftest import Web
from tests.web.sample import SHOP

CASE = Path(__file__).parents[1] / "cases" / "language"


def definition() -> dict[str, str]:
    """The compiler's example of the whole language, as this site's."""
    files = {p.relative_to(CASE).as_posix(): p.read_text() for p in [*CASE.glob("*.yaml"), *CASE.glob("experiments/*")]}
    lines = files["site.yaml"].splitlines()
    files["site.yaml"] = "\n".join(f"site: {SHOP}" if line.startswith("site:") else line for line in lines)
    return files


@pytest.mark.parametrize("experiment", ["hello", "hero", "longer"])
async def test_an_experiment_of_any_kind_has_its_page(experiment: str, web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, definition(), "owner")
    site = await web.client.get(f"/sites/{SHOP}")
    assert site.status_code == 200
    assert f"/sites/{SHOP}/experiments/{experiment}" in site.text
    page = await web.client.get(f"/sites/{SHOP}/experiments/{experiment}")
    assert page.status_code == 200
    assert (await web.client.get(f"/sites/{SHOP}/definition")).status_code == 200
