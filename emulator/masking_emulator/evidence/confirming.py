"""Confirming: captures of the vendor's service that people gave, and which rows of the ledger they confirm.

A capture stands in a folder as NAME.jsonl, and beside it NAME.toml says who took it, when, and with which SDK. Only
what the vendor's own service answered counts. Each capture is counted by itself: how many there are says nothing about
how sure a row is, because two may be of the same account on the same day.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from masking_emulator.evidence.captures import Capture, NoCapture, read_capture
from masking_emulator.evidence.predicates.reading import counts_of, read_rows
from masking_emulator.wholefile import read_file, text_of


class Provenance(Struct, frozen=True, forbid_unknown_fields=True):
    """Who took a capture, on which day (YYYY-MM-DD), and with which SDK and version; `note` is anything else."""

    who: str
    when: str
    sdk: str
    note: str = ""


class NoEvidence(Exception):
    """A file in the folder is no capture of the vendor's service, or nobody says where it is from; says which."""


def confirmations(folder: Path) -> dict[str, Any]:
    """What the captures in a folder confirm, as JSON: `captures` by name, and for each row how often by which of them.

    Raises NoEvidence.
    """
    captures: dict[str, Any] = {}
    rows: dict[str, dict[str, Any]] = {}
    for name, capture, provenance in _captures(folder):
        captures[name] = asdict(provenance)
        for row, count in counts_of(read_rows(capture)).items():
            rows.setdefault(row, {})[name] = asdict(count)
    return {"captures": captures, "rows": dict(sorted(rows.items()))}


def contradictions(folder: Path) -> Iterator[str]:
    """A sentence for each place where a capture in the folder contradicts a row. Raises NoEvidence."""
    for name, capture, _ in _captures(folder):
        for reading in read_rows(capture):
            if not reading.agrees:
                yield f"{name}, second {reading.at.at:g}: {reading.row}: {reading.why}"


def _captures(folder: Path) -> Iterator[tuple[str, Capture, Provenance]]:
    for path in sorted(folder.glob("*.jsonl")):
        try:
            capture = read_capture(path)
        except NoCapture as error:
            raise NoEvidence(str(error)) from None
        if capture.header.service != "vendor":
            raise NoEvidence(f"{path}: what {capture.header.service} answered is no evidence of the vendor's service")
        yield path.stem, capture, _provenance(path.with_suffix(".toml"))


def _provenance(path: Path) -> Provenance:
    try:
        return convert(tomllib.loads(text_of(read_file(path))), type=Provenance)
    except OSError as error:
        raise NoEvidence(f"{path}: it says where the capture is from, and {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeError, ValidationError) as error:
        raise NoEvidence(f"{path}: {error}") from None
