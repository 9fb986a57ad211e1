"""The stories that show what creates, updates and refusals do."""

from typing import Any

from tests.evidence.acted import HERE, P1, P2, P3, PINS, STRANGER, A, B, C, D, E, F, story
from tests.evidence.acting import SUB, Stage

_SESSIONS = "Masking/Session/"
_NOBODY = "00000000-0000-4000-8000-00000000abcd"


@story(P1, P2, P3)
def _parameters(stage: Stage) -> None:
    stage.create(
        A,
        B,
        geomatch=False,
        unknown_caller_play=f"{HERE}/who.mp3",
        record="true",
        record_file_format="wav",
        recording_callback_url=f"{HERE}/recordings",
        recording_callback_method="GET",
        session_expiry=600,
        call_time_limit="120",
        ring_timeout=30.0,
        callback_url=f"{HERE}/status",
        callback_method="GET",
        first_party_play_url=f"{HERE}/1.mp3",
        second_party_play_url=f"{HERE}/2.mp3",
        virtual_number_cooloff_period=60,
        initiate_call_to_first_party=True,
    )
    stage.create(C.removeprefix("+"), D)
    stage.ask("POST", _SESSIONS, {"first_party": int(C.removeprefix("+")), "second_party": E})
    stage.create(C, F, session_expiry=0, call_time_limit=0, ring_timeout=0)
    stage.create(D, F, unknown_caller_play=f"{HERE}/sound")


@story(P1, P2)
def _malformed(stage: Stage) -> None:
    for fields in (
        {"geomatch": "perhaps"},
        {"unknown_caller_play": "nowhere"},
        {"record": "perhaps"},
        {"record_file_format": "ogg"},
        {"recording_callback_url": "nowhere"},
        {"recording_callback_method": "PATCH"},
        {"session_expiry": 59},
        {"call_time_limit": 86_401},
        {"ring_timeout": 90_000},
        {"session_expiry": "long"},
        {"callback_url": "nowhere"},
        {"callback_url": f"{HERE}/{'x' * 1000}"},
        {"callback_method": "PATCH"},
        {"first_party_play_url": "nowhere"},
        {"second_party_play_url": "nowhere"},
        {"virtual_number_cooloff_period": 3601},
        {"initiate_call_to_first_party": "perhaps"},
        {"create_session_with_single_party": "perhaps"},
        {"subaccount": 7},
        {"subaccount": "SAXXXXXXXXXXXXXXXXXX"},
        {"geomatch": "perhaps", "session_expiry": 1},
    ):
        stage.create(A, B, **fields)
    stage.create(A, B)
    stage.create("+1202555", B)
    stage.create(A, "nobody")
    stage.create(A)
    stage.ask("POST", _SESSIONS, {"second_party": B})
    stage.ask("POST", _SESSIONS, {"create_session_with_single_party": True})
    stage.create(A, A)


@story(P1, P2, P3)
def _pairs(stage: Stage) -> None:
    made = stage.create(A, B, record=True, callback_url=f"{HERE}/status")
    stage.wait(5)
    stage.create(A, B, session_expiry=900)
    stage.create(B, A)
    stage.create(C, D, create_session_with_single_party=True)
    stage.look(made)
    stage.delete(made)
    stage.look(made)
    stage.delete(made)
    stage.update(made, record=True)
    stage.create(A, B)
    stage.ask("GET", f"{_SESSIONS}{_NOBODY}/")
    stage.ask("DELETE", f"{_SESSIONS}{_NOBODY}/")
    stage.ask("GET", f"{_SESSIONS}{made['session_uuid']}/", by=SUB)


@story(P1, {"number": P2, "subaccount": SUB})
def _accounts(stage: Stage) -> None:
    own = stage.create(A, B)
    theirs = stage.create(A, B, subaccount=SUB)
    stage.look(theirs)
    stage.look(own)
    for session in (own, theirs):
        stage.ask("GET", f"{_SESSIONS}{session['session_uuid']}/", by=SUB)


@story(P1, policy={"repeat_create": "refuse"})
def _otherwise_a_pair_is_refused(stage: Stage) -> None:
    stage.create(A, B)
    stage.create(A, B)


@story(P1)
def _failure(stage: Stage) -> None:
    stage.control("POST", "faults", {"status": 500})
    stage.ask("GET", _SESSIONS)


@story(P1)
def _few_numbers(stage: Stage) -> None:
    stage.create(A, B)
    stage.create(A, C)
    stage.create(A, B)


@story(P1)
def _pin_is_given_up(stage: Stage) -> None:
    single: dict[str, Any] = {"create_session_with_single_party": True}
    stage.create(A, **single, **PINS)
    stage.create(C, **single, **{**PINS, "first_party_pin": "3333", "second_party_pin": "4444"})
    stage.create(A, **single)


@story(P1, P2)
def _updates(stage: Stage) -> None:
    pair = stage.create(A, B, virtual_number_cooloff_period=60)
    stage.wait(3)
    stage.update(pair, session_expiry=600, call_time_limit=120, ring_timeout=20, record=True, record_file_format="wav")
    stage.update(pair, callback_url=f"{HERE}/status", callback_method="GET", first_party_play_url=f"{HERE}/1.mp3")
    stage.update(pair, second_party_play_url=f"{HERE}/2.mp3", recording_callback_url=f"{HERE}/r")
    stage.update(pair, recording_callback_method="GET")
    stage.update(pair, session_expiry=0, call_time_limit=0, ring_timeout=0)
    stage.update(pair, record=False)
    stage.update(pair, geomatch="x", virtual_number_cooloff_period=90)
    stage.look(pair)
    stage.update(pair, ring_timeout="soon")
    stage.look(pair)
    stage.update(pair, second_party=B)
    stage.update(pair, second_party=C)
    stage.wait(3)
    stage.update(pair)


@story(P1)
def _parties_that_change(stage: Stage) -> None:
    single = stage.create(A, create_session_with_single_party=True)
    stage.update(single, second_party=A)
    stage.update(single, second_party=f"+{single['virtual_number']}")
    stage.update(single, second_party=B)
    stage.update(single, second_party=C)


@story(P1, P2)
def _parties_that_are_busy(stage: Stage) -> None:
    pins = {"create_session_with_single_party": True, **PINS}
    first = stage.create(A, B, **pins)
    other = {"first_party_pin": "3333", "second_party_pin": "4444"}
    stage.create(C, **{**pins, **other})
    stage.update(first, second_party=C)
    stage.create(D, E)
    lone = stage.create(D, **{**pins, "first_party_pin": "5555", "second_party_pin": "6666"})
    stage.update(lone, second_party=E)


@story(P1)
def _refused_before_anybody_looks(stage: Stage) -> None:
    stage.ask("GET", _SESSIONS)
    stage.ask("GET", _SESSIONS, anonymous=True)
    stage.ask("GET", "Masking/Nothing/")
    stage.ask("POST", _SESSIONS, "{}", content_type="text/plain")
    stage.ask("POST", _SESSIONS, "{")
    stage.ask("POST", _SESSIONS, "[]")
    stage.ask("POST", _SESSIONS, {"unknown": "x" * 70_000})
    stage.ask("GET", _SESSIONS, unknown="x" * 9000)
    stage.ask("PUT", _SESSIONS, {})


@story(P1)
def _strangers(stage: Stage) -> None:
    pair = stage.create(A, B, unknown_caller_play=f"{HERE}/who.mp3")
    stage.call(STRANGER, pair["virtual_number"])
    stage.wait(60)
    stage.look(pair)
    stage.delete(pair)
    stage.wait(5)
    stage.call(STRANGER, pair["virtual_number"])
    stage.wait(60)
    stage.look(pair)
    stage.ask("GET", "Call/")


@story(P1, P2)
def _cool_off_of_a_pair_that_became_one(stage: Stage) -> None:
    single = stage.create(A, create_session_with_single_party=True, virtual_number_cooloff_period=600)
    stage.update(single, second_party=B)
    stage.wait(5)
    stage.delete(single)
    stage.wait(5)
    stage.create(A, B)
