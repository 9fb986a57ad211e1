"""Chance as an input: named streams of random bits, all from one seed.

The only place that draws. A stream is a keyed hash over a counter, so it costs nothing to make,
copies as one integer, is the same on every Python, and a draw for one purpose moves no other.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

Seed = int | str

#: A hexadecimal digit → the one that stands in its place where a UUID says which variant it is.
_VARIANTS: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


class Chance:
    """The random streams of one seed, one for each purpose. The same seed and the same draws give the same bits."""

    __slots__ = ("_begun", "_drawn", "seed")

    def __init__(self, seed: Seed, drawn: Mapping[str, int] | None = None) -> None:
        """`drawn` is how often each purpose has drawn already; left out, never."""
        self.seed = seed
        self._drawn = dict(drawn or {})
        # Of each purpose the hash of what all of its draws begin with; without it a draw takes nearly twice as long.
        self._begun: dict[str, blake2b] = {}

    @property
    def drawn(self) -> Mapping[str, int]:
        """How often each purpose has drawn. With the seed this is the whole state."""
        return self._drawn

    def copy(self) -> "Chance":
        """A twin that will draw what this one would have drawn."""
        twin = Chance(self.seed, self._drawn)
        twin._begun = self._begun.copy()
        return twin

    def mark(self) -> Mapping[str, int]:
        """Where the streams stand, for `back_to`."""
        return self._drawn.copy()

    def back_to(self, mark: Mapping[str, int]) -> None:
        """Draw once more what has been drawn since the mark."""
        self._drawn = dict(mark)

    def bits(self, purpose: str) -> bytes:
        """The next 16 random bytes for this purpose."""
        count = self._drawn.get(purpose, 0)
        self._drawn[purpose] = count + 1
        begun = self._begun.get(purpose)
        if begun is None:
            begun = self._begun[purpose] = blake2b(f"{self.seed}/{purpose}/".encode(), digest_size=16)
        drawn = begun.copy()
        drawn.update(b"%d" % count)
        return drawn.digest()

    def below(self, purpose: str, limit: int) -> int:
        """A whole number from 0 to `limit` - 1; `limit` must be far below 2**128."""
        return int.from_bytes(self.bits(purpose)) % limit

    def uuid(self, purpose: str) -> str:
        """A version 4 UUID in lower case with hyphens."""
        drawn = self.bits(purpose).hex()
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{_VARIANTS[drawn[16]]}{drawn[17:20]}-{drawn[20:]}"

    def text(self, purpose: str, *, length: int, alphabet: str) -> str:
        """A text of `length` characters of `alphabet`."""
        return "".join(alphabet[self.below(purpose, len(alphabet))] for _ in range(length))
