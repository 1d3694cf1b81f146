"""A page for a browser to try a release on: whatever the release's selectors name, and a report of how it went.

May not know which browser loads it, or what is made of the report.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from domain.plan import Plan
from domain.site import Consent

REPORT_ID = "leadbright-trial"
MOST_ELEMENTS = 200
PATIENCE_MS = 4_000
"""More than the snippet waits for an element that is missing."""

SCRIPT_PATH = "/leadbright-trial/lb.js"

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trial</title><script>{before}</script>
{script}</head><body><main><h1>Trial</h1><p>A page with what the site's changes and goals name.</p>
{elements}
</main><script>{after}</script></body></html>
"""

_BEFORE = """
(() => {
  const errors = (window.leadbrightTrial = []);
  addEventListener("error", event => errors.push(String(event.message)));
  addEventListener("unhandledrejection", event => errors.push(String(event.reason)));
  Math.random = () => SEED / 2 ** 32;
  if (CONSENT) (window.leadbright = (...said) => (leadbright.q ??= []).push(said))("consent", true);
})();
"""
"""The visitor is one of our choice: the seed is the only chance that decides anything."""

_AFTER = """
addEventListener("load", () => setTimeout(() => {
  const main = document.querySelector("main");
  const said = { errors: leadbrightTrial, began: !!window.leadbright?.on, text: main.innerText, html: main.innerHTML };
  const report = document.createElement("pre");
  report.id = "ID";
  report.textContent = JSON.stringify(said);
  document.documentElement.append(report);
}, PATIENCE));
""".replace("ID", REPORT_ID).replace("PATIENCE", str(PATIENCE_MS))

_VALUE = r"""[~|^$*]?=(?:"[^"]*"|'[^']*'|[\w-]+)"""
_COMPOUND = re.compile(rf"([a-zA-Z][a-zA-Z0-9-]*)?((?:[#.][\w-]+|\[[\w-]+(?:{_VALUE})?\]|::?[\w-]+)*)")
_PART = re.compile(rf"([#.])([\w-]+)|\[([\w-]+)({_VALUE})?\]")
_BETWEEN = re.compile(r"\s*[>+~]\s*|\s+")
_END = re.compile(r"\s*(?:,|\Z)")
_SIGNS = {"#": "id", ".": "class"}
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_UNFIT = frozenset(
    {"html", "head", "body", "main", "script", "style", "title", "iframe", "object", "frame", "frameset"}
)


def fixture_page(plan: Plan, seed: str, *, is_original: bool) -> str:
    """The page for the visitor with `seed`, 8 hex digits; the original has no snippet in it."""
    before = _BEFORE.replace("SEED", f"0x{seed}").replace("CONSENT", json.dumps(plan.consent is Consent.REQUIRED))
    script = "" if is_original else f'<script src="{SCRIPT_PATH}"></script>'
    elements = "\n".join(list(dict.fromkeys(map(element_for, _selectors(plan))))[:MOST_ELEMENTS])
    return _PAGE.format(before=before, script=script, elements=elements, after=_AFTER)


def _selectors(plan: Plan) -> Iterator[str]:
    for goal in plan.goals:
        if goal.trigger in ("click", "submit") and isinstance(goal.what, str):
            yield goal.what
    for arm in (arm for x in plan.experiments for arm in x.arms):
        yield from (op.selector for op in arm.ops if op.selector)
        yield from (op.value or "" for op in arm.ops if op.kind == "move")


def element_for(selector: str) -> str:
    """Elements one in the other that a simple selector finds; nothing where it says more than names."""
    compounds = _compounds(selector.strip())
    inside = "Some words" if compounds else ""
    for tag, rest in reversed(compounds):
        inside = _element(tag or "p", rest, inside)
    return inside


def _compounds(selector: str) -> list[tuple[str, str]]:
    """Tag and names of each part of the first of a list of selectors; nothing where one says more."""
    found: list[tuple[str, str]] = []
    at = 0
    while (part := _COMPOUND.match(selector, at)) and part[0]:
        found.append((part[1] or "", part[2]))
        if _END.match(selector, part.end()):
            return found
        between = _BETWEEN.match(selector, part.end())
        at = between.end() if between else len(selector)
    return []


def _element(tag: str, rest: str, inside: str) -> str:
    if tag.lower() in _UNFIT:
        return inside
    named: dict[str, list[str]] = {}
    for sign, name, attribute, value in _PART.findall(rest):
        found = _SIGNS.get(sign, attribute)
        named.setdefault(found, []).append(name or value.lstrip("~|^$*=").strip("\"'"))
    said = "".join(f' {name}="{html.escape(" ".join(values))}"' for name, values in named.items())
    tag = "div" if tag == "p" and "<" in inside else tag
    return f"<{tag}{said}>" if tag.lower() in _VOID else f"<{tag}{said}>{inside}</{tag}>"
