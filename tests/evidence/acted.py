"""The stories that show what callbacks, calls, numbers and PINs do: each is acted in a world of its own."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from masking_emulator.evidence.captures import Capture

from tests.evidence.acting import MAIN, SUB, Stage

A, B, C, D, E, F = (f"+1202555011{n}" for n in range(1, 7))
STRANGER: Final = "+12025550119"
P1, P2, P3, P4, P5 = (f"+1415555010{n}" for n in range(5))
HERE: Final = "http://127.0.0.1:9999"
CALLBACKS: Final[Mapping[str, Any]] = {"callback_url": f"{HERE}/status", "recording_callback_url": f"{HERE}/recordings"}
PINS: Final[Mapping[str, Any]] = {
    "is_pin_authentication_required": True,
    "first_party_pin": "1111",
    "second_party_pin": "2222",
    "pin_prompt_play": f"{HERE}/prompt.mp3",
}

STORIES: dict[str, Callable[[Path], Capture]] = {}


def story(
    *numbers: str | Mapping[str, str], **world: Any
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """A story in a world with these numbers."""

    def registered(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
        def acted(folder: Path) -> Capture:
            with Stage(folder, *numbers, **world) as stage:
                act(stage)
                return stage.capture()

        STORIES[act.__name__.strip("_")] = acted
        return act

    return registered


def acted_stories(folder: Path) -> Iterator[tuple[str, Capture]]:
    """The captures of all stories, by name."""
    for name, act in STORIES.items():
        place = folder / name
        place.mkdir()
        yield name, act(place)


@story(P1, P2)
def _calls_and_recordings(stage: Stage) -> None:
    pair = stage.create(A, B, record=True, **CALLBACKS)
    number = pair["virtual_number"]
    stage.call(A, number, talk_s=5)
    stage.wait(4)
    live = stage.ask("GET", "Call/", status="live")["calls"]
    stage.ask("GET", f"Call/{live[0]}/")
    stage.ask("GET", f"Call/{live[0]}/", status="live")
    stage.look(pair)
    stage.wait(56)
    stage.call(B, number, talk_s=61)
    stage.wait(100)
    for outcome in ("busy", "reject", "unreachable", "no_answer"):
        stage.call(A, number, outcome=outcome)
        stage.wait(100)
    call = stage.call(A, number, manual=True)
    stage.wait(2)
    stage.control("POST", f"calls/{call['call_uuid']}/actions", {"action": "hangup"})
    stage.wait(20)
    stage.call(STRANGER, number)
    stage.wait(20)
    stage.look(pair)
    stage.ask("GET", "Masking/Session/")
    records = stage.ask("GET", "Call/")["objects"]
    stage.ask("GET", f"Call/{records[0]['call_uuid']}/")
    stage.ask("GET", "Call/", call_direction="inbound")
    stage.ask("GET", "Call/", hangup_cause_code=3010)
    stage.ask("GET", "Call/", status="queued")
    stage.ask("GET", "Call/", end_time__gt="2026-01-01 00:00", end_time__lt="2026-03-01 00:00")
    recordings = stage.ask("GET", "Recording/")["objects"]
    uuid = recordings[0]["recording_id"]
    stage.ask("GET", f"Recording/{uuid}/")
    stage.ask("GET", "Recording/", call_uuid=recordings[0]["call_uuid"])
    stage.ask("GET", "Recording/", conference_name="mine")
    stage.ask("GET", f"/v1/Account/{MAIN}/Recording/{uuid}.mp3", anonymous=True)
    stage.ask("DELETE", f"Recording/{uuid}/")
    stage.ask("GET", f"Recording/{uuid}/")
    stage.look(pair)
    stage.ask("GET", "Number/")
    stage.ask("GET", "Number/", number_startswith="1415")
    stage.ask("GET", "Message/")
    stage.delete(pair)
    stage.wait(30)
    stage.look(pair)


@story(P1, P2)
def _recording_that_is_decided(stage: Stage) -> None:
    pair = stage.create(A, B, record=True, record_file_format="wav", **CALLBACKS)
    number = pair["virtual_number"]
    call = stage.call(A, number, talk_s=20)
    stage.wait(10)
    uuid = stage.control("GET", f"calls/{call['call_uuid']}")["recording_uuid"]
    stage.ask("GET", f"Recording/{uuid}/")
    stage.wait(30)
    stage.ask("GET", "Recording/")
    stage.ask("GET", f"/v1/Account/{MAIN}/Recording/{uuid}.wav", anonymous=True)
    stage.update(pair, record=False)
    stage.call(A, number, talk_s=5)
    stage.wait(40)
    stage.update(pair, record=True)
    stage.call(B, number, talk_s=5, recording_fails=True)
    stage.wait(40)
    stage.look(pair)


@story(P1, P2)
def _callbacks_that_are_refused(stage: Stage) -> None:
    stage.answers.update({"/broken": 500, "/twice": 500, "/odd": 500, "/moved": 302})
    for path, options in (("broken", ""), ("twice", "#rp=5xx&rc=2"), ("odd", "#rp=5xx&rc=9"), ("moved", "")):
        session = stage.create(A, B, callback_url=f"{HERE}/{path}?a=1{options}")
        stage.delete(session)
        stage.wait(30)
    stage.create(A, B, callback_url="http://me:secret@127.0.0.1:9999/private")
    stage.wait(1)
    session = stage.create(A, B, callback_url="http://me:secret@127.0.0.1:9999/private", callback_method="POST")
    stage.delete(session)
    stage.wait(20)
    session = stage.create(A, B, callback_url=f"{HERE}/got?EventName=mine", callback_method="GET")
    stage.call(A, session["virtual_number"], talk_s=5)
    stage.wait(60)
    stage.delete(session)
    stage.wait(30)


@story(P1, P2)
def _expiries(stage: Stage) -> None:
    pair = stage.create(A, B, session_expiry=60, **CALLBACKS)
    stage.wait(30)
    stage.update(pair, session_expiry=90)
    stage.update(pair, record=False)
    stage.call(A, pair["virtual_number"], talk_s=100)
    stage.wait(95)
    stage.look(pair)
    stage.wait(60)
    stage.look(pair)
    late = stage.create(A, B, session_expiry=60, **CALLBACKS)
    stage.wait(61)
    stage.look(late)
    stage.wait(10)
    gone = stage.create(C, D, **CALLBACKS)
    stage.call(C, gone["virtual_number"], talk_s=30)
    stage.wait(10)
    stage.delete(gone)
    stage.look(gone)
    heir = stage.create(C, E)
    stage.wait(60)
    stage.look(gone)
    stage.delete(heir)
    stage.wait(91 * 86_400)
    stage.create(C, F)
    stage.look(gone)


@story(P1)
def _session_that_lives_for_months(stage: Stage) -> None:
    pair = stage.create(A, B, session_expiry=86_400)
    for _ in range(92):
        stage.wait(86_000)
        stage.update(pair, session_expiry=86_400)
    stage.look(pair)


@story(P1, P2)
def _timers(stage: Stage) -> None:
    pair = stage.create(A, B, ring_timeout=20, call_time_limit=60, **CALLBACKS)
    number = pair["virtual_number"]
    stage.call(A, number, outcome="no_answer")
    stage.wait(40)
    stage.call(A, number, talk_s=500)
    stage.wait(10)
    stage.update(pair, call_time_limit=120)
    stage.wait(100)
    stage.call(A, number, talk_s=20)
    stage.wait(1)
    stage.call(B, number, talk_s=20)
    stage.wait(60)
    stage.look(pair)
    stage.ask("GET", "Call/")
    elsewhere = stage.update(pair, callback_url=f"{HERE}/elsewhere")
    stage.call(A, number, talk_s=5)
    stage.wait(60)
    stage.look(elsewhere)
    silent = stage.create(C, D)
    stage.call(C, silent["virtual_number"], talk_s=5)
    stage.wait(60)
    stage.look(silent)


@story(P1)
def _two_calls_at_once(stage: Stage) -> None:
    pair = stage.create(A, B)
    stage.call(A, pair["virtual_number"], talk_s=20, hangup_by="callee")
    stage.wait(5)
    second = stage.call(B, pair["virtual_number"], talk_s=30, hangup_by="callee")
    stage.wait(60)
    stage.look(pair)
    stage.ask("GET", f"Call/{second['call_uuid']}/")


@story(P1, P2)
def _calls_that_are_placed(stage: Stage) -> None:
    placed: dict[str, Any] = {"initiate_call_to_first_party": True, **CALLBACKS}
    pair = stage.create(A, B, first_party_play_url=f"{HERE}/hello.mp3", **placed)
    stage.wait(90)
    stage.look(pair)
    stage.create(A, B, **placed)
    stage.wait(90)
    stage.look(pair)
    stage.control("PUT", f"phones/{C}", {"outcome": "busy"})
    failed = stage.create(C, D, **placed)
    stage.wait(90)
    stage.look(failed)
    alone = stage.create(E, create_session_with_single_party=True, **placed)
    stage.wait(30)
    stage.look(alone)
    stage.ask("GET", "Call/")


@story(P1, P2)
def _single_parties(stage: Stage) -> None:
    single: dict[str, Any] = {"create_session_with_single_party": True, **CALLBACKS}
    alone = stage.create(A, **single)
    number = alone["virtual_number"]
    stage.call(A, number)
    stage.wait(20)
    stage.call(STRANGER, number, talk_s=5)
    stage.wait(60)
    stage.call(A, number, talk_s=5)
    stage.wait(60)
    stage.look(alone)
    stage.ask("GET", "Call/")
    shared = stage.create(None, B, **single, **{**PINS, "first_party_pin": "7777", "second_party_pin": "8888"})
    stage.call(STRANGER, shared["virtual_number"], digits=["7777"], talk_s=5)
    stage.wait(60)
    stage.look(shared)


@story(P1, P2)
def _callers_with_pins(stage: Stage) -> None:
    pair = stage.create(A, B, **PINS, **CALLBACKS)
    number = pair["virtual_number"]
    stage.wait(5)
    forced = stage.create(C, D, **{**PINS, "first_party_pin": "3333"}, force_pin_authentication=True, **CALLBACKS)
    stage.wait(5)
    stage.create(E, F, **{**PINS, "first_party_pin": "5555", "second_party_pin": "2222"}, **CALLBACKS)
    stage.wait(5)
    for caller, *typed in (
        (STRANGER, "1111"),
        (STRANGER, "9999", "1111"),
        (STRANGER, "9999", "8888"),
        (STRANGER, "2222"),
        (A,),
        (C, "9999", "3333"),
        (C, "3333"),
    ):
        stage.call(caller, number, talk_s=5, **({"digits": typed} if typed else {}))
        stage.wait(90)
    stage.look(pair)
    stage.look(forced)
    stage.ask("GET", "Call/")


@story(P1, P2, P3)
def _strangers_and_numbers_that_go(stage: Stage) -> None:
    spoken = stage.create(A, B, unknown_caller_play=f"{HERE}/unknown.mp3", **CALLBACKS)
    stage.call(STRANGER, spoken["virtual_number"])
    stage.wait(30)
    stage.call(A, spoken["virtual_number"], talk_s=5)
    stage.wait(60)
    stage.look(spoken)
    old = spoken["virtual_number"]
    stage.control("POST", f"numbers/{old}/replace", {})
    stage.wait(1)
    stage.look(spoken)
    stage.wait(5)
    stage.call(A, old)
    stage.wait(20)
    gone = stage.create(C, D, **CALLBACKS)
    stage.delete(gone)
    stage.wait(5)
    stage.delete(spoken)
    stage.wait(5)
    stage.call(C, gone["virtual_number"])
    stage.wait(20)
    stage.ask("GET", "Call/")
    stage.look(spoken)


@story(P1, P2, P3, P4, P5)
def _numbers_that_are_chosen(stage: Stage) -> None:
    stage.ask("GET", "Number/")
    stage.create(A, B)
    blocked = stage.create(A, C)
    stage.create(D, E)
    stage.delete(blocked)
    stage.create(A, F)
    stage.create(P1, F)
    stage.create(P1, D)
    single: dict[str, Any] = {"create_session_with_single_party": True}
    alone = stage.create(STRANGER, **single)
    stage.create(None, "+12025550120", **single, **PINS)
    stage.update(alone, second_party="+12025550121")
    stage.create("+12025550122", A)
    stage.create(A, STRANGER)
    stage.create(A, "+12025550120")


@story(P1, "+14165550100", "+442079460100")
def _countries(stage: Stage) -> None:
    stage.ask("GET", "Number/")
    stage.create(A, B)
    stage.create("+14165550111", B)
    stage.create(A, D)
    stage.create("+33612345678", C)
    stage.create(A, E, geomatch=False)
    stage.create(None, "+442079460111", create_session_with_single_party=True)
    stage.create(A, F, geomatch=False)
    stage.create(A, "+12025550123", geomatch=False)


@story(P1, P2, {"number": P3, "subaccount": SUB})
def _owners(stage: Stage) -> None:
    stage.ask("GET", "Number/")
    stage.create(A, B)
    theirs = stage.create(C, D, by=SUB, **CALLBACKS)
    stage.call(C, theirs["virtual_number"], talk_s=5)
    stage.wait(60)
    stage.ask("GET", f"Masking/Session/{theirs['session_uuid']}/", at=SUB)
    main = stage.create(A, B, **CALLBACKS)
    stage.call(A, main["virtual_number"], talk_s=5)
    stage.wait(60)
    stage.look(main)
    calls = stage.ask("GET", "Call/")["objects"]
    stage.ask("GET", f"Call/{calls[0]['call_uuid']}/", by=SUB)
    for record in stage.ask("GET", "Call/", by=SUB)["objects"]:
        stage.ask("GET", f"Call/{record['call_uuid']}/")


@story(P1)
def _owner_without_numbers(stage: Stage) -> None:
    stage.ask("GET", "Number/")
    stage.create(A, B)
    stage.create(C, D, by=SUB)


@story(P1, P2, P3)
def _cool_offs(stage: Stage) -> None:
    stage.ask("GET", "Number/")
    cool: dict[str, Any] = {"virtual_number_cooloff_period": 600}
    first = stage.create(A, B, **cool)
    lives = stage.create(C, D)
    stage.delete(first)
    stage.look(lives)
    stage.create(A, E)
    again = stage.create(A, B, **cool)
    stage.delete(again)
    stage.wait(700)
    single = stage.create("+12025550131", create_session_with_single_party=True, virtual_number_cooloff_period=60)
    stage.update(single, second_party="+12025550132")
    stage.delete(single)
    stage.create("+12025550131", "+12025550132")
    long = stage.create("+12025550133", "+12025550134", **cool)
    short = stage.create("+12025550135", "+12025550136", virtual_number_cooloff_period=60)
    stage.delete(long)
    stage.delete(short)
    stage.wait(120)
    stage.create("+12025550137", "+12025550138")
    stage.create("+12025550135", "+12025550136")
    ends = stage.create("+12025550141", "+12025550142", session_expiry=60, **cool)
    stage.wait(80)
    stage.create("+12025550143", "+12025550144")
    stage.look(ends)
    stage.create("+12025550141", "+12025550142")


@story(P1)
def _pin_parameters(stage: Stage) -> None:
    on: dict[str, Any] = {"is_pin_authentication_required": True, "pin_prompt_play": f"{HERE}/prompt.mp3"}
    made: dict[str, Any] = {**on, "generate_pin": True}
    stage.create(A, B, **made)
    stage.create(A, B, **made)
    stage.create(
        C, D, **made, generate_pin_length=6, pin_retry=3, pin_retry_wait=7, incorrect_pin_play=f"{HERE}/no.mp3"
    )
    stage.create(E, F, **made, first_party_pin="4321")
    stage.create("+12025550131", "+12025550132", **{**PINS, "first_party_pin": 1234}, force_pin_authentication=True)
    stage.create("+12025550133", "+12025550134", **{**PINS, "first_party_pin": "1234"})
    stage.create("+12025550135", "+12025550136", generate_pin=True, pin_retry=99, first_party_pin="x")
    for wrong in (
        {"generate_pin_length": 3},
        {"generate_pin_length": 0},
        {"pin_retry": 6},
        {"pin_retry_wait": 0},
        {"pin_retry_wait": 11},
        {"first_party_pin": "12"},
        {"second_party_pin": "12ab"},
        {"incorrect_pin_play": "no URL"},
        {"generate_pin": "perhaps"},
        {"force_pin_authentication": "perhaps"},
    ):
        stage.create(A, C, **{**made, **wrong})
    stage.create(A, C, **on)
    stage.create(A, C, **{**made, "pin_prompt_play": "no URL"})
    stage.create(A, C, is_pin_authentication_required=True, generate_pin=True)
    stage.create(A, C, **{**PINS, "second_party_pin": "1111"})
