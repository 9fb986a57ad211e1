"""Files that are never half written: beside its place first, then moved there, so a crash leaves the old one whole."""

import os
from contextlib import suppress
from pathlib import Path


class CannotKeepFile(Exception):
    """A file cannot be read or written: the message names it and says why."""


def write_whole(path: Path, text: str) -> None:
    """Put the text in the file, or leave it as it was. Raises OSError."""
    from tempfile import NamedTemporaryFile  # every start of the server would pay for it

    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8") as beside:
        try:
            beside.write(text)
            beside.flush()
            os.fsync(beside.fileno())
            os.replace(beside.name, path)
        finally:
            with suppress(FileNotFoundError):  # where it was moved it is there no more
                os.unlink(beside.name)
