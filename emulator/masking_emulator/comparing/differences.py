"""Differences: where an answer or a callback of theirs and ours do not mean the same."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any, Final

from msgspec import Struct, json

from masking_emulator.comparing.names import Names
from masking_emulator.evidence.vocabulary import ValueKind, kind_of

#: Headers of answers that say something about the service, in small letters.
HEADERS: Final = ("content-type", "www-authenticate", "allow", "location", "retry-after")

#: A duration may be a second more on the one side, where a second has just begun, and so may two of them together.
_SECONDS: Final = ("duration", "Duration")
_TOLERANCE_S: Final = 2

#: What a minute costs depends on the country and the contract, so only whether it costs something is compared.
_MONEY: Final = ("amount", "Amount", "rate")

#: Integers from here on are numbers, ids or instants, for which a capture has stand-ins.
_STOOD_IN_FOR: Final = 1_000_000

#: In place of a value, or of a place, that one side does not have.
NOTHING: Final = "nothing"


class Discrepancy(Struct, frozen=True):
    """One difference: where, as a path, and what each side has there."""

    where: str
    theirs: str
    ours: str


class Comparer:
    """Compares values by meaning."""

    def __init__(self, names: Names, *, among: tuple[str, frozenset[str]] | None = None) -> None:
        """`among`: lists show other things of the account too; only those are compared whose value at this key is one
        of these of theirs.
        """
        self._names = names
        self._among = among

    def headers(self, theirs: Sequence[tuple[str, str]], ours: Sequence[tuple[str, str]]) -> Iterator[Discrepancy]:
        """The differences of the headers that matter."""
        for name in HEADERS:
            there, here = _header(theirs, name), _header(ours, name)
            if there != here and not self._names.agree(there, here):
                yield Discrepancy(f"header {name}", there, here)

    def values(self, theirs: Any, ours: Any, place: str = "") -> Iterator[Discrepancy]:
        """The differences of two JSON values."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            yield from self._objects(theirs, ours, place)
        elif isinstance(theirs, list) and isinstance(ours, list):
            yield from self._lists(theirs, ours, place)
        elif not self._same(place.rpartition(".")[2].partition("[")[0], theirs, ours):
            yield Discrepancy(place or "body", shown(theirs), shown(ours))

    def _objects(self, theirs: Mapping[str, Any], ours: Mapping[str, Any], place: str) -> Iterator[Discrepancy]:
        if list(theirs) != list(ours):
            yield Discrepancy(f"keys of {place or 'the body'}", ", ".join(theirs), ", ".join(ours))
        # What names a session comes first, so that what follows is compared under its name.
        for key in sorted(
            theirs.keys() & ours.keys(), key=lambda key: (key != "session_uuid", list(theirs).index(key))
        ):
            if self._among is not None and key in ("total_count", "next", "previous"):
                continue
            yield from self.values(theirs[key], ours[key], f"{place}.{key}" if place else key)

    def _lists(self, theirs: Sequence[Any], ours: Sequence[Any], place: str) -> Iterator[Discrepancy]:
        if self._among is not None and place.endswith("objects"):
            key, known = self._among
            theirs = [one for one in theirs if isinstance(one, dict) and one.get(key) in known]
            there = {self._names.ours(one[key]) for one in theirs}
            ours = [one for one in ours if isinstance(one, dict) and one.get(key) in there]
        if len(theirs) != len(ours):
            yield Discrepancy(f"length of {place or 'the body'}", str(len(theirs)), str(len(ours)))
            return
        for number, (there_one, here_one) in enumerate(zip_longest(theirs, ours)):
            yield from self.values(there_one, here_one, f"{place}[{number}]")

    def _same(self, key: str, theirs: Any, ours: Any) -> bool:
        if isinstance(theirs, bool) or isinstance(ours, bool) or None in (theirs, ours):
            return theirs is ours
        numbers = isinstance(theirs, int | float), isinstance(ours, int | float)
        if numbers == (True, True):
            return self._same_number(key, theirs, ours)
        if type(theirs) is not type(ours):
            return False
        return self.texts(key, str(theirs), str(ours))

    def _same_number(self, key: str, theirs: float, ours: float) -> bool:
        if isinstance(theirs, int) != isinstance(ours, int) and not key.endswith(_MONEY):
            return False
        if abs(theirs) >= _STOOD_IN_FOR and abs(ours) >= _STOOD_IN_FOR:
            return self._names.agree(str(theirs), str(ours), whole=True)
        if key.endswith(_SECONDS):
            return abs(theirs - ours) <= _TOLERANCE_S
        if key.endswith(_MONEY):
            return bool(theirs) == bool(ours)
        return bool(theirs == ours)

    def texts(self, key: str, theirs: str, ours: str) -> bool:
        """Whether two texts at this key mean the same."""
        if theirs == ours == "":
            return True
        if kind_of(key) is ValueKind.PIN and theirs and ours:
            return self._names.agree(theirs, ours, whole=True)
        if key.endswith(_SECONDS) and theirs.isdigit() and ours.isdigit():
            return abs(int(theirs) - int(ours)) <= _TOLERANCE_S
        if key.endswith(_MONEY):
            return _same_amount(theirs, ours)
        return self._names.agree(theirs, ours)


def shown(value: Any) -> str:
    """A value for people."""
    return NOTHING if value is None else json.encode(value).decode()


def _same_amount(theirs: str, ours: str) -> bool:
    """Whether two amounts are written alike, and both are something or nothing."""
    try:
        there, here = Decimal(theirs), Decimal(ours)
    except InvalidOperation:
        return theirs == ours
    return len(theirs.partition(".")[2]) == len(ours.partition(".")[2]) and bool(there) == bool(here)


def _header(headers: Sequence[tuple[str, str]], name: str) -> str:
    return ", ".join(value for each, value in headers if each.lower() == name) or NOTHING
