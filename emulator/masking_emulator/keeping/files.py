"""The files of a served world: `--state`, from which it goes on in the next run, and `--record`, its recording.

The state is written whole or not at all, when the server ends and whenever it is asked for; a server that is killed
leaves the one before. A recording grows command by command, behind what earlier runs have recorded. A file is one
server's as long as that runs.
"""

import logging
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, Final

from masking_emulator.core.work import Work, finished
from masking_emulator.keeping.lock import FileLock, Taken
from masking_emulator.keeping.recordings import NoRecording, whole_bytes
from masking_emulator.keeping.snapshot import BadSnapshot, cutting, load, saving
from masking_emulator.wholefile import CannotKeepFile, for_this_user, require_file, sweep
from masking_emulator.world.life import SavedWorld
from masking_emulator.world.recorder import Recorder
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.world import World

_log: Final = logging.getLogger(__name__)


class Keeping:
    """The files of one world. Without any it does nothing."""

    def __init__(self, *, state: Path | None, recording: Path | None) -> None:
        """Reads the state where there is one. Raises CannotKeepFile before anything is served."""
        #: Where the state is kept; None where it is not.
        self.state = state
        #: The world that the state holds; None where there is no state yet.
        self.spec: WorldSpec | None = None
        self._saved: SavedWorld | None = None
        self._recording = recording
        self._file: BinaryIO | None = None
        self._whole_bytes = 0
        with ExitStack() as until_all_are_there:
            self._until_end = until_all_are_there
            if state is not None and recording is not None and _are_one(state, recording):
                raise CannotKeepFile(f"{recording}: --state and --record need a file each")
            if state is not None:
                self._open_state(state)
            if recording is not None:
                self._open_recording(recording)
            self._until_end = until_all_are_there.pop_all()

    def _open_state(self, state: Path) -> None:
        self._take(state)
        try:
            sweep(Path(os.path.realpath(state)))
            if state.exists():
                self.spec, self._saved = load(state)
        except BadSnapshot as bad:
            raise CannotKeepFile(f"{bad}; mend the file, or move it away") from None
        except OSError as error:
            raise _unusable(state, error) from None

    def _open_recording(self, recording: Path) -> None:
        self._take(recording)
        try:
            # Written to only in the end: a server that cannot listen must leave an earlier recording as it was.
            file = open(recording, "ab+", buffering=0, opener=for_this_user)  # noqa: SIM115  # closed with the others
            self._file = self._until_end.enter_context(file)
            self._whole_bytes = whole_bytes(self._file, os.fstat(self._file.fileno()).st_size)
        except NoRecording:
            raise CannotKeepFile(f"{recording}: it is there already and holds no recording of this version") from None
        except OSError as error:
            raise _unusable(recording, error) from None

    def _take(self, path: Path) -> None:
        """Have the file for this server alone."""
        try:
            require_file(path)
            if not path.parent.is_dir():
                raise CannotKeepFile(f"{path}: its folder is not there")
            lock = FileLock(Path(os.path.realpath(path)))
        except Taken:
            raise CannotKeepFile(f"{path}: another server has it; give each server a file of its own") from None
        except OSError as error:
            raise _unusable(path, error) from None
        self._until_end.callback(lock.release)

    def begin(self, world: World) -> None:
        """Restore the state in the world, in its event loop, and record it from there on. Raises CannotKeepFile."""
        if self.spec is not None and self._saved is not None:
            world.restore(self.spec, self._saved)
        if self._file is not None and self._recording is not None:
            try:
                self._go_on(self._file, self._recording)
                world.record(Recorder(self._file, str(self._recording)))
            except OSError as error:
                raise _unusable(self._recording, error) from None

    def _go_on(self, file: BinaryIO, recording: Path) -> None:
        cut = os.fstat(file.fileno()).st_size - self._whole_bytes
        if cut:
            file.truncate(self._whole_bytes)
            _log.warning(
                "%s: an earlier run ended in the middle of a command; its last %d bytes are taken away", recording, cut
            )

    def end(self, world: World) -> None:
        """The server ends. Raises CannotKeepFile where the state cannot be written."""
        try:
            if self.state is not None:
                finished(keeping(world))
        finally:
            self.close()

    def close(self) -> None:
        """Leave the files to others."""
        self._until_end.close()


def keeping(world: World) -> Work[str]:
    """The work of writing the world's state to its file; its result is the instant of it. Raises CannotKeepFile."""
    assert world.state_file is not None, "the caller has looked whether there is one"
    snapshot = yield from cutting(world)
    try:
        yield from saving(snapshot, world.state_file)
    except OSError as error:
        raise _unusable(world.state_file, error) from None
    now: str = snapshot["clock"]["now"]
    return now


def _are_one(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def _unusable(path: Path, error: OSError) -> CannotKeepFile:
    return CannotKeepFile(f"{path}: {error.strerror or error}")
