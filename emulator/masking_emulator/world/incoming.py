"""JSON that comes in pieces, read as it comes: what was read is let go, so text and records are never both there whole.

Only the outer levels are gone through here. A list that the caller names is handed on to its reader, a run of items at
a time; every other value is read as a whole (turns.py). Where a run ends is guessed, because looking at every bracket
of a hundred megabytes takes Python two seconds: if what comes before a `},{` can be read as a list, it is one. Where no
guess is right, brackets and texts are gone through.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from itertools import islice
from typing import IO, Any, Final, Protocol, Union

from masking_emulator.clock import real_seconds
from masking_emulator.core.work import Work
from masking_emulator.wholefile import unmarked
from masking_emulator.world.turns import TURN_S, read_in_turns

#: A run of items has so many bytes or a little more, and so much is taken in at a time: a millisecond's work.
PIECE_BYTES: Final = 65_536

#: So many brackets, texts and commas are gone through before anybody asks whether a turn is over.
_TOKENS_AT_ONCE: Final = 4096

#: So many guesses there are where a run might end.
_GUESSES: Final = 3

#: So many bytes say whether a text is UTF-8, and has a mark.
_MARK_BYTES: Final = 4

_NOT_BLANK: Final = re.compile(rb"[^ \t\r\n]")
_BETWEEN_OBJECTS: Final = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*\{")

#: A whole text, a bracket or a comma; or the beginning of a text whose end has not come. It never tries a shorter way
#: ("*+"): to remember where it might, of a text with a million line ends in it, takes 120 MB and a third of a second.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)

#: What is inside a text, up to its end or to a backslash behind which nothing has come.
_IN_TEXT: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)

_QUOTE, _COMMA, _COLON = b'",:'
_OPENING, _CLOSING = b"[{", b"]}"
_LIST, _LIST_END, _OBJECT, _OBJECT_END = b"[]{}"

#: How a decoder says where in its text something is wrong; that its text is only a beginning, it says without a place.
_PLACE: Final = re.compile(r" \(byte (\d+)\)")
_CUT_OFF: Final = "Input data was truncated"


class ItemsReader(Protocol):
    """What reads the items of one list, a run of them at a time."""

    def begin(self) -> None:
        """A list begins. What was read before is forgotten: a member that is there twice is what it is at last."""

    def guess(self, content: bytes) -> bool:
        """Whether this is the JSON of a list of the items that come next; if so, they have been read."""

    def read(self, content: bytes) -> None:
        """Read the JSON of a list of the items that come next. Raises ValueError, RecursionError where it is none."""


#: Member of an object → the reader of the list there, or the same of the object there.
Readers = Mapping[str, Union[ItemsReader, "Readers"]]


class Incoming:
    """A JSON text, as far as it has come and was not read."""

    def __init__(self, piece_bytes: int = PIECE_BYTES) -> None:
        self._piece_bytes = piece_bytes
        #: Whether the work cannot go on before more is added.
        self.is_wanted = False
        #: What was read, once the work is done. A list that has a reader is not in it: the reader stands in its place.
        self.whole: Any = None
        self._has_ended = False
        self._held = bytearray()
        self._at = 0  # where in it reading goes on
        self._gone = 0  # how many bytes there were before it

    def add(self, piece: bytes) -> None:
        """What comes next; nothing where that was all."""
        self._let_go()
        self._held += piece
        self._has_ended = not piece
        self.is_wanted = False

    def reading(self, readers: Readers) -> Work[None]:
        """The work of reading it. Raises ValueError, and RecursionError for what is too deep."""
        yield from self._hold(_MARK_BYTES)
        beginning = bytes(self._held[:_MARK_BYTES])
        self._at = len(beginning) - len(unmarked(beginning))
        if (yield from self._next(or_end=True)) is None:
            raise ValueError("it is empty")
        whole = yield from self._value(readers)
        if (yield from self._next(or_end=True)) is not None:
            raise self._malformed("trailing characters")
        self.whole = whole

    # -- values --

    def _value(self, readers: Readers | ItemsReader | None) -> Work[Any]:
        begins_with = yield from self._next()
        if isinstance(readers, Mapping) and begins_with == _OBJECT:
            return (yield from self._object(readers))
        if readers is not None and not isinstance(readers, Mapping) and begins_with == _LIST:
            yield from self._list(readers)
            return readers
        length, _ = yield from self._measured()
        before = self._gone + self._at
        content = self._taken(length)
        try:
            return (yield from read_in_turns(content))
        except ValueError as error:
            raise _placed(error, content, before) from None

    def _taken(self, length: int) -> bytes:
        """So many bytes that come next, which are held no longer."""
        content = bytes(memoryview(self._held)[self._at : self._at + length])
        self._at += length
        self._let_go()
        return content

    def _let_go(self) -> None:
        """Hold no longer what was read."""
        del self._held[: self._at]
        self._gone += self._at
        self._at = 0

    def _object(self, readers: Readers) -> Work[dict[str, Any]]:
        members: dict[str, Any] = {}
        self._at += 1
        if (yield from self._next()) == _OBJECT_END:
            self._at += 1
            return members
        while True:
            if (yield from self._next()) != _QUOTE:
                raise self._malformed("object keys must be strings")
            key = yield from self._value(None)
            if (yield from self._next()) != _COLON:
                raise self._malformed("expected ':'")
            self._at += 1
            members[key] = yield from self._value(readers.get(key))
            after = yield from self._next()
            if after not in (_COMMA, _OBJECT_END):
                raise self._malformed("expected ',' or '}'")
            self._at += 1
            if after == _OBJECT_END:
                return members

    def _list(self, reader: ItemsReader) -> Work[None]:
        reader.begin()
        self._at += 1
        if (yield from self._next()) == _LIST_END:
            self._at += 1
            return
        is_last = False
        while not is_last:
            yield from self._hold(2 * self._piece_bytes)
            if (yield from self._next()) in (_COMMA, _LIST_END):
                raise self._malformed("an item is expected")
            is_last = False if self._guessed(reader) else (yield from self._measured_items(reader))
            yield

    def _guessed(self, reader: ItemsReader) -> bool:
        """Whether a run of items was read whose end was guessed, and the comma behind it was passed."""
        ends = islice(_BETWEEN_OBJECTS.finditer(self._held, self._at + self._piece_bytes), _GUESSES)
        for end, after in [(found.start() + 1, found.end() - 1) for found in ends]:
            if reader.guess(self._items_up_to(end)):
                self._at = after
                return True
        return False

    def _measured_items(self, reader: ItemsReader) -> Work[bool]:
        """The work of reading a run of items, and passing what is behind it; whether that is the end of the list."""
        length, is_last = yield from self._measured(items=True)
        items = self._items_up_to(self._at + length)
        try:
            reader.read(items)
        except ValueError as error:
            raise _placed(error, items, self._gone + self._at - 1) from None
        self._at += length
        if is_last and self._held[self._at] != _LIST_END:
            raise self._malformed("expected ',' or ']'")
        self._at += 1
        return is_last

    def _items_up_to(self, end: int) -> bytes:
        return b"".join((b"[", memoryview(self._held)[self._at : end], b"]"))

    # -- places --

    def _next(self, *, or_end: bool = False) -> Work[int | None]:
        """The next byte that is no blank; None where all was read, if that may be."""
        while True:
            found = _NOT_BLANK.search(self._held, self._at)
            if found is not None:
                self._at = found.start()
                return self._held[self._at]
            self._at = len(self._held)
            if self._has_ended and or_end:
                return None
            yield from self._more(1)

    def _hold(self, length: int) -> Work[None]:
        """Wait until so many bytes are there that were not read, or all has come."""
        while len(self._held) - self._at < length and not self._has_ended:
            self.is_wanted = True
            yield

    def _more(self, length: int) -> Work[None]:
        """Wait as `_hold` does. Raises ValueError where no more comes."""
        if self._has_ended:
            self._at = len(self._held)
            raise self._malformed("the text ends too early")
        yield from self._hold(length)

    def _measured(self, *, items: bool = False) -> Work[tuple[int, bool]]:
        """How long the value is that begins here; or, of the `items` of a list, as many as are there.

        Second: whether a bracket ends it, which is not its own.
        """
        passed, depth, cut = 0, 0, 0
        while True:
            held, is_cut_off = len(self._held) - self._at, False
            for count, token in enumerate(_TOKEN.finditer(self._held, self._at + passed), 1):
                place, passed, kind = token.start() - self._at, token.end() - self._at, self._held[token.start()]
                is_cut_off = kind == _QUOTE and passed - place == 1
                if is_cut_off:
                    break
                depth += (kind in _OPENING) - (kind in _CLOSING)
                if depth < 0:
                    return place, True
                if depth == 0 and kind == _COMMA:
                    cut = place
                if depth == 0 and not items:
                    return (place if kind == _COMMA else passed), False
                if not count % _TOKENS_AT_ONCE:
                    yield
            if cut:
                return cut, False
            if self._has_ended and not (items or depth or is_cut_off):
                return held, False  # a number or a word; or no JSON, and then the decoder says where
            if is_cut_off:
                passed = yield from self._text_passed(passed)
                if depth == 0 and not items:
                    return passed, False
            else:
                yield from self._more(held + 1)
                passed = held

    def _text_passed(self, passed: int) -> Work[int]:
        """Where the text ends in which this place is, of which not all has come. All that comes is looked at once."""
        while True:
            inside = _IN_TEXT.match(self._held, self._at + passed)
            assert inside is not None, "it may be empty"
            held, passed = len(self._held) - self._at, inside.end() - self._at
            if passed < held and self._held[self._at + passed] == _QUOTE:
                return passed + 1
            yield from self._more(held + 1)

    def _malformed(self, why: str) -> ValueError:
        return ValueError(f"JSON is malformed: {why} (byte {self._gone + self._at})")


def _placed(error: ValueError, content: bytes, before: int) -> ValueError:
    """The error of reading the content with its place in the whole text, in which so many bytes are before it."""
    why, at = str(error).partition(" - at ")[0], 0
    if isinstance(error, UnicodeDecodeError):
        why, at = "it is no UTF-8", _utf8_bytes(content)
    elif why == _CUT_OFF:
        why, at = "JSON is malformed: a value ends too early", len(content)
    elif place := _PLACE.search(why):
        why, at = why[: place.start()], int(place[1])
    return ValueError(f"{why} (byte {before + at})")


def _utf8_bytes(content: bytes) -> int:
    """How many bytes at its beginning are UTF-8."""
    try:
        return len(content.decode().encode())
    except UnicodeDecodeError as error:
        return error.start


async def read_as_it_comes(pieces: AsyncIterator[bytes], readers: Readers, turn_s: float = TURN_S) -> Any:
    """Read JSON of which no piece is empty, in turns (turns.py). Raises as `Incoming.reading` does."""
    incoming, ends_at = Incoming(), real_seconds() + turn_s
    for _ in incoming.reading(readers):
        if incoming.is_wanted:
            incoming.add(await anext(pieces, b""))
        if real_seconds() >= ends_at:
            await asyncio.sleep(0)
            ends_at = real_seconds() + turn_s
    return incoming.whole


def reading_file(file: IO[bytes], readers: Readers) -> Work[Any]:
    """The work of reading a file. Raises OSError, and as `Incoming.reading` does."""
    incoming = Incoming()
    for _ in incoming.reading(readers):
        if incoming.is_wanted:
            incoming.add(file.read(PIECE_BYTES))
        yield
    return incoming.whole
