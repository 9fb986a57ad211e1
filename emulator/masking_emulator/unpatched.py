"""Sockets, threads, locks and files as the interpreter has them, whatever was replaced in this process.

The test kit is a guest in somebody else's process. Network guards and mocking libraries replace `socket.socket` and
methods of `http.client`; gevent and eventlet replace sockets, threads and locks. What asks a server here, and the
thread that a server runs in, use none of that: the originals are taken from C, or from whoever put them aside.
"""

import _socket
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, Final, Literal, TypeVar

_Given = TypeVar("_Given")

#: How much of an answer is read at once, in bytes.
_CHUNK_BYTES: Final = 65_536


def patched_by() -> Literal["gevent", "eventlet"] | None:
    """The library that replaced this process's threads by coroutines of its own; None where none did."""
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    if gevent is not None and gevent.is_module_patched("threading"):
        return "gevent"
    if eventlet is not None and eventlet.is_monkey_patched("thread"):
        return "eventlet"
    return None


def real_socket(family: int, kind: int) -> socket.socket:
    """A new socket of the standard library's own class. Raises OSError."""
    made: socket.socket = _original_class()(family, kind)
    return made


@contextmanager
def real_files() -> Iterator[None]:
    """While this lasts, files are the machine's, also where pyfakefs shows this process others."""
    faked = sys.modules.get("pyfakefs.fake_filesystem_unittest")
    if faked is None:
        yield
        return
    # While it is in force, pyfakefs has a finder of modules, which knows what shows the other files.
    finders = [finder for finder in sys.meta_path if isinstance(finder, faked.DynamicPatcher)]
    with ExitStack() as paused:
        for finder in finders[:1]:
            paused.enter_context(faked.Pause(finder.patcher))
        yield


def thread_socket(family: int, kind: int) -> socket.socket:
    """A new socket for a thread of `threading`: the standard library's, or that of gevent or eventlet where threads are
    theirs. Raises OSError.
    """
    return real_socket(family, kind) if patched_by() is None else socket.socket(family, kind)


def accepted(listener: socket.socket) -> tuple[socket.socket, Any]:
    """The next connection of a listener, in a socket of the listener's own class, and whose it is. Raises OSError."""
    if patched_by() is not None:
        return listener.accept()
    # What `accept` does, but that makes a socket of whatever class there is now.
    descriptor, address = listener._accept()  # type: ignore[attr-defined]  # of C
    connection = type(listener)(listener.family, listener.type, listener.proto, fileno=descriptor)
    connection.settimeout(None)
    return connection, address


def _original_class() -> Any:
    classes: list[type[Any]] = _socket.socket.__subclasses__()
    return next(one for one in classes if (one.__module__, one.__name__) == ("socket", "socket"))


@contextmanager
def trio_hidden() -> Iterator[None]:
    """While this lasts, trio is not found where sockets are replaced: it cannot be imported on top of those.

    What can do without trio is imported in here.
    """
    hidden = socket.socket is not _original_class() and "trio" not in sys.modules
    if hidden:
        sys.modules["trio"] = None  # type: ignore[assignment]  # the import system's word for "there is none"
    try:
        yield
    finally:
        if hidden:
            del sys.modules["trio"]


def exchange(host: str, port: int, request: bytes, *, timeout_s: float) -> bytes:
    """Send a request over a new connection, and read until the other side closes it.

    No step may take longer than `timeout_s` real seconds. Coroutines of gevent and eventlet run on meanwhile.
    Raises OSError.
    """
    return _aside(lambda: _exchanged(host, port, request, timeout_s))


def _exchanged(host: str, port: int, request: bytes, timeout_s: float) -> bytes:
    failure = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in _socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM):
        connection = _socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout_s)
            connection.connect(address)
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(_CHUNK_BYTES), b""))  # noqa: B023  # used within the turn
        except OSError as error:
            failure = error
        finally:
            connection.close()
    raise failure


def _aside(work: Callable[[], _Given]) -> _Given:
    """What the work returns. It blocks its thread, so where coroutines share this one it gets another."""
    patched = patched_by()
    if patched is None:
        return work()
    elsewhere = import_module("gevent").get_hub().threadpool.apply if patched == "gevent" else _eventlets_pool()
    given: _Given = elsewhere(work)
    return given


def _eventlets_pool() -> Callable[..., Any]:
    execute: Callable[..., Any] = import_module("eventlet.tpool").execute
    return execute


def start_thread(work: Callable[[], None], *, name: str) -> None:
    """Run this in a thread of the system's that does not keep the process alive."""
    if patched_by() is None:
        threading.Thread(target=work, name=name, daemon=True).start()
    else:
        _original("start_new_thread")(work, ())


class Happening:
    """Something that happens once, between threads of the system's."""

    def __init__(self) -> None:
        self._happened = False
        self._closed = _original("allocate_lock")()
        self._closed.acquire()

    def set(self) -> None:
        """It has happened; a second time changes nothing. For one thread only."""
        if not self._happened:
            self._happened = True
            self._closed.release()

    def wait(self, timeout_s: float) -> bool:
        """Wait up to so many real seconds; whether it has happened."""
        happened = bool(self._closed.acquire(timeout=timeout_s))
        if happened:
            self._closed.release()
        return happened


def _original(name: str) -> Any:
    """This of `_thread`, as it was before gevent or eventlet replaced it."""
    match patched_by():
        case "gevent":
            return import_module("gevent.monkey").get_original("_thread", name)
        case "eventlet":
            return getattr(import_module("eventlet.patcher").original("_thread"), name)
        case None:
            return getattr(import_module("_thread"), name)
