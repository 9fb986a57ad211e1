"""The callback log: bounded, whatever is not settled."""

from masking_emulator.callbacks.log import CallbackLog
from masking_emulator.callbacks.routes import RouteTable
from masking_emulator.callbacks.writing import Writer
from masking_emulator.core.chance import Chance
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.callbacks import Callback, CallbackState, Channel, Notice, NoticeKind
from masking_emulator.plivo.service import Account


def _callback(ordinal: int, state: CallbackState = CallbackState.WAITING) -> Callback:
    notice = Notice(NoticeKind.TIMED_OUT)
    return Callback(ordinal, 1, "s", 0, "1", Channel.STATUS, notice, "http://h/", "POST", 0, state)


_WRITTEN = Writer((Account(0, "MA", "token"),), "http://h", Chance("seed"), RouteTable()).written(_callback(1))


def _ordinals(log: CallbackLog) -> list[int]:
    return [entry.callback.ordinal for entry in log.all()]


def test_settled_callbacks_make_room_for_new_ones() -> None:
    """Those that were settled first go first; what waits, stays."""
    log = CallbackLog(3)
    for ordinal in (1, 2, 3):
        log.add(_callback(ordinal), _WRITTEN)
    for ordinal in (3, 2):
        log.change(replace(_callback(ordinal), state=CallbackState.DELIVERED))
    log.add(_callback(4), _WRITTEN)
    before = _ordinals(log)
    log.add(_callback(5, CallbackState.KEPT), _WRITTEN)

    assert ([1, 2, 4], [1, 4, 5]) == (before, _ordinals(log))


def test_log_keeps_what_waits_beyond_its_size_until_it_is_settled() -> None:
    """The engine bounds how much waits; once that is settled, the log shrinks."""
    log = CallbackLog(2)
    for ordinal in range(1, 6):
        log.add(_callback(ordinal), _WRITTEN)
    before = _ordinals(log)
    for ordinal in range(1, 6):
        log.change(replace(_callback(ordinal), state=CallbackState.DROPPED))

    assert ([1, 2, 3, 4, 5], [4, 5]) == (before, _ordinals(log))


def test_change_of_a_callback_that_is_not_kept_is_no_news() -> None:
    """It is gone already."""
    log = CallbackLog(1)
    log.change(_callback(7, CallbackState.FAILED))

    assert [] == _ordinals(log)


def test_copy_is_independent() -> None:
    """With room to make of its own."""
    log = CallbackLog(1)
    log.add(_callback(1, CallbackState.KEPT), _WRITTEN)
    twin = log.copy()
    twin.add(_callback(2, CallbackState.KEPT), _WRITTEN)

    assert ([1], [2]) == (_ordinals(log), _ordinals(twin))
