"""Fixes, before and after: one line of a definition each, and everything around it stays as it is."""

from __future__ import annotations

import pytest

from config_compiler.compiler import Checked, check_site
from config_compiler.fixing import fixed
from config_compiler.source import Source
from tests.config_compiler.folders import CASES, read

SITE = """# the shop
site: shop
domains: [shop.example]   # one
timezone: Europe/Berlin
goals:
  - {key: signup, on: {click: "#signup"}}
  - {key: buy, on: {event: buy}, value: amount, currency: EUR, cap: 500}
"""

HERO = """experiment: hero   # the first
pages: {include: [/landing]}
goals: {primary: signup}
variations:
  - {key: control, weight: 50%}
  - key: bold
    weight: 50%    # the other half
    changes:
      - {select: h1, style: {background-color: red}, add-class: big, hide: true}
"""

FIXES = (
    ("domains: [shop.example]", 'domains: ["https://Shop.example/"]', 'domains: ["shop.example"]'),
    ("timezone: Europe/Berlin", "timezone: europe/berlin", "timezone: Europe/Berlin"),
    ("cap: 500", 'cap: "500"', "cap: 500"),
    ("cap: 500", "cap: '49.90'", "cap: 49.90"),
    ("currency: EUR", "currency: 'eur'", "currency: 'EUR'"),
    ("[/landing]", "[landing/*]", "[/landing/*]"),
    ("background-color:", "backgroundColor:", "background-color:"),
    ("add-class: big", 'add-class: [".big", small]', 'add-class: ["big", small]'),
    ("hide: true", "hide: yes", "hide: true"),
    ("hide: true", 'hide: "True"', "hide: true"),
    ("control, weight: 50%", "control, weight: 40%", "control, weight: 50%"),
    ("control, weight: 50%", 'control, weight: "60%"', 'control, weight: "50%"'),
    ("weight: 50%    # the other half", "weight: 45% # less", "weight: 45% # less"),
    ("control, weight: 50%", "control, wieght: 33.3%", "control, weight: 50%"),
)


def mended(source: Source) -> Source:
    """Every round, as the command goes through them."""
    for _ in range(9):
        source, done = fixed(source, check_site(source).findings)
        if not done:
            return source
    raise AssertionError("fixes without end")


@pytest.mark.parametrize(("sound", "before", "after"), FIXES, ids=[before for _, before, _ in FIXES])
def test_a_fix_writes_one_word_and_nothing_else(sound: str, before: str, after: str) -> None:
    broken, wanted = (Source({n: t.replace(sound, word) for n, t in files().items()}) for word in (before, after))
    if before == after:  # what is mended stands elsewhere: the first variation is given the rest
        text = wanted.files["experiments/hero.yaml"].replace("control, weight: 50%", "control, weight: 55%")
        wanted = Source({**wanted.files, "experiments/hero.yaml": text})
    assert mended(broken).files == wanted.files
    assert isinstance(check_site(wanted), Checked)


def files() -> dict[str, str]:
    return {"site.yaml": SITE, "experiments/hero.yaml": HERO}


LEFT = (
    ("control, weight: 50%", "control, weight: 0.5"),
    ("control, weight: 50%", "control, weight: 5%"),
    ("weight: 50%", "weight: 100%"),
    ("control, weight: 50%", "control, weight: &w 40%"),
    ("domains: [shop.example]", 'domains: ["*"]'),
    ("domains: [shop.example]", 'domains: ["https://*.shop.example"]'),
    ("timezone: Europe/Berlin", "timezone: Berlin"),
    ("[/landing]", "[shop.example/landing]"),
    ("add-class: big", 'add-class: ". big"'),
    ("key: bold", "key: Bold_1"),
    ("hide: true", "hide: maybe"),
)


@pytest.mark.parametrize(("sound", "before"), LEFT, ids=[before for _, before in LEFT])
def test_what_a_person_has_to_decide_is_left_alone(sound: str, before: str) -> None:
    broken = Source({name: text.replace(sound, before) for name, text in files().items()})
    assert not isinstance(check_site(broken), Checked)
    assert mended(broken).files == broken.files


@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir() if each.is_dir()))
def test_mending_a_definition_comes_to_an_end(case: str) -> None:
    source = mended(read(CASES / case))
    assert fixed(source, check_site(source).findings) == (source, ())
