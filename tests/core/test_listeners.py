"""Listeners: who hears, in which order, and how those who wait learn that nothing will come."""

from masking_emulator.core.listeners import Listeners


def test_everybody_hears_in_the_order_in_which_they_came() -> None:
    """For as long as the context lasts, or for good."""
    listeners: Listeners[int] = Listeners()
    heard: list[tuple[str, int | None]] = []
    listeners.append(lambda item: heard.append(("first", item)))
    with listeners.heard_by(lambda item: heard.append(("second", item))):
        listeners.tell(1)
    listeners.tell(2)

    assert [("first", 1), ("second", 1), ("first", 2)] == heard


def test_whoever_waits_is_interrupted_and_the_others_go_on() -> None:
    """None says that what was waited for will not come; only a close is for good."""
    listeners: Listeners[int] = Listeners()
    heard: list[int | None] = []
    listeners.append(heard.append)
    listeners.interrupt()
    open_still = not listeners.closed
    listeners.tell(3)
    listeners.close()

    assert ([None, 3, None], True, True) == (heard, open_still, listeners.closed)


def test_listener_may_leave_while_it_is_told() -> None:
    """The others hear all the same."""
    listeners: Listeners[int] = Listeners()
    heard: list[int | None] = []
    context = listeners.heard_by(lambda _: context.__exit__(None, None, None))
    context.__enter__()
    listeners.append(heard.append)
    listeners.tell(1)
    listeners.tell(2)

    assert [1, 2] == heard
    assert bool(listeners)


def test_whoever_comes_too_late_is_told_so_at_once() -> None:
    """Nobody waits for what will never happen."""
    listeners: Listeners[int] = Listeners()
    heard: list[int | None] = []
    listeners.close()
    with listeners.heard_by(heard.append):
        told = list(heard)

    assert ([None], False) == (told, bool(listeners))
