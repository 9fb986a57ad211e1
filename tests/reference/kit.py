"""The reference of the kit: what tests import, from signatures and docstrings, as griffe reads them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Final

import griffe

_PACKAGE: Final = "masking_emulator"
_SOURCE: Final = Path(__file__).parents[2] / "emulator"

#: No line of a signature is wider, unless one parameter is.
_WIDTH: Final = 100

#: Title → what stands below it, in reading order: the path of a module, class or function; of `PATH: NAMES` only these
#: members, of `PATH:` none.
_SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "Fixtures of pytest": ["pytest_plugin: masking, masking_receiver, masking_app, masking_control"],
    "A world": [
        "testing.Masking",
        "testing.Numbers",
        "testing.Phones",
        "testing.Sessions",
        "testing.Callbacks",
        "testing.CallbacksOut",
        "testing.Routes",
        "testing.Requests",
        "testing.Faults",
    ],
    "What they take": ["testing.keys", "testing.FaultWish", "testing.Criteria"],
    "What they answer": ["testing.views", "testing.exchanges", "testing.past"],
    "An app that is served": ["testing.Serving", "testing.AppErrors: taken"],
    "For coroutines": [
        "testing.AsyncMasking:",
        "testing.AsyncNumbers:",
        "testing.AsyncPhones:",
        "testing.AsyncSessions:",
        "testing.AsyncCallbacks:",
        "testing.AsyncRoutes:",
        "testing.AsyncRequests:",
        "testing.AsyncFaults:",
    ],
    "Without pytest": [
        "testing.Emulator",
        "testing.shared_world",
        "testing.redirect_plivo",
        "testing.restore_plivo",
    ],
    "A receiver of callbacks": ["receiver: Receiver, Received, Verdict, CannotReceive"],
    "Orders of callbacks": ["testing.explore_orders", "testing.BrokenOrder"],
    "Strategies for Hypothesis": ["testing.strategies"],
    "A client of the control API": ["client"],
}


def kit_page() -> str:
    """Every section with what stands below it."""
    package = griffe.GriffeLoader(search_paths=[_SOURCE]).load(_PACKAGE)
    parts = []
    for title, entries in _SECTIONS.items():
        parts.append(f"## {title}")
        for entry in entries:
            path, only, names = entry.partition(":")
            parts += _described(_real(package[path]), names.replace(",", " ").split() if only else None)
    return "\n\n".join(parts) + "\n"


def _real(found: griffe.Object | griffe.Alias) -> griffe.Object:
    return found.final_target if isinstance(found, griffe.Alias) else found


def _described(found: griffe.Object, names: Sequence[str] | None) -> Iterator[str]:
    if isinstance(found, griffe.Module):
        yield from _words(found)
        for member in _members(found, names):
            yield from _described(member, None)
    elif isinstance(found, griffe.Class):
        yield from _class(found, names)
    else:
        yield f"### {found.name}"
        yield _block([_line(found)])
        yield from _words(found)


def _class(found: griffe.Class, names: Sequence[str] | None) -> Iterator[str]:
    yield f"### {found.name}"
    members = list(_members(found, names))
    maker = found.members.get("__init__")
    made = maker if isinstance(maker, griffe.Function) and maker.docstring and names is None else None
    fields = [member for member in members if isinstance(member, griffe.Attribute) and not member.docstring]
    lines = list(filter(None, map(_line, fields)))
    if made is not None:
        lines.insert(0, _signature(made, found.name))
    if found.bases:
        bases = ", ".join(map(str, found.bases))
        lines = [f"class {found.name}({bases}):{'' if lines else ' ...'}", *(indent(line, "    ") for line in lines)]
    if lines:
        yield _block(lines)
    yield from _words(found)
    if made is not None:
        yield from _words(made)
    for member in members:
        if member.docstring and not member.name.startswith("__"):
            yield f"#### {found.name}.{member.name}"
            yield _block([_line(member)])
            yield from _words(member)


def _members(found: griffe.Module | griffe.Class, names: Sequence[str] | None) -> Iterable[griffe.Object]:
    """Its public members, in the order of the source, of others' those that it exports; of these names in theirs."""
    if names is not None:
        return [_real(found.members[name]) for name in names]
    exported = {str(name) for name in found.exports or ()}
    shown = (
        member
        for name, member in found.members.items()
        if name in exported or (isinstance(member, griffe.Object) and member.is_public)
    )
    return [_real(member) for member in shown if not isinstance(member, griffe.Module)]


def _line(found: griffe.Object) -> str:
    """What a stub would say of it; nothing of an attribute of a type that is nowhere written."""
    if isinstance(found, griffe.Function):
        return _signature(found, found.name)
    assert isinstance(found, griffe.Attribute), found
    if named := _type(found):
        return _folded(f"{found.name}: {named}")
    return "" if _is_set_in_maker(found) else _folded(f"{found.name} = {found.value}")


def _type(found: griffe.Attribute) -> str:
    """Its annotation, or the class that makes it, or the annotation of the maker's parameter that it is."""
    value = found.value
    if found.annotation is not None and str(found.annotation) not in ("Final", "TypeAlias"):
        return str(found.annotation)
    if isinstance(value, griffe.ExprCall) and str(value.function)[0].isupper():
        return str(value.function)
    if _is_set_in_maker(found) and found.parent is not None:
        maker = found.parent.members["__init__"]
        assert isinstance(maker, griffe.Function)
        given = {parameter.name: parameter.annotation for parameter in maker.parameters}
        return str(given.get(str(value)) or "")
    return ""


def _is_set_in_maker(found: griffe.Attribute) -> bool:
    return found.labels == {"instance-attribute"}


def _signature(found: griffe.Function, name: str) -> str:
    return _folded(found.signature(name=name, return_type=found.name != "__init__"))


def _folded(line: str) -> str:
    """The line, or a line for each part of its first brackets where it would be too long."""
    line = line.replace("'", '"')
    if len(line) <= _WIDTH:
        return line
    opened, bracket, rest = re.split(r"([\[(])", line, maxsplit=1)
    *parts, end = _split(rest)
    return "\n".join([f"{opened}{bracket}", *(f"    {part}," for part in parts), end])


def _split(text: str) -> Iterator[str]:
    """What stands between the commas of brackets that are open, then what closes them and all that follows."""
    depth, begun = 1, 0
    for place, letter in enumerate(text):
        depth += (letter in "[(") - (letter in "])")
        if depth == 0 or (depth == 1 and letter == ","):
            yield text[begun:place].strip()
            begun = place + (letter == ",")
        if depth == 0:
            break
    yield text[begun:]


def _block(lines: Iterable[str]) -> str:
    return "```pyi\n" + "\n".join(lines) + "\n```"


def _words(found: griffe.Object) -> Iterator[str]:
    if found.docstring is not None:
        yield found.docstring.value.strip()
