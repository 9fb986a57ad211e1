"""Files of people: written whole or not at all, so a crash leaves the old one, and read as any editor left them."""

import codecs
import os
from contextlib import suppress
from errno import EINVAL
from pathlib import Path


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
