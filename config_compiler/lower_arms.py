"""Lowers the changes of a variation to a style sheet, the selectors to guard, ops and an address.

May not know which visitors get the variation.
"""

from __future__ import annotations

from collections.abc import Mapping

from config_compiler.declarations import declaration
from config_compiler.selectors import canonical_selector
from config_compiler.stylesheets import canonical_css
from domain.experiment import (
    AddCss,
    Change,
    Hide,
    InsertHtml,
    Move,
    Redirect,
    Remove,
    RunScript,
    SetAttribute,
    SetClass,
    SetHtml,
    SetStyle,
    SetText,
    Variation,
)
from domain.plan import Arm, Op

_GUARDED = ("text", "html", "remove")
"""Ops whose original would be seen. An attribute or a class set while the page loads is in time without a guard."""


def arm_of(variation: Variation, scripts: Mapping[str, int]) -> Arm:
    """The arm; `scripts` numbers every script of the plan."""
    css = "".join(_css(change) for change in variation.changes)
    ops = tuple(op for change in variation.changes if (op := _op(change, scripts)))
    guards = tuple(dict.fromkeys(op.selector for op in ops if op.kind in _GUARDED))
    redirect = next((change.to for change in variation.changes if isinstance(change, Redirect)), "")
    return Arm(variation.key, variation.weight, css, guards, ops, redirect)


def _css(change: Change) -> str:
    match change:
        case SetStyle(selector, declarations):
            return f"{canonical_selector(selector)}{{{';'.join(declaration(*d) for d in declarations)}}}"
        case Hide(selector):
            return f"{canonical_selector(selector)}{{display:none!important}}"
        case AddCss(css):
            return canonical_css(css)
        case _:
            return ""


def _op(change: Change, scripts: Mapping[str, int]) -> Op | None:
    match change:
        case SetText(selector, text):
            return Op("text", canonical_selector(selector), value=text)
        case SetHtml(selector, html):
            return Op("html", canonical_selector(selector), value=html)
        case SetAttribute(selector, name, value):
            return Op("attribute", canonical_selector(selector), name, value)
        case SetClass(selector, name, action):
            return Op("add" if action == "add" else "drop", canonical_selector(selector), name)
        case Remove(selector):
            return Op("remove", canonical_selector(selector))
        case InsertHtml(selector, place, html):
            return Op("insert", canonical_selector(selector), place, html)
        case Move(selector, place, target):
            return Op("move", canonical_selector(selector), place, canonical_selector(target))
        case RunScript(code):
            return Op("script", "", number=scripts[code])
        case SetStyle() | Hide() | AddCss() | Redirect():
            return None
