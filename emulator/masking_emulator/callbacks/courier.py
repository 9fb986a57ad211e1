"""Delivery: one HTTP request to a customer's server, and what came of it.

Nothing a receiver does can be worse than its time-outs, which are real seconds: an answer is read up to a limit and
then let go, redirects are not followed, and no request is waited for past its total time-out. One receiver that hangs
leaves room for the others. The sockets are in transport.py.
"""

# How delivery works.
#
# One courier serves all worlds of a server, because what it guards belongs to the machine and not to a world: sockets,
# and the receivers' patience. It knows nothing of sessions, order or retries. It sends one request once, and what came
# of that is one Answer. `send` never raises but for a cancellation: whatever a receiver, a name server or a socket
# does, and even a bug on the way, becomes an answer with an outcome. This matters, because the task that waits for the
# answer is the only one that its session has; an exception would end it, and the session's line would stand still.
#
# A request passes two gates: first that of its receiver (scheme, host and port), then that of the whole server. The
# order matters. A receiver that hangs fills its own gate, and those that wait for it there hold no place in the common
# one; with the gates the other way round, one dead receiver with enough callbacks would stop all the others. Gates are
# passed first come, first served. The gate of a receiver lives as long as somebody stands at it or is inside, so the
# number of receivers that a server has ever spoken to costs nothing.
#
# Time begins to count inside both gates, so a queue never makes a request time out. Four limits then hold: one for
# connecting, one for each wait for bytes to be read or written (both are the transport's), one for the whole (here),
# and one for the size of the answer, which is read up to BODY_BYTES_MAX and then abandoned. When the time for the whole
# is over, the request is cancelled, and the places that it took are free again. All of this is real time: a receiver is
# a real program, and the world's clock may stand still or run a thousand times as fast.
#
# The answer is filled in place while it comes. When time runs out in the middle, what has come so far is there and is
# reported; whether a status has come is what tells "no answer" from "broken". Only the task that sends has the answer
# until `send` returns; nobody reads it before.
#
# A connection carries one request and is closed. A kept connection can be closed by the receiver in the very moment
# when the next request leaves, and then nobody can say whether the receiver has seen it; and a test that stops its
# receiver would wait for the connection.
#
# There are at most four transports, one for each pair of "with TLS or not" and "within the egress rule or not". Two
# worlds with different egress rules never share one, so a world that may reach anything lends nothing to one that may
# not. A transport is made at its first request and kept, because reading the system's authorities for TLS takes a
# while; its module is imported then too, because many servers never send anything.

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from masking_emulator.callbacks.exchange import Answer, Outgoing
from masking_emulator.callbacks.failures import described
from masking_emulator.clock import real_seconds
from masking_emulator.core.records.callbacks import Outcome

if TYPE_CHECKING:
    from masking_emulator.callbacks.transport import Transport

#: The most requests under way at once in all worlds of a server: to one receiver, and to all of them.
_AT_ONE_RECEIVER_MAX: Final = 100
_AT_ONCE_MAX: Final = 500


class Courier:
    """Sends requests for all worlds of a server."""

    def __init__(self, authorities: Path | None = None) -> None:
        """`authorities` is a file (PEM) of certificates that receivers may have, beside those of the system."""
        self._authorities = authorities
        self._transports: dict[tuple[bool, bool], Transport] = {}
        self._places = asyncio.Semaphore(_AT_ONCE_MAX)
        self._places_of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, request: Outgoing, *, anywhere: bool) -> Answer:
        """Send it once. Whatever goes wrong is in the answer. With `anywhere` the egress rule does not apply."""
        receiver = "/".join(request.url.split("/", 3)[:3])
        places = self._places_of.setdefault(receiver, asyncio.Semaphore(_AT_ONE_RECEIVER_MAX))
        async with places, self._places:
            answer, begun = Answer(), real_seconds()
            try:
                transport = self._transport(secure=request.url.startswith("https"), anywhere=anywhere)
                async with asyncio.timeout(request.total_timeout_s):
                    await transport.exchange(request, answer)
            except TimeoutError:
                answer.outcome = Outcome.NO_ANSWER if answer.status is None else Outcome.BROKEN
                answer.error = f"it took longer than {request.total_timeout_s:g} seconds in all"
            except Exception as error:  # whatever it is, the callback must not wait for ever: it has failed, and why
                answer.outcome, answer.error = Outcome.BROKEN, described(error)
            answer.took_ms = (real_seconds() - begun) * 1000
            return answer

    def _transport(self, *, secure: bool, anywhere: bool) -> "Transport":
        # Imported here: a start would pay for it, and many runs never send anything.
        from masking_emulator.callbacks.transport import Transport

        kind = (secure, anywhere)
        if kind not in self._transports:
            self._transports[kind] = Transport(secure=secure, anywhere=anywhere, authorities=self._authorities)
        return self._transports[kind]
