"""The rooms of the package: what lives in each, and what it may import.

A room is a folder or a file at the package's top. The table is the plan of the house: `test_tidy.py` holds the
source to it, and `docs/architecture.md` draws it. A room may import those above it in the table only, so no arrow
can run back.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1] / "emulator" / "masking_emulator"
NAME: Final = PACKAGE.name


@dataclass(frozen=True, slots=True)
class Room:
    """What lives in a room, and what its files may import: `rooms` of ours, `libraries` of others.

    A dotted entry of `rooms` allows that module of a room and no other. `libraries` maps a distribution's package to
    the files that may import it, as patterns between bars.
    """

    lives_here: str
    rooms: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)


#: Every room, the lowest first.
ROOMS: Final[Mapping[str, Room]] = {
    "core": Room(
        "the masking service itself, pure: records, books that find them, decisions on them, and the engine",
        libraries={
            "msgspec": "core/records/base.py|core/readers.py|core/bulk.py|core/arriving.py",
            "phonenumbers": "core/countries.py",
        },
    ),
    "clock": Room("real time, and the clock of a world", ("core.instants",)),
    "config": Room("the environment, and what a server is started with", ("core.chance",)),
    "wholefile": Room("files of people: written whole or not at all, read with or without a byte-order mark"),
    "unpatched": Room("sockets, threads and locks that nothing in the process has replaced"),
    "client": Room("HTTP requests to a server's control API", ("unpatched",)),
    "report": Room(
        "what a run leaves behind: one model of it, made of the control API's answers, and a renderer for each form",
        ("wholefile", "client"),
        {"msgspec": "*"},
    ),
    "plivo": Room(
        "the vendor's words: parameters, answers, refusals, callbacks, signatures, and the ledger of behaviours",
        ("core",),
        {"jsonschema": "*", "starlette": "plivo/routes*|plivo/http.py", "msgspec": "plivo/http.py"},
    ),
    "receiver": Room(
        "a receiver of callbacks that verifies them, for a terminal and for tests", ("unpatched", "plivo.signatures")
    ),
    "traffic": Room(
        "API requests as they came in, and what goes wrong with them on purpose", ("core", "plivo"), {"msgspec": "*"}
    ),
    "callbacks": Room(
        "from an event to a request on the wire: order, laboratory, signing, sending, egress rule, log",
        ("core", "clock", "unpatched", "plivo"),
        {"msgspec": "*", "httpcore": "callbacks/transport.py|callbacks/measured.py"},
    ),
    "interception": Room(
        "how unmodified programs get here: proxy, certificates, environment, shells, doctor",
        ("core.instants", "clock", "config", "client"),
        {"cryptography": "interception/authority.py"},
    ),
    "evidence": Room(
        "what another service answered: captures that can be shared, and how ours differs",
        ("core.countries", "clock", "wholefile", "unpatched", "plivo", "receiver", "interception.hosts"),
        {"msgspec": "*", "httpcore": "evidence/upstream.py", "starlette": "evidence/relay.py"},
    ),
    "world": Room(
        "one account at work: its file, spec, life, journal, and the hub that holds all of a server",
        ("core", "clock", "wholefile", "plivo", "traffic", "callbacks"),
        {"jsonschema": "world/file.py", "msgspec": "world/turns.py"},
    ),
    "keeping": Room(
        "a world on disk: snapshots, recordings, state between runs",
        ("core", "clock", "wholefile", "plivo.callbacks", "plivo.parse", "callbacks.laboratory", "world"),
        {"msgspec": "*"},
    ),
    "control": Room(
        "the control API, and how it shows what there is",
        ("core", "clock", "wholefile", "plivo", "traffic", "callbacks", "world", "keeping"),
        {"starlette": "*", "jsonschema": "control/kernel.py", "msgspec": "*"},
    ),
    "console": Room("the page in the browser", ("core.quoting", "control"), {"starlette": "*"}),
    "agents": Room(
        "the emulator for agents: the control API as tools of the Model Context Protocol",
        ("client", "plivo.callback_schemas", "plivo.ledger", "world.schema", "control"),
        {"starlette": "agents/endpoint.py", "msgspec": "*", "mcp": "*", "mcp_types": "*", "anyio": "*"},
    ),
    "server": Room(
        "sockets, the app, an API request's way to its world, and `run`",
        (
            *("core", "clock", "config", "wholefile", "unpatched", "client", "plivo", "traffic", "callbacks.courier"),
            *("callbacks.log", "callbacks.names", "interception", "world", "keeping", "control", "console", "agents"),
        ),
        {
            "starlette": "*",
            "uvicorn": "*",
            "httptools": "*protocol.py",
            "prometheus_client": "server/metrics.py",
        },
    ),
    "comparing": Room(
        "a capture replayed against a world of ours in this process, and the differences by their rows",
        (
            *("core", "plivo", "report.markup", "receiver", "callbacks", "evidence", "world"),
            "server.app",
        ),
        {"msgspec": "*", "starlette": "comparing/service.py"},
    ),
    "cli": Room(
        "the command line",
        (
            *("clock", "config", "wholefile", "client", "report", "plivo.ledger", "plivo.sentences", "plivo.stories"),
            *("plivo.validation", "receiver", "interception", "evidence", "comparing"),
            *("world.spec", "world.file", "world.schema", "keeping.replay", "agents", "server"),
        ),
        {"click": "*"},
    ),
    "testing": Room(
        "what tests use from Python",
        ("config", "unpatched", "wholefile", "client", "report", "plivo.sentences", "receiver", "server.thread"),
        {
            "plivo": "*",
            "hypothesis": "testing/strategies.py",
            "anyio": "testing/aio.py",
            "uvicorn": "testing/asgi.py",
            "msgspec": "testing/reports.py",
        },
    ),
    "pytest_plugin": Room(
        "the fixtures", ("config", "unpatched", "wholefile", "client", "server.thread", "testing"), {"pytest": "*"}
    ),
    "__main__": Room("`python -m masking_emulator`", ("cli.entry",)),
}


@cache
def trees() -> Mapping[str, ast.Module]:
    """File below the package → parsed source."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imported(tree: ast.AST) -> set[str]:
    """Every module that is imported, and `module.name` for each name that is taken from one."""
    modules: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names, level=0):
                modules |= {module} | {f"{module}.{alias.name}" for alias in names}
            case ast.ImportFrom():
                raise AssertionError(f"line {node.lineno}: relative imports hide the direction")
    return modules


def within(modules: Iterable[str], *packages: str) -> set[str]:
    """Those modules that are one of the packages or lie in one."""
    return {module for module in modules if any(f"{module}.".startswith(f"{package}.") for package in packages)}


def module_of(file: str) -> str:
    """The dotted name of a file, below the package; "" for the package itself."""
    return file.removesuffix(".py").removesuffix("__init__").strip("/").replace("/", ".")


def room_of(name: str) -> str:
    """The room in which a file or a module lies."""
    return name.replace("/", ".").removesuffix(".py").partition(".")[0]


@cache
def modules() -> Mapping[str, frozenset[str]]:
    """Module → the modules of ours that it imports anywhere: at once, later, or for types only."""
    known = {module_of(file) for file in trees()}
    return {module_of(file): frozenset(_ours(tree, known)) - {module_of(file)} for file, tree in trees().items()}


def _ours(tree: ast.Module, known: set[str]) -> Iterator[str]:
    for name in within(imported(tree), NAME):
        below = name.removeprefix(NAME).strip(".")
        if below in known:
            yield below
        elif below.rpartition(".")[0] in known:
            yield below.rpartition(".")[0]


@cache
def arrows() -> Mapping[str, frozenset[str]]:
    """Room → the rooms that its modules import."""
    found: dict[str, set[str]] = {room_of(module): set() for module in modules() if module}
    for module, targets in modules().items():
        if module:
            found[room_of(module)] |= {room_of(target) for target in targets if target} - {room_of(module)}
    return {room: frozenset(targets) for room, targets in found.items()}


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """A way back to itself for every node that has one."""
    return [way for node in graph if (way := _way_back(graph, node))]


def _way_back(graph: Mapping[str, Iterable[str]], start: str) -> list[str]:
    came_from: dict[str, str] = {}
    ahead = [start]
    while ahead:
        node = ahead.pop()
        for target in graph.get(node, ()):
            if target == start:
                way = [start, node]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if target not in came_from:
                came_from[target] = node
                ahead.append(target)
    return []


def floors(graph: Mapping[str, Iterable[str]]) -> Mapping[str, int]:
    """Room → its floor: 1 for one that imports no other, else one above the highest that it imports."""
    found: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in found:
            found[room] = 1 + max((floor(target) for target in graph[room]), default=0)
        return found[room]

    return {room: floor(room) for room in graph}


def drawn() -> str:
    """The rooms as a Mermaid graph. An arrow is left out where others lead the same way."""
    graph = {name: {room_of(entry) for entry in room.rooms} for name, room in ROOMS.items()}
    below: dict[str, set[str]] = {}
    for name in ROOMS:  # the lowest first, so what a room reaches is known before it is needed
        below[name] = graph[name].union(*(below[target] for target in graph[name]))
    lines = [
        f"    {name} --> {target}"
        for name in reversed(list(ROOMS))
        for target in ROOMS
        if target in graph[name] and not any(target in below[other] for other in graph[name])
    ]
    alone = [f"    {name}" for name in ROOMS if not any(name in line.split() for line in lines)]
    return "\n".join(["```mermaid", "graph TD", *lines, *alone, "```", ""])


def listed() -> list[tuple[str, str, str]]:
    """The rooms for a table: name, what lives there, what it may import."""
    return [
        (f"`{_shown(name)}`", room.lives_here, ", ".join(f"`{entry}`" for entry in room.rooms) or "nothing of ours")
        for name, room in reversed(list(ROOMS.items()))
    ]


def _shown(name: str) -> str:
    return f"{name}/" if (PACKAGE / name).is_dir() else f"{name}.py"
