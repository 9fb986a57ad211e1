"""Both APIs and the files of a world that has come to the end of the year 9999."""

import asyncio
from typing import Any, Final

import pytest
from masking_emulator.core.instants import INSTANT_MAX

from tests.plivo.inside import House, answered, house, wait

_PATHS: Final = ("", "/clock", "/journal", "/snapshot", "/calls", "/numbers", "/callbacks", "/pool-report")


@pytest.fixture(params=[1, 30, 86_400], ids="{} s later".format)
def home(request: pytest.FixtureRequest) -> House:
    """A world ten seconds before the end, in which something of everything is under way, so much later."""
    home = house(start="9999-12-31T23:59:49Z")
    home.create(record=True, session_expiry=86_400, virtual_number_cooloff_period=3600)
    home.create(second_party="+919810000009", initiate_call_to_first_party=True, ring_timeout=3600)
    home.call(wait_s=0, talk_s=3600)
    wait(home.world, request.param)
    return home


def _control(home: House, method: str, path: str) -> Any:
    content = b'{"seconds": 60}' if path.endswith("advance") else b""
    headers = {"Content-Type": "application/json", "Host": "127.0.0.1"}
    return answered(home.app, method, f"/_emulator/worlds/{home.main.auth_id}{path}", headers, content)


def test_world_at_the_end_of_time_is_shown_whole(home: House) -> None:
    """State, journal, snapshot and lists can be written down."""
    answers = {path: _control(home, "GET", path).status for path in _PATHS}
    lists = {name: home.ask(f"/{name}/").status for name in ("Masking/Session", "Call", "Recording", "Number")}

    assert dict.fromkeys(_PATHS, 200) == answers
    assert dict.fromkeys(lists, 200) == lists


def test_world_at_the_end_of_time_is_forked_and_advanced(home: House) -> None:
    """It goes to the end and no further, and stays there."""
    assert 201 == _control(home, "POST", "/fork").status
    assert 200 == _control(home, "POST", "/clock/advance").status
    wait(home.world, 60)
    assert 200 == _control(home, "POST", "/clock/advance").status

    assert INSTANT_MAX == home.world.clock.now()
    assert home.world.caught_up().deadline() is None


def test_running_world_rests_at_the_end_of_time(home: House) -> None:
    """Its clock runs and its timers do not: the event loop is asked for nothing more."""

    async def woken() -> int | None:
        home.world.run_at(1.0)
        await home.world.advance_to(INSTANT_MAX)
        home.world.arm()
        return home.world._wake_at

    assert asyncio.run(woken()) is None
