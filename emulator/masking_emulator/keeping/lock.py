"""A lock on a file that one server keeps: a lock of the system, which ends with its process however that ends.

What is locked is a file of its own beside it, because a file that is written whole is another one each time.
"""

import os
import sys
from contextlib import suppress
from errno import EACCES, EAGAIN, EDEADLK
from pathlib import Path
from typing import Final

#: What the system says where another process has the lock. Other errors mean that there are no locks in this folder.
_TAKEN: Final = (EACCES, EAGAIN, EDEADLK)

if sys.platform == "win32":
    import msvcrt

    def _lock(opened: int) -> None:
        msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(opened: int) -> None:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Taken(Exception):
    """Another server has the lock."""


class FileLock:
    """The lock on a file, from here until `release`."""

    def __init__(self, path: Path) -> None:
        """Raises Taken, and OSError where nothing can be written beside the file."""
        self._path = path.parent / f".{path.name}.lock"
        self._opened = self._locked()

    def release(self) -> None:
        """Let others have it, and leave nothing behind."""
        if os.name == "posix":  # elsewhere nobody can remove what is open
            self._remove()
        os.close(self._opened)
        if os.name != "posix":
            self._remove()

    def _locked(self) -> int:
        while True:
            opened = os.open(self._path, os.O_RDONLY | os.O_CREAT, 0o666)
            try:
                _lock(opened)
            except OSError as error:
                if error.errno in _TAKEN:
                    os.close(opened)
                    raise Taken from None
            # Whoever had it may have removed it just now, and then somebody else may have made the next one.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(opened), self._path.stat()):
                    return opened
            os.close(opened)

    def _remove(self) -> None:
        with suppress(OSError):
            self._path.unlink()
