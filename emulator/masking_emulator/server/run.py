"""Run: a private emulator for as long as one command lives, which is what `masking-emulator run -- COMMAND` is.

The sockets are open and the world is loaded before the command starts, the rest of the server loads while it does:
its first requests wait in the system's queue. When the command ends, this process ends with its exit code.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket, socketpair
from threading import Event, Thread, Timer
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from masking_emulator.clock import looks
from masking_emulator.config import HOST_DEFAULT, URL_VARIABLE, cache_folder, environment
from masking_emulator.core.chance import Seed
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.interception.environment import EmulatorAccess, variables
from masking_emulator.interception.trust import other_authorities, trust
from masking_emulator.server.garbage_collection import settle
from masking_emulator.server.sockets import ServerSockets, open_sockets
from masking_emulator.wholefile import CannotKeepFile
from masking_emulator.world.file import load_world, with_routes
from masking_emulator.world.spec import keeping_requests

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from masking_emulator.keeping.files import Keeping
    from masking_emulator.server.app_server import AppServer

_Ended = TypeVar("_Ended")

#: Exit codes as in a shell: the command is not there, it is not a program, a signal ended it.
EXIT_NOT_FOUND: Final = 127
EXIT_NO_PROGRAM: Final = 126
EXIT_SIGNAL: Final = 128

#: Signals that are passed on to the command. A terminal, and Windows, sends those of keys to the command itself.
_FORWARDED: Final = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGBREAK", "SIGUSR1", "SIGUSR2")
_BY_KEY: Final = ("SIGINT", "SIGQUIT", "SIGBREAK")
_ASKS_TO_END: Final = ("SIGTERM", "SIGHUP")

#: prctl(2): the signal that a process gets when its parent has died.
_PR_SET_PDEATHSIG: Final = 1

#: How often to check whether the processes that the command left have ended, in real seconds.
_PAUSE_S: Final = 0.01


#: What `run` tells its command of the emulator, and what another service has not.
_OF_AN_EMULATOR: Final = (URL_VARIABLE, "PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN")

#: So many bytes of signals are taken at once.
WAKES_AT_ONCE: Final = 1024

#: How long the server may take to end, in real seconds.
_STOP_S: Final = 10.0


class CannotRun(Exception):
    """The command does not start; the message says why, `code` is what a shell would exit with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What to run, in which world, which other hosts it may reach, and how long it may take to end when asked.

    `routes` are pairs of a public callback URL and where it is delivered, beside those of the world. A port of 0 is any
    free one. `recording` is the file for what the world is asked, `requests_kept` how many requests it keeps at least.
    """

    command: Sequence[str]
    world: str
    seed: Seed | None
    allowed_hosts: tuple[str, ...]
    kill_after_s: float
    routes: Sequence[tuple[str, str]] = ()
    port: int = 0
    proxy_port: int = 0
    recording: Path | None = None
    requests_kept: int = 0


def run(config: RunConfig, ended: Callable[[str, int], int] = lambda _, code: code) -> NoReturn:
    """Run the command and end this process with its exit code, or with what `ended` makes of it.

    `ended` is called with the server's URL once the command has ended; until it returns, the server goes on.
    Raises BadWorld, CannotOpenSocket, CannotKeep, CannotKeepFile and CannotRun before the command has started.
    """
    spec = with_routes(load_world(config.world, seed=config.seed), config.routes)
    spec = keeping_requests(spec, config.requests_kept)
    keeping = _keeping(config.recording)
    sockets = open_sockets(
        HOST_DEFAULT,
        config.port,
        proxy_port=config.proxy_port,
        tls_port=0,
        allowed_hosts=config.allowed_hosts,
        certificates=users_certificates,
    )
    user = environment()
    account = spec.accounts[0]
    everything = {**user, **variables(_access(sockets, (account.auth_id, account.auth_token), user), user)}
    command = _Command(config.command, everything, kill_after_s=config.kill_after_s)

    def serve(made: Callable[["AppServer"], None]) -> None:
        # Imported here, in the server's thread: the command has started meanwhile, and need not wait for it.
        from masking_emulator.server.server import serve_world

        serve_world(spec, sockets, keeping, ready=settle, made=made)

    serving = _Serving(serve, command.end)
    serving.start()
    code = command.wait()
    if serving.is_alive():
        code = ended(sockets.url, code)
    if keeping is not None:
        serving.stop()
    _leave(code)


def run_with_app(
    app: "ASGIApp",
    command: Sequence[str],
    *,
    port: int,
    allowed_hosts: Sequence[str],
    kill_after_s: float,
    linger_s: float,
    ended: Callable[[int], int],
) -> NoReturn:
    """Run the command as `run` does, with this app in the emulator's place, and with the account that the user has.

    `port` is that of plain HTTP. The app answers for `linger_s` real seconds after the command has ended. After that
    `ended` is called with the command's exit code, and returns this process's.
    Raises CannotOpenSocket, CannotKeep and CannotRun before the command has started.
    """
    sockets = open_sockets(
        HOST_DEFAULT, port, proxy_port=0, tls_port=0, allowed_hosts=allowed_hosts, certificates=users_certificates
    )
    user = environment()
    ours = variables(_access(sockets, ("", ""), user), user)
    # The account is the user's, and there is no control API to be named.
    everything = {**user, **{name: value for name, value in ours.items() if name not in _OF_AN_EMULATOR}}
    started = _Command(command, everything, kill_after_s=kill_after_s)

    def serve(made: Callable[["AppServer"], None]) -> None:
        # Imported here, in the server's thread: the command has started meanwhile, and need not wait for it.
        from masking_emulator.server.app_server import AppServer

        server = AppServer(app, sockets)
        made(server)
        server.run(sockets=[sockets.plain])

    serving = _Serving(serve, started.end)
    serving.start()
    code = started.wait()
    Event().wait(linger_s)
    serving.stop()
    _leave(ended(code))


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # A server that does not record is in the middle of things, perhaps of its own imports; nothing of it is kept.
    os._exit(code)


def _access(sockets: ServerSockets, account: tuple[str, str], user: Mapping[str, str]) -> EmulatorAccess:
    assert sockets.certificates is not None
    assert sockets.proxy_url is not None
    authority = sockets.certificates.authority.read_text(encoding="ascii")
    return EmulatorAccess(
        url=sockets.url,
        proxy_url=sockets.proxy_url,
        tls_url=sockets.tls_url,
        auth_id=account[0],
        auth_token=account[1],
        trust=trust(cache_folder(), authority, other_authorities(user)),
    )


def _keeping(recording: Path | None) -> "Keeping | None":
    """The file of the recording; None where there is none. Raises CannotKeepFile."""
    if recording is None:
        return None
    # Imported here: a start without files would pay for reading and writing them.
    from masking_emulator.keeping.files import Keeping

    return Keeping(state=None, recording=recording)


class _Serving(Thread):
    """The server in a thread that ends with the process, or earlier where `stop` is called.

    `stopped` is called when it has ended: only a bug ends it while the command runs, which would wait for it long.
    """

    def __init__(self, serve: Callable[[Callable[["AppServer"], None]], None], stopped: Callable[[], None]) -> None:
        """`serve` serves until it is done, and first hands over its server."""
        super().__init__(name="masking-emulator", daemon=True)
        self._serve, self._stopped = serve, stopped
        self._server: AppServer | None = None
        self._made = Event()

    def run(self) -> None:
        """Serve."""
        # Imported here, in the server's thread, as the server is.
        from masking_emulator.server.log import log_as

        log_as("text")
        try:
            self._serve(self._take)
        except CannotKeepFile as error:
            sys.stderr.write(f"masking-emulator: {error}\n")
        finally:
            self._made.set()
            self._stopped()

    def stop(self) -> None:
        """Let the server end in order, so that what it keeps is whole."""
        self._made.wait()
        if self._server is not None:
            self._server.should_exit = True
        self.join(_STOP_S)

    def _take(self, server: "AppServer") -> None:
        self._server = server
        self._made.set()


class _Command:
    """The user's command, with all processes that it starts."""

    def __init__(self, words: Sequence[str], variables: Mapping[str, str], *, kill_after_s: float) -> None:
        self._kill_after_s = kill_after_s
        # In a terminal it stays in our group, because only that group may read the keyboard. Elsewhere it has a group
        # of its own, so that what it leaves behind can be found.
        self._by_key = os.name == "nt" or _in_terminal()
        self._has_group = os.name == "posix" and not self._by_key
        self._timer: Timer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        for name in _FORWARDED:
            number = getattr(signal, name, None)
            # What nohup has us ignore, the command ignores too.
            if number is not None and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
                signal.signal(number, self._forward)
        self._process = _start(words, variables, own_group=self._has_group)
        for number in self._early:
            self._send(number)

    def wait(self) -> int:
        """Wait for its end, clear away what it left, and return its exit code."""
        assert self._process is not None
        code = heeding_signals(self._process.wait)
        if self._timer is not None:
            self._timer.cancel()
        if self._has_group:
            _clear_away(self._process.pid, patience_s=self._kill_after_s)
        return code if code >= 0 else EXIT_SIGNAL - code

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it with SIGTERM, and with SIGKILL if that does not help."""
        self._send(number)
        if self._timer is None:
            self._timer = Timer(self._kill_after_s, self._send, args=(getattr(signal, "SIGKILL", signal.SIGTERM),))
            self._timer.daemon = True
            self._timer.start()

    def _forward(self, number: int, _: object) -> None:
        name = signal.Signals(number).name
        if name in _ASKS_TO_END:
            self.end(number)
        elif not (self._by_key and name in _BY_KEY):
            self._send(number)

    def _send(self, number: int) -> None:
        if self._process is None:
            self._early.append(number)
        elif self._process.poll() is None:
            with suppress(ProcessLookupError):
                send = os.killpg if self._has_group else os.kill
                send(self._process.pid, number)


def heeding_signals(wait: Callable[[], _Ended]) -> _Ended:
    """What `wait` returns, which waits for a process. The handler of a signal runs as soon as the signal comes.

    So another thread waits, and the main one for what it, or a signal, wakes it with. What a handler raises ends the
    waiting of the main one.
    """
    found: list[_Ended] = []
    with woken_by_signals() as (woken, wake):

        def waiting() -> None:
            found.append(wait())
            wake()

        Thread(target=waiting, name="masking-emulator waits", daemon=True).start()
        while not found:
            woken.recv(WAKES_AT_ONCE)
    return found[0]


@contextmanager
def woken_by_signals() -> Iterator[tuple[socket, Callable[[], object]]]:
    """A socket, for the main thread, which can be read once a signal has come or the function beside it was called.

    Python calls the handlers of signals in the main thread, between its own steps. A signal that comes just before
    that thread waits in the system, or that another thread is given, would be heard whenever the waiting ends by
    itself. So each signal writes a byte into a socket, and the main thread waits for that, and for nothing else.
    """
    woken, waker = socketpair()
    waker.settimeout(0)

    def wake() -> None:
        with suppress(OSError):  # there are bytes enough, or nobody waits any more
            waker.send(b"\0")

    with woken, waker:
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            yield woken, wake
        finally:
            signal.set_wakeup_fd(-1)


def _start(words: Sequence[str], variables: Mapping[str, str], *, own_group: bool) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(words), env=dict(variables), process_group=0 if own_group else None, preexec_fn=tied_to_this_process()
        )
    except FileNotFoundError:
        raise CannotRun(EXIT_NOT_FOUND, f"{words[0]}: there is no such command") from None
    except OSError as error:
        raise CannotRun(EXIT_NO_PROGRAM, f"{words[0]}: {error.strerror}") from None
    except ValueError as error:  # a null byte
        raise CannotRun(EXIT_NOT_FOUND, f"{words[0]!r}: {error}") from None


def tied_to_this_process() -> Callable[[], None] | None:
    """What lets the system end the command when this process is killed, where the system can (Linux); else None.

    No thread runs yet when the command starts, so it is safe to run Python between fork and exec.
    """
    if sys.platform != "linux":
        return None
    # Imported here: only Linux has what it is for.
    from ctypes import CDLL

    library = CDLL(None)
    return lambda: library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _in_terminal() -> bool:
    """Whether a terminal sends us signals for its keys."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _clear_away(group: int, *, patience_s: float) -> None:
    """End what is left of a process group: with SIGTERM first, with SIGKILL later."""
    for number, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 0.0)):
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            return
        for _ in looks(timeout_s=wait_s, pause_s=_PAUSE_S):
            try:
                os.killpg(group, 0)
            except (ProcessLookupError, PermissionError):
                return
