"""A YAML text that says what is wanted: only what differs is written anew, and the whole is read again to be sure.

Nothing that was not asked for can change: a text is taken only if it says exactly what was wanted. May not know what
the values mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import TypeAlias

from config_compiler.imports.writing import Value
from config_compiler.rewriting.pieces import insert, put_in_place, put_new, take_out
from config_compiler.rewriting.places import Node, Path, Plain, at, places, plain

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Kept:
    """An item of a list that was there before, as number `was`; in other lists items are told by what they say."""

    was: int
    value: Wanted


Wanted: TypeAlias = "str | bool | int | Sequence[Wanted] | Mapping[str, Wanted] | Kept | None"
_Way = Callable[[str, Node], Iterator[str]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to do: `ways` to do it at `path`, and what the value there is then."""

    path: Path
    ways: _Way
    becomes: Callable[[Plain], Plain]


def read(text: str) -> Plain:
    """What a text says; None where it cannot be read."""
    root = places(text.removeprefix(_MARK))
    return None if root is None else plain(root)


def rewritten(text: str, wanted: Mapping[str, Wanted]) -> str | None:
    """The text that says `wanted`; the very same where it does already, None where it cannot be written in place.

    A new key goes behind the one that comes before it in `wanted`.
    """
    mark, body = (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)
    root = places(body)
    if root is None:
        return None
    for step in _steps(plain(root), wanted, ()):
        done = _done(body, root, step)
        if done is None:
            return None
        body, root = done
    return mark + body if plain(root) == bare(wanted) else None


def bare(value: Wanted) -> Plain:
    """What a wanted value says, as `read` would tell it."""
    match value:
        case Kept():
            return bare(value.value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Mapping():
            return {key: bare(each) for key, each in value.items()}
        case str() | None:
            return value
    return [bare(each) for each in value]


def _done(text: str, root: Node, step: _Step) -> tuple[str, Node] | None:
    """The text after a step, read; where it cannot be done in place, with what holds the value written anew."""
    expected = _changed(plain(root), step.path, step.becomes)
    held = at(root, step.path)
    ways = step.ways(text, held) if held is not None else iter(())
    for way in chain(ways, _anew(text, root, step)):
        new = places(way)
        if new is not None and plain(new) == expected:
            return way, new
    return None


def _anew(text: str, root: Node, step: _Step) -> Iterator[str]:
    for length in range(len(step.path), 0, -1):
        path = step.path[:length]
        holder, now = at(root, path[:-1]), at(root, path)
        if holder is None or now is None:
            continue
        becomes = _changed(plain(now), step.path[length:], step.becomes)
        yield from put_in_place(text, holder, path[-1], _value(becomes))


def _value(said: Plain) -> Value:
    """Truth values without quotes, which is how they are read."""
    match said:
        case "true" | "false":
            return said == "true"
        case dict():
            return {key: _value(each) for key, each in said.items()}
        case list():
            return [_value(each) for each in said]
    return said


def _changed(said: Plain, path: Path, becomes: Callable[[Plain], Plain]) -> Plain:
    if not path:
        return becomes(said)
    step, rest = path[0], path[1:]
    if isinstance(said, dict) and isinstance(step, str):
        return {key: _changed(each, rest, becomes) if key == step else each for key, each in said.items()}
    if isinstance(said, list):
        return [_changed(each, rest, becomes) if i == step else each for i, each in enumerate(said)]
    return said


def _steps(old: Plain, new: Wanted, path: Path) -> Iterator[_Step]:
    if isinstance(new, Kept):
        yield from _steps(old, new.value, path)
    elif isinstance(old, dict) and isinstance(new, Mapping):
        yield from _steps_of_fields(old, new, path)
    elif isinstance(old, list) and isinstance(new, list | tuple) and old and new:
        kept = any(isinstance(each, Kept) for each in new)
        yield from (_steps_of_kept if kept else _steps_of_items)(old, new, path)
    elif old != bare(new) and path:
        yield _put(path, new)


def _steps_of_fields(old: dict[str, Plain], new: Mapping[str, Wanted], path: Path) -> Iterator[_Step]:
    for key in (key for key in old if key not in new):
        yield _take(path, key)
    before: str | None = None
    for key, value in new.items():
        if key in old:
            yield from _steps(old[key], value, (*path, key))
        else:
            yield _add(path, key, value, before)
        before = key


def _steps_of_kept(old: list[Plain], new: Sequence[Wanted], path: Path) -> Iterator[_Step]:
    kept = [each for each in new if isinstance(each, Kept)]
    for each in kept:
        yield from _steps(old[each.was], each.value, (*path, each.was))
    gone = set(range(len(old))) - {each.was for each in kept}
    yield from (_take(path, number) for number in sorted(gone, reverse=True))
    yield from (_insert(path, i, each) for i, each in enumerate(new) if not isinstance(each, Kept))


def _steps_of_items(old: list[Plain], new: Sequence[Wanted], path: Path) -> Iterator[_Step]:
    """From the end, so that numbers before stay what they are."""
    said = [bare(each) for each in new]
    matcher = SequenceMatcher(None, [repr(each) for each in old], [repr(each) for each in said], autojunk=False)
    for _, first, last, start, end in reversed([each for each in matcher.get_opcodes() if each[0] != "equal"]):
        both = min(last - first, end - start)
        yield from (_insert(path, first + both, new[i]) for i in range(end - 1, start + both - 1, -1))
        yield from (_take(path, i) for i in range(last - 1, first + both - 1, -1))
        for i in range(both):
            yield from _steps(old[first + i], new[start + i], (*path, first + i))


def _put(path: Path, value: Wanted) -> _Step:
    *holder, last = path
    return _Step(
        tuple(holder), lambda text, node: put_in_place(text, node, last, _for_writing(value)), _with(last, value)
    )


def _with(step: str | int, value: Wanted) -> Callable[[Plain], Plain]:
    return lambda said: _changed(said, (step,), lambda _: bare(value))


def _add(path: Path, key: str, value: Wanted, after: str | None) -> _Step:
    def becomes(said: Plain) -> Plain:
        return {**said, key: bare(value)} if isinstance(said, dict) else said

    return _Step(path, lambda text, node: put_new(text, node, key, _for_writing(value), after), becomes)


def _take(path: Path, step: str | int) -> _Step:
    def becomes(said: Plain) -> Plain:
        if isinstance(said, dict):
            return {key: each for key, each in said.items() if key != step}
        return [each for i, each in enumerate(said) if i != step] if isinstance(said, list) else said

    return _Step(path, lambda text, node: take_out(text, node, step), becomes)


def _insert(path: Path, index: int, value: Wanted) -> _Step:
    def becomes(said: Plain) -> Plain:
        return [*said[:index], bare(value), *said[index:]] if isinstance(said, list) else said

    return _Step(path, lambda text, node: insert(text, node, index, _for_writing(value)), becomes)


def _for_writing(value: Wanted) -> Value:
    match value:
        case Kept():
            return _for_writing(value.value)
        case Mapping():
            return {key: _for_writing(each) for key, each in value.items()}
        case list() | tuple():
            return [_for_writing(each) for each in value]
    return value  # type: ignore[return-value]
