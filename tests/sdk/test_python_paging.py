"""Plivo's own Python SDK walks lists of calls and recordings by itself, whichever way of paging there is."""

from typing import Any

import plivo
import pytest
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import FIRST, SECOND, api_of


@pytest.mark.parametrize("paging", ["offset", "cursor", "hybrid"])
def test_sdk_walks_every_page_once(emulator: ServerThread, at_the_emulator: None, paging: str) -> None:
    """42 legs and 21 recordings are three pages and two, newest first."""
    del at_the_emulator
    structure = {"policy": {"list_paging": paging}, "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": structure}))
    with plivo.RestClient(api.auth_id, api.auth_token) as client:
        number = client.masking_sessions.create_masking_session(
            first_party=f"+{FIRST}", second_party=f"+{SECOND}", record=True
        ).virtual_number
        legs: list[str] = []
        for _ in range(21):
            call: Any = emulator.control.post(f"/worlds/{api.auth_id}/calls", {"from": FIRST, "to": number})
            emulator.control.post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 60})
            legs.append(call["call_uuid"])

        shown = [call.call_uuid for call in client.calls]
        recordings = [recording.call_uuid for recording in client.recordings]

    assert (42, 42) == (len(shown), len(set(shown)))
    assert legs == [uuid for uuid in reversed(shown) if uuid in legs]
    assert legs == list(reversed(recordings))
