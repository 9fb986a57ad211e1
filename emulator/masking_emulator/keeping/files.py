"""The files of a served world: `--state`, from which it goes on in the next run, and `--record`, its recording.

The state is written whole or not at all, when the server ends and whenever it is asked for; a server that is killed
leaves the one before. A recording grows line by line.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from masking_emulator.keeping.snapshot import BadSnapshot, load, save, snapshot_of
from masking_emulator.wholefile import CannotKeepFile
from masking_emulator.world.life import Standing
from masking_emulator.world.recorder import Recorder
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.world import World


class Keeping:
    """The files of one world. Without any it does nothing."""

    def __init__(self, *, state: Path | None, recording: Path | None) -> None:
        """Reads the state where there is one. Raises CannotKeepFile before anything is served."""
        #: Where the state is kept; None where it is not.
        self.state = state
        self._file: TextIO | None = None
        self._standing: Standing | None = None
        #: The world that the state holds; None where there is no state yet.
        self.spec: WorldSpec | None = None
        try:
            if state is not None and state.exists():
                self.spec, self._standing = load(state)
            if state is not None and not state.parent.is_dir():
                raise CannotKeepFile(f"{state}: its folder is not there")
            if recording is not None:
                # Emptied only in the end: a server that cannot listen must not take an earlier recording away.
                self._file = recording.open("a", encoding="utf-8", buffering=1)
        except BadSnapshot as bad:
            raise CannotKeepFile(str(bad)) from None
        except OSError as error:
            raise CannotKeepFile(f"{error.filename}: {error.strerror}") from None

    def begin(self, world: World) -> None:
        """Restore the state in the world, in its event loop, and record it from there on."""
        if self.spec is not None and self._standing is not None:
            world.stand(self.spec, self._standing)
        if self._file is not None:
            self._file.truncate(0)
            world.record(Recorder(self._file))

    def end(self, world: World) -> None:
        """The server ends. Raises CannotKeepFile where the state cannot be written."""
        try:
            if self.state is not None:
                keep(world)
        finally:
            if self._file is not None:
                self._file.close()


def keep(world: World) -> Mapping[str, Any]:
    """Write the world's state to its file, and return what was written. Raises CannotKeepFile."""
    assert world.state_file is not None, "the caller has looked whether there is one"
    snapshot = snapshot_of(world)
    try:
        save(snapshot, world.state_file)
    except OSError as error:
        raise CannotKeepFile(f"{world.state_file}: {error.strerror}") from None
    return snapshot
