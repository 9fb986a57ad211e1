"""Long work in turns: whoever does it lets all others have theirs as soon as it took a few milliseconds.

Long work is a generator that yields wherever it may be interrupted (core/work.py). It does not know how long a turn is;
that is decided here. JSON that may be long is made in pieces in the same way: where a body has an iterator in the place
of a list, its items are made one by one.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

from msgspec import Raw
from msgspec.json import Encoder, decode

from masking_emulator.clock import real_seconds
from masking_emulator.core.work import ManyAtOnce, ResultT, Work

#: How long a turn is, in real seconds.
TURN_S: Final = 0.004

#: JSON of up to so many bytes is read in one piece, and so is whatever lies deeper than so many levels.
_READ_AT_ONCE: Final = 65_536
_LEVELS_IN_TURNS: Final = 4

#: So many blanks before a value do not hide what it is.
_BLANKS_MAX: Final = 64

_encode: Final = Encoder().encode
_encode_anything: Final = json.JSONEncoder(separators=(",", ":")).encode


async def politely(work: Work[ResultT], turn_s: float = TURN_S) -> ResultT:
    """Do the work in turns of so many real seconds, between which other tasks of the event loop have theirs."""
    ends_at = real_seconds() + turn_s
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: ResultT = end.value
            return result
        if real_seconds() >= ends_at:
            await asyncio.sleep(0)
            ends_at = real_seconds() + turn_s


async def bytes_politely(pieces: Iterator[bytes], turn_s: float = TURN_S) -> AsyncIterator[bytes]:
    """What pieces come to, joined as far as a turn came; between turns other tasks of the event loop have theirs."""
    made, ends_at = list[bytes](), real_seconds() + turn_s
    for piece in pieces:
        made.append(piece)
        if real_seconds() >= ends_at:
            if any(made):  # a coding mostly waits for more
                yield b"".join(made)
            await asyncio.sleep(0)
            made, ends_at = [], real_seconds() + turn_s
    yield b"".join(made)


def json_pieces(body: Mapping[str, Any], *, between: bytes = b",") -> Iterator[bytes]:
    """A JSON object in pieces, compact, in the order of the mapping; an iterator in it is a list, made item by item.

    `between` stands between the members of objects and the items of such lists: a comma, perhaps with a line's end.
    """
    before = b"{"
    for key, value in body.items():
        name = json_bytes(key) + b":"
        if isinstance(value, Mapping):
            yield before + name
            yield from json_pieces(value, between=between)
        elif isinstance(value, Iterator):
            yield before + name
            yield from _list_pieces(value, between)
        else:
            yield before + name + json_bytes(value)
        before = between
    yield b"}" if body else b"{}"


def _list_pieces(items: Iterator[Any], between: bytes) -> Iterator[bytes]:
    before = b"["
    for text in items.texts(between) if isinstance(items, ManyAtOnce) else map(json_bytes, items):
        yield before + text
        before = between
    yield b"]" if before is between else b"[]"


def read_in_turns(content: bytes) -> Work[Any]:
    """The work of reading JSON that may be long. Raises ValueError, and RecursionError for what is too deep."""
    return _read(content, _LEVELS_IN_TURNS)


def _read(content: bytes | Raw, levels: int) -> Work[Any]:
    kind = _kind(content) if levels else b""
    if kind == b"{":
        members = {}
        for key, member in decode(content, type=dict[str, Raw]).items():
            yield
            members[key] = yield from _read(member, levels - 1)
        return members
    if kind == b"[":
        items = []
        for item in decode(content, type=list[Raw]):
            yield
            items.append((yield from _read(item, levels - 1)))
        return items
    return decode(content)


def _kind(content: bytes | Raw) -> bytes:
    """With what JSON begins, where it is so long that it is read in turns."""
    view = memoryview(content)
    return bytes(view[:_BLANKS_MAX]).lstrip()[:1] if len(view) > _READ_AT_ONCE else b""


def json_bytes(value: Any) -> bytes:
    """The value as compact JSON."""
    try:
        return _encode(value)
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can write
        return _encode_anything(value).encode("ascii")
