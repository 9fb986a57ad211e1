"""What every record is made of: frozen fields, cheap to define, to make and to copy with changes.

A server defines a hundred and fifty kinds of records before it answers anything, and makes some thirty for one call.
A frozen dataclass takes a millisecond to define and twenty times as long to make, so records are msgspec's structs.
"""

from enum import Enum
from typing import dataclass_transform

from msgspec import Struct, field
from msgspec.structs import asdict, replace

__all__ = ["Choice", "Explained", "Record", "Struct", "asdict", "field", "names", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True, gc=False):
    """A frozen record. It is in no cycle, so that the garbage collector need not look at it."""


class Choice(Enum):
    """One of a closed set. Hashed by identity: Enum's own hash takes longer, and every step of a call looks some up.

    To read a member off its class takes Python 3.11 70 ns, which is more than most questions about it take. So modules
    in which every step of a call or an expiry asks for some name them at their top.
    """

    __hash__ = object.__hash__

    @property
    def word(self) -> str:
        """How it is written, wherever that is: in answers, snapshots and recordings."""
        return str(self.value)


class Explained(Choice):
    """One of a closed set whose values are sentences that explain it; it is written by its name."""

    @property
    def word(self) -> str:
        """Its name in small letters."""
        return self.name.lower()


def names(kind: type[Struct]) -> tuple[str, ...]:
    """The names of its fields, in their order."""
    return kind.__struct_fields__
