"""The strategies: what they make is accepted by the API, and the machine finds and shrinks a planted bug."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from masking_emulator.server.thread import ServerThread
from masking_emulator.testing import Masking, strategies
from masking_emulator.testing.strategies import MaskingMachine, new_world

from tests.kit.service import try_create

_ask = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_ask
@given(fields=strategies.sessions(callback_url="http://127.0.0.1:9/events"))
def test_every_generated_session_is_accepted(emulator: ServerThread, fields: dict[str, Any]) -> None:
    """By a world that has nothing else on its numbers."""
    world = new_world(emulator.control, 1)
    reply = try_create(world, fields.pop("first_party"), fields.pop("second_party"), **fields)
    emulator.control.delete(world.path)

    assert 201 == reply.status, reply.content


@_ask
@given(script=strategies.scripts(), caller=strategies.phone_numbers())
def test_every_generated_script_is_accepted(world: Masking, script: dict[str, Any], caller: str) -> None:
    """By a stranger's call."""
    assert caller == world.call(caller, "+14155550100", **script).caller


@pytest.mark.parametrize(("country", "shape"), [("US", r"\+1[2-9]\d{2}55501\d{2}"), ("GB", r"\+447700900\d{3}")])
def test_phone_numbers_reach_nobody(country: str, shape: str) -> None:
    """They are of the ranges that are kept for fiction."""

    @settings(max_examples=30)
    @given(number=strategies.phone_numbers(country))
    def each(number: str) -> None:
        assert re.fullmatch(shape, number)

    each()


def test_country_that_no_strategy_knows_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(ValueError, match="US and GB"):
        strategies.phone_numbers("FR")


@settings(max_examples=50)
@given(order=st.data())
def test_orders_lose_nothing(order: st.DataObject) -> None:
    """Each callback comes at least once, also of an empty list."""
    drawn = order.draw(strategies.orders([1, 2, 3]))

    assert {1, 2, 3} == set(drawn)
    assert [] == order.draw(strategies.orders([]))


#: A planted bug is found soon; the phase that explains would take most of the time.
_short = settings(max_examples=10, stateful_step_count=4, database=None, phases=[Phase.generate, Phase.shrink])


class _Service:
    """A toy of a service: it counts its open sessions, and forgets to when one is made for a minute."""

    def __init__(self, world: Masking) -> None:
        self._world = world
        self.open = 0

    def connect(self, first: str, second: str, expiry_s: int) -> None:
        if try_create(self._world, first, second, session_expiry=expiry_s).status == 201 and expiry_s != 60:
            self.open += 1


def test_machine_finds_a_planted_bug_and_shrinks_it(emulator: ServerThread) -> None:
    """What is left of the run is one step: the session for a minute. Worlds are taken away again."""
    worlds: list[Masking] = []

    class Machine(MaskingMachine):
        def __init__(self) -> None:
            super().__init__()
            self.service = _Service(self.masking)

        def make_world(self) -> Masking:
            worlds.append(new_world(emulator.control, 1))
            return worlds[-1]

        @rule(pair=strategies.parties(), expiry_s=st.sampled_from([1800, 600, 60]))
        def connect(self, pair: tuple[str, str], expiry_s: int) -> None:
            self.service.connect(*pair, expiry_s)
            made = {
                event.session.uuid for event in self.masking.journal() if event.session and "Created" in event.event
            }
            assert len(made) <= self.service.open, f"{len(made)} sessions were made"

    with pytest.raises(AssertionError, match="1 sessions were made") as found:
        # It ends at the first failure; ten examples by chance now and then had none.
        run_state_machine_as_test(Machine, settings=settings(_short, max_examples=200, derandomize=True))
    steps = [line for line in getattr(found.value, "__notes__", []) if "state." in line]

    assert 1 == len([line for line in "\n".join(steps).splitlines() if "state.connect" in line])
    assert not [line for line in "\n".join(steps).splitlines() if "state.time_passes" in line]
    left = set(emulator.control.get("/health")["worlds"])
    assert not left & {world.auth_id for world in worlds}, "a machine takes its world away"
