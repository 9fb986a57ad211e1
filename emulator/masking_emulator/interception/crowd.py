"""Crowd: how many connections a port has room for, and who has to leave where one more comes.

Every connection takes a file of the process, and a process that has no file left can answer nobody. So some are kept
free, and when the rest is taken, the connection whose client has been silent for longest makes room: one that has sent
half a request, or none, or one that is kept open between two requests. A connection whose request is being answered
stays. Nobody is sent away without a word: the log says it once a minute.
"""

import logging
from typing import Final, Protocol

#: Of the files that a process may have, so many in a hundred are for HTTP connections, and so many for the proxy's,
#: which take two each in a tunnel. The rest is for callbacks and for what the process itself needs.
_HTTP_PERCENT: Final = 60
_PROXY_PERCENT: Final = 10

#: More than these are a mistake of somebody, however many files there are.
_HTTP_MAX: Final = 10_000
_PROXY_MAX: Final = 1_000

#: However few files there are, so many connections are tried.
_CONNECTIONS_LEAST: Final = 8

_LOG_PAUSE_S: Final = 60.0

_log = logging.getLogger(__name__)


class Member(Protocol):
    """A connection, as the crowd sees it."""

    @property
    def is_waiting(self) -> bool:
        """Whether it is the client's turn to send something."""

    @property
    def has_said_half(self) -> bool:
        """Whether a request has begun and not ended, or none has come yet."""

    @property
    def heard_at(self) -> float:
        """When something was last noticed of its client, in seconds of the event loop."""

    def leave(self, reason: str) -> None:
        """End it at once; a client that has begun a request is given the reason."""


class Crowd:
    """Connections that share the room of one port or of several."""

    def __init__(self, connections_max: int) -> None:
        self._connections_max = connections_max
        self._members: dict[Member, None] = {}
        self._logged_at: float | None = None

    def enter(self, newcomer: Member) -> bool:
        """Take in a connection, if need be by ending another. False where there is no room even so."""
        if len(self._members) >= self._connections_max and not self._make_room(newcomer.heard_at):
            return False
        self._members[newcomer] = None
        return True

    def forget(self, member: Member) -> None:
        """A connection has ended."""
        self._members.pop(member, None)

    def _make_room(self, now: float) -> bool:
        if self._logged_at is None or now - self._logged_at >= _LOG_PAUSE_S:
            self._logged_at = now
            _log.warning(
                "masking-emulator: %d connections are open, the most here (ulimit -n says how many files a process "
                "may have); those whose clients have been silent for longest are closed",
                len(self._members),
            )
        waiting = [member for member in self._members if member.is_waiting]
        if not waiting:
            return False
        longest = min(waiting, key=lambda member: (not member.has_said_half, member.heard_at))
        self.forget(longest)
        longest.leave(f"{self._connections_max} connections are open, the most here")
        return True


def connections_max(files: int | None) -> int:
    """How many HTTP connections a server may have whose process may have this many files (None: any number)."""
    return _part(files, _HTTP_PERCENT, _HTTP_MAX)


def proxy_connections_max(files: int | None) -> int:
    """How many connections its proxy may have."""
    return _part(files, _PROXY_PERCENT, _PROXY_MAX)


def _part(files: int | None, percent: int, most: int) -> int:
    return most if files is None else max(_CONNECTIONS_LEAST, min(most, files * percent // 100))
