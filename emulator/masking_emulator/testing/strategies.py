"""Hypothesis strategies for code that masks numbers, and a machine that drives a service against the emulator.

Needs `hypothesis`. Numbers are those that nobody can be reached at (the 555-01xx range of the US, and Ofcom's range
for drama), so a mistake in a test calls nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from masking_emulator.testing.emulator import new_world
from masking_emulator.testing.exchanges import CallbackView
from masking_emulator.testing.masking import Masking
from masking_emulator.testing.views import EventView

_AREAS = ("201", "202", "212", "303", "312", "404", "415", "503", "617", "702")

_Item = TypeVar("_Item")


def phone_numbers(country: str = "US") -> st.SearchStrategy[str]:
    """E.164 numbers with plus of a country ("US" or "GB") that nobody has."""
    if country == "GB":
        return st.integers(0, 999).map(lambda last: f"+447700900{last:03}")
    if country != "US":
        raise ValueError(f"{country!r} is no country of this strategy; US and GB are")
    return st.builds(lambda area, last: f"+1{area}55501{last:02}", st.sampled_from(_AREAS), st.integers(0, 99))


def parties(country: str = "US") -> st.SearchStrategy[tuple[str, str]]:
    """Two different numbers."""
    return st.tuples(phone_numbers(country), phone_numbers(country)).filter(lambda pair: pair[0] != pair[1])


@st.composite
def sessions(draw: st.DrawFn, *, callback_url: str = "", pins: bool | None = None) -> dict[str, Any]:
    """Parameters of a create that the API accepts. `pins` None leaves open whether there is PIN authentication."""
    first, second = draw(parties())
    fields: dict[str, Any] = {"first_party": first, "second_party": second}
    if draw(st.booleans()):
        fields["session_expiry"] = draw(st.integers(60, 86_400))
    if draw(st.booleans()):
        fields["ring_timeout"] = draw(st.integers(5, 120))
    if draw(st.booleans()):
        fields["record"] = draw(st.booleans())
    if callback_url:
        fields["callback_url"] = callback_url
        fields["callback_method"] = draw(st.sampled_from(["GET", "POST"]))
    if draw(st.booleans()) if pins is None else pins:
        fields |= {
            "is_pin_authentication_required": True,
            "generate_pin": True,
            "generate_pin_length": draw(st.integers(4, 8)),
            "pin_prompt_play": "http://127.0.0.1/prompt.mp3",
            "pin_retry": draw(st.integers(0, 5)),
        }
    return fields


@st.composite
def scripts(draw: st.DrawFn) -> dict[str, Any]:
    """Scripts of calls, as `masking.call` takes them: how the callee behaves, and how the call ends."""
    script: dict[str, Any] = {
        "outcome": draw(st.sampled_from(["answer", "answer", "answer", "busy", "reject", "no_answer", "unreachable"]))
    }
    if draw(st.booleans()):
        script["answer_after_s"] = draw(st.integers(0, 60))
    if draw(st.booleans()):
        script["talk_s"] = draw(st.integers(0, 600))
        script["hangup_by"] = draw(st.sampled_from(["caller", "callee"]))
    return script


def orders(callbacks: Sequence[_Item]) -> st.SearchStrategy[list[_Item]]:
    """Orders in which callbacks may reach a server: each at least once, some twice, none lost."""
    return st.permutations(callbacks).flatmap(
        lambda order: (
            st.lists(st.sampled_from(order), max_size=2).map(lambda again: [*order, *again]) if order else st.just([])
        )
    )


class MaskingMachine(RuleBasedStateMachine):
    """A machine that makes calls and lets time pass in a world, while your subclass drives your own service.

    Give `masking` in a subclass (a world for each run: `new_world(control, seed)`), add rules that call your service
    and invariants on it; `happened` and `callbacks` are what the world did so far. Hypothesis shrinks what fails.
    """

    masking: Masking

    def __init__(self) -> None:
        super().__init__()
        self.masking = self.make_world()
        self.happened: list[EventView] = []

    def make_world(self) -> Masking:
        """A fresh world for this run; a subclass says where from."""
        raise NotImplementedError

    def teardown(self) -> None:
        """The run is over, and its world is not needed any more."""
        self.masking.control.delete(self.masking.path)

    @property
    def callbacks(self) -> list[CallbackView]:
        """Every callback of the run so far."""
        return self.masking.callbacks.all()

    @rule(seconds=st.sampled_from([1, 5, 30, 60, 600, 1800]))
    def time_passes(self, seconds: int) -> None:
        """Time passes, and what falls due happens."""
        self.happened += self.masking.advance(seconds)

    @rule(caller=phone_numbers(), script=scripts(), data=st.data())
    def somebody_dials(self, caller: str, script: Mapping[str, Any], data: st.DataObject) -> None:
        """Somebody dials one of the world's numbers: a party of a session, or a stranger."""
        numbers = [number.number for number in self.masking.numbers.all()]
        number = data.draw(st.sampled_from(numbers))
        known = data.draw(st.sampled_from([caller, *self.people()]))
        self.masking.call(known, number, **script)

    def people(self) -> Sequence[str]:
        """Numbers that dial besides strangers; a subclass adds those of its sessions."""
        return ()

    @invariant()
    def no_callback_was_refused(self) -> None:
        """The service answered every callback with success."""
        refused = [str(callback) for callback in self.callbacks if callback.state == "failed"]
        assert not refused, f"the service refused callbacks: {'; '.join(refused)}"


__all__ = ["MaskingMachine", "new_world", "orders", "parties", "phone_numbers", "scripts", "sessions"]
