"""The verbs of the telephone network and of the number pool."""

import json

import pytest
from masking_emulator.client import Control

from tests.plivo.ask import Api
from tests.shell.asking import PEOPLE, create
from tests.shell.process import run, sentence

CALLER, CALLEE = (f"+{number}" for number in PEOPLE[:2])
NUMBER = "+14155550100"


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


@pytest.fixture
def session(api: Api) -> str:
    """The UUID of a session of caller and callee on the first number."""
    return create(api, 0, 1)


def said(text: str) -> dict[str, str]:
    """What was printed, by name; of several legs the last one's."""
    return {name: value.strip() for name, value in (line.split("  ", 1) for line in text.splitlines())}


def test_call_is_printed_readably(session: str) -> None:
    """Who, through which number, to whom; where it stands, and what comes next by itself."""
    done = run("call", CALLER, NUMBER)

    printed = said(done.stdout)
    assert 0 == done.returncode, done.stderr
    assert f"{CALLER} → {NUMBER} → {CALLEE}" == printed["people"]
    assert (session, "ringing_second") == (printed["session"], printed["phase"])
    assert "2026-01-01T00:00:03Z answered" == printed["next"]
    assert {12} == {line.index(line[12:].strip()) for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("words", "phase", "leg"),
    [
        ([], "ended: Normal Hangup", "30 s, billed 60 s, 0.01650  Normal Hangup (4000) by caller"),
        (["--talk", "61"], "ended: Normal Hangup", "61 s, billed 120 s, 0.03300"),
        (["--hangup-by", "callee"], "ended: Normal Hangup", "Normal Hangup (4000) by callee"),
        (["--outcome", "busy"], "ended: Busy Line", "0 s, billed 0 s, 0.00000"),
        (["--outcome", "reject", "--answer-after", "1.5"], "ended: Rejected", "0 s, billed 0 s"),
    ],
)
@pytest.mark.usefixtures("session")
def test_advance_plays_the_call_to_its_end(words: list[str], phase: str, leg: str) -> None:
    """--advance moves the clock until the call is over; the script decides how it goes."""
    printed = said(run("call", CALLER, NUMBER, *words, "--advance").stdout)

    assert phase == printed["phase"]
    assert leg in printed["leg"]


def test_call_of_a_stranger_belongs_to_no_session(session: str) -> None:
    """What is not there is not printed."""
    del session
    printed = said(run("call", "+12025559999", NUMBER, "--advance").stdout)

    assert "refuse: an unknown caller is not connected" == printed["route"]
    assert set() == {"session", "next", "recording", "wrong pins"} & printed.keys()


def test_digits_are_typed_prompt_by_prompt(api: Api) -> None:
    """--digits is repeatable: first a wrong PIN, then the right one."""
    pins = {"is_pin_authentication_required": True, "first_party_pin": "1234", "second_party_pin": "4321"}
    create(api, 0, 1, **pins, pin_prompt_play="https://example.com/prompt.wav")
    done = run("call", "+12025559999", NUMBER, "--digits", "9999", "--digits", "1234", "--advance")

    printed = said(done.stdout)
    assert ("1", "ended: Normal Hangup") == (printed["wrong pins"], printed["phase"])


def test_recording_that_cannot_start_is_none(api: Api) -> None:
    """--recording-fails beside a call that is recorded."""
    create(api, 0, 1, record=True)
    recorded = said(run("call", CALLER, NUMBER, "--advance").stdout)
    failed = said(run("call", CALLER, NUMBER, "--advance", "--recording-fails").stdout)

    assert ("recording" in recorded, "recording" in failed) == (True, False)


@pytest.mark.usefixtures("session")
def test_manual_call_is_driven_by_act() -> None:
    """It rings until somebody answers, and lasts until somebody hangs up."""
    placed = json.loads(run("call", CALLER, NUMBER, "--manual", "--json").stdout)
    answered = said(run("calls", "act", placed["call_uuid"], "answer").stdout)
    ended = json.loads(run("calls", "act", placed["call_uuid"], "hangup", "--party", "callee", "--json").stdout)

    assert "ring_timed_out" == placed["next"]["what"]
    assert "bridged" == answered["phase"]
    assert ("ended", "callee") == (ended["phase"], ended["legs"][1]["hangup_source"])


def test_act_types_a_pin(api: Api) -> None:
    """act CALL digits 1234."""
    pins = {"is_pin_authentication_required": True, "first_party_pin": "1234", "second_party_pin": "4321"}
    create(api, 0, 1, **pins, pin_prompt_play="https://example.com/prompt.wav")
    call = json.loads(run("call", "+12025559999", NUMBER, "--manual", "--json").stdout)["call_uuid"]
    typed = said(run("calls", "act", call, "digits", "1234").stdout)

    assert "ringing_second" == typed["phase"]


def test_act_types_nothing_where_the_call_waits_for_a_pin(api: Api) -> None:
    """It does so longer than for any other caller, as the help says (ledger: pin_input_wait)."""
    pins = {"is_pin_authentication_required": True, "first_party_pin": "1234", "second_party_pin": "4321"}
    create(api, 0, 1, **pins, pin_prompt_play="https://example.com/prompt.wav")
    call = json.loads(run("call", "+12025559999", NUMBER, "--manual", "--json").stdout)["call_uuid"]
    run("advance", "60s")
    waiting = json.loads(run("calls", "show", call, "--json").stdout)
    silent = said(run("calls", "act", call, "digits", "").stdout)

    assert ("asking_pin", "time_limit") == (waiting["phase"], waiting["next"]["what"])
    assert ("pausing", "1") == (silent["phase"], silent["wrong pins"])
    assert "a PIN is waited for" in " ".join(run("call", "--help").stdout.split())


def test_calls_are_listed_newest_last(session: str) -> None:
    """One a line, filtered where asked; one alone by the UUID of any leg; --json is what the API answers."""
    ended = json.loads(run("call", CALLER, NUMBER, "--advance", "--json").stdout)
    running = json.loads(run("call", CALLEE, NUMBER, "--json").stdout)["call_uuid"]
    lines = run("calls", "list").stdout.splitlines()

    assert [ended["call_uuid"], running] == [line.split()[1] for line in lines]
    assert lines[0].endswith(f"{CALLER} → {NUMBER} → {CALLEE}  ended: Normal Hangup")
    assert lines[:1] == run("calls", "list", "--session", session, "--phase", "ended").stdout.splitlines()
    assert ended == json.loads(run("calls", "show", ended["legs"][1]["call_uuid"], "--json").stdout)
    assert [running] == [
        call["call_uuid"] for call in json.loads(run("calls", "list", "--limit", "1", "--json").stdout)["calls"]
    ]


@pytest.mark.parametrize(
    ("words", "reason", "code"),
    [
        (["call", "+1202", NUMBER], "'+1202' is no E.164 number of any country", 2),
        (["call", CALLER, "+14155559999"], "14155559999", 1),
        (["call", CALLER, NUMBER, "--digits", "12a"], "--digits: '12a' is not what a keypad has", 2),
        (["calls", "act", "nobody", "answer"], "nobody", 1),
        (["calls", "show", "no/body"], "no/body", 1),
        (["numbers", "replace", "+14155559999"], "14155559999", 1),
    ],
)
def test_refusal_is_one_sentence(api: Api, words: list[str], reason: str, code: int) -> None:
    """The server's reason; a wrong value is a wrong call, everything else a refusal."""
    del api

    assert reason in sentence(run(*words), code)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["call", CALLER], "Missing argument 'TO'"),
        (["call", CALLER, NUMBER, "--manual", "--advance"], "nothing to --advance to"),
        (["call", CALLER, NUMBER, "--outcome", "explode"], "'explode' is not one of"),
        (["call", CALLER, NUMBER, "--talk", "-1"], "--talk"),
        (["calls", "act", "x", "fly"], "'fly' is not one of"),
        (["calls", "act", "x", "digits"], "DIGITS are given with the action digits"),
        (["calls", "act", "x", "hangup", "1"], "DIGITS are given with the action digits"),
        (["calls", "list", "--phase", "over"], "'over' is not one of"),
        (["numbers", "burn"], "No such command 'burn'"),
    ],
)
def test_wrong_call_is_a_usage_error(words: list[str], reason: str) -> None:
    """Exit 2 with the usage, before anybody is asked."""
    done = run(*words, MASKING_EMULATOR_URL="http://127.0.0.1:1")

    assert 2 == done.returncode
    assert reason in done.stderr


@pytest.mark.parametrize(
    "words", [["call", "1", "2"], ["calls", "act", "x", "answer"], ["calls", "list"], ["numbers", "list"]]
)
def test_unreachable_server_is_told_with_a_hint(words: list[str]) -> None:
    """Exit 3, and what to do."""
    said_so = sentence(run(*words, MASKING_EMULATOR_URL="http://127.0.0.1:1"), 3)

    assert said_so.endswith("start one with `masking-emulator serve`")


def test_words_of_the_verbs_are_those_of_the_control_api(api: Api) -> None:
    """The choices of call, act and calls are the enums of the description."""
    from masking_emulator.cli.calls import act, call, list_

    paths = Control(api.url).get("/openapi.json")["paths"]
    world = "/_emulator/worlds/{auth_id}/calls"
    placing = paths[world]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    acting = paths[f"{world}/{{call_uuid}}/actions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    phases = {query["name"]: query["schema"] for query in paths[world]["get"]["parameters"]}["phase"]["enum"]
    choices = {
        (command.name, option.name): list(getattr(option.type, "choices", ()))
        for command in (call, act, list_)
        for option in command.params
    }

    assert sorted(placing["outcome"]["enum"]) == sorted(choices["call", "outcome"])
    assert sorted(placing["hangup_by"]["enum"]) == sorted(choices["call", "hangup_by"])
    assert sorted(acting["properties"]["action"]["enum"]) == sorted(choices["act", "action"])
    assert sorted(phases) == sorted(choices["list", "phase"])


def test_numbers_show_what_is_on_them(api: Api) -> None:
    """Number, owner and use, in allocation order."""
    create(api, 0, 1)
    ended = create(api, 2, 3, virtual_number_cooloff_period=60, session_expiry=60)
    run("advance", "60")
    lines = run("numbers", "list").stdout.splitlines()

    cooling = f"1 live session, cools off until 2026-01-01T00:02:00Z after {ended}"
    assert f"+14155550100   {api.auth_id}  {cooling}" == lines[0]
    assert f"+14155550101   {api.auth_id}  free" == lines[1]
    assert 9 == len(lines) == len(json.loads(run("numbers", "list", "--json").stdout)["numbers"])


def test_replaced_number_loses_its_sessions(session: str) -> None:
    """Each live session is named with its new number, and the old one is suspended."""
    done = run("numbers", "replace", NUMBER)
    pool = run("numbers", "list").stdout.splitlines()

    assert [f"{session} now on +14155550101", f"replaced {NUMBER}"] == done.stdout.splitlines()
    assert pool[0].endswith("suspended")
    assert pool[1].endswith("1 live session")
