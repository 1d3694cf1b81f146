"""The form of an experiment: saving, findings beside fields, rows more and fewer, and whoever saved meanwhile."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Web
from tests.web.forms import form_of
from tests.web.sample import DEFINITION, HERO, PRICE, SHOP
from tests.web.test_web_composing import many
from tests.web.test_web_language import definition as whole_language

FILE = "experiments/hero.yaml"
FORM = f"/sites/{SHOP}/experiments/hero/edit"


async def opened(web: Web, address: str = FORM) -> dict[str, str]:
    """The form's fields, as a browser has them when it is opened."""
    answer = await web.client.get(address)
    assert answer.status_code == 200
    return form_of(answer.text, address)


async def text_of(web: Web, file: str = FILE) -> str:
    """A file of the newest revision."""
    newest = await web.store.definition(SHOP)
    assert newest is not None
    return newest.files[file]


def said_at(page: str, field: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'<ul class="said" id="said-{re.escape(field)}">(.*?)</ul>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split()) if found else ""


async def test_saving_without_a_change_saves_nothing(web: Web) -> None:
    await web.sign_in()
    answer = await web.client.post(FORM, data={**await opened(web), "action": "save"})
    assert answer.headers["location"] == f"{FORM}?did=unchanged"
    newest = await web.store.definition(SHOP)
    assert newest is not None
    assert newest.revision == 1


@pytest.mark.parametrize("experiment", ["hello", "hero", "longer"])
async def test_any_experiment_of_the_language_opens_and_is_left_to_the_byte(experiment: str, web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, whole_language(), "owner")
    address = f"/sites/{SHOP}/experiments/{experiment}/edit"
    answer = await web.client.post(address, data={**await opened(web, address), "action": "save"})
    assert answer.headers["location"] == f"{address}?did=unchanged"


async def test_what_is_changed_is_written_into_the_same_file(web: Web) -> None:
    await web.sign_in()
    commented = HERO.replace("status: running", "status: running   # since May")
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: commented}, "engineer")
    fields = {**await opened(web), "name": 'The "new" hero', "v1.c0.p0.value": "Buy it: now"}
    answer = await web.client.post(FORM, data={**fields, "action": "save"})
    assert answer.headers["location"] == f"{FORM}?did=saved"
    expected = commented.replace("Hero headline", r'"The \"new\" hero"').replace('"Buy now"', '"Buy it: now"')
    assert await text_of(web) == expected


async def test_a_finding_stands_beside_its_field_and_nothing_is_saved(web: Web) -> None:
    await web.sign_in()
    fields = {**await opened(web), "v1.weight": "40", "v1.c0.select": "h1[", "primary": "nothing"}
    answer = await web.client.post(FORM, data={**fields, "action": "save"})
    assert answer.status_code == 422
    assert "h1[" in said_at(answer.text, "v1.c0.select")
    assert "nothing" in said_at(answer.text, "primary")
    assert 'value="40"' in answer.text
    assert await text_of(web) == HERO


async def test_what_is_wrong_can_be_saved_by_whoever_says_so(web: Web) -> None:
    await web.sign_in()
    fields = {**await opened(web), "v1.weight": "40"}
    refused = await web.client.post(FORM, data={**fields, "action": "save"})
    assert "save-anyway" in refused.text
    assert "90 %" in said_at(refused.text, "v1.weight")
    answer = await web.client.post(FORM, data={**form_of(refused.text, FORM), "action": "save-anyway"})
    assert answer.status_code == 303
    assert "weight: 40%" in await text_of(web)


async def test_an_overlap_stands_beside_the_element_with_a_visit_that_shows_it(web: Web) -> None:
    await web.sign_in()
    fields = {**await opened(web), "include": "/products/*", "v1.c0.select": ".cents"}
    page = (await web.client.post(FORM, data={**fields, "action": "check"})).text
    said = said_at(page, "v1.c0.select")
    assert "price" in said
    assert "/products/" in said
    assert "The visit in full" in said
    assert await text_of(web) == HERO


STRANGE = [
    ("status: running", "status: running\nbogus: 1", "whole", "bogus"),
    ('text: "Buy now"', 'text: "Buy now", bogus: 1', "v1.c0.select", "bogus"),
    ("weight: 50%\n", "weight: 50%\n    bogus: 1\n", "v1.key", "bogus"),
    ("text: ", "style: {colour: red}, text: ", "v1.c0.style", "colour"),
    ("variations:", "sections: []\nvariations:", "", "sections"),
]


@pytest.mark.parametrize(("old", "new", "field", "word"), STRANGE)
async def test_whatever_is_said_stands_somewhere_and_is_led_to(
    old: str, new: str, field: str, word: str, web: Web
) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: HERO.replace(old, new)}, "engineer")
    page = (await web.client.get(FORM)).text
    assert word in said_at(page, field) if field else word in page
    for place in re.findall(r'href="#(said-[^"]+)"', page):
        assert f'id="{place}"' in page
    assert re.search(r"(\d+) things? to look at", page)


async def test_rows_come_and_go_without_anything_typed_being_lost(web: Web) -> None:
    await web.sign_in()
    fields = {**await opened(web), "name": "Typed", "action": "add-arm"}
    fields = form_of((await web.client.post(FORM, data=fields)).text, FORM)
    assert fields["name"] == "Typed"
    fields |= {"v0.weight": "40%", "v1.weight": "40%", "v2.key": "calm", "v2.weight": "20%", "action": "add-change:2"}
    fields = form_of((await web.client.post(FORM, data=fields)).text, FORM)
    fields |= {"v2.c0.select": "#cta", "v2.c0.p0.effect": "hide", "action": "drop-arm:1"}
    fields = form_of((await web.client.post(FORM, data=fields)).text, FORM)
    assert (await web.client.post(FORM, data={**fields, "v0.weight": "80", "action": "save"})).status_code == 303
    written = await text_of(web)
    assert "bold" not in written
    assert '  - key: calm\n    weight: 20%\n    changes:\n      - {select: "#cta", hide: true}\n' in written
    assert "name: Typed" in written


async def test_saving_an_experiment_with_more_changes_than_the_form_shows_keeps_every_one(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: many(65, 5)}, "engineer")
    assert "more than this form can show" in (await web.client.get(FORM)).text
    fields = {**await opened(web), "name": "Renamed", "action": "save-anyway"}
    assert (await web.client.post(FORM, data=fields)).status_code == 303
    assert (await text_of(web)) == many(65, 5).replace("Hero headline", "Renamed")


async def test_a_change_of_another_experiment_meanwhile_is_no_conflict(web: Web) -> None:
    await web.sign_in()
    fields = {**await opened(web), "name": "Mine"}
    theirs = {**DEFINITION, "experiments/price.yaml": PRICE + "# theirs\n"}
    await web.store.save_definition(SHOP, theirs, "somebody")
    assert (await web.client.post(FORM, data={**fields, "action": "save"})).status_code == 303
    assert "name: Mine" in await text_of(web)
    assert (await text_of(web, "experiments/price.yaml")).endswith("# theirs\n")


async def test_nobodys_change_of_the_same_experiment_is_overwritten_unseen(web: Web) -> None:
    await web.sign_in()
    fields = {**await opened(web), "name": "Mine"}
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: HERO.replace("Hero headline", "Theirs")}, "somebody")
    answer = await web.client.post(FORM, data={**fields, "action": "save"})
    assert answer.status_code == 409
    assert "+name: Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    assert "name: Theirs" in await text_of(web)
    again = {**form_of(answer.text, FORM), "action": "save-over"}
    assert (await web.client.post(FORM, data=again)).status_code == 303
    assert "name: Mine" in await text_of(web)


async def test_what_would_move_visitors_is_explained_with_the_choice_of_a_new_phase(web: Web) -> None:
    await web.sign_in()
    await web.edit(DEFINITION, "publish")
    fields = {**await opened(web), "v1.key": "loud"}
    answer = await web.client.post(FORM, data={**fields, "action": "save"})
    assert answer.status_code == 422
    assert "This would move visitors who have seen it" in answer.text
    assert "begin phase 2" in answer.text
    answer = await web.client.post(FORM, data={**form_of(answer.text, FORM), "action": "new-phase"})
    assert answer.headers["location"] == f"{FORM}?did=saved"
    assert "\nstatus: running\nphase: 2\n" in await text_of(web)


async def test_a_file_that_shares_values_by_name_is_changed_in_the_text_only_where_it_must_be(web: Web) -> None:
    await web.sign_in()
    shared = HERO.replace("name: Hero headline", "name: &n Hero headline").replace(
        "hypothesis: A shorter headline makes more visitors sign up.", "hypothesis: *n"
    )
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: shared}, "engineer")
    fields = await opened(web)
    answer = await web.client.post(FORM, data={**fields, "name": "Other", "action": "save"})
    assert answer.status_code == 409
    assert 'value="Other"' in answer.text
    assert (await web.client.post(FORM, data={**fields, "traffic": "50", "action": "save"})).status_code == 303


@pytest.mark.parametrize(
    "address", [FORM.replace("hero", "none"), FORM.replace("shop", "bank"), FORM.replace("hero", "%2e%2e")]
)
async def test_what_is_not_there_has_no_form(address: str, web: Web) -> None:
    await web.sign_in()
    assert (await web.client.get(address)).status_code == 404


async def test_an_experiment_is_found_by_its_key_whatever_its_file_is_called(web: Web) -> None:
    await web.sign_in()
    files = {**DEFINITION, "experiments/other.yaml": HERO}
    del files[FILE]
    await web.store.save_definition(SHOP, files, "engineer")
    assert (await opened(web))["name"] == "Hero headline"


async def test_a_file_that_cannot_be_read_is_opened_as_text(web: Web) -> None:
    await web.sign_in()
    await web.store.save_definition(SHOP, {**DEFINITION, FILE: "experiment: [hero"}, "engineer")
    answer = await web.client.get(FORM)
    assert answer.headers["location"] == f"/sites/{SHOP}/definition?file={FILE}"
