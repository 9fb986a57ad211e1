"""Delivery: one HTTP request to a customer's server, and what came of it.

Nothing a receiver does can be worse than its time-outs, which are real seconds: an answer is read up to a limit and
then let go, redirects are not followed, and no request is waited for past its total time-out. One receiver that hangs
leaves room for the others. The sockets are in transport.py.
"""

import asyncio
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from masking_emulator.callbacks.exchange import Answer, Outgoing
from masking_emulator.clock import real_seconds
from masking_emulator.core.records.callbacks import Outcome

if TYPE_CHECKING:
    from masking_emulator.callbacks.transport import Transport

#: The most requests under way at once in all worlds of a server: to one receiver, and to all of them.
_AT_ONE_RECEIVER_MAX: Final = 100
_AT_ONCE_MAX: Final = 500


class Courier:
    """Sends requests for all worlds of a server."""

    def __init__(self) -> None:
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
                answer.outcome, answer.error = Outcome.BROKEN, f"{type(error).__name__}: {error}"
            answer.took_ms = (real_seconds() - begun) * 1000
            return answer

    def _transport(self, *, secure: bool, anywhere: bool) -> "Transport":
        # Imported here: a start would pay for it, and many runs never send anything.
        from masking_emulator.callbacks.transport import Transport

        kind = (secure, anywhere)
        if kind not in self._transports:
            self._transports[kind] = Transport(secure=secure, anywhere=anywhere)
        return self._transports[kind]
