"""The example world `phones`: each of its phones behaves as its file says."""

from collections.abc import Iterator

import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import api_of

FIRST = "+12025550100"
NUMBER = "+14155550100"
PINS = {
    "is_pin_authentication_required": True,
    "first_party_pin": "1234",
    "second_party_pin": "4321",
    "pin_prompt_play": "https://example.com/prompt.wav",
}


@pytest.fixture
def phones() -> Iterator[ServerThread]:
    """A server with that world."""
    with ServerThread("phones") as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("second", "ended_at", "cause", "source"),
    [
        ("+12025550101", "00:00:02", "Busy Line", "callee"),
        ("+12025550102", "00:00:02", "Rejected", "callee"),
        ("+12025550103", "00:00:45", "Ring Timeout Reached", "service"),
        ("+12025550104", "00:00:00", "Destination Out Of Service", "carrier"),
        ("+12025550105", "00:00:35", "Normal Hangup", "callee"),
        ("+12025550107", "00:00:45", "Ring Timeout Reached", "service"),
        ("+12025550109", "00:00:22", "Normal Hangup", "caller"),
    ],
)
def test_phone_ends_its_call_in_its_way(
    phones: ServerThread, second: str, ended_at: str, cause: str, source: str
) -> None:
    """When the call is over, why, and who ended it; the last number has no entry."""
    world = phones.control.world(None)
    api = api_of(phones.url, phones.control.get(world))
    api.create(first_party=FIRST, second_party=second)
    call = phones.control.post(f"{world}/calls", {"from": FIRST, "to": NUMBER})
    phones.control.post(f"{world}/clock/advance", {"seconds": 60})
    call = phones.control.get(f"{world}/calls/{call['call_uuid']}")

    leg = call["legs"][1]
    assert (f"2026-01-01T{ended_at}Z", cause, source) == (call["ended_at"], leg["hangup_cause"], leg["hangup_source"])


def test_phone_mistypes_its_pin_once(phones: ServerThread) -> None:
    """Then it is connected."""
    world = phones.control.world(None)
    api = api_of(phones.url, phones.control.get(world))
    api.create(first_party=FIRST, second_party="+12025550109", **PINS)
    call = phones.control.post(f"{world}/calls", {"from": "+12025550106", "to": NUMBER})
    phones.control.post(f"{world}/clock/advance", {"seconds": 60})
    call = phones.control.get(f"{world}/calls/{call['call_uuid']}")

    assert ("ask_pin", 1, "ended") == (call["route"], call["wrong_pins"], call["phase"])
    assert ["Normal Hangup", "Normal Hangup"] == [leg["hangup_cause"] for leg in call["legs"]]
