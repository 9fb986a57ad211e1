"""Mutated snapshots: refused whole and by name, or a world that lives on without a contradiction and without a 500."""

import json
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from masking_emulator.clock import RATE_MAX
from masking_emulator.core.commands import PlaceCall, ReplaceNumber
from masking_emulator.core.instants import INSTANT_MAX, SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Script
from masking_emulator.keeping.snapshot import BadSnapshot, read_snapshot, restore, snapshot_of
from masking_emulator.world.world import World

from tests.core.play import SETTINGS, creation, pin_wish
from tests.plivo.ask import Api
from tests.shell.asking import control
from tests.shell.mutations import mutated
from tests.shell.runs import PEOPLE, Step, new_world, play, runs

#: A generated run and its mutations cost a tenth of a second, on a busy machine more.
of_any_run = settings(max_examples=25, suppress_health_check=list(HealthCheck))

#: How many mutations of one snapshot are tried.
_MUTATIONS: Final = 8

#: An hour in steps, in seconds: what is due in each of them happens.
_HOUR_S: Final = (1, 29, 600, 2970)

#: What is read of a world that took a mutated snapshot.
_READ: Final = ("{w}", "{w}/snapshot", "{w}/calls", "{w}/callbacks", "{w}/numbers", "{w}/journal", "{w}/pool-report")

_LISTED: Final = ("Masking/Session", "Call", "Recording")


def _taken(world: World) -> Any:
    return json.loads(json.dumps(snapshot_of(world)))


def lively(chance: Random) -> list[Step]:
    """Sessions of all kinds, calls in their midst and after their end, recordings, callbacks that wait, a cool-off."""
    telling = replace(SETTINGS, callback_url="http://127.0.0.1:9/e", recording_callback_url="http://127.0.0.1:9/r")
    recorded = replace(telling, record=True, initiate_call=True)

    def wait(world: World) -> None:
        world.clock.jump_to(world.clock.now() + chance.choice((1, 5, 12, 40)) * SECOND_US)
        world.caught_up()

    def dial(caller: str, number: str, script: Script) -> Step:
        return lambda world: world.do(PlaceCall(caller, number, script))

    def make(first: str, second: str, **more: Any) -> Step:
        return lambda world: world.do(creation(first, second, **more))

    return [
        make(PEOPLE[0], PEOPLE[1], settings=recorded, expiry_s=600),
        make(PEOPLE[2], "", settings=telling, pins=pin_wish(), expiry_s=900),
        make(PEOPLE[3], PEOPLE[4], settings=telling, cooloff_s=3600, expiry_s=60),
        wait,
        dial(PEOPLE[1], "14155550100", Script(talk_us=20 * SECOND_US)),
        dial(PEOPLE[5], "14155550100", Script(digits=("0000", "1111"))),
        wait,
        wait,
        dial(PEOPLE[0], "14155550100", Script(manual=True)),
        lambda world: world.do(ReplaceNumber("14155550101")),
        wait,
    ]


@of_any_run
@given(steps=runs(), number=st.integers(0, 2**32))
def test_mutation_is_refused_or_harmless(steps: list[Step], number: int) -> None:
    """Refused, nothing has changed; taken, what the world holds stays without contradiction for an hour."""
    original, chance = new_world(), Random(number)
    play(original, steps)
    snapshot = _taken(original)
    for _ in range(_MUTATIONS):
        changed, mutation = mutated(snapshot, chance)
        _stand(changed)
        world = new_world()
        before = _taken(world)
        try:
            restore(world, changed)
        except BadSnapshot:
            assert before == _taken(world), mutation
            continue
        read_snapshot(_taken(world))
        for seconds in _HOUR_S:
            world.clock.jump_to(min(world.clock.now() + seconds * SECOND_US, INSTANT_MAX))
            world.caught_up()
            read_snapshot(_taken(world))


def _stand(snapshot: Any) -> None:
    """Let the clock stand where a mutation has it run: nothing wakes a world here, and below it runs over HTTP."""
    clock = snapshot.get("clock")
    rate = clock.get("rate") if isinstance(clock, dict) else None
    if isinstance(rate, int | float) and 0 < rate <= RATE_MAX:
        clock["rate"] = 0


@pytest.mark.parametrize("number", range(12))
def test_mutation_never_is_an_error_of_the_server(api: Api, number: int) -> None:
    """Over HTTP, with everything read that there is, before and after an hour."""
    chance, world = Random(number), new_world()
    play(world, lively(chance))
    snapshot = _taken(world)
    for _ in range(_MUTATIONS):
        changed, mutation = mutated(snapshot, chance)
        if 200 != (answer := control(api, "PUT", "{w}/snapshot", changed)).status:
            assert (400, True) == (answer.status, bool(answer.json["error"])), mutation
            continue
        sessions = [session["uuid"] for session in changed["engine"]["sessions"]]
        explained = [f"{{w}}/sessions/{uuid}/explain" for uuid in sessions]
        statuses = {path: control(api, "GET", path).status for path in (*_READ, *explained)}
        statuses["advance"] = control(api, "POST", "{w}/clock/advance", {"seconds": 3600, "patience_s": 1}).status
        account = f"/v1/Account/{api.auth_id}"
        listed = {name: api.ask("GET", f"{account}/{name}/").status for name in _LISTED}
        shown = {uuid: api.ask("GET", f"{account}/Masking/Session/{uuid}/").status for uuid in sessions}
        statuses |= listed | shown | {f"then {path}": control(api, "GET", path).status for path in _READ}

        assert {} == {path: status for path, status in statuses.items() if status >= 500}, mutation
        assert {200} == set(listed.values()), mutation


#: Where a lively snapshot is edited, and to what → where the refusal says that it is wrong.
_WRONG: Final[dict[str, tuple[tuple[str | int, ...], Any, str]]] = {
    "unknown method": (("sessions", 0, "settings", "callback_method"), "PUT", "sessions[0].settings.callback_method"),
    "method of a callback": (("callbacks", 0, "method"), "FETCH", "callbacks[0].method"),
    "foreign scheme": (("callbacks", 0, "url"), "ftp://127.0.0.1/", "callbacks[0].url"),
    "empty legs": (("calls", 0, "legs"), [], "calls"),
    "negative counter": (("sessions", 0, "history", "legs"), -1, "sessions[0].history.legs"),
    "attempts": (("callbacks", 0, "attempts"), -1, "callbacks[0].attempts"),
    "ordinal below": (("ordinal",), 0, "sessions"),
    "ordinal beyond": (("ordinal",), 10**17, "ordinal"),
    "owner of a callback": (("callbacks", 0, "owner"), 7, "callbacks"),
    "owner of a call": (("calls", 0, "owner"), 7, "calls"),
    "drawn again": (("drawn", "session"), 0, "drawn"),
    "drawn for nothing": (("drawn", "dice"), 1, "drawn.dice"),
    "unknown format": (("recordings", 0, "audio_format"), "flac", "recordings[0].audio_format"),
    "half a character": (("sessions", 0, "settings", "callback_url"), "\ud83d", "sessions[0].settings.callback_url"),
    "more running calls": (("sessions", 0, "running"), 9, "sessions"),
    "sequence": (("callbacks", 0, "sequence"), 99, "callbacks"),
    "state of a callback": (("callbacks", 0, "state"), "delivered", "callbacks"),
    "PIN": (("sessions", 1, "pins", "first"), "12", "sessions[1].pins.first"),
}


@pytest.mark.parametrize("name", _WRONG)
def test_wrong_value_is_refused_with_its_place(name: str) -> None:
    """What was accepted once, or answered 500 with half of it in place."""
    path, value, field = _WRONG[name]
    original, world = new_world(), new_world()
    play(original, lively(Random(1)))
    snapshot = _taken(original)
    holder = snapshot["engine"]
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    before = _taken(world)

    with pytest.raises(BadSnapshot) as refused:
        restore(world, snapshot)
    assert f"engine.{field}" == refused.value.field
    assert refused.value.reason
    assert before == _taken(world)


@pytest.mark.parametrize("last", [-1, 10**17])
def test_journal_goes_on_with_a_number_that_can_be(last: int) -> None:
    """Neither below nothing nor beyond what anybody can ask for."""
    snapshot = _taken(new_world()) | {"journal_last": last}

    with pytest.raises(BadSnapshot, match=r"^journal_last: "):
        restore(new_world(), snapshot)
