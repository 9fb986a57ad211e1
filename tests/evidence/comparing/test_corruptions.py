"""Captures in which one thing was changed by hand: each leads to one finding, which names the row."""

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, Final

import pytest
from masking_emulator.comparing.casting import cast_of
from masking_emulator.comparing.replay import replayed
from masking_emulator.comparing.report import compared
from masking_emulator.core.records.calls import CallSignal
from masking_emulator.evidence.captures import capture_of
from masking_emulator.world.spec import BadWorld

from tests.evidence.comparing.stage import PEOPLE, Stage, staged

ANNA, BEN, CARA, DAVE, _ = PEOPLE

#: Lines of a capture, to be changed in place.
Lines = list[dict[str, Any]]


async def _story(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN, record=True)
    await stage.ask("GET", f"Masking/Session/{session}/")
    await stage.ask("POST", f"Masking/Session/{session}/", body={"ring_timeout": 10})
    await stage.ask("POST", "Masking/Session/", body={"first_party": "12", "second_party": BEN})
    await stage.ask("POST", "Masking/Session/", body={"first_party": ANNA})
    await stage.ask("GET", "Masking/Session/", "limit=21")
    await stage.ask("GET", "Masking/Session/", Authorization="Basic bm9ib2R5Om5vdGhpbmc=")
    await stage.ask("PUT", "Masking/Session/", body={})
    await stage.ask("GET", "Masking/Session/00000000-0000-4000-8000-00000000abcd/")
    call = await stage.dial(ANNA, session)
    await stage.step(call, CallSignal.ANSWERED)
    await stage.wait(20)
    await stage.step(call, CallSignal.CALLEE_HUNG_UP)
    await stage.ask("GET", f"Masking/Session/{session}/")
    await stage.ask("GET", "Masking/Session/", "status=active")
    await stage.ask("DELETE", f"Masking/Session/{session}/")
    await stage.create(CARA, DAVE, session_expiry=60)
    await stage.wait(70)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The capture of the story, as its file has it."""
    file = tmp_path_factory.mktemp("corruptions") / "f"
    staged(file, _story)
    return file.read_text(encoding="utf-8")


def found_in(lines: Sequence[dict[str, Any]]) -> list[str]:
    """The first row of each finding; others are those that the record speaks against as well."""
    capture = capture_of([json.dumps(line) for line in lines], name="capture")
    return [finding.rows[0] for finding in compared(capture, "capture").findings]


def answer(lines: Lines, n: int) -> dict[str, Any]:
    """The answer to a request, by its number."""
    found: dict[str, Any] = next(line["answer"] for line in lines if line.get("n") == n)
    return found


def callback(lines: Lines, event: str) -> dict[str, Any]:
    """The first callback of this event."""
    return next(line for line in lines if ["EventName", event] in line.get("params", []))


def param(lines: Lines, event: str, name: str, value: str) -> None:
    """Another value for an attribute."""
    changed = callback(lines, event)
    changed["params"] = [[key, value if key == name else old] for key, old in changed["params"]]


def reordered(value: dict[str, Any]) -> None:
    """The same keys the other way round."""
    items = list(value.items())[::-1]
    value.clear()
    value.update(items)


def removed(lines: Lines, event: str) -> None:
    """One callback fewer."""
    lines.remove(callback(lines, event))


def swapped(lines: Lines, one: str, other: str) -> None:
    """Two callbacks the other way round."""
    first, second = callback(lines, one), callback(lines, other)
    first["params"], second["params"] = second["params"], first["params"]


CORRUPTIONS: Final[dict[str, tuple[Callable[[Lines], object], str]]] = {
    "create answers 200": (lambda c: answer(c, 1).update(status=200), "create_status"),
    "keys of a create": (lambda c: reordered(answer(c, 1)["body"]), "create_envelope"),
    "keys of a session": (lambda c: reordered(answer(c, 2)["body"]["response"]), "session_key_order"),
    "plus inside": (
        lambda c: answer(c, 2)["body"]["response"].update(
            virtual_number="+" + answer(c, 2)["body"]["response"]["virtual_number"]
        ),
        "party_form",
    ),
    "another number": (
        lambda c: answer(c, 2)["body"]["response"].update(virtual_number="14150099999"),
        "pool_order",
    ),
    "null for empty": (lambda c: answer(c, 2)["body"]["response"].update(unknown_caller_play=None), "unset_strings"),
    "PIN fields missing": (lambda c: answer(c, 2)["body"]["response"].update(first_party_pin=""), "pin_group_off"),
    "form of a time": (
        lambda c: answer(c, 2)["body"]["response"].update(created_time="2026-01-01T00:00:00Z"),
        "timestamp_form",
    ),
    "expiry": (
        lambda c: answer(c, 2)["body"]["response"].update(expiry_time="2026-01-01 01:00:00 +0000 UTC"),
        "expiry_from_creation",
    ),
    "text of a phone": (lambda c: answer(c, 4)["body"].update(error="No phone number."), "text_phone"),
    "text of a missing": (lambda c: answer(c, 5)["body"].update(error="second_party!"), "text_missing"),
    "shape of an error": (lambda c: reordered(answer(c, 5)["body"]), "error_envelope"),
    "status of a limit": (lambda c: answer(c, 6).update(status=422), "text_range"),
    "401 without a header": (
        lambda c: answer(c, 7).update(headers=[["Content-Type", "application/json"]]),
        "unauthenticated_body",
    ),
    "status of a 401": (lambda c: answer(c, 7).update(status=403), "unauthenticated_status"),
    "405 without Allow": (
        lambda c: answer(c, 8).update(headers=[["Content-Type", "application/json"]]),
        "method_not_allowed_body",
    ),
    "text of a 404": (lambda c: answer(c, 9)["body"].update(error="Not found."), "unknown_session_text"),
    "status of a 404": (lambda c: answer(c, 9).update(status=410), "unknown_session_status"),
    "content type": (lambda c: answer(c, 3).update(headers=[["Content-Type", "text/plain"]]), "json_content_type"),
    "total of legs": (lambda c: answer(c, 10)["body"]["response"].update(total_call_count=1), "call_count_counts_legs"),
    "keys of a list": (
        lambda c: reordered(answer(c, 11)["body"]["response"]["objects"][0]),
        "list_key_order",
    ),
    "count of a list": (lambda c: answer(c, 11)["body"]["response"]["meta"].update(limit=50), "list_meta"),
    "deleted with 204": (lambda c: answer(c, 12).update(status=204), "delete_status"),
    "no ring": (lambda c: removed(c, "SessionSecondPartyRing"), "event_order"),
    "no end of the call": (lambda c: removed(c, "SessionPartiesHangup"), "parties_hangup_event"),
    "no recording": (lambda c: removed(c, "SessionRecordingInitiated"), "event_recording"),
    "other order": (
        lambda c: swapped(c, "SessionFirstPartyHangup", "SessionPartiesHangup"),
        "event_order",
    ),
    "signature": (
        lambda c: callback(c, "SessionSecondPartyAnswer")["signatures"].update(V2="wrong"),
        "signature_headers",
    ),
    "form of an amount": (
        lambda c: param(c, "SessionSecondPartyHangup", "Amount", "0.0165"),
        "callback_amount_format",
    ),
    "count of callbacks": (
        lambda c: param(c, "SessionSecondPartyAnswer", "SequenceNumber", "7"),
        "callback_sequence_number",
    ),
    "who was called": (lambda c: param(c, "SessionSecondPartyRing", "To", "14150099999"), "callback_from_and_to"),
    "form of an instant": (
        lambda c: param(c, "SessionSecondPartyRing", "EventTimestamp", "2026-01-01T00:00:03Z"),
        "callback_timestamp_format",
    ),
    "method": (lambda c: callback(c, "SessionTimeout").update(method="GET"), "callback_method"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_is_one_finding_with_its_row(name: str, text: str) -> None:
    """And nothing else differs."""
    corrupt, row = CORRUPTIONS[name]
    lines = [json.loads(line) for line in text.splitlines()]
    corrupt(lines)

    assert [row] == found_in(lines)


def test_untouched_capture_agrees(text: str) -> None:
    """So what the others find is what was changed."""
    assert [] == found_in([json.loads(line) for line in text.splitlines()])


def test_lines_that_cannot_be_read_are_skipped_and_named(text: str) -> None:
    """Half a line, a line of something else."""
    first, *rest = text.splitlines()
    capture = capture_of([first, "{", '{"kind": "other"}', *rest], name="capture")

    came = compared(capture, "capture")
    assert [2, 3] == [skipped.line for skipped in came.skipped]
    assert [] == came.findings


#: What may stand anywhere in a capture that somebody has edited.
_GARBAGE: Final[tuple[Any, ...]] = (
    *(None, True, -1, 10**20, 1.5, "", "w1", "x" * 300, "+", [], {}, [[]], {"a": []}),
    *("2026-13-99 99:99", "漢字", "%zz", "12345678", "Basic eA==", "/v1/Account//Masking/Session"),
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object and list in a value, with each of its keys or places."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _spoiled(text: str, random: Random) -> Sequence[str]:
    """The lines of the capture with something else in a few places."""
    lines = [json.loads(line) for line in text.splitlines()]
    for _ in range(random.randrange(1, 5)):
        inside, key = random.choice(list(_places(lines[1:])))
        inside[key] = random.choice(_GARBAGE)
    return [json.dumps(line) for line in lines]


def test_edited_capture_is_compared_whatever_is_in_it(text: str) -> None:
    """Fifty of them: what cannot be read is skipped, the rest is replayed, and nothing fails."""
    random = Random(7)
    for _ in range(50):
        capture = capture_of(_spoiled(text, random), name="capture")
        came = replayed(capture, cast_of(capture))

        assert len(came.exchanges) <= len(capture.exchanges)
        assert all(difference.where for one in came.exchanges for difference in one.differences)


def test_capture_that_begins_at_no_instant_is_refused(text: str) -> None:
    """By name and reason."""
    first, *rest = text.splitlines()
    capture = capture_of([json.dumps(json.loads(first) | {"began": "then"}), *rest], name="capture")

    with pytest.raises(BadWorld, match=r"began: .*then"):
        compared(capture, "capture")
