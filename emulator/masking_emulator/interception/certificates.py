"""Certificates for Plivo's names: an authority and a certificate that it signed, for each user, in their cache.

The authority's key signs once and is forgotten: it is never written, so nobody can ever sign anything else with it.
Both certificates end together; a month before, a new pair is made beside the old one. `authority.py` does the
making, and is loaded only then, because its library takes longer to load than all else here.
Beside the files lies a digest of them, so that what was damaged is recognised, without a parser, and made anew.
"""

import logging
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from masking_emulator.clock import unfrozen_now
from masking_emulator.config import cache_folder
from masking_emulator.core.instants import SECOND_US

#: How long a pair is valid: as long as every system accepts of an authority that a user added.
LIFE: Final = timedelta(days=365)

#: How long before its end a pair is replaced.
ROTATION: Final = timedelta(days=30)

#: A folder for each pair, named by its last day: whoever makes one at the same time makes the same name.
_UNTIL: Final = "until-"

#: The file with the digest of the others in its folder.
_DIGEST: Final = "contents.sha256"

_OTHERS: Final = 0o077

_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class CannotKeep(Exception):
    """The folder for certificates cannot be used; the message says why and what helps."""


class Certificates(NamedTuple):
    """Files: `authority` is what clients trust; `server` is our certificate with its key, and stays with us."""

    authority: Path
    server: Path

    @property
    def last_day(self) -> str:
        """The day on which both end."""
        return self.authority.parent.name.removeprefix(_UNTIL)


def current(cache: Path, *, now: datetime) -> Certificates:
    """The pair to use now, made if there is none. Raises CannotKeep."""
    folder = cache / "certificates"
    names = _names(folder)
    if names:
        _refuse_if_others_may_read(folder)
    while names and _put_away_if_damaged(folder / names[-1]):
        names.pop()
    if not names or names[-1] < _name(now + ROTATION):
        # Imported here: it loads cryptography, for a certificate that lasts a year.
        from masking_emulator.interception.authority import make_pair

        ends = (now + LIFE).replace(hour=0, minute=0, second=0, microsecond=0)
        keep(folder / _name(ends), lambda: make_pair(begins=now - timedelta(days=1), ends=ends), secret=True)
        for old in names:
            if old < _name(now):
                shutil.rmtree(folder / old, ignore_errors=True)
        names = [_name(ends)]
    _refuse_if_others_may_read(folder)
    return Certificates(folder / names[-1] / "authority.pem", folder / names[-1] / "server.pem")


def users_certificates() -> Certificates:
    """The pair of this user, today. Raises CannotKeep."""
    return current(cache_folder(), now=datetime.fromtimestamp(unfrozen_now() / SECOND_US, UTC))


def keep(folder: Path, make: Callable[[], Mapping[str, bytes]], *, secret: bool) -> Path:
    """The folder, with these files in it if it is not there yet, or damaged: all or none, and only one maker wins.

    What is not secret may be read by others, such as the user of a container that mounts it. Raises CannotKeep.
    """
    if folder.is_dir() and not _put_away_if_damaged(folder):
        return folder
    from tempfile import TemporaryDirectory  # not for the starts that find what they need

    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only the owner may go in, until it is clear what is in there.
        with TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as unfinished:
            finished = Path(unfinished, "finished")
            finished.mkdir(mode=0o700 if secret else 0o755)
            contents = make()
            for name, content in {**contents, _DIGEST: _digest(contents)}.items():
                with os.fdopen(os.open(finished / name, _NEW_FILE, 0o600 if secret else 0o644), "wb") as file:
                    file.write(content)
            with suppress(OSError):  # where somebody else was faster, theirs is as good
                finished.rename(folder)
    except OSError as error:
        raise CannotKeep(
            f"cannot keep {folder}: {error.strerror}; choose another with MASKING_EMULATOR_CACHE"
        ) from None
    if not folder.is_dir():
        raise CannotKeep(f"cannot keep {folder}; is there something else of that name?")
    return folder


def _put_away_if_damaged(folder: Path) -> bool:
    """Whether the folder was damaged, which is said in one line; it is not there any more then. Raises CannotKeep."""
    if _is_whole(folder):
        return False
    # Imported here: hardly any folder is damaged.
    from tempfile import TemporaryDirectory

    try:
        with TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as away:
            moved = Path(away, "damaged")
            folder.rename(moved)
            if _is_whole(moved):  # somebody else has made it anew meanwhile
                with suppress(OSError):  # and a third once more, whose is as good
                    moved.rename(folder)
                return not folder.is_dir()
    except FileNotFoundError:
        return True  # somebody else has just put it away
    except OSError as error:
        raise CannotKeep(f"{folder} is damaged and cannot be removed: {error.strerror}; remove it") from None
    logging.getLogger(__name__).warning(
        "%s was damaged and is made anew; whoever was told to trust a certificate in it by hand has to be told again",
        folder,
    )
    return True


def _is_whole(folder: Path) -> bool:
    """Whether the files in a folder are those that were put there."""
    try:
        contents = {path.name: path.read_bytes() for path in folder.iterdir()}
    except OSError:
        return False
    return contents.pop(_DIGEST, b"") == _digest(contents)


def _digest(contents: Mapping[str, bytes]) -> bytes:
    found = sha256()
    for name, content in sorted(contents.items()):
        found.update(f"{name} {len(content)}\n".encode() + content)
    return found.hexdigest().encode()


def _names(folder: Path) -> list[str]:
    """The finished pairs, the one that lasts longest at the end."""
    try:
        return sorted(name for name in os.listdir(folder) if name.startswith(_UNTIL) and "." not in name)
    except OSError:
        return []


def _name(day: datetime) -> str:
    return f"{_UNTIL}{day.astimezone(UTC):%Y-%m-%d}"


def _refuse_if_others_may_read(folder: Path) -> None:
    status = folder.stat()
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    if not mine or (os.name == "posix" and status.st_mode & _OTHERS):
        raise CannotKeep(f"{folder} holds a key and is open to others; remove it, or make it yours with chmod 700")
