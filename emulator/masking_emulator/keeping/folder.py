"""The folder of a served hub, `--state-folder`: every world of the server, a file each, from run to run.

A world's file is written when the server ends and whenever it is asked for, whole or not at all; it goes with its
world. After a kill the worlds are as they were last written. The folder is one server's as long as that runs.
"""

import os
from pathlib import Path
from typing import Final

from masking_emulator.core.work import finished
from masking_emulator.keeping.files import keeping
from masking_emulator.keeping.lock import FileLock, Taken
from masking_emulator.keeping.snapshot import BadSnapshot, reading
from masking_emulator.wholefile import CannotKeepFile, sweep_folder
from masking_emulator.world.hub import Hub
from masking_emulator.world.turns import politely

_END: Final = ".json"


class KeptFolder:
    """The files of all worlds of a server."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder where there is none, and has it for this server alone. Raises CannotKeepFile."""
        self._folder = folder
        self._is_restored = False
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

    async def restore(self, hub: Hub) -> None:
        """Put every world of the folder into the hub, in turns; others are served meanwhile, and the hub is not ready.

        Requests to a world that the server begins with wait until it is as its file says. Raises CannotKeepFile.
        """
        hub.is_ready = False
        for path in sorted(self._folder.glob(f"*{_END}")):
            try:
                spec, saved = await politely(reading(path), hub.turn_s)
            except BadSnapshot as bad:
                raise CannotKeepFile(str(bad)) from None
            except OSError as error:
                raise CannotKeepFile(f"{path}: {error.strerror or error}") from None
            world = hub.find(spec.accounts[0].auth_id) or hub.add(spec)
            async with world.door.held():
                await politely(world.restoring(spec, saved), hub.turn_s)
        hub.is_ready = self._is_restored = True

    def end(self, hub: Hub) -> None:
        """The server ends: write every world. Raises CannotKeepFile where one cannot be written, after all others."""
        if not self._is_restored:
            return  # what is in the hub is not yet what the files say
        failed: list[CannotKeepFile] = []
        for world in hub.all():
            try:
                finished(keeping(world))
            except CannotKeepFile as error:
                failed.append(error)
        if failed:
            raise failed[0]

    def close(self) -> None:
        """Leave the folder to others."""
        self._lock.release()
