"""Which change of a story each predicate notices. `python -m tests.evidence.noticing` finds it out and writes it down.

Trying one change after another until one is noticed takes half a minute for all rows. So the test tries first what was
noticed the last time; where that is noticed no more, it tries all.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from masking_emulator.evidence.captures import Capture
from masking_emulator.evidence.predicates.base import CapturedRecord
from masking_emulator.evidence.predicates.reading import PREDICATES, read_rows
from masking_emulator.evidence.predicates.witness import witness_of

from tests.evidence import acted_requests, acted_sessions
from tests.evidence.acted import acted_stories
from tests.evidence.corrupting import corrupted, without_callbacks, without_exchanges

#: A story, and what a predicate agreed with in it.
Agreed = tuple[Capture, CapturedRecord]

#: The modules whose import registers their stories.
_STORIES: Final = (acted_requests, acted_sessions)

#: Row → the number of the change that was noticed the last time.
_NOTICED: Final = Path(__file__).with_name("noticed.json")

_TRIED_MAX: Final = 18


def agreed_by_row(captures: Iterable[Capture]) -> Mapping[str, Sequence[Agreed]]:
    """By row, where a predicate of it agreed with a story."""
    found: dict[str, list[Agreed]] = {}
    for capture in captures:
        for said in read_rows(capture):
            if said.agrees:
                found.setdefault(said.row, []).append((capture, said.at))
    return found


def noticed(row: str, agreed: Sequence[Agreed]) -> int | None:
    """The number of a change that a predicate of the row notices; None where it notices none."""
    last = _last_time().get(row, 0)
    for wrong in islice(_changed(agreed), last, last + 1):
        if _notices(row, wrong):
            return last
    return next((number for number, wrong in enumerate(_changed(agreed)) if _notices(row, wrong)), None)


def main() -> None:
    """Write down what is noticed now."""
    with TemporaryDirectory() as folder:
        agreed = agreed_by_row(dict(acted_stories(Path(folder))).values())
    found = {row: noticed(row, agreed[row]) for row in PREDICATES}
    _NOTICED.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")


@cache
def _last_time() -> Mapping[str, int]:
    found: Mapping[str, int] = json.loads(_NOTICED.read_text(encoding="utf-8")) if _NOTICED.exists() else {}
    return found


def _changed(agreed: Sequence[Agreed]) -> Iterator[Capture]:
    return (wrong for capture, at in _few(agreed) for wrong in _wrong(capture, at))


def _few(agreed: Sequence[Agreed]) -> Sequence[Agreed]:
    """The first and the last of each story, the short ones first: all would take minutes where none is noticed."""
    of_each = {id(capture): (capture, at) for capture, at in agreed}
    first = {id(capture): (capture, at) for capture, at in reversed(agreed)}
    both = [pair for each in of_each for pair in (of_each[each], first[each])]
    return sorted(both, key=lambda pair: len(pair[0].exchanges))[:_TRIED_MAX]


def _wrong(capture: Capture, at: CapturedRecord) -> Iterator[Capture]:
    """Changed where the predicate agreed, and then at other places that it may have looked at."""
    yield from corrupted(capture, at)
    yield from without_callbacks(capture)
    yield from without_exchanges(capture)


def _notices(row: str, wrong: Capture) -> bool:
    witness = witness_of(wrong)
    return any(not said.agrees for predicate in PREDICATES[row] for said in predicate(witness))


if __name__ == "__main__":
    main()
