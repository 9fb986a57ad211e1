"""Timers: order and replacement."""

from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.commands import TimeOutSession
from masking_emulator.core.timers import Timer, Timers
from masking_emulator.core.work import finished


def _timer(key: str, at: int) -> Timer:
    return Timer(at, key, TimeOutSession(key))


def _timers(**instants: int) -> Timers:
    timers = Timers()
    for key, at in instants.items():
        timers.set(_timer(key, at))
    return timers


def _keys(timers: list[Timer]) -> list[str]:
    return [timer.key for timer in timers]


def _popped(timers: Timers, instant: int) -> list[str]:
    return _keys(list(iter(lambda: timers.pop_due(instant), None)))


def test_due_timers_come_in_order_of_deadline_then_of_setting() -> None:
    """Of two timers of one instant the one that was set first comes first."""
    timers = _timers(late=9, second=5, third=5, first=1)

    assert _popped(timers, 5) == ["first", "second", "third"]
    assert timers.deadline() == 9


def test_timer_is_due_at_its_instant_and_not_before() -> None:
    """A deadline is reached when it is equal."""
    timers = _timers(noon=12)

    assert timers.pop_due(11) is None
    assert _timer("noon", 12) == timers.pop_due(12)
    assert timers.pop_due(12) is None


def test_setting_again_replaces() -> None:
    """One timer a key: the earlier deadline is forgotten, and the order is that of the last setting."""
    timers = _timers(a=1, b=5)
    timers.set(_timer("a", 5))

    assert timers.deadline() == 5
    assert _popped(timers, 9) == ["b", "a"]


def test_cancelled_timer_is_never_due() -> None:
    """Cancelling forgets a timer, and cancelling nothing does nothing."""
    timers = _timers(a=1, b=2)
    timers.cancel("a")
    timers.cancel("unknown")

    assert timers.deadline() == 2
    assert _keys(timers.all()) == ["b"]


def test_no_timer_no_deadline() -> None:
    """An empty set of timers has no deadline."""
    assert Timers().deadline() is None


def test_copy_is_independent() -> None:
    """Neither of two copies sees what is done to the other."""
    timers = _timers(a=1, b=2)
    twin = timers.copy()
    timers.cancel("a")
    twin.set(_timer("c", 0))

    assert _keys(timers.all()) == ["b"]
    assert _keys(twin.all()) == ["c", "a", "b"]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 9)), max_size=300))
def test_timers_are_those_of_a_plain_mapping(steps: list[tuple[str, int | None]]) -> None:
    """However timers are set and cancelled, what is left comes sorted by (instant, last setting)."""
    timers, plain = Timers(), dict[str, tuple[int, int]]()
    for order, (key, at) in enumerate(steps):
        if at is None:
            timers.cancel(key)
            plain.pop(key, None)
        else:
            timers.set(_timer(key, at))
            plain[key] = (at, order)

    expected = sorted(plain, key=lambda key: plain[key])
    assert expected == _keys(timers.all())
    assert len(expected) == len(timers)
    assert expected == _popped(timers, 9)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 9)), st.lists(st.text(max_size=3)))
def test_timers_that_are_set_at_once_run_as_if_one_after_the_other(instants: dict[str, int], gone: list[str]) -> None:
    """Of one instant, the one that came first runs first; one that is set later comes after them."""
    one_by_one, at_once = _timers(**instants), Timers()
    finished(at_once.filling(_timer(key, at) for key, at in instants.items()))
    for timers in (one_by_one, at_once):
        for key in gone:
            timers.cancel(key)
        timers.set(_timer("new", 5))

    assert one_by_one.deadline() == at_once.deadline()
    assert _popped(one_by_one, 9) == _popped(at_once, 9)
    assert len(one_by_one) == len(at_once) == 0
