"""Configuration of `serve` and the client verbs. The only place that reads the environment.

Flags win over the environment, the environment over the defaults; for the options of the verbs click does the
reading, by these names.
"""

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple

from masking_emulator.core.chance import Seed

#: Where a server is, for the verbs that talk to one.
URL_VARIABLE: Final = "MASKING_EMULATOR_URL"

#: Where its TLS port is, for the preload of Node.
TLS_URL_VARIABLE: Final = "MASKING_EMULATOR_TLS_URL"

#: Which account the verbs are about.
ACCOUNT_VARIABLE: Final = "MASKING_EMULATOR_ACCOUNT"

#: Where certificates and trust stores are kept, instead of the user's cache.
CACHE_VARIABLE: Final = "MASKING_EMULATOR_CACHE"

HOST_DEFAULT: Final = "127.0.0.1"
PORT_DEFAULT: Final = 8080

#: A server needs no more files than this.
_FILES_WANTED: Final = 65_536


#: What agents may do to a server: look, or change something too.
AgentLeave = Literal["read", "write"]


class ServeConfig(NamedTuple):
    """Where to listen and which world to begin with. A port of 0 is any free one, None is no such socket.

    `public_url` is where clients reach the server, if that is not where it listens.
    `callback_authorities` are the certificates (PEM) that callbacks believe beside the system's.
    `state` is the file that the world goes on from and is written to, `state_folder` the folder where all worlds do.
    `recording` is the one for what it is asked.
    `mcp` says whether agents are served, and whether they may change something; `metrics` whether there are any.
    """

    host: str
    port: int
    proxy_port: int | None
    tls_port: int | None
    allowed_hosts: tuple[str, ...]
    world: str
    seed: Seed | None
    control_hosts: tuple[str, ...]
    log_format: str
    state: Path | None = None
    state_folder: Path | None = None
    public_url: str | None = None
    callback_authorities: Path | None = None
    recording: Path | None = None
    verbose: bool = False
    mcp: AgentLeave | None = None
    metrics: bool = False


def files_max() -> int | None:
    """How many files this process may have open at once, sockets included; None where the system has no such limit."""
    if sys.platform == "win32":
        return None
    # Imported here: Windows has no such module.
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit

    soft, _ = getrlimit(RLIMIT_NOFILE)
    return None if soft == RLIM_INFINITY else soft


def take_more_files() -> None:
    """Let this process have as many files open as it may without asking anybody."""
    if sys.platform == "win32":
        return
    # Imported here: Windows has no such module.
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

    soft, hard = getrlimit(RLIMIT_NOFILE)
    most = _FILES_WANTED if hard == RLIM_INFINITY else min(hard, _FILES_WANTED)
    if soft != RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # macOS allows less than it says
            setrlimit(RLIMIT_NOFILE, (most, hard))


#: What asks a process to end: Ctrl-C, `kill`, a terminal that closes, and Ctrl-Break on Windows.
_ASK_TO_END: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def ending_signals() -> Sequence[signal.Signals]:
    """The signals that ask this process to end. A SIGHUP that it was started to ignore, as by nohup, is none."""
    known = [signal.Signals[name] for name in _ASK_TO_END if name in signal.Signals.__members__]
    return [one for one in known if not (one.name == "SIGHUP" and signal.getsignal(one) is signal.SIG_IGN)]


def read_seed(text: str | None) -> Seed | None:
    """A seed is a number where it is written like one, as in a world file."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return text


def colours_wanted() -> bool:
    """Whether a terminal may be written to in colours (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and not is_terminal_dumb()


def is_terminal_dumb() -> bool:
    """Whether the terminal shows text only: no colours, and a cursor that only moves on."""
    return os.environ.get("TERM") == "dumb"


def environment() -> Mapping[str, str]:
    """The environment of this process, for what hands it on to others."""
    return dict(os.environ)


@contextmanager
def account_in_environment(auth_id: str, auth_token: str) -> Iterator[None]:
    """While this lasts, the variables that Plivo's SDKs read name this account; then they are what they were."""
    given = {"PLIVO_AUTH_ID": auth_id, "PLIVO_AUTH_TOKEN": auth_token}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def server_url() -> str | None:
    """The server that the environment names; None where it names none."""
    return os.environ.get(URL_VARIABLE)


def cache_folder() -> Path:
    """Where this user's certificates and trust stores are kept."""
    return cache_folder_of(environment(), sys.platform)


def cache_folder_of(variables: Mapping[str, str], platform: str) -> Path:
    """The cache folder of a user with these variables on this kind of system."""
    if chosen := variables.get(CACHE_VARIABLE):
        return Path(chosen).absolute()
    home = Path.home()
    caches: Mapping[str, Path] = {
        "darwin": home / "Library" / "Caches",
        "win32": Path(variables.get("LOCALAPPDATA") or home / "AppData" / "Local"),
    }
    elsewhere = Path(variables.get("XDG_CACHE_HOME") or home / ".cache")
    return caches.get(platform, elsewhere).absolute() / "masking-emulator"
