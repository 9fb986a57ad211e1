"""Captures: what a service was asked and what it answered, as JSON Lines that people can read, cut and share.

The first line is the header. Every other line is one exchange (a request of the API and its answer) or one callback
that arrived. All texts in it are stand-ins already where they could tell about somebody (redaction.py); a line is
therefore safe to show, and equal stand-ins mean equal originals.

Lines are in the order in which they ended, so that a program can write each as soon as it has it, and a file that ends
in the middle is whole up to there; `at` has the order in which they began. `capture_schema` is the published form: it
follows from the records below, and so does what the reader accepts, so that the two cannot differ. A field that is not
listed is ignored, and a line that cannot be read is named, left out and counted; only without a header of a version
that we know the file is no capture at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, json
from msgspec import DecodeError as NoJson

from masking_emulator.wholefile import read_file, text_of

#: The version of the form. A reader refuses a higher one.
VERSION: Final = 1

#: The most characters of a line that are read; an answer may be a list of a few hundred sessions.
LINE_CHARACTERS_MAX: Final = 8_388_608

#: The instant that stands for the beginning of every capture: all instants in it are moved by the same time.
BEGINNING: Final = "2026-01-01T00:00:00Z"

#: A name and a value. Order and repetitions are kept, which a mapping would lose.
Pairs = Sequence[tuple[str, str]]

SecondsIn = Annotated[float, Meta(ge=0, description="Seconds since the capture began.")]
SecondsLong = Annotated[float, Meta(ge=0, description="Seconds.")]
CapturedService = Literal["vendor", "emulator", "other"]
SignatureVerdict = Literal["right", "wrong", "missing"]


class NoCapture(Exception):
    """A file is no capture, or of a version that we do not know; the message names it and says why."""


class CaptureHeader(Struct, frozen=True, kw_only=True, tag_field="kind", tag="capture"):
    """The first line: the form, which service answered, and what the file was made with (name → version).

    `service` is `vendor` for the vendor's own, `emulator` for one of ours, `other` for any else: what one of ours
    answered is no evidence of what the vendor's does. `began` is the instant that stands for the beginning.
    """

    version: Annotated[int, Meta(ge=1)]
    service: CapturedService
    began: str = BEGINNING
    made_with: Mapping[str, str] = {}


class CapturedRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request: the path as it was sent, the query taken apart, and the body in one of three forms.

    `body` is there where it was JSON, with the order of its keys; `form` where it was one; `text` where it was neither,
    in which case only its length in characters is true.
    """

    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    body: Any | UnsetType = UNSET
    form: Pairs | None = None
    text: str | None = None


class CapturedAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An answer. `body` is there where it was JSON, with the order of its keys; `text` where it was not.

    `bytes` is the length of a body that is no text, such as a recording's, or that is not kept for its length.
    """

    status: Annotated[int, Meta(ge=100, le=999)]
    headers: Pairs = ()
    body: Any | UnsetType = UNSET
    text: str | None = None
    bytes: int | None = None


class CapturedExchange(Struct, frozen=True, kw_only=True, tag_field="kind", tag="exchange"):
    """A request and what came of it: the answer, or in one sentence why there is none.

    `n` counts requests in the order in which they began, from 1. `about` names the rows of the ledger for which the
    request was made, where it was made to find out.
    """

    n: Annotated[int, Meta(ge=1)]
    at: SecondsIn
    took: SecondsLong
    request: CapturedRequest
    answer: CapturedAnswer | None = None
    failed: str | UnsetType = UNSET
    about: Sequence[str] | UnsetType = UNSET


class CapturedCallback(Struct, frozen=True, kw_only=True, tag_field="kind", tag="callback"):
    """A callback as it arrived: `params` are those of its query and of its form, in this order.

    `signatures` has the verdict on each signature header, by the header's short name (`V3`, `Ma-V2` …): it was checked
    with the account's token as it came, because stand-ins cannot be checked. It is empty where the token was unknown.
    `answered` is what the customer's app answered; None where there was none to ask.
    """

    at: SecondsIn
    method: str
    path: str
    params: Pairs = ()
    headers: Pairs = ()
    signatures: Mapping[str, SignatureVerdict] = {}
    answered: int | None = None


CaptureLine = CaptureHeader | CapturedExchange | CapturedCallback


class SkippedLine(Struct, frozen=True):
    """A line that was left out: its number, from 1, and why."""

    line: int
    reason: str


class Capture(Struct, frozen=True, kw_only=True):
    """A capture that was read: exchanges in the order in which they began, callbacks in that of their arrival."""

    header: CaptureHeader
    exchanges: Sequence[CapturedExchange]
    callbacks: Sequence[CapturedCallback]
    skipped: Sequence[SkippedLine] = ()


def line_of(record: CaptureLine) -> str:
    """The record as one line of a capture, with its end."""
    return json.encode(record).decode() + "\n"


def capture_lines(capture: Capture) -> Iterator[str]:
    """The capture as a file has it: the header, then exchanges and callbacks in the order in which they began."""
    yield line_of(capture.header)
    records: list[CapturedExchange | CapturedCallback] = [*capture.exchanges, *capture.callbacks]
    yield from map(line_of, sorted(records, key=lambda record: record.at))


def read_capture(path: Path) -> Capture:
    """The capture in this file. Raises NoCapture, and for a file that cannot be read too."""
    try:
        text = text_of(read_file(path))
    except OSError as error:
        raise NoCapture(f"{path}: {error.strerror or error}") from None
    except UnicodeError as error:
        raise NoCapture(f"{path}: it is no text in UTF-8: {error}") from None
    return capture_of(text.split("\n"), name=str(path))


def capture_of(lines: Iterable[str], *, name: str) -> Capture:
    """The capture in these lines; `name` is what a message calls them. Raises NoCapture."""
    header: CaptureHeader | None = None
    exchanges: list[CapturedExchange] = []
    callbacks: list[CapturedCallback] = []
    skipped: list[SkippedLine] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = _read(line)
        except ValueError as error:
            skipped.append(SkippedLine(number, str(error)))
            continue
        match record:
            case CaptureHeader():
                _require_same_service(header, record, f"{name}, line {number}")
                header = record
            case CapturedExchange():
                exchanges.append(record)
            case CapturedCallback():
                callbacks.append(record)
    if header is None:
        first = f"; line {skipped[0].line}: {skipped[0].reason}" if skipped else ""
        raise NoCapture(f'{name}: it is no capture, as no line has "kind": "capture"{first}')
    exchanges.sort(key=lambda exchange: (exchange.at, exchange.n))
    callbacks.sort(key=lambda callback: callback.at)
    return Capture(header=header, exchanges=exchanges, callbacks=callbacks, skipped=skipped)


def _require_same_service(before: CaptureHeader | None, header: CaptureHeader, place: str) -> None:
    if header.version > VERSION:
        raise NoCapture(f"{place}: it is a capture of version {header.version}, and this program knows {VERSION}")
    if before is not None:
        raise NoCapture(f"{place}: a second header; captures are compared one by one, not behind one another")


def _read(line: str) -> CaptureLine:
    """The record of a line. Raises ValueError with a sentence."""
    if len(line) > LINE_CHARACTERS_MAX:
        raise ValueError(f"it is longer than {LINE_CHARACTERS_MAX:,} characters")
    try:
        value = json.decode(line)
        if not isinstance(value, dict):
            raise ValueError("it is no JSON object")
        if not isinstance(value.get("kind"), str):
            raise ValueError('it has no "kind"')
        record: CaptureLine = convert(value, type=CaptureLine)
    except (ValidationError, NoJson, UnicodeError) as error:
        # UnicodeError: half a character, which JSON can write and UTF-8 cannot.
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return record


def capture_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line of a capture."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of a capture of masking-emulator, version {VERSION}",
        **json.schema(CaptureLine),
    }
