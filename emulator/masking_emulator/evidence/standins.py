"""Stand-ins: for each thing that could tell about somebody another one of its kind, always the same for the same thing.

What a comparison needs survives: whether two are equal, how long each is, what it is, and of a number the country and
the area. Everything else is counted up in the order of first sight. No stand-in can be reached or belongs to anybody:
subscribers' numbers begin with zeros, hosts end in `.example`, addresses are those that are kept for documents.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_address
from itertools import count
from typing import Final

from masking_emulator.core.countries import calling_code

#: Of a national number so many digits are the area at most, and so many are replaced at least.
_AREA_DIGITS_MAX: Final = 3
_REPLACED_DIGITS_MIN: Final = 6

#: No number is shorter: what has fewer digits is nobody's.
NUMBER_DIGITS_MIN: Final = 5

#: Hosts that are the same on every machine.
_NOBODYS_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

#: Instants of before are no instants, but values that stand for none, as Go's zero time does.
_FIRST_YEAR: Final = 1971

INSTANT: Final = re.compile(
    r"(?<![\d-])(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?(?=\s?(?:Z|UTC|[+-]\d\d:?\d\d)|[^\d-]|$)"
)
HTTP_DATE: Final = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
_HTTP_FORM: Final = "%a, %d %b %Y %H:%M:%S GMT"


class StandIns:
    """The stand-ins of one capture."""

    def __init__(self, shift: timedelta) -> None:
        """Every instant is moved by `shift`, which is whole seconds."""
        self._shift = shift
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._counts: dict[str, count[int]] = {}
        self._unseen: list[tuple[str, str]] = []

    def number(self, digits: str) -> str:
        """For a phone number without plus: country and area stay, and its length."""
        if len(digits) < NUMBER_DIGITS_MIN:
            return digits
        code = calling_code(digits)
        national = len(digits) - len(str(code or ""))
        kept = max(0, min(_AREA_DIGITS_MAX, national - _REPLACED_DIGITS_MIN)) + len(str(code or ""))
        beginning = digits[:kept] if code is not None else "0" * digits.startswith("0")
        left = len(digits) - len(beginning)
        return self._new("number", digits, lambda i: beginning + f"{i:0{left}}"[-left:], f"{beginning}/{left}")

    def pin(self, text: str) -> str:
        """For a PIN or what somebody typed: its length, and whether it is digits only."""
        if not text.isdigit() or not text.isascii():
            return self.word(text)
        # It begins with a 9, so that one that is written as a number has its length too.
        return self._new(
            "pin", text, lambda i: ("9" + f"{i:0{len(text)}}"[-len(text) + 1 :])[: len(text)], str(len(text))
        )

    def uuid(self, text: str) -> str:
        """For an id that is a UUID: its version stays."""
        return self._new("uuid", text.lower(), lambda i: f"00000000-0000-{text[14]}000-8000-{i:012}")

    def auth_id(self, text: str) -> str:
        """For an Auth ID: whether it is a main account's or a subaccount's."""
        return self._new("auth id", text, lambda i: f"{text[:2]}STANDIN{i:011}", text[:2])

    def token(self, text: str) -> str:
        """For an Auth Token, or what else looks like a secret: its length."""
        front = "token" if len(text) > len("token") + 2 else ""
        width = max(len(text) - len(front), 1)
        return self._new("token", text, lambda i: front + f"{i:0{width}}", str(len(text))) if text else ""

    def host(self, name: str) -> str:
        """For a host: whether it is this machine, a private address, a public one, or a name."""
        name = name.lower()
        if name in _NOBODYS_HOSTS:
            return name
        try:
            address = ip_address(name)
        except ValueError:
            return self._new("host", name, lambda i: f"host-{i}.example")
        if address.version == 6:
            return self._new("host", name, lambda i: f"2001:db8::{i:x}")
        net = "10.0" if address.is_private else "198.18"
        return self._new("host", name, lambda i: f"{net}.{i // 250}.{i % 250 + 1}")

    def word(self, text: str) -> str:
        """For any other text: its length, if it has more characters than a counter needs."""
        return self._new("word", text, lambda i: f"w{i}".ljust(len(text), "x")) if text else ""

    def instant(self, text: str) -> str:
        """For a text that is an instant in one of the forms that services write: moved, in the same form."""
        if HTTP_DATE.fullmatch(text):
            return (datetime.strptime(text, _HTTP_FORM) + self._shift).strftime(_HTTP_FORM)  # noqa: DTZ007  # it is UTC
        return INSTANT.sub(self._moved, text)

    def has(self, kind: str, text: str) -> bool:
        """Whether this thing has a stand-in already."""
        return (kind, text) in self._given

    def is_given(self, text: str) -> bool:
        """Whether this is the stand-in of something, and so may be seen."""
        return text in self._taken

    def new(self, *kinds: str) -> list[str]:
        """Originals of these kinds that have come since this was asked last."""
        new, self._unseen = self._unseen, []
        return [text for kind, text in new if kind in kinds]

    def known(self, *kinds: str) -> dict[str, str]:
        """Originals of these kinds and their stand-ins. An original that is also a stand-in is left out."""
        return {text: given for (kind, text), given in self._given.items() if kind in kinds and text not in self._taken}

    def _moved(self, found: re.Match[str]) -> str:
        day, between, minutes, seconds, fraction = found.groups()
        try:
            moment = datetime.fromisoformat(f"{day}T{minutes or '00:00'}{seconds or ''}")
            moved = moment if moment.year < _FIRST_YEAR else moment + self._shift
        except (ValueError, OverflowError):  # it only looked like one
            return self.word(found[0])
        day, time = moved.isoformat().split("T")
        if minutes is None:
            return day
        return f"{day}{between}{time if seconds else time[:5]}{fraction or ''}"

    def _new(self, kind: str, text: str, make: Callable[[int], str], group: str = "") -> str:
        """The stand-in that it has, or the next one of its group that nothing else has or is."""
        if (kind, text) not in self._given:
            counted = self._counts.setdefault(f"{kind}/{group}", count(1))
            tried: set[str] = set()
            # A group may be used up, such as that of numbers with few digits: then one is given twice.
            while (made := make(next(counted))) in self._taken or (kind, made) in self._given:
                if made in tried:
                    break
                tried.add(made)
            self._given[kind, text] = made
            self._taken.add(made)
            self._unseen.append((kind, text))
        return self._given[kind, text]
