"""The little of two expression languages that the examples use: GitHub's `a == 'b' && c != ''`, Azure's `and(eq(…))`.

Whatever else is written is refused, rather than guessed. May not know what the values stand for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_HOLE = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+")
_MACRO = re.compile(r"\$\(([A-Za-z][\w.]*)\)")
_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)


def github_value(text: str, values: Mapping[str, str]) -> str:
    """An operand: a text in quotes, or a path such as `github.ref`, empty where there is nothing."""
    text = text.strip()
    if re.fullmatch(r"'[^']*'", text):
        return text[1:-1]
    assert _PATH.fullmatch(text), f"the copy of the runner knows no {text!r}"
    return values.get(text, "")


def github_holds(condition: str, values: Mapping[str, str]) -> bool:
    """Whether an `if` is met."""
    return all(_github_comparison(part, values) for part in condition.split("&&"))


def _github_comparison(text: str, values: Mapping[str, str]) -> bool:
    left, operator, right = re.split(r"(==|!=)", text)
    return (github_value(left, values) == github_value(right, values)) == (operator == "==")


def github_text(text: str, values: Mapping[str, str]) -> str:
    """A text with each `${{ }}` filled in."""
    return _HOLE.sub(lambda hole: github_value(hole[1], values), text)


def azure_text(text: str, variables: Mapping[str, str]) -> str:
    """A text with each `$(Name)` of a variable filled in; others are left to the shell, as the agent does."""
    return _MACRO.sub(lambda macro: variables.get(macro[1], macro[0]), text)


def azure_holds(condition: str, variables: Mapping[str, str], *, succeeded: bool) -> bool:
    """Whether a `condition` is met."""
    functions: dict[str, Callable[[list[str]], bool]] = {
        "and": lambda given: all(azure_holds(each, variables, succeeded=succeeded) for each in given),
        "eq": lambda given: _azure_value(given[0], variables) == _azure_value(given[1], variables),
        "succeeded": lambda _: succeeded,
        "always": lambda _: True,
    }
    call = _CALL.fullmatch(condition.strip())
    assert call, f"the copy of the agent does not understand {condition!r}"
    assert call[1] in functions, f"the copy of the agent knows no {call[1]}"
    return functions[call[1]](_arguments(call[2]))


def _azure_value(text: str, variables: Mapping[str, str]) -> str:
    text = text.strip()
    if re.fullmatch(r"'[^']*'", text):
        return text[1:-1]
    named = re.fullmatch(r"variables\['([\w.]+)'\]", text)
    assert named, f"the copy of the agent knows no {text!r}"
    return variables.get(named[1], "")


def _arguments(text: str) -> list[str]:
    """What stands between commas that are in no parenthesis."""
    found, depth = [""], 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [each for each in found if each.strip()]


def gitlab_holds(rules: list[dict[str, str]], variables: Mapping[str, str]) -> bool:
    """Whether one of the rules lets a job, or a pipeline, in; without any, everything is let in."""
    return not rules or any(_gitlab_comparison(rule["if"], variables) for rule in rules)


def _gitlab_comparison(text: str, variables: Mapping[str, str]) -> bool:
    left, right = (part.strip() for part in text.split("=="))
    values = [
        part[1:-1] if part.startswith('"') else variables.get(part.removeprefix("$"), "") for part in (left, right)
    ]
    return values[0] == values[1] != ""
