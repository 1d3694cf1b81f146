"""What a file is to say, from what it says and what was typed: known fields anew, everything else as it was.

A field that says what it said before is left as it was written. May not know how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import Kept, Wanted
from config_compiler.shapes import keys_of
from config_compiler.syntax import ExperimentSyntax
from web.composing.audience import wanted_audience
from web.composing.effects import BY_KEY, value_of
from web.composing.pages import pages_of
from web.composing.typed import Arm, Change, Typed, typed_of

_ORDER = tuple(key.name for key in keys_of(ExperimentSyntax).values())
_SHARE = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?\s*%?")


def wanted(said: dict[str, Plain], typed: Typed, phase: int | None = None) -> dict[str, Wanted]:
    """Everything that the file is to say; `phase` where it begins another one."""
    before = typed_of(said)
    new: dict[str, Wanted] = {**said}
    for key in ("name", "hypothesis", "status"):
        _put(new, key, getattr(before, key), getattr(typed, key))
    _set(new, "phase", said.get("phase") if phase is None else phase)
    _put(new, "traffic", before.traffic, _share(before.traffic, typed.traffic))
    _set(new, "audience", wanted_audience(typed.audience, said.get("audience")))
    _put_all(new, said, "pages", {key: pages_of(getattr(typed, key), _in(said, "pages", key)) for key in _PAGES})
    _put_all(new, said, "goals", _goals(said, typed, before))
    _put_all(new, said, "schedule", {"start": typed.start, "end": typed.end})
    if (before.layer, before.layer_share) != (typed.layer, typed.layer_share):
        part = _share(before.layer_share, typed.layer_share) if typed.layer else ""
        _put_all(new, said, "layer", {"key": typed.layer, "share": part})
    if not typed.leaves_arms and (typed.arms or said.get("variations")):
        new["variations"] = [_arm(said, each) for each in typed.arms]
    return ordered(new)


_PAGES = ("include", "exclude")


def share(text: str) -> str:
    """A share as the language writes it, from `50`, `33,3` or `50 %`; anything else as it was typed."""
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        return text
    return f"{found[1]}.{found[2]}%" if found[2] else f"{found[1]}%"


def _put(new: dict[str, Wanted], key: str, before: str, after: str) -> None:
    """A text that nobody changed is not written, be it that it was left out."""
    if not _same(before, after):
        new[key] = after


def _same(before: str, after: str) -> bool:
    """Whether a field can be said to be unchanged: browsers take line ends out of it, and forms spaces around it."""
    one, other = ("".join(each.split("\n")).strip() for each in (before, after))
    return one == other


def _kept(old: Mapping[str, Plain], key: str, after: str) -> Wanted:
    """What was typed; what was written, where that says the same, be it nothing."""
    before = old.get(key, "")
    return before if key in old and _same(before if isinstance(before, str) else "", after) else after


def _share(before: str, after: str) -> str:
    return before if _same(before, after) else share(after)


def _set(new: dict[str, Wanted], key: str, value: Wanted) -> None:
    if value is None:
        new.pop(key, None)
    else:
        new[key] = value


def _in(said: Mapping[str, Plain], key: str, inner: str) -> Plain:
    holder = said.get(key)
    return holder.get(inner) if isinstance(holder, dict) else None


def _put_all(new: dict[str, Wanted], said: Mapping[str, Plain], key: str, values: Mapping[str, Wanted]) -> None:
    """The fields of a mapping; one without a value goes, and with the last of them the mapping."""
    holder = said.get(key)
    old: dict[str, Plain] = holder if isinstance(holder, dict) else {}
    inside: dict[str, Wanted] = {**old}
    changed = {inner: value for inner, value in values.items() if (value or None) != (old.get(inner) or None)}
    for inner, value in changed.items():
        _set(inside, inner, value or None)
    if changed:
        _set(new, key, inside or None)


def _goals(said: Mapping[str, Plain], typed: Typed, before: Typed) -> dict[str, Wanted]:
    lists: dict[str, Wanted] = {"primary": typed.primary}
    for key in ("secondary", "guardrails"):
        old, chosen = getattr(before, key), getattr(typed, key)
        kept = [each for each in old if each in chosen]
        same = kept == list(old) and len(kept) == len(chosen)
        lists[key] = _in(said, "goals", key) if same else [*kept, *(each for each in chosen if each not in old)]
    return lists


def _arm(said: Mapping[str, Plain], typed: Arm) -> Wanted:
    old = _item(said.get("variations"), typed.was)
    new: dict[str, Wanted] = {
        **old,
        "key": _kept(old, "key", typed.key),
        "weight": _kept(old, "weight", _share(str(old.get("weight") or ""), typed.weight)),
    }
    for key in ("key", "weight"):
        if not new[key] and key not in old:
            del new[key]
    if typed.changes or "changes" in old:
        _set(new, "changes", [_change(old, each) for each in typed.changes] or None)
    return Kept(typed.was, new) if old and typed.was is not None else new


def _change(arm: Mapping[str, Plain], typed: Change) -> Wanted:
    old = _item(arm.get("changes"), typed.was)
    texts = {part.effect: part.value for part in typed.parts if part.effect}
    new: dict[str, Wanted] = {}
    if _has_element(old, typed, set(texts)):
        new["select"] = _kept(old, "select", typed.select)
    for key, value in old.items():
        if key not in BY_KEY and key != "select":
            new[key] = value
        elif key in texts:
            new[key] = value_of(key, texts[key], value, was=True)
    new |= {key: value_of(key, text, None) for key, text in texts.items() if key not in new}
    return Kept(typed.was, new) if old and typed.was is not None else new


def _has_element(old: Mapping[str, Plain], typed: Change, effects: set[str]) -> bool:
    """Whether its selector is written: not for what is done to the page as a whole, unless it was so already."""
    before = {key for key in old if key in BY_KEY}
    if old and before == effects:
        return bool(typed.select) or "select" in old
    of_page = bool(effects) and all(BY_KEY[key].of_page for key in effects)
    return not of_page and (bool(typed.select) or "select" in old or typed.was is None)


def _item(said: Plain, number: int | None) -> dict[str, Plain]:
    items = said if isinstance(said, list) else []
    found = items[number] if number is not None and number < len(items) else None
    return found if isinstance(found, dict) else {}


def ordered(new: Mapping[str, Wanted]) -> dict[str, Wanted]:
    """Known keys in the usual order, so that one that is new comes behind the right one; then what is not known."""
    known: Iterable[str] = (key for key in _ORDER if key in new)
    return {key: new[key] for key in [*known, *(key for key in new if key not in _ORDER)]}
