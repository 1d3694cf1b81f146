"""The first pass: text to what was written.

May not know what any of it means.
"""

from __future__ import annotations

from typing import TypeVar

from config_compiler.codes import Code
from config_compiler.finding import Finding, Problems
from config_compiler.shapes import Shape, ShapeOf
from config_compiler.source import SITE_FILE, Source, is_experiment_file, is_test_file, start_of
from config_compiler.syntax import EXPERIMENT, SITE, Definition, ExperimentSyntax
from config_compiler.tests_syntax import TESTS, TestsSyntax
from config_compiler.tree import read_tree

S = TypeVar("S", bound=Shape)


def parse(source: Source, problems: Problems) -> Definition:
    """Read every file of a definition, in order of name."""
    site = None
    experiments: list[ExperimentSyntax] = []
    tests: list[TestsSyntax] = []
    if SITE_FILE not in source.files:
        problems.add(_no_site())
    for file in sorted(source.files):
        if file == SITE_FILE:
            site = _read(SITE, file, source, problems)
        elif is_test_file(file):
            if written := _read(TESTS, file, source, problems):
                tests.append(written)
        elif not is_experiment_file(file):
            problems.add(_stray(file))
        elif experiment := _read(EXPERIMENT, file, source, problems):
            experiments.append(experiment)
    return Definition(site, tuple(experiments), tuple(tests))


def _read(shape: ShapeOf[S], file: str, source: Source, problems: Problems) -> S | None:
    tree = read_tree(file, source.text(file), problems)
    return None if tree is None else shape.read(tree, problems)


def _no_site() -> Finding:
    message = f'a definition needs the file "{SITE_FILE}", which is missing'
    return Finding(Code.E105, message, start_of(SITE_FILE), hint="leadbright init DIR writes one to begin with")


def _stray(file: str) -> Finding:
    message = f'the file "{file}" is not read'
    folder, name = file.partition("/")[0], file.rpartition("/")[2].partition(".")[0]
    read = f"{folder}/{name}.yaml" if "/" in file else SITE_FILE
    either = f'name it "{SITE_FILE}", "experiments/NAME.yaml" or "tests/NAME.yaml"'
    hint = f'name it "{read}"' if is_experiment_file(read) or is_test_file(read) or name == "site" else either
    return Finding(Code.E105, message, start_of(file), hint=hint)
