"""Every import is held to the room table, and the reason is printed where a line strays."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from tests.house.rooms import CONFINED, LATE, ROOMS, Confined, Room
from tests.house.syntax_trees import Module, is_own, is_standard, modules


def room_of(module: str) -> str | None:
    """The room in which a module stands; None for a package that only holds rooms."""
    return next((room for room in ROOMS if within(module, room)), None)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def strays(module: Module, name: str, room: Room) -> list[str]:
    """The imports of one module that its room does not allow."""
    found = []
    for each in module.imports:
        if is_own(each.module):
            allowed = any(within(each.module, other) for other in (name, *room.rooms))
        elif is_standard(each.module):
            allowed = not any(within(each.module, other) for other in room.never)
        else:
            allowed = any(within(each.module, library) for library in room.libraries)
        if not allowed:
            found.append(f"{module.path}:{each.line} imports {each.module}; {name} may not: {room.why}")
    return found


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_what_the_table_allows(name: str) -> None:
    inside = [module for module in modules() if room_of(module.name) == name]
    assert inside, f"{name} is empty"
    found = [line for module in inside for line in strays(module, name, ROOMS[name])]
    assert not found, "\n" + "\n".join(found)


def test_every_module_stands_in_a_room() -> None:
    outside = {module.name for module in modules() if room_of(module.name) is None}
    assert outside <= {"ingest_grpc"}
    assert not [module for module in modules() if module.name in outside and module.imports]


@pytest.mark.parametrize("rule", CONFINED, ids=lambda rule: str(rule.library))
def test_a_confined_library_stays_where_it_belongs(rule: Confined) -> None:
    found = [
        f"{module.path}:{each.line} imports {each.module}; only {', '.join(rule.files)} may: {rule.why}"
        for module in modules()
        for each in module.imports
        if within(each.module, rule.library) and not any(fnmatch(module.path, files) for files in rule.files)
    ]
    assert not found, "\n" + "\n".join(found)


def test_nobody_imports_in_circles() -> None:
    imports = {module.name: {e.module for e in module.imports if is_own(e.module)} for module in modules()}
    assert not circles(imports)


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Peel off modules that import nothing left; what cannot be peeled goes round."""
    left = {name: {other for other in others if other in imports and other != name} for name, others in imports.items()}
    while free := [name for name, others in left.items() if not others & left.keys()]:
        for name in free:
            del left[name]
    return [[name, *sorted(others & left.keys())] for name, others in sorted(left.items())]


def test_only_the_command_line_imports_late() -> None:
    """It must start quickly for small commands; everybody else says at the top what they need, save what is listed."""
    found = [
        f"{module.path}:{each.line} imports {each.module} inside a function"
        for module in modules()
        for each in module.imports
        if each.hidden and room_of(module.name) != "leadbright" and not may_be_late(module.path, each.module)
    ]
    assert not found, "\n" + "\n".join(found)


def may_be_late(path: str, imported: str) -> bool:
    return any(path in places for package, places in LATE.items() if within(imported, package))


def test_a_stray_import_is_seen_and_explained() -> None:
    module = Module("domain.clock", "domain/clock.py", "import time\nfrom web import anything\nimport obstore\n")
    found = strays(module, "domain", ROOMS["domain"])
    assert [line.partition(";")[0] for line in found] == [
        "domain/clock.py:1 imports time",
        "domain/clock.py:2 imports web",
        "domain/clock.py:3 imports obstore",
    ]
    assert all("arguments" in line for line in found)


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) != []
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
