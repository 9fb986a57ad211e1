"""Files of people: written whole or not at all, so a crash leaves the old one, and read as any editor left them.

What is there and is no file is refused before it is opened: a device may never end, and a pipe may never begin.
"""

import codecs
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EFBIG, EINVAL
from pathlib import Path
from typing import IO, Final

#: What else than a file can have a path: the test of its mode, and its name.
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (lambda mode: not stat.S_ISREG(mode), "a device"),
)

#: More than this is read of no pipe, because it may never end; the snapshot of 100,000 sessions is shorter.
PIPE_BYTES_MAX: Final = 536_870_912

#: The end of the name of a file that is being written, and what tempfile puts before it.
_UNFINISHED: Final = ".masking-emulator"
_RANDOM: Final = r"[a-z0-9_]{8}"


class CannotKeepFile(Exception):
    """A file cannot be read or written: the message names it and says why."""


def text_of(content: bytes) -> str:
    """The text of a file or a body in UTF-8, without the byte-order mark that Windows puts before it.

    Raises UnicodeError for what is no UTF-8, and names UTF-16.
    """
    return unmarked(content).decode()


def unmarked(content: bytes) -> bytes:
    """The content without a byte-order mark. Raises UnicodeError for UTF-16, which PowerShell writes with `>`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:2]:
        raise UnicodeError("it is UTF-16, as PowerShell's > writes it; save it as UTF-8")
    return content.removeprefix(codecs.BOM_UTF8)


def require_file(path: Path, *, or_pipe: bool = False) -> None:
    """Raise OSError where a folder, a pipe, a socket or a device is in the file's place. Opens nothing."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    kind = next((name for is_it, name in _KINDS if is_it(mode)), None)
    if kind is not None and not (or_pipe and stat.S_ISFIFO(mode)):
        raise OSError(EINVAL, f"it is {kind} and no file", str(path))


def read_file(path: Path) -> bytes:
    """The content of a file, or of a pipe, which may not be longer than PIPE_BYTES_MAX. Raises OSError."""
    require_file(path, or_pipe=True)
    if not path.is_fifo():
        return path.read_bytes()
    with path.open("rb") as pipe:
        content = pipe.read(PIPE_BYTES_MAX + 1)
    if len(content) > PIPE_BYTES_MAX:
        raise OSError(EFBIG, f"more than {PIPE_BYTES_MAX:,} bytes came out of the pipe", str(path))
    return content


def check_writable(path: Path) -> None:
    """Raises CannotKeepFile where `write_whole` could not write this file; leaves nothing behind."""
    from tempfile import NamedTemporaryFile  # every start of the server would pay for it

    try:
        path = Path(os.path.realpath(path))
        if not path.parent.is_dir():
            raise CannotKeepFile(f"{path}: there is no folder {path.parent}")
        require_file(path)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED):
            pass
    except (OSError, ValueError) as error:  # ValueError: a null byte
        raise CannotKeepFile(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def write_whole(path: Path, text: str, *, private: bool = True) -> None:
    """Put the text in the file, or leave it as it was; `private` as in `whole_file`. Raises OSError."""
    with whole_file(path, private=private) as file:
        file.write(text.encode())


@contextmanager
def whole_file(path: Path, *, private: bool = True) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` once the context ends well. Raises OSError.

    A symbolic link stays one: the file that it leads to is written. What is no file, a device or a pipe, is refused.
    A file that was there keeps its permissions, and its owner where this user may decide that. A new one is for this
    user alone, or, where it is not `private`, for every user to read.
    """
    from tempfile import NamedTemporaryFile  # every start of the server would pay for it

    path = Path(os.path.realpath(path))  # which, unlike resolve, puts up with links that lead in a circle
    require_file(path)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED, delete=False) as beside:
        try:
            yield beside.file
            beside.flush()
            os.fsync(beside.fileno())
            if not private:
                os.chmod(beside.name, 0o644)
            with suppress(FileNotFoundError):
                _take_over(path.stat(), beside.name)
            os.replace(beside.name, path)
        finally:
            with suppress(FileNotFoundError):  # where it was moved it is there no more
                os.unlink(beside.name)


def for_this_user(path: str, flags: int) -> int:
    """Opens a file (an `opener` of `open`) so that, where it is new, nobody else reads it until somebody shares it."""
    return os.open(path, flags, 0o600)


def sweep(path: Path) -> None:
    """Remove what a process that was killed has left of its attempts to write this file. Raises OSError."""
    _sweep(path.parent, re.escape(path.name))


def sweep_folder(folder: Path, end: str) -> None:
    """Remove what is left of attempts to write any file of the folder whose name has this end. Raises OSError."""
    _sweep(folder, rf".+{re.escape(end)}")


def _sweep(folder: Path, name: str) -> None:
    left = re.compile(rf"\.{name}\.{_RANDOM}{re.escape(_UNFINISHED)}")
    for beside in folder.iterdir():
        if left.fullmatch(beside.name):
            with suppress(FileNotFoundError):
                beside.unlink()


def _take_over(old: os.stat_result, new: str) -> None:
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(new, old.st_uid, old.st_gid)
    os.chmod(new, stat.S_IMODE(old.st_mode))
