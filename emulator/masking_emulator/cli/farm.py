"""The verb `farm`: several servers and HAProxy before them, on this machine, for trying."""

import os
import shutil
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from select import select
from signal import Signals, signal
from tempfile import TemporaryDirectory
from typing import IO, Final

import click

from masking_emulator.cli.balancer import BalancedServer, Balancer, configuration
from masking_emulator.cli.common import (
    EXIT_REFUSED,
    EXIT_USAGE,
    FOLDER,
    PORT,
    Verb,
    WholeNumber,
    counted,
    end,
    end_cleanly_when_asked,
)
from masking_emulator.client import Control, ControlRefused, Unreachable
from masking_emulator.clock import looks, real_seconds
from masking_emulator.config import HOST_DEFAULT, PORT_DEFAULT

_PORT_MAX: Final = 65_535

#: More members than this are no trial any more.
_MEMBERS_MAX: Final = 32

#: A member that was started so often within so many real seconds, and ended, is not started again.
_STARTS_MAX: Final = 6
_STARTS_WITHIN_S: Final = 60.0

#: How long a process may take to end, and HAProxy to listen, in real seconds; and how often to look.
_PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 0.05

_THEY_COME_BACK: Final = "its worlds come back as they were last written; those that never were are gone"


class _DoesNotStart(Exception):
    """A process of the farm does not start; it has said why on stderr."""


class _Process:
    """A process of the farm, which ends with it however that ends, where the system can see to it."""

    def __init__(self, words: Sequence[str], *, reads: bool) -> None:
        """`reads` says whether the farm reads what it prints, which is shown to nobody else."""
        # Imported here: every other verb starts faster without.
        from masking_emulator.server.run import tied_to_this_process

        self._process = subprocess.Popen(
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if reads else None,
            text=True,
            process_group=0,  # Ctrl-C is for the farm, which ends its processes in order
            preexec_fn=tied_to_this_process(),  # the farm has no threads
        )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def printed(self) -> IO[str]:
        """What it prints."""
        assert self._process.stdout is not None, "somebody reads what it prints"
        return self._process.stdout

    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def ended(self, code: int) -> None:
        """The system has said that it ended, with this code."""
        self._process.returncode = code
        if self._process.stdout is not None:
            self._process.stdout.close()

    def ask_to_end(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def wait_until_ended(self) -> None:
        """Wait until it has ended, and end it where it does not."""
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _FarmMember:
    """A server of the farm, which is started again at the same port with the same files.

    `is_starting` until it has said that it is ready, or has ended without.
    """

    process: _Process
    is_starting: bool

    def __init__(self, place: int, port: int, words: Sequence[str]) -> None:
        self.name = f"member_{place}"
        self.starts: deque[float] = deque(maxlen=_STARTS_MAX)
        self._words, self._port = words, port
        self._begin()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self.process.pid

    @property
    def url(self) -> str:
        """Where it listens itself."""
        return f"http://{HOST_DEFAULT}:{self._port}"

    def begin_again(self) -> None:
        """Start it after its end."""
        self._begin()

    def wait_until_ready(self) -> None:
        """Return once it answers requests. Raises _DoesNotStart."""
        ready, _, rest = self.process.printed.readline().partition(" ")
        self.is_starting = False
        if ready != "ready":
            raise _DoesNotStart(f"{self.name} does not start")
        self._port = int(rest.split()[0].rpartition(":")[2])

    def _begin(self) -> None:
        self.starts.append(real_seconds())
        self.is_starting = True
        command = [sys.executable, "-m", "masking_emulator", "serve", "--port", str(self._port)]
        self.process = _Process([*command, *self._words], reads=True)


@click.command(cls=Verb)
@click.option(
    "-n", "--members", default=4, show_default=True, type=WholeNumber(1, _MEMBERS_MAX), help="How many servers."
)
@click.option("--port", default=PORT_DEFAULT, show_default=True, type=PORT, help="The port of all; 0: any free one.")
@click.option("--world", default="demo", show_default=True, help="A world file (TOML), or an example's name.")
@click.option("--state-folder", type=FOLDER, help="Keep the worlds of each member below this folder, for the next run.")
@click.option("--metrics", is_flag=True, help="Let each member serve metrics for Prometheus at its own /metrics.")
def farm(members: int, port: int, world: str, state_folder: Path | None, *, metrics: bool) -> None:
    """Run several servers on this machine, and HAProxy before them, until Ctrl-C. For trying, on Linux and macOS.

    Each world lives in one member. Clients ask HAProxy at --port, members listen at the ports behind it, where their
    consoles are. A member that dies is started again, with its worlds as they were last written if there is a folder;
    one that dies six times within a minute is given up.
    """
    end_cleanly_when_asked()
    if os.name != "posix":
        end(EXIT_USAGE, "farm runs on Linux and macOS, where HAProxy does")
    haproxy = shutil.which("haproxy")
    if haproxy is None:
        end(EXIT_USAGE, "haproxy is not installed; apt-get install haproxy, or brew install haproxy")
    _require_found_whole(world)
    front, behind = _free_port(port), _ports_behind(port, members)
    url = f"http://{HOST_DEFAULT}:{front}"
    words = ["--world", world, "--public-url", url, *(["--metrics"] if metrics else [])]
    kept = [[] if state_folder is None else ["--state-folder", str(state_folder / f"{n + 1}")] for n in range(members)]
    with _ended_together() as processes, TemporaryDirectory() as folder:
        try:
            there: list[_FarmMember] = []
            for place in range(members):
                there.append(_FarmMember(place + 1, behind[place], [*words, *kept[place]]))
                processes.append(there[-1])
            for member in there:
                member.wait_until_ready()
            balancer = _balanced(haproxy, Path(folder), front, there)
            processes.insert(0, balancer)
            balancer.wait_until_ready(url)
        except _DoesNotStart as error:
            end(EXIT_USAGE, str(error))
        click.echo(f"ready {url} members={members}")
        for member in there:
            click.echo(f"{member.name:<12}console {member.url}/")
        _watch(balancer, there, is_kept=state_folder is not None)


def _require_found_whole(world: str) -> None:
    """End where the subaccounts of the world that each member begins with would be sought in another than the account.

    What else is wrong with it its members say.
    """
    # Imported here: every other verb starts faster without.
    from masking_emulator.world.file import load_world
    from masking_emulator.world.spec import TAIL_CHARACTERS, BadWorld

    with suppress(BadWorld):
        main, *subaccounts = load_world(world).accounts
        for place, subaccount in enumerate(subaccounts):
            if subaccount.auth_id[-TAIL_CHARACTERS:] != main.auth_id[-TAIL_CHARACTERS:]:
                end(
                    EXIT_USAGE,
                    f"{world}: account.subaccounts[{place}].auth_id: {subaccount.auth_id} does not end as "
                    f"{main.auth_id} does; HAProxy finds the member of both by these last {TAIL_CHARACTERS} characters",
                )


def _free_port(port: int) -> int:
    """The port, or any free one for 0. Ends where it is taken."""
    try:
        with closing(socket.create_server((HOST_DEFAULT, port))) as tried:
            found: int = tried.getsockname()[1]
            return found
    except OSError as error:
        end(EXIT_USAGE, f"{HOST_DEFAULT}:{port}: {os.strerror(error.errno or 0)}; choose another port with --port")


def _ports_behind(port: int, members: int) -> Sequence[int]:
    """Where the members are to listen; 0 is any free port. Ends where there are no such ports, or one is taken."""
    if port == 0:
        return [0] * members
    if port + members > _PORT_MAX:
        behind = counted(members, "port")
        end(EXIT_USAGE, f"--port {port}: members need the {behind} behind it, and the last port is {_PORT_MAX}")
    return [_free_port(port + place) for place in range(1, members + 1)]


def _balanced(haproxy: str, folder: Path, port: int, members: Sequence[_FarmMember]) -> "_Balancer":
    described = [BalancedServer(one.name, one.url.removeprefix("http://"), f"{one.url}/") for one in members]
    listen, peer = f"{HOST_DEFAULT}:{port}", f"{HOST_DEFAULT}:{_free_port(0)}"
    balancer = Balancer(listen, peer, str(folder / "socket"), str(folder / "inside"), described)
    file = folder / "haproxy.cfg"
    file.write_text(configuration(balancer), encoding="utf-8")
    return _Balancer([haproxy, "-f", str(file)])


class _Balancer:
    """HAProxy at work."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self.process = _Process([*words, "-db", "-q"], reads=False)

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self.process.pid

    def wait_until_ready(self, url: str) -> None:
        """Return once it answers there. Raises _DoesNotStart."""
        for _ in looks(timeout_s=_PATIENCE_S, pause_s=_PAUSE_S):
            if (code := self.process.exit_code()) is not None:
                # It is quiet about members that come and go, and therefore about its configuration too.
                subprocess.run([*self._words, "-c"], stdout=subprocess.DEVNULL, check=False)
                raise _DoesNotStart(f"HAProxy ended with {_how(code)}")
            with suppress(Unreachable, ControlRefused):  # it has not seen yet which members answer
                Control(url).get("/health")
                return
        raise _DoesNotStart(f"HAProxy does not answer at {url}")


@contextmanager
def _ended_together() -> Iterator[list["_FarmMember | _Balancer"]]:
    """The processes of the farm, all of which end when this does: the balancer first, so that no member is missed."""
    processes: list[_FarmMember | _Balancer] = []
    try:
        yield processes
    finally:
        for one in processes:
            one.process.ask_to_end()
        for one in processes:
            one.process.wait_until_ended()


def _watch(balancer: _Balancer, members: Sequence[_FarmMember], *, is_kept: bool) -> None:
    """Say which member has died, and start it again, until the farm is asked to end. No member waits for another."""
    watched = {member.pid: member for member in members}
    for pid, code in _ended(watched):
        if pid == balancer.pid:
            balancer.process.ended(code)
            end(EXIT_REFUSED, f"HAProxy ended with {_how(code)}, so the farm ends")
        member = watched.pop(pid, None)
        if member is None:
            continue
        member.process.ended(code)
        worlds = _THEY_COME_BACK if is_kept else "its worlds are gone"
        _say(f"{member.name} at {member.url} ended with {_how(code)}; {worlds}")
        if not has_started_too_often(member.starts, now_s=real_seconds()):
            member.begin_again()
            watched[member.pid] = member
            continue
        _say(f"{member.name} ended {_STARTS_MAX} times within {_STARTS_WITHIN_S:g} seconds and is not started again")
        if not watched:
            end(EXIT_REFUSED, "no member is left, so the farm ends")


def has_started_too_often(starts: Sequence[float], *, now_s: float) -> bool:
    """Whether what was started at these moments, and ended now, had better not be started again."""
    return len(starts) >= _STARTS_MAX and now_s - starts[-_STARTS_MAX] < _STARTS_WITHIN_S


def _ended(watched: Mapping[int, _FarmMember]) -> Iterator[tuple[int, int]]:
    """Each process of ours that has ended, with its exit code. Meanwhile it says which of the watched are ready again.

    What asks the farm to end is heard all the time, because nothing here waits for a single process.
    """
    # Imported here, as where a process is started; and Windows, where there is no farm, has no such signal.
    from signal import SIGCHLD

    from masking_emulator.server.run import WAKES_AT_ONCE, woken_by_signals

    # As good as no handler, but for waking.
    signal(SIGCHLD, lambda *_: None)
    with woken_by_signals() as (woken, _):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                yield pid, os.waitstatus_to_exitcode(status)
                continue
            starting = {member.process.printed.fileno(): member for member in watched.values() if member.is_starting}
            readable, _, _ = select([woken.fileno(), *starting], [], [])
            if woken.fileno() in readable:
                woken.recv(WAKES_AT_ONCE)
            for file in starting.keys() & set(readable):
                _hear(starting[file])


def _hear(member: _FarmMember) -> None:
    """Read what a member that was started again says, which it writes at once."""
    with suppress(_DoesNotStart):  # its end is the next that is waited for
        member.wait_until_ready()
        _say(f"{member.name} is ready again")


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"the signal {Signals(-code).name}"


def _say(sentence: str) -> None:
    click.echo(f"masking-emulator: {sentence}", err=True)
