"""The form of a capture: what is written is read again, by the published schema, and what is foreign is named."""

import json
from pathlib import Path
from typing import Final

import pytest
from jsonschema import Draft202012Validator
from masking_emulator.evidence.captures import (
    BEGINNING,
    VERSION,
    Capture,
    CapturedAnswer,
    CapturedCallback,
    CapturedExchange,
    CapturedRequest,
    CaptureHeader,
    NoCapture,
    capture_lines,
    capture_of,
    capture_schema,
    line_of,
    read_capture,
)

HEADER: Final = CaptureHeader(version=VERSION, service="other", made_with={"masking-emulator": "1"})
EXCHANGE: Final = CapturedExchange(
    n=1,
    at=0.5,
    took=0.25,
    request=CapturedRequest(method="POST", path="/v1//x/", query=[("a", "1"), ("a", "2")], body={"z": 1, "a": None}),
    answer=CapturedAnswer(status=201, headers=[("Date", "x")], body={"b": [1.0, 2], "a": ""}),
)
FAILED: Final = CapturedExchange(
    n=2, at=0.25, took=1.0, request=CapturedRequest(method="GET", path="/", body=None), failed="no answer"
)
CALLBACK: Final = CapturedCallback(
    at=0.75, method="POST", path="/events", params=[("EventName", "x")], signatures={"V3": "right"}, answered=200
)
CAPTURE: Final = Capture(header=HEADER, exchanges=[FAILED, EXCHANGE], callbacks=[CALLBACK])


def test_capture_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Records, the order of keys and of pairs, null beside nothing, and 1.0 beside 1 come back."""
    file = tmp_path / "capture.jsonl"
    file.write_text("".join(capture_lines(CAPTURE)), encoding="utf-8")

    read = read_capture(file)

    assert list(capture_lines(CAPTURE)) == list(capture_lines(read))
    assert '"body":{"z":1,"a":null}' in line_of(read.exchanges[1])
    assert '"answer":null' in line_of(read.exchanges[0])


def test_lines_fit_the_published_schema() -> None:
    """Every kind of line."""
    schema = capture_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    for line in capture_lines(CAPTURE):
        assert [] == list(validator.iter_errors(json.loads(line)))
    assert not validator.is_valid({"kind": "exchange", "n": 1})


def test_foreign_lines_are_named_skipped_and_counted() -> None:
    """Each with its number and a reason; the others are read."""
    foreign = [
        ("nonsense", "malformed"),
        ("[1]", "no JSON object"),
        ('{"n": 1}', 'no "kind"'),
        ('{"kind": "photo"}', "photo"),
        ('{"kind": "exchange", "n": 0}', "`$.n`"),
        ('{"kind": "callback", "at": 1, "method": "GET"}', "path"),
        ('{"kind": "callback", "at": 1, "method": "\\ud800", "path": ""}', "surrogate"),
        ("[" * 100_000, "nested"),
    ]
    lines = [line_of(HEADER), "", *(line for line, _ in foreign), line_of(EXCHANGE)]

    read = capture_of(lines, name="x")

    assert [EXCHANGE.n] == [exchange.n for exchange in read.exchanges]
    assert list(range(3, 3 + len(foreign))) == [skipped.line for skipped in read.skipped]
    for (line, part), skipped in zip(foreign, read.skipped, strict=True):
        assert part in skipped.reason, line[:60]


def test_fields_of_later_versions_are_ignored() -> None:
    """A field that we do not know is no reason to leave a line out."""
    read = capture_of([line_of(HEADER), line_of(CALLBACK)[:-2] + ', "colour": "red"}'], name="x")

    assert ([CALLBACK.path], []) == ([callback.path for callback in read.callbacks], list(read.skipped))


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([], "no capture"),
        ([line_of(EXCHANGE)], "no capture"),
        (["{}"], 'line 1: it has no "kind"'),
        ([line_of(HEADER).replace('"version":1', '"version":2')], "version 2"),
        ([line_of(HEADER), line_of(HEADER)], "line 2: a second header"),
    ],
)
def test_what_is_no_capture_is_refused(lines: list[str], part: str) -> None:
    """Nothing of it is read."""
    with pytest.raises(NoCapture) as refused:
        capture_of(lines, name="some.jsonl")

    assert part in str(refused.value)
    assert str(refused.value).startswith("some.jsonl")


def test_file_that_cannot_be_read_is_no_capture(tmp_path: Path) -> None:
    """A folder, what is not there, and what is no text are named."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe{\0")

    for name, part in (("", "folder"), ("gone", "No such file"), ("bytes", "UTF-16")):
        with pytest.raises(NoCapture, match=part):
            read_capture(tmp_path / name)


def test_mark_at_the_beginning_is_no_part_of_the_header(tmp_path: Path) -> None:
    """Some editors put one there."""
    file = tmp_path / "marked.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + line_of(HEADER).encode())

    assert BEGINNING == read_capture(file).header.began
