"""Quoting: what somebody sent, in the sentence that refuses it, cut before it is written.

A body may be one text of hundreds of megabytes. To write all of it takes seconds in which nobody is answered, and
several times its memory, for the few characters that are shown. So no refusal writes more of a value than is shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

#: So many characters of a value are shown.
QUOTED_MAX: Final = 60


def quoted(value: Any) -> str:
    """The value as Python writes it; of a long one the beginning, and dots behind it."""
    if isinstance(value, str):
        return repr(value) if len(value) <= QUOTED_MAX else f"{value[:QUOTED_MAX]!r}..."
    written = ""
    for piece in _pieces(value):
        written += piece
        if len(written) > QUOTED_MAX:
            return f"{written[:QUOTED_MAX]}..."
    return written


def _pieces(value: Any) -> Iterator[str]:
    """What Python writes for a value, piece by piece; of a text no more than can be shown."""
    match value:
        case str():
            yield repr(value[:QUOTED_MAX])
        case list():
            yield "["
            yield from _between_commas(map(_pieces, value))
            yield "]"
        case Mapping():
            yield "{"
            yield from _between_commas(_member(key, item) for key, item in value.items())
            yield "}"
        case _:
            yield repr(value)


def _member(key: Any, item: Any) -> Iterator[str]:
    yield from _pieces(key)
    yield ": "
    yield from _pieces(item)


def _between_commas(items: Iterable[Iterator[str]]) -> Iterator[str]:
    for place, pieces in enumerate(items):
        if place:
            yield ", "
        yield from pieces
