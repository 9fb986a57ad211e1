"""Files that are never half written: beside its place first, then moved there, so a crash leaves the old one whole."""

import os
from contextlib import suppress
from errno import EINVAL
from pathlib import Path


class CannotKeepFile(Exception):
    """A file cannot be read or written: the message names it and says why."""


def write_whole(path: Path, text: str) -> None:
    """Put the text in the file, or leave it as it was. Raises OSError.

    A symbolic link stays one: the file that it leads to is written. What is no file, a device or a pipe, is refused.
    """
    from tempfile import NamedTemporaryFile  # every start of the server would pay for it

    path = Path(os.path.realpath(path))  # which, unlike resolve, puts up with links that lead in a circle
    if path.exists() and not path.is_file():
        raise OSError(EINVAL, "it is there already and is no regular file", str(path))
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8") as beside:
        try:
            beside.write(text)
            beside.flush()
            os.fsync(beside.fileno())
            os.replace(beside.name, path)
        finally:
            with suppress(FileNotFoundError):  # where it was moved it is there no more
                os.unlink(beside.name)
