"""What a variation of GrowthBook changes: css, js, redirects and DOM mutations, as changes of a definition.

May not know whom the variation is for.
"""

from __future__ import annotations

from collections.abc import Iterator

import tinycss2

from config_compiler.imports.left_out import Omissions
from config_compiler.imports.parsed import items, line, mapping, text
from config_compiler.imports.trial import Trial
from config_compiler.imports.writing import Value

Change = dict[str, Value]


def changes_of(where: str, variation: object, trial: Trial, omissions: Omissions) -> tuple[Value, ...]:
    """The changes that can be made, in the order in which they are made there."""
    kept: list[Value] = []
    for what, change in _all(mapping(variation)):
        if change is None:
            omissions.add(where, what, "there is no such change here", "write it as html or as a script")
        elif refusal := trial.of_change(change):
            omissions.add(where, what, refusal.message, refusal.hint or "write it anew")
        else:
            kept.append(change)
    return tuple(kept)


def has_script(variation: object) -> bool:
    """Whether a variation runs JavaScript."""
    return bool(text(mapping(variation).get("js")).strip())


def _all(variation: dict[str, object]) -> Iterator[tuple[str, Change | None]]:
    for member, word in (("css", "css"), ("js", "script"), ("urlRedirect", "redirect")):
        if found := text(variation.get(member)).strip():
            yield f"its {member}", {word: found}
    for mutation in map(mapping, items(variation.get("domMutations"))):
        action, attribute = (line(text(mutation.get(name))) for name in ("action", "attribute"))
        action = action or "set"
        what = f'"{action} {attribute}" at "{line(text(mutation.get("selector")))}"'
        change = _mutated(action, attribute, mutation)
        yield what, None if change is None else {"select": text(mutation.get("selector")), **change}


def _mutated(action: str, attribute: str, mutation: dict[str, object]) -> Change | None:
    value = text(mutation.get("value"))
    match action, attribute:
        case "set", "html":
            return {"html": value}
        case "append", "html":
            return {"append": value}
        case (("append" | "remove"), "class"):
            return {"add-class" if action == "append" else "remove-class": tuple(value.split())}
        case (("set" | "append"), "style"):
            return {"style": _declarations(value)}
        case "set", "position":
            return _moved(mutation)
        case "set", name if name not in ("", "html"):
            return {"attributes": {name: value}}
        case "remove", name if name not in ("", "html", "style", "position"):
            return {"attributes": {name: None}}
    return None


def _moved(mutation: dict[str, object]) -> Change | None:
    before, parent = (text(mutation.get(name)) for name in ("insertBeforeSelector", "parentSelector"))
    if before:
        return {"move": {"before": before}}
    return {"move": {"append": parent}} if parent else None


def _declarations(value: str) -> dict[str, Value]:
    parsed = tinycss2.parse_blocks_contents(value, skip_comments=True, skip_whitespace=True)
    found = [each for each in parsed if each.type == "declaration"]
    return {each.name: _css(each) for each in found}


def _css(declaration: tinycss2.ast.Declaration) -> str:
    important = " !important" if declaration.important else ""
    return f"{tinycss2.serialize(declaration.value).strip()}{important}"
