"""A console of Windows that closes: its programs get a few seconds, and end as soon as they say that they have heard.

Python hears of it as of Ctrl-Break, but answers at once, which ends the process before it has written its state. So
a handler of our own passes the event on, and takes its time with the answer.
"""

import signal
import sys
from threading import Event

#: CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT of the Windows API.
_CLOSING = (2, 5, 6)

#: Longer than Windows waits; the process ends before, when it is ready.
_ANSWER_AFTER_S = 60.0

if sys.platform == "win32":
    import ctypes

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)
    def _closes(event: int) -> int:
        if event not in _CLOSING:
            return 0  # the next handler, which is Python's own
        signal.raise_signal(signal.SIGBREAK)
        Event().wait(_ANSWER_AFTER_S)
        return 1


def take_time_to_end() -> None:
    """From now on a console that closes asks this process to end as Ctrl-Break does, and waits for its end."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetConsoleCtrlHandler(_closes, 1)
