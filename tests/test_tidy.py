"""House rules that a machine can check, read from the source of the package with `ast`."""

import ast
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from tests.rooms import (
    NAME,
    PACKAGE,
    ROOMS,
    arrows,
    circles,
    floors,
    imported,
    module_of,
    modules,
    room_of,
    trees,
    within,
)
from tests.rules import of_each

ROOT: Final = Path(__file__).parents[1]

FILE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 50

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

each_file = of_each(lambda: trees())


def used(tree: ast.AST) -> set[str]:
    """Dotted names as they are used, such as `time.time`."""
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def definitions(tree: ast.AST) -> Iterator[Definition]:
    """Every function and class."""
    for node in ast.walk(tree):
        if isinstance(node, Definition):
            yield node


def files_in(folder: str) -> list[str]:
    """The files in this folder of the package."""
    return [file for file in trees() if file.startswith(f"{folder}/")]


_IMPORTS: Final = (ast.Import, ast.ImportFrom)


def _top_level(file: str) -> list[ast.Import | ast.ImportFrom]:
    """What the file imports as soon as it is loaded."""
    return [node for node in trees()[file].body if isinstance(node, ast.Import | ast.ImportFrom)]


#: How large the house may become: rooms, floors, and modules at the package's top beside `__init__`.
ROOMS_MAX: Final = 26
FLOORS_MAX: Final = 11
MODULES_AT_TOP_MAX: Final = 8


def test_every_room_has_an_entry_and_every_entry_a_room() -> None:
    """The table names what there is: each folder and each file at the package's top."""
    there = {room_of(file) for file in trees()} - {"__init__"}

    assert there == set(ROOMS)


def test_table_runs_from_the_lowest_room_up() -> None:
    """A room may import only those that stand above it in the table: no arrow runs back up."""
    names = list(ROOMS)

    assert [] == [
        (name, entry)
        for place, (name, room) in enumerate(ROOMS.items())
        for entry in room.rooms
        if room_of(entry) not in names[:place]
    ]


@each_file
def test_file_imports_what_its_room_may(file: str) -> None:
    """A file imports its own room, the standard library, and what the table allows; lazily and for types too."""
    if file == "__init__.py":
        assert set() == imported(trees()[file])
        return
    room = ROOMS[room_of(file)]
    ours = {module for module in modules()[module_of(file)] if module and room_of(module) != room_of(file)}
    others = {name.partition(".")[0] for name in imported(trees()[file])} - {NAME, *sys.stdlib_module_names}
    libraries = {
        name for name, where in room.libraries.items() if any(fnmatchcase(file, one) for one in where.split("|"))
    }

    assert set() == ours - within(ours, *room.rooms)
    assert set() == others - libraries


def test_table_allows_no_more_than_is_needed() -> None:
    """What the table allows is imported somewhere, so the drawing shows the house as it is."""
    needed: dict[str, set[str]] = {name: set() for name in ROOMS}
    libraries: dict[str, set[str]] = {name: set() for name in ROOMS}
    for file, tree in trees().items():
        if file != "__init__.py":
            needed[room_of(file)] |= modules()[module_of(file)]
            libraries[room_of(file)] |= {name.partition(".")[0] for name in imported(tree)}

    assert [] == [
        (name, entry) for name, room in ROOMS.items() for entry in room.rooms if not within(needed[name], entry)
    ]
    assert [] == [
        (name, entry) for name, room in ROOMS.items() for entry in room.libraries if entry not in libraries[name]
    ]


def test_modules_import_in_no_circle() -> None:
    """Not even lazily or for types: of two modules, one is the lower."""
    assert [] == circles(modules())


def test_rooms_import_in_no_circle() -> None:
    """Of two rooms, one is the lower."""
    assert [] == circles(arrows())


def test_circle_is_found_and_told() -> None:
    """The search for circles finds one, and says how it runs."""
    assert [["a", "b", "c", "a"]] == circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})[:1]
    assert [] == circles({"a": ["b", "c"], "b": ["c"], "c": []})


def test_house_stays_small() -> None:
    """Few rooms, few floors, and few modules that lie about at the top."""
    at_top = [file for file in trees() if "/" not in file and file != "__init__.py"]

    assert len(arrows()) <= ROOMS_MAX
    assert max(floors(arrows()).values()) <= FLOORS_MAX
    assert len(at_top) <= MODULES_AT_TOP_MAX


@of_each(lambda: files_in("core"))
def test_core_is_pure(file: str) -> None:
    """The core uses nothing of the standard library that does I/O."""
    doing = ("os", "io", "sys", "pathlib", "socket", "asyncio", "threading", "time", "logging")

    assert set() == within(imported(trees()[file]), *doing)


@of_each(lambda: files_in("cli"))
def test_client_verbs_load_no_server(file: str) -> None:
    """What a verb loads before it runs is the standard library, click and small modules; serve and run load more."""
    loaded = set[str]().union(*map(imported, _top_level(file)))
    small = ("__version__", "client", "clock", "config", "unpatched", "wholefile", "cli")

    ours = (f"{NAME}.{name}" for name in small)
    foreign = loaded - within(loaded, "click", *ours, *sys.stdlib_module_names)
    assert set() == foreign - {NAME}


#: Where imports inside functions are the rule, and a docstring or a test above gives the reason for all of them.
LAZY_BY_RULE: Final = ("cli/*", "pytest_plugin.py", "control/state.py", "control/past.py")


@each_file
def test_import_inside_a_function_says_why(file: str) -> None:
    """A comment above the first of them, or behind it; elsewhere a reader takes them for a way around a circle."""
    lines = (PACKAGE / file).read_text(encoding="utf-8").splitlines()
    functions = (node for node in definitions(trees()[file]) if not isinstance(node, ast.ClassDef))
    firsts = [next((node for node in ast.walk(one) if isinstance(node, _IMPORTS)), None) for one in functions]
    silent = [node.lineno for node in firsts if node and "#" not in "".join(lines[node.lineno - 2 : node.lineno])]

    assert [] == silent or any(fnmatchcase(file, rule) for rule in LAZY_BY_RULE)


def test_certificates_are_made_by_a_library_that_is_loaded_only_then() -> None:
    """Every start of a server would pay for it, and it is needed once a year."""
    makers = [file for file in trees() if within(imported(trees()[file]), "cryptography")]
    authority = "masking_emulator.interception.authority"
    loaders = [file for file in trees() if authority in set().union(*map(imported, _top_level(file)))]

    assert (["interception/authority.py"], []) == (makers, loaders)


def test_schemas_are_judged_by_a_library_that_is_loaded_only_then() -> None:
    """It takes a quarter of a server's start, and a server that is only asked judges nothing."""
    loaded_at_once = [file for file in trees() if within(set().union(*map(imported, _top_level(file))), "jsonschema")]

    assert [] == loaded_at_once


def test_answers_are_described_only_for_whoever_asks() -> None:
    """Schemas of answers are made when OpenAPI is asked for, or an agent's tools; no start pays for them."""
    described = (f"{NAME}.control.answers", f"{NAME}.control.openapi", f"{NAME}.agents.tools")
    loaders = [file for file in trees() if within(set().union(*map(imported, _top_level(file))), *described)]

    allowed = ("control/answers/*", "control/openapi.py", "agents/*")
    assert [] == [file for file in loaders if not any(fnmatchcase(file, each) for each in allowed)]
    assert "control/openapi.py" in loaders


def test_shim_runs_in_any_python() -> None:
    """What runs inside the users' own processes imports the standard library only."""
    names = imported(trees()["interception/shim/sitecustomize.py"])

    assert set() == names - within(names, *sys.stdlib_module_names)


def test_plugin_loads_nothing_before_it_is_used() -> None:
    """Everybody who has the package pays for what the plugin imports at once, in every run of pytest."""
    top_level = [node for node in trees()["pytest_plugin.py"].body if isinstance(node, ast.Import | ast.ImportFrom)]
    loaded = set[str]().union(*map(imported, top_level))

    assert {"pytest"} == loaded - within(loaded, *sys.stdlib_module_names)


@of_each(lambda: files_in("core"))
def test_core_has_no_vendor_word(file: str) -> None:
    """Whose API it is, the core does not know."""
    assert "plivo" not in (PACKAGE / file).read_text(encoding="utf-8").lower()


@of_each(lambda: [file for file in trees() if room_of(file) != "core"])
def test_engine_is_asked_by_name(file: str) -> None:
    """Outside the core nobody reaches through the engine into its state; a method says what is wanted."""
    reached = [ast.unparse(node) for node in ast.walk(trees()[file]) if isinstance(node, ast.Attribute)]

    assert [] == [name for name in reached if name.endswith(("engine.state", "caught_up().state"))]


#: What may be done in one file only: names that are used or imported, and the file.
ONE_PLACE: Final[Mapping[str, tuple[str, ...]]] = {
    "clock.py": (
        *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep"),
        *("time.clock_gettime", "time.clock_gettime_ns"),
        *("time.perf_counter_ns", "time.localtime", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    ),
    "core/chance.py": ("random", "secrets", "os.urandom", "uuid", "uuid.uuid4", "uuid.uuid1"),
    "config.py": ("os.environ", "os.getenv", "os.environb", "os.putenv"),
}


@each_file
def test_time_chance_and_environment_have_one_place_each(file: str) -> None:
    """Real time is read, randomness drawn and the environment read in one file each, so a run can be replayed."""
    taken_in, names = imported(trees()[file]), used(trees()[file])
    forbidden = {name for place, taken in ONE_PLACE.items() if place != file for name in taken}

    # `from datetime import time` is a type; what is imported whole is judged by what is used of it.
    assert set() == forbidden & names
    assert set() == forbidden & (taken_in - {"datetime.time"})


@each_file
def test_file_is_not_long(file: str) -> None:
    """One subject a file."""
    assert len((PACKAGE / file).read_text(encoding="utf-8").splitlines()) <= FILE_LINES_MAX


@each_file
def test_functions_are_short(file: str) -> None:
    """A function that does not fit on a page does too much."""
    functions = (node for node in definitions(trees()[file]) if not isinstance(node, ast.ClassDef))
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX]

    assert [] == long


@each_file
def test_module_says_what_it_is_for(file: str) -> None:
    """Each module begins with its docstring."""
    assert ast.get_docstring(trees()[file])


@each_file
def test_public_definitions_have_a_docstring(file: str) -> None:
    """Each public class, and each public function or method of one, says what it does in a sentence."""
    assert [] == [name for name, node in _public(trees()[file], "") if not (ast.get_docstring(node) or "").rstrip()]


def _public(scope: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in scope.body:
        if isinstance(node, Definition) and not node.name.startswith("_") and not _is_inherited(scope, node):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node, f"{prefix}{node.name}.")


def _is_inherited(scope: ast.Module | ast.ClassDef, node: Definition) -> bool:
    """Whether a bodiless property of a Protocol, which its class explains."""
    is_protocol = isinstance(scope, ast.ClassDef) and "Protocol" in {ast.unparse(base) for base in scope.bases}
    return is_protocol and "property" in {ast.unparse(decorator) for decorator in node.decorator_list}


def test_class_name_has_one_meaning() -> None:
    """A name of a class or of a type stands for one thing in the whole package, so that a search finds that thing."""
    places: dict[str, list[str]] = {}
    for file, tree in trees().items():
        for name in _types(tree):
            places.setdefault(name, []).append(file)

    assert {} == {name: files for name, files in places.items() if len(files) > 1}


@each_file
def test_names_use_ordinary_words(file: str) -> None:
    """A function is named for what it returns, so none is `told`; a text is made of characters, not of signs."""
    names = {node.name for node in definitions(trees()[file])} | {
        node.id for node in ast.walk(trees()[file]) if isinstance(node, ast.Name)
    }

    assert [] == sorted(name for name in names if name.strip("_").lower() == "told" or "SIGNS" in name)


def _types(tree: ast.Module) -> Iterator[str]:
    """The names of all classes, nested ones too, and of the types that are assigned to a name."""
    yield from (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name[0].isupper() and not name.isupper():
                yield name


#: Where an error of any kind has a place to go: it is the outcome of a delivery; it is the plugin's report, a guest in
#: a process where anything may be replaced; it is what a served app raised, which fails the test; or it ended the
#: server's thread, or one that looks up a name, and is raised where that was asked for.
CATCHES_ALL: Final[Mapping[str, tuple[str, ...]]] = {
    "callbacks/courier.py": ("Exception",),
    "callbacks/names.py": ("Exception",),
    "pytest_plugin.py": ("Exception",),
    "server/thread.py": ("BaseException",),
    "testing/apps.py": ("BaseException",),
    "testing/asgi.py": ("BaseException",),
    "testing/serving.py": ("Exception",),
}


@each_file
def test_only_named_exceptions_are_caught(file: str) -> None:
    """`except Exception` hides bugs; so do its broader kin."""
    handlers = [node for node in ast.walk(trees()[file]) if isinstance(node, ast.ExceptHandler)]
    caught = {ast.unparse(name) for node in handlers if node.type for name in ast.walk(node.type)}

    assert all(node.type for node in handlers)
    assert set(CATCHES_ALL.get(file, ())) == {"Exception", "BaseException"} & caught


@each_file
def test_ignored_types_and_lints_have_a_reason(file: str) -> None:
    """`# type: ignore[code]` and `# noqa: CODE` are followed by why."""
    for line in (PACKAGE / file).read_text(encoding="utf-8").splitlines():
        for mark in ("# type: ignore", "# noqa"):
            assert mark not in line or line.partition(mark)[2].count("  # ") == 1


#: Where a version could be written a second time. The changelog names every version there was.
VERSIONED: Final = (
    "pyproject.toml",
    "Makefile",
    "README.md",
    "docs/**/*",
    "emulator/**/*",
    "fixtures/**/*",
    ".github/**/*",
)


def test_version_stands_once() -> None:
    """In the package's `__init__`, where pyproject.toml reads it, and nowhere else."""
    from masking_emulator import __version__

    files = {path for pattern in VERSIONED for path in ROOT.glob(pattern) if path.is_file() and path.suffix != ".pyc"}
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in files if "egg-info" not in str(path)}

    assert [PACKAGE / "__init__.py"] == [path for path, text in texts.items() if f'"{__version__}"' in text]
    assert [] == [path for path, text in texts.items() if f"masking-emulator=={__version__}" in text]
