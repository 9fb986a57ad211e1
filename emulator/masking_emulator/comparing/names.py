"""Names: which thing of ours stands for which of theirs.

Ids, numbers, PINs, hosts and words are chosen by whoever answers, so two services never have the same. They are bound
to each other where they are seen first, and from then on must come in the same places. What a request names is the same
on both sides from the start, unless it was bound before.

A text of theirs is read as a template: between what has to be the same there are places for ids and for instants.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from masking_emulator.evidence.standins import INSTANT

_UUID: Final = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"

#: Kind → how one of theirs looks, and how any of ours may look in its place.
_KINDS: Final = {
    "instant": (INSTANT.pattern, r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?"),
    "uuid": (_UUID, _UUID),
    "account": (r"\b[MS]A[A-Z0-9]{18}\b", r"[MS]A[A-Z0-9]{18}"),
    "origin": (r"https?://(?:user@)?[A-Za-z0-9.-]+(?::\d+)?", r"https?://(?:user@)?[A-Za-z0-9.-]+(?::\d+)?"),
    "number": (r"(?<![\d.])\d{7,15}(?![\d.])", r"\d{7,15}"),
    "word": (r"\bw\d+x*\b", r"[^/?&\s]+"),
}
_THEIRS: Final = re.compile("|".join(f"(?P<{kind}>{theirs})" for kind, (theirs, _) in _KINDS.items()))

#: A day without a time is so long.
_DAY_CHARACTERS: Final = len("2026-01-01")

#: The vendor's own hosts are kept by name, so they are compared by name.
_VENDORS: Final = re.compile(r"https?://([a-z0-9-]+\.)*plivo\.com(:\d+)?")


class _Template(NamedTuple):
    pattern: re.Pattern[str]
    places: Sequence[tuple[str, str]]


@lru_cache(maxsize=65_536)
def _template(text: str) -> _Template | None:
    """How a text of ours has to look to mean the same as this one of theirs; None where it has to be the same."""
    places: list[tuple[str, str]] = []
    parts: list[str] = []
    end = 0
    for found in _THEIRS.finditer(text):
        kind = found.lastgroup or next(name for name in _KINDS if found.group(name) is not None)
        if kind == "origin" and _VENDORS.fullmatch(found[0]):
            continue
        # A word alone stands for any text.
        ours = _form(found[0]) if kind == "instant" else ".+" if (kind, found[0]) == ("word", text) else _KINDS[kind][1]
        parts += [re.escape(text[end : found.start()]), f"({ours})"]
        places.append((kind, found[0]))
        end = found.end()
    if not places:
        return None
    return _Template(re.compile("".join([*parts, re.escape(text[end:])])), places)


def _form(instant: str) -> str:
    """An instant of the same form."""
    return re.sub(r"\d", r"\\d", re.escape(instant).replace("\\-", "-"))


class Names:
    """The bindings of one replay."""

    def __init__(self, same_instant: Callable[[datetime, datetime], bool]) -> None:
        """`same_instant` says whether an instant of theirs and one of ours are near enough to each other."""
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}
        self._same_instant = same_instant

    def ours(self, theirs: str) -> str | None:
        """What of ours stands for this one of theirs; None where nothing does yet."""
        return self._ours.get(theirs)

    def theirs(self, ours: str) -> str | None:
        """What of theirs this one of ours stands for."""
        return self._theirs.get(ours)

    def bind(self, theirs: str, ours: str) -> bool:
        """Let one stand for the other, and say whether that agrees with what was bound before."""
        if theirs not in self._ours and ours not in self._theirs:
            self._ours[theirs], self._theirs[ours] = ours, theirs
        return self._ours.get(theirs) == ours

    def asked(self, text: str, *, whole: bool = False) -> str:
        """A text of a request with our names in it; `whole` takes all of it for one name, as of a PIN.

        What is not bound yet is the same on both sides.
        """
        if whole:
            self.bind(text, text)
            return self._ours.get(text, text)
        return _THEIRS.sub(self._asked, text)

    def agree(self, theirs: str, ours: str, *, whole: bool = False) -> bool:
        """Whether two texts mean the same."""
        if whole:
            return len(theirs) == len(ours) and self.bind(theirs, ours)
        template = _template(theirs)
        if template is None:
            return theirs == ours
        found = template.pattern.fullmatch(ours)
        return found is not None and all(
            self._place_agrees(kind, there, here)
            for (kind, there), here in zip(template.places, _groups(found, template), strict=True)
        )

    def _asked(self, found: re.Match[str]) -> str:
        if found.group("instant") is not None:
            return found[0]
        if found.group("origin") is None:
            self.bind(found[0], found[0])
        return self._ours.get(found[0], found[0])

    def _place_agrees(self, kind: str, theirs: str, ours: str) -> bool:
        if kind == "instant":
            there, here = moment(theirs), moment(ours)
            if len(theirs) == _DAY_CHARACTERS:
                return True  # such as the day on which a number was rented, which has nothing to do with the capture
            return there is None or here is None or self._same_instant(there, here)
        if kind == "origin":
            return not _VENDORS.fullmatch(ours) and (theirs == ours or self.bind(theirs, ours))
        return len(theirs) == len(ours) and self.bind(theirs, ours) if kind == "number" else self.bind(theirs, ours)


def _groups(found: re.Match[str], template: _Template) -> Sequence[str]:
    groups: Sequence[str] = found.groups()
    assert len(groups) == len(template.places), "the patterns of places have no groups of their own"
    return groups


def moment(text: str) -> datetime | None:
    """The instant at the beginning of a text, in UTC; None where there is none."""
    try:
        read = datetime.fromisoformat(text[:26].strip())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
