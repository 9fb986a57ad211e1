"""PINs: legal, generated, and taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.chance import Chance
from masking_emulator.core.decisions.session_pins import check_pins, settle_pins
from masking_emulator.core.records.calls import Pins
from masking_emulator.core.refusals import Reason, Refused

from tests.core.play import pin_wish

_DIGITS = [str(digit) for digit in range(10)]


def _settled(first: str | None, second: str | None, taken: set[str], *, length: int = 1, seed: int = 7) -> Pins:
    return settle_pins(pin_wish(first, second, length=length), Chance(seed), taken.__contains__)


def test_equal_pins_are_refused() -> None:
    """First and second PIN must differ (ledger: pins_differ)."""
    with pytest.raises(Refused) as refused:
        check_pins(pin_wish("1234", "1234"))
    assert refused.value.reason is Reason.PINS_EQUAL


@pytest.mark.parametrize(("first", "second"), [("1234", "4321"), (None, "1234"), ("1234", None), (None, None)])
def test_different_or_missing_pins_are_legal(first: str | None, second: str | None) -> None:
    """A PIN that will be generated equals no other."""
    check_pins(pin_wish(first, second))


def test_given_pins_are_taken_as_they_are() -> None:
    """Given PINs win over generation, even where the number has them already (ledger: given_pin_wins)."""
    pins = _settled("0042", "1234", {"0042", "1234"})

    assert (pins.first, pins.second) == ("0042", "1234")


def test_missing_pin_is_generated_beside_a_given_one() -> None:
    """The generated PIN of either side avoids the given one of the other."""
    all_but_two = set(_DIGITS) - {"3", "4"}

    assert _settled("3", None, all_but_two).second == "4"
    assert _settled(None, "3", all_but_two).first == "4"


@given(st.integers(), st.integers(4, 15))
def test_generated_pins_have_the_length_asked_for_and_differ(seed: int, length: int) -> None:
    """Digits only, leading zeros kept (ledger: generated_pins_length, generated_pins_differ)."""
    pins = _settled(None, None, set(), length=length, seed=seed)

    assert [length, length] == [len(pins.first), len(pins.second)]
    assert (pins.first + pins.second).isdecimal()
    assert pins.first != pins.second


@given(st.integers(), st.sets(st.sampled_from(_DIGITS), max_size=8))
def test_generated_pins_avoid_those_on_the_number(seed: int, taken: set[str]) -> None:
    """An unknown caller's PIN alone tells session and party (ledger: generated_pins_unused)."""
    pins = _settled(None, None, taken, seed=seed)

    assert {pins.first, pins.second}.isdisjoint(taken)


@pytest.mark.parametrize("free", [0, 1])
def test_no_free_pin_is_refused(free: int) -> None:
    """Two PINs are needed; with fewer free ones of this length there is no session."""
    with pytest.raises(Refused) as refused:
        _settled(None, None, set(_DIGITS[free:]))
    assert refused.value.reason is Reason.PINS_EXHAUSTED
    assert refused.value.detail == {"length": 1}
