"""Progress of long work: a bar of click's on stderr, where that is a terminal, and nothing in a pipe.

Work that is over in a moment shows nothing, so no bar just flashes by.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, repeat
from threading import Thread
from typing import Final, TypeVar

import click

from masking_emulator.client import ControlRefused, Unreachable
from masking_emulator.clock import real_seconds
from masking_emulator.config import is_terminal_dumb

#: How long work may take before its progress is shown, and how often it is asked how far it has come, in real seconds.
_MOMENT_S: Final = 0.5
_LOOK_S: Final = 0.1

_Result = TypeVar("_Result")


def is_progress_seen() -> bool:
    """Whether somebody would see a bar: stderr is a terminal on which the cursor can be moved."""
    return sys.stderr.isatty() and not is_terminal_dumb()


@contextmanager
def progress(label: str, length: int | None, *, quiet: bool) -> Iterator[Callable[[int, str], None]]:
    """A bar for as long as this lasts; gives what takes the position that is reached, and a word about it.

    `length` is the position of the end; None where nobody knows it, then the bar only says that something goes on.
    """
    began, seen = real_seconds(), is_progress_seen() and not quiet
    bar = click.progressbar(
        iterable=None if length is not None else repeat(""),
        length=length,
        label=label,
        show_percent=length is not None,
        item_show_func=lambda word: word,
        file=sys.stderr,
    )
    is_shown = False

    def reached(position: int, word: str) -> None:
        nonlocal is_shown
        if seen and (is_shown or real_seconds() - began >= _MOMENT_S):
            is_shown = True
            bar.update(position - bar.pos, word)

    yield reached
    if is_shown:
        bar.update(0 if length is None else length - bar.pos)
        bar.render_finish()


def meanwhile(work: Callable[[], _Result], look: Callable[[], None]) -> _Result:
    """Do a server's work in a thread of its own, and look every now and then until it is over.

    Ctrl-C ends the wait for it. Raises Unreachable and ControlRefused, as the work does.
    """
    results: list[_Result] = []
    refusals: list[Unreachable | ControlRefused] = []

    def do() -> None:
        try:
            results.append(work())
        except (Unreachable, ControlRefused) as refusal:
            refusals.append(refusal)

    thread = Thread(target=do, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_LOOK_S)
        look()
    if refusals:
        raise refusals[0]
    return results[0]


def shown_while(label: str, work: Callable[[], _Result], *, quiet: bool) -> _Result:
    """Do work of which nobody knows how long it takes, and show that it goes on."""
    if quiet or not is_progress_seen():
        return work()
    looks = count(1)
    with progress(label, None, quiet=quiet) as reached:
        return meanwhile(work, lambda: reached(next(looks), ""))
