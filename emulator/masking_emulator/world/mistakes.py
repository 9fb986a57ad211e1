"""Mistakes in a world file: each with the line that it is in, the key, and the reason. Pure.

TOML's reader says nothing of lines, so the lines of tables and keys are found here, by reading the text once more.
A key inside a table or list that is written in one line is said to be in that line.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from masking_emulator.core.records.base import Record

Path = tuple[str | int, ...]

#: No text of a world is longer, in characters.
_TEXT_MAX: Final = 100_000

_TABLE: Final = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=")


class Mistake(Record):
    """One mistake. `line` counts from 1, `key` is as in `numbers[2].number`."""

    line: int
    key: str
    reason: str

    @property
    def sentence(self) -> str:
        """The mistake without its line."""
        return f"{self.key}: {self.reason}" if self.key else self.reason

    def as_json(self) -> dict[str, Any]:
        """The mistake, for programs."""
        return {"line": self.line, "key": self.key, "reason": self.reason}


def key_of(path: Sequence[str | int]) -> str:
    """A path as a key: `numbers[2].number`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def path_of(key: str) -> Path:
    """The path of a key as `key_of` writes it."""
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", key)
    return tuple(int(part[1:-1]) if part.startswith("[") else part for part in parts)


def long_texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts that are too long, by their paths, each with the reason.

    They are looked for before jsonschema looks at them, which writes down whole, several times, whatever it refuses.
    """
    match value:
        case str() if len(value) > _TEXT_MAX:
            yield path, f"it is a text of {len(value):,} characters; none has more than {_TEXT_MAX:,}"
        case dict():
            for name, item in value.items():
                yield from long_texts(item, (*path, name))
        case list():
            for place, item in enumerate(value):
                yield from long_texts(item, (*path, place))


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line in which the deepest part of the path is that has one; 1 where none has."""
    found = {place: line for line, place in _lines(text)}
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in found:
            return found[tuple(path[:length])]
    return 1


def _lines(text: str) -> Iterator[tuple[int, Path]]:
    """Every table and every key with its line, the last of two alike first to be forgotten."""
    table: Path = ()
    counts: dict[Path, int] = {}
    for line, content in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(content):
            table = _resolved(_names(match[2]), counts)
            if match[1] == "[[":
                if table not in counts:
                    yield line, table
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield line, table
        elif match := _KEY.match(content):
            yield line, (*table, *_names(match[1]))


def _names(text: str) -> list[str]:
    return [name.strip().strip("\"'") for name in text.split(".")]


def _resolved(names: Sequence[str], counts: dict[Path, int]) -> Path:
    """A table's path; below a list of tables it belongs to the newest of them."""
    path: Path = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if path in counts and place < len(names) - 1:
            path = (*path, counts[path])
    return path
