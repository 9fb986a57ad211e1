"""The folder of a served hub, `--state-folder`: every world of the server, a file each, from run to run.

A world's file is written when the server ends and whenever it is asked for, whole or not at all; it goes with its
world. After a kill the worlds are as they were last written. The folder is one server's as long as that runs.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from masking_emulator.core.work import Work, finished
from masking_emulator.keeping.files import keeping
from masking_emulator.keeping.lock import FileLock, Taken
from masking_emulator.keeping.snapshot import BadSnapshot, reading
from masking_emulator.wholefile import CannotKeepFile, require_file, sweep_folder
from masking_emulator.world.hub import Hub, TooManyWorlds
from masking_emulator.world.spec import BadWorld
from masking_emulator.world.turns import politely

_END: Final = ".json"

#: What the next step of a work that is over comes to.
_OVER: Final = object()


class KeptFolder:
    """The files of all worlds of a server."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder where there is none, and has it for this server alone. Raises CannotKeepFile."""
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(Path(os.path.realpath(folder)) / "worlds")
            sweep_folder(folder, _END)
        except Taken:
            raise CannotKeepFile(f"{folder}: another server has it; give each server a folder of its own") from None
        except OSError as error:
            raise CannotKeepFile(f"{folder}: {error.strerror or error}") from None

    def file_of(self, auth_id: str) -> Path:
        """Where the world of this Auth ID is kept."""
        return self._folder / f"{auth_id}{_END}"

    def begin(self, hub: Hub) -> None:
        """Tell the hub which worlds come back, so that whoever asks for one of them waits. For before it is served.

        Raises CannotKeepFile.
        """
        try:
            hub.expect([path.stem for path in sorted(self._folder.glob(f"*{_END}"))])
        except TooManyWorlds as full:
            raise CannotKeepFile(f"{self._folder}: a server holds at most {full} worlds") from None

    async def restore(self, hub: Hub, is_ending: Callable[[], bool] = lambda: False) -> None:
        """Put every world of the folder into the hub, in turns; others are served meanwhile.

        A world that somebody waits for is read first, even in the middle of another one. Where the server is to end,
        no more are read. Raises CannotKeepFile.
        """
        await politely(self._restoring(hub, is_ending), hub.turn_s)

    def _restoring(self, hub: Hub, is_ending: Callable[[], bool]) -> Work[None]:
        begun: dict[str, Work[None]] = {}
        while (auth_id := hub.returning.first()) is not None:
            if is_ending():
                hub.returning.end()
                return
            if auth_id not in begun:
                begun[auth_id] = self._restoring_one(auth_id, hub)
            if next(begun[auth_id], _OVER) is _OVER:
                del begun[auth_id]
            yield

    def _restoring_one(self, auth_id: str, hub: Hub) -> Work[None]:
        path = self.file_of(auth_id)
        try:
            require_file(path)
            spec, saved = yield from reading(path)
            if (named := spec.accounts[0].auth_id) != auth_id:
                raise CannotKeepFile(f"{path}: it holds the world {named}; name it {named}{_END}, if none is there")
            yield
            yield from hub.restoring(spec, saved)
        except BadSnapshot as bad:
            raise CannotKeepFile(f"{bad}; mend the file, or move it away") from None
        except BadWorld as bad:
            raise CannotKeepFile(f"{path}: {bad}") from None
        except OSError as error:
            raise CannotKeepFile(f"{path}: {error.strerror or error}") from None

    def end(self, hub: Hub) -> None:
        """The server ends: write every world. Raises CannotKeepFile where one cannot be written, after all others.

        The file of a world that has not been read stays as it is.
        """
        failed: list[CannotKeepFile] = []
        for world in hub.all():
            if world.auth_id in hub.returning:
                continue
            try:
                finished(keeping(world))
            except CannotKeepFile as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def close(self) -> None:
        """Leave the folder to others."""
        self._lock.release()
