"""The callback log of a world: every callback with its request, its signatures and all its attempts. Bounded.

Settled callbacks make room for new ones; those that are not settled are bounded by the engine.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.core.callbacks import Attempt, Callback, CallbackState
from emulator.core.instants import written
from emulator.delivery import BODY_BYTES_MAX, Answer, Outgoing
from emulator.plivo.signatures import Inputs

_OPEN = frozenset({CallbackState.WAITING, CallbackState.RETRYING, CallbackState.PARKED})


@dataclass(frozen=True, slots=True)
class Written:
    """A callback as it goes out: its event, its parameters, its request, and what was signed."""

    event: str
    parameters: Mapping[str, str]
    request: Outgoing
    signature_inputs: Inputs


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: when in the world's time, what the core knows of it, and the answer."""

    at: int
    attempt: Attempt
    answer: Answer


@dataclass(slots=True)
class Entry:
    """All that is known of a callback. `callback` is its newest record."""

    callback: Callback
    written: Written
    tried: list[Tried] = field(default_factory=list)
    treatments: list[str] = field(default_factory=list)


class CallbackLog:
    """The entries of a world, by ordinal."""

    def __init__(self, kept_max: int) -> None:
        self._kept_max = kept_max
        self._entries: dict[int, Entry] = {}
        self._changed: asyncio.Event | None = None

    def copy(self) -> "CallbackLog":
        """An independent copy of what is settled; the copy of a world sends nothing of the original's."""
        twin = CallbackLog(self._kept_max)
        for ordinal, entry in self._entries.items():
            twin._entries[ordinal] = Entry(entry.callback, entry.written, entry.tried.copy(), entry.treatments.copy())
        return twin

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, callback: Callback, written: Written) -> Entry:
        """Enter a callback that has become due."""
        entry = self._entries[callback.ordinal] = Entry(callback, written)
        if len(self._entries) > self._kept_max:
            self._make_room()
        self.touch()
        return entry

    def get(self, ordinal: int) -> Entry | None:
        """The entry of this callback; None where there is none any more."""
        return self._entries.get(ordinal)

    def all(self) -> Collection[Entry]:
        """Every entry, oldest first."""
        return self._entries.values()

    def touch(self) -> None:
        """Wake those who wait for a change."""
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def changed(self) -> None:
        """Return after the next change."""
        if self._changed is None:
            self._changed = asyncio.Event()
        await self._changed.wait()

    def _make_room(self) -> None:
        oldest = next((o for o, e in self._entries.items() if e.callback.state not in _OPEN), None)
        if oldest is not None:
            del self._entries[oldest]


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as the control API shows it."""
    callback, going = entry.callback, entry.written
    return {
        "id": callback.ordinal,
        "event": going.event,
        "channel": callback.channel.value,
        "session_uuid": callback.session,
        "sequence": callback.sequence,
        "state": callback.state.value,
        "due_at": written(callback.due_at),
        "copy_of": callback.copy_of,
        "url": callback.url,
        "parameters": dict(going.parameters),
        "request": {
            "method": going.request.method,
            "url": going.request.url,
            "headers": dict(going.request.headers),
            "body": going.request.content.decode(),
        },
        "signature_inputs": {"v2": going.signature_inputs.v2, "v3": list(going.signature_inputs.v3)},
        "laboratory": list(entry.treatments),
        "attempts": [_tried_json(tried) for tried in entry.tried],
    }


def _tried_json(tried: Tried) -> dict[str, Any]:
    answer, attempt = tried.answer, tried.attempt
    shown: dict[str, Any] = {
        "number": attempt.number,
        "at": written(tried.at),
        "outcome": attempt.outcome.name.lower(),
        "meaning": attempt.outcome.value,
        "took_ms": round(answer.took_ms, 3),
        "error": answer.error or None,
        "response": None,
    }
    if answer.status is not None:
        shown["response"] = {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body.decode("utf-8", "replace"),
            "body_cut_after_bytes": BODY_BYTES_MAX if answer.body_cut else None,
        }
    return shown
