"""Whether a test that a table names is there, read from the sources without importing them."""

import ast
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.sdk.faults import FAULTS, REFUSED_SIGNATURES
from tests.sdk.ways import WAYS

_ROOT: Final = Path(__file__).parent.parent

#: Tests whose cases have names: node id → the names.
_NAMED_CASES: Final[Mapping[str, Collection[str]]] = {
    "tests/sdk/test_dropin.py::test_unmodified_program_reaches_the_emulator": {way.name for way in WAYS if way.command},
    "tests/sdk/test_dropin.py::test_sdk_has_the_faults_that_are_known": {
        f"{fault.sdk}-{fault.fact}" for fault in FAULTS if fault.fact
    },
    "tests/sdk/test_validators.py::test_validators_fail_only_where_they_are_known_to": REFUSED_SIGNATURES.keys(),
}

#: Tests whose cases are files: node id → folder and suffix. Ids of wire and callbacks begin with their subfolder.
_CASES: Final = {
    "tests/test_wire.py::test_case_is_answered_to_the_byte": ("fixtures/wire", ".json"),
    "tests/test_callbacks.py::test_callback_is_told_to_the_byte": ("fixtures/callbacks", ".json"),
    "tests/test_scenarios.py::test_scenario_plays_as_written": ("fixtures/scenarios", ".txt"),
}


def exists(node: str) -> bool:
    """Whether a node id names a file, what is defined in it, and where cases are files, a case."""
    name, _, case = node.partition("[")
    path, _, qualified = name.partition("::")
    return qualified in _defined_in(_ROOT / path) and (not case or _case_exists(name, case.removesuffix("]")))


@cache
def _defined_in(path: Path) -> frozenset[str]:
    """The functions of a module, and the methods of its classes as `Class::method`."""
    if not path.is_file():
        return frozenset()
    module = ast.parse(path.read_text(encoding="utf-8"))
    functions = _functions(module.body)
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    return frozenset([*functions, *(f"{node.name}::{method}" for node in classes for method in _functions(node.body))])


def _functions(body: list[ast.stmt]) -> list[str]:
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _case_exists(test: str, case: str) -> bool:
    if test in _NAMED_CASES:
        return case in _NAMED_CASES[test]
    folder, suffix = _CASES[test]
    operation, _, name = case.partition("-")
    files = (_ROOT / folder / f"{case}{suffix}", _ROOT / folder / operation / f"{name}{suffix}")
    return any(file.is_file() for file in files)
