"""Fixes, before and after: one line of a definition each, and everything around it stays as it is."""

from __future__ import annotations

import pytest

from config_compiler.codes import Code
from config_compiler.compiler import Checked, check_site
from config_compiler.fixable import FIXED, LEFT
from config_compiler.fixing import fixed
from config_compiler.source import Source
from tests.config_compiler.folders import CASES, read

SITE = """# the shop
site: shop
domains: [shop.example]   # one
timezone: Europe/Berlin
consent: none
scripts: allowed
layers: [{key: home}]
audiences:
  - {key: phones, when: {device: mobile, country: [DE, GB], language: de-DE, host: shop.example}}   # some
goals:
  - {key: signup, on: {click: "#signup"}}
  - {key: buy, on: {event: buy}, value: amount, currency: EUR, cap: 500}
"""

HERO = """experiment: hero   # the first
name: Our hero
pages: {include: [/landing]}
audience: phones
schedule: {start: "2026-12-01T09:00"}
layer: {key: home, share: 50%}
goals: {primary: signup, secondary: [buy]}
variations:
  - {key: control, weight: 50%}
  - key: bold
    weight: 50%    # the other half
    changes:
      - {select: h1, style: {background-color: red}, add-class: big, hide: true}
      - select: "#cta"
        add-class: [wide, tall]   # both
      - script: 'document.write("x")'
"""

OTHER = """experiment: other
pages: {include: [/other]}
goals:
  primary: signup
variations:
  - {key: control, weight: 50%}
  - {key: moved, weight: 50%, changes: [{redirect: /other-b}]}
"""

TESTS = """tests:
  - name: somebody
    visit: {url: "https://shop.example/landing", device: mobile, country: DE}
    visitor: 0badcafe
    expect: {hero: out}
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
    return {
        "site.yaml": SITE,
        "experiments/hero.yaml": HERO,
        "experiments/other.yaml": OTHER,
        "tests/all.yaml": TESTS,
    }


BY_CODE: dict[Code, tuple[tuple[str, str, str], ...]] = {
    Code.E101: (
        ("    weight: 50%    # the", "\tweight: 50%    # the", "    weight: 50%    # the"),
        ("name: Our hero", "name: Our hero: bold   ", 'name: "Our hero: bold"   '),
        ('{click: "#signup"}', "{click: #signup}", '{click: "#signup"}'),
        ('[{redirect: /other-b}]', '[{select: "#a", hide: true}, {select: #b, hide: true}]',
         '[{select: "#a", hide: true}, {select: "#b", hide: true}]'),
    ),
    Code.E102: (
        ("consent: none\n", "consent: none\nconsent: none\n", "consent: none\n"),
        ("consent: none\n", "consent: none\nconsent: none   # nothing\n", "consent: none\n# nothing\n"),
        ("cap: 500}", "cap: 500, cap: 500}", "cap: 500}"),
        ("key: buy,", 'key: buy, key: "buy",', "key: buy,"),
    ),
    Code.E103: (("site: shop", "site: !!str shop", "site: shop"), ("cap: 500", "cap: !!int 500", "cap: 500")),
    Code.E111: (("timezone: Eu", "timezon: Eu", "timezone: Eu"), ("share: 50%", "Share: 50%", "share: 50%")),
    Code.E113: (
        ('- select: "#cta"', "- select: #cta", '- select: "#cta"'),
        ("share: 50%", "share: 50", "share: 50%"),
    ),
    Code.E114: (
        ("consent: none", "consent: None", "consent: none"),
        ("scripts: allowed", "scripts: alowed", "scripts: allowed"),
    ),
    Code.E201: (("{key: control, weight: 50%}\n  - {key: moved", "{key: control, weight: 45%}\n  - {key: moved",
                 "{key: control, weight: 50%}\n  - {key: moved"),),
    Code.E205: (
        ("secondary: [buy]", "secondary: [buyy]", "secondary: [buy]"),
        ("primary: signup", "primary: sign-up", "primary: signup"),
    ),
    Code.E207: (("[/landing]", '["/two words"]', '["/two%20words"]'), ("[/other]", "[other]", "[/other]")),
    Code.E209: (("select: h1,", "select: 'input:-webkit-autofill',", "select: 'input:autofill',"),),
    Code.E210: (
        ("background-color: red", "background-color: red;", "background-color: red"),
        ("background-color: red", "BACKGROUND_COLOR: red", "background-color: red"),
    ),
    Code.E212: (
        ("add-class: big", 'add-class: "big bold"', "add-class: [big, bold]"),
        ("add-class: big", "add-class: .big", "add-class: big"),
    ),
    Code.E221: (
        ("[shop.example]", '["*.Shop.example", shop.example]', '["*.shop.example", shop.example]'),
        ("[shop.example]", "[münchen.example, shop.example]", "[xn--mnchen-3ya.example, shop.example]"),
    ),
    Code.E222: (("Europe/Berlin", "europe/BERLIN", "Europe/Berlin"),),
    Code.E224: (("EUR", "eur", "EUR"),),
    Code.E225: (("{device: mobile, country", "{Device: mobile, country", "{device: mobile, country"),),
    Code.E226: (
        ("[DE, GB]", "[germany, uk]", "[DE, GB]"),
        ("de-DE", "de_DE", "de-DE"),
        ("host: shop.example", 'host: "https://Shop.example/"', 'host: "shop.example"'),
    ),
    Code.E229: (("audience: phones", "audience: phone", "audience: phones"),),
    Code.E230: (("layer: {key: home", "layer: {key: homes", "layer: {key: home"),),
    Code.E232: (('"2026-12-01T09:00"', '"2026-12-01 9:00:00"', '"2026-12-01T09:00"'),),
    Code.E235: (("redirect: /other-b", "redirect: other-b", "redirect: /other-b"),),
    Code.E237: (
        ("document.write(\"x\")", "document.write(\"</script>\")", "document.write(\"<\\/script>\")"),
    ),
    Code.E251: (
        ("device: mobile, country: DE", "devise: mobile, country: Germany", "device: mobile, country: DE"),
        ("visitor: 0badcafe", "visitor: 0BADCAFE", "visitor: 0badcafe"),
        ("{hero: out}", "{herro: out}", "{hero: out}"),
    ),
    Code.W403: (
        ("secondary: [buy]", "secondary: [buy, buy]", "secondary: [buy]"),
        ("  primary: signup\n", "  primary: signup\n  secondary:\n    - buy\n    - buy   # again\n",
         "  primary: signup\n  secondary:\n    - buy\n    # again\n"),
    ),
    Code.W404: (("background-color: red", "colour: red", "color: red"),),
}  # fmt: skip
"""For each code that is mended: what stands in a sound definition, what somebody writes, what is made of it."""


def written(sound: str, word: str) -> Source:
    """The definition with something else in one place."""
    return Source({name: text.replace(sound, word, 1) for name, text in files().items()})


def codes_of(source: Source) -> list[Code]:
    return [finding.code for finding in check_site(source).findings]


@pytest.mark.parametrize("code", FIXED, ids=lambda code: code.name)
def test_a_code_that_is_mended_is_gone_and_no_other_comes(code: Code) -> None:
    for sound, before, after in BY_CODE[code]:
        broken, wanted = written(sound, before), written(sound, after)
        assert code in codes_of(broken), before
        once, done = fixed(broken, check_site(broken).findings)
        assert code in {finding.code for finding in done}, before
        assert mended(once).files == wanted.files, before
        assert codes_of(wanted) == [], before


@pytest.mark.parametrize("code", FIXED, ids=lambda code: code.name)
def test_line_ends_and_a_byte_order_mark_stay_as_they_are(code: Code) -> None:
    for sound, before, after in BY_CODE[code]:
        broken, wanted = saved_elsewhere(written(sound, before)), saved_elsewhere(written(sound, after))
        assert mended(broken).files == wanted.files, before


def saved_elsewhere(source: Source) -> Source:
    """The same as another system's editor would save it."""
    return Source({name: "\ufeff" + text.replace("\n", "\r\n") for name, text in source.files.items()})


def test_what_is_left_to_a_person_has_no_fix_in_any_case() -> None:
    found = [f for case in CASES.iterdir() if case.is_dir() for f in check_site(read(case)).findings]
    assert not {finding.code for finding in found if finding.fixable} & LEFT.keys()


UNCLEAR = (
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
    ("consent: none", "consent: none\nconsent: required"),
    ('select: "#cta"', "select: # the button"),
    ('select: "#cta"', "select:"),
    ("timezone: Europe/Berlin", "timezone: Europe/Berlin: now"),
    ("[DE, GB]", "[XX]"),
    ("background-color: red", 'background-color: "red; color: blue;"'),
    ('"2026-12-01T09:00"', "2026-12-01T09:00Z"),
    ("visitor: 0badcafe", "visitor: somebody"),
    ("redirect: /other-b", "redirect: shop.example/other-b"),
    ('{click: "#signup"}', '{click: "#signup}'),
)


@pytest.mark.parametrize(("sound", "before"), UNCLEAR, ids=[before for _, before in UNCLEAR])
def test_what_a_person_has_to_decide_is_left_alone(sound: str, before: str) -> None:
    broken = Source({name: text.replace(sound, before) for name, text in files().items()})
    assert not isinstance(check_site(broken), Checked)
    assert mended(broken).files == broken.files


@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir() if each.is_dir()))
def test_mending_a_definition_comes_to_an_end(case: str) -> None:
    source = mended(read(CASES / case))
    assert fixed(source, check_site(source).findings) == (source, ())


@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir() if each.is_dir()))
def test_mending_a_definition_brings_no_new_finding(case: str) -> None:
    source = read(CASES / case)
    before, after = ({(f.code, f.message) for f in check_site(s).findings} for s in (source, mended(source)))
    assert after <= before
