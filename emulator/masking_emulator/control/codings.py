"""Codings: gzip and zstd, in which the control API answers a client that asks for one, and reads what a client sends.

A body comes out in small pieces, and whoever reads them takes the turns; of one that comes in, others have theirs
between slices too, because a slice may say nothing. Source: RFC 9110, sections 8.4 and 12.5.3; RFC 8878 for zstd, and
RFC 9659 for how far back its text may refer.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from typing import Any, Final, Protocol

from masking_emulator.plivo.http import BodyTooLong

#: The quickest level of both; a better one takes several times as long, and both ends are mostly near each other.
_LEVEL: Final = 1

#: zlib's word for the largest window in a gzip header and trailer.
_GZIP: Final = 16 + zlib.MAX_WBITS

#: Two to this are the bytes that zstd may refer back to: 8 MiB, of which any receiver has room.
_ZSTD_WINDOW: Final = 23

#: So many bytes at most are made of a body at once.
_PIECE_BYTES: Final = 65_536

#: So many bytes of a body are looked at in one go. They may be hundreds of texts, each of which says little or nothing,
#: and behind each the rest of them is copied.
_SLICE_BYTES: Final = 4096


class BadCoding(Exception):
    """A body that is not in the coding that its header says; the message says why."""


class _Encoder(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class _Decoder(Protocol):
    """Text out of one coding. After its end another one may begin, as in a file to which somebody has added."""

    #: Whether there is text that was not asked for.
    has_more: bool
    #: Whether it stands between two texts.
    is_whole: bool

    def text(self, data: bytes) -> bytes:
        """What the data says, up to `_PIECE_BYTES` of it."""


class _Gzip:
    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(_GZIP)
        self._data = b""
        self.has_more = False
        self.is_whole = True

    def text(self, data: bytes) -> bytes:
        if self._decoder.eof:
            self._decoder = zlib.decompressobj(_GZIP)
        text = self._decoder.decompress(self._data + data, _PIECE_BYTES)
        self.is_whole = self._decoder.eof
        self._data = self._decoder.unused_data if self.is_whole else self._decoder.unconsumed_tail
        self.has_more = bool(self._data) or (not self.is_whole and len(text) == _PIECE_BYTES)
        return text


class _Zstd:
    def __init__(self, zstd: Any) -> None:
        limit = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
        self._new = partial(zstd.ZstdDecompressor, options=limit)
        self._decoder = self._new()
        self._data = b""
        self.has_more = False
        self.is_whole = True

    def text(self, data: bytes) -> bytes:
        if self._decoder.eof:
            self._decoder = self._new()
        text: bytes = self._decoder.decompress(self._data + data, _PIECE_BYTES)
        self.is_whole = self._decoder.eof
        self._data = self._decoder.unused_data if self.is_whole else b""
        self.has_more = bool(self._data) or not (self.is_whole or self._decoder.needs_input)
        return text


@cache
def _zstd() -> Any:
    """Python's own since 3.14, and what the extra `zstd` installs before; None without it."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def known() -> tuple[str, ...]:
    """The codings that there are here, the quickest first."""
    return ("gzip",) if _zstd() is None else ("zstd", "gzip")


def wanted(accepted: str) -> str | None:
    """The coding that a client likes best, by its Accept-Encoding; None where it is to have the answer as it is."""
    liked = {usual_name(name): weight for name, weight in weights(accepted).items()}
    others = liked.get("*", 0.0)
    best = max(known(), key=lambda name: liked.get(name, others))
    weight = liked.get(best, others)
    return best if weight > 0 and weight >= liked.get("identity", 0) else None


def usual_name(coding: str) -> str:
    """What a coding, in small letters, is called here: x-gzip is gzip (RFC 9110, section 8.4.1.3)."""
    return "gzip" if coding == "x-gzip" else coding


def weights(accepted: str) -> Mapping[str, float]:
    """How much a client likes what its Accept or Accept-Encoding names, in small letters; 0 is a refusal of it."""
    return dict(map(_weighed, accepted.lower().split(",")))


def _weighed(one: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in one.split(";"))
    weight = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "")
    try:
        return name, float(weight or 1)
    except ValueError:
        return name, 0.0


def encoded(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """The pieces of a text in a coding; many of them are empty, where the coding waits for more."""
    encoder: _Encoder = _zstd().ZstdCompressor(_LEVEL) if coding == "zstd" else zlib.compressobj(_LEVEL, wbits=_GZIP)
    for piece in pieces:
        yield encoder.compress(piece)
    yield encoder.flush()


async def decoded(pieces: AsyncIterator[bytes], coding: str, bytes_max: int) -> AsyncIterator[bytes]:
    """What a body in this coding says, in pieces of which none is empty.

    Raises BadCoding, and BodyTooLong where it says more than so many bytes.
    """
    zstd = _zstd()
    decoder: _Decoder = _Zstd(zstd) if coding == "zstd" else _Gzip()
    errors = (zlib.error, *((zstd.ZstdError,) if zstd else ()))
    left = bytes_max
    async for data in _slices(pieces):
        while data or decoder.has_more:
            try:
                text = decoder.text(data)
            except errors as error:
                raise BadCoding(f"the body is no {coding}: {error}") from None
            data = b""
            left -= len(text)
            if left < 0:
                raise BodyTooLong
            if text:
                yield text
        await asyncio.sleep(0)
    if not decoder.is_whole:
        raise BadCoding(f"the body is no whole {coding}: it ends too soon")


async def _slices(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        for start in range(0, len(piece), _SLICE_BYTES):
            yield piece[start : start + _SLICE_BYTES]
