"""The book of recordings: a limited number of the newest. Failed ones are not in it: there is nothing to fetch."""

from collections.abc import Iterable

from masking_emulator.core.records.calls import Recording


class RecordingBook:
    """Recordings by UUID; beyond `recordings_max` the oldest is dropped."""

    def __init__(self, recordings_max: int) -> None:
        self._recordings_max = recordings_max
        self._recordings: dict[str, Recording] = {}
        self.ordinal = 0

    def copy(self) -> "RecordingBook":
        """An independent copy; the records are immutable and shared."""
        twin = RecordingBook(self._recordings_max)
        twin._recordings = self._recordings.copy()
        twin.ordinal = self.ordinal
        return twin

    def __len__(self) -> int:
        return len(self._recordings)

    def get(self, uuid: str) -> Recording | None:
        """The recording of this UUID."""
        return self._recordings.get(uuid)

    def newest_first(self) -> Iterable[Recording]:
        """Every recording, newest first."""
        return reversed(self._recordings.values())

    def count(self, recording: Recording) -> None:
        """Count one more that was made, whether it is kept or not."""
        self.ordinal = max(self.ordinal, recording.ordinal)

    def put(self, recording: Recording) -> None:
        """Store a record in place of the one before it."""
        self.count(recording)
        self._recordings[recording.uuid] = recording
        if len(self._recordings) > self._recordings_max:
            del self._recordings[next(iter(self._recordings))]

    def remove(self, recording: Recording) -> None:
        """Take a recording away."""
        self._recordings.pop(recording.uuid, None)
