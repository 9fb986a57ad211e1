"""Our service for a replay: one world in this process, on a clock that stands still between two requests.

Requests reach the app as those of a socket do, with everything that a server of ours has before its worlds. Callbacks
are written down instead of sent, and answered as the customer's app answered them in the capture.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from msgspec import Struct
from starlette.types import Message, Scope

from masking_emulator.callbacks.courier import Courier
from masking_emulator.callbacks.exchange import Answer, Outgoing
from masking_emulator.core.commands import Command
from masking_emulator.core.records.callbacks import Outcome
from masking_emulator.core.refusals import Refused
from masking_emulator.evidence.writing import SeenAnswer, SeenRequest
from masking_emulator.server.app import make_app
from masking_emulator.world.hub import Hub
from masking_emulator.world.spec import WorldSpec
from masking_emulator.world.surroundings import Surroundings
from masking_emulator.world.world import World

#: What the URLs of resources begin with, where the policy does not say that they are the vendor's.
BASE_URL: Final = "http://ours.example"

#: The host that requests name. Every server of ours takes both; the URLs of resources have it.
VENDORS_HOST: Final = "api.plivo.com"
OUR_HOST: Final = "ours.localhost"

#: First digit of an answer's status → what it means for a callback.
_OUTCOMES: Final[Mapping[int, Outcome]] = {2: Outcome.OK, 3: Outcome.REDIRECT, 4: Outcome.CLIENT_ERROR}


class SentCallback(Struct, frozen=True):
    """A request to the customer's server: the instant of the world's clock, and what would have been sent."""

    at: int
    request: Outgoing


class _Recorder(Courier):
    """Writes down what it is asked to send. `answer` says with which status the customer's server answers."""

    def __init__(self, answer: Callable[[Outgoing], int]) -> None:
        super().__init__()
        self.sent: list[SentCallback] = []
        self.now: Callable[[], int] = lambda: 0
        self._answer = answer

    async def send(self, request: Outgoing, *, anywhere: bool) -> Answer:
        """Write it down."""
        del anywhere
        status = self._answer(request)
        self.sent.append(SentCallback(self.now(), request))
        return Answer(_OUTCOMES.get(status // 100, Outcome.SERVER_ERROR), status)


class OurService:
    """A world, its app, and what it sent. Use it inside a running event loop."""

    def __init__(self, spec: WorldSpec, answer: Callable[[Outgoing], int], *, host: str = OUR_HOST) -> None:
        """`answer` is the status with which the customer's server answers a callback, `host` what requests name."""
        self._host = host
        self._courier = _Recorder(answer)
        self._hub = Hub(Surroundings(base_url=BASE_URL, courier=self._courier))
        self.world: World = self._hub.add(spec)
        self._courier.now = lambda: self.world.clock.now()
        self._app = make_app(self._hub)

    @property
    def sent(self) -> Sequence[SentCallback]:
        """Every callback, in the order in which they would have been sent."""
        return self._courier.sent

    async def advance(self, instant: int) -> None:
        """Go forward to an instant, through all that falls due before; one that has passed changes nothing."""
        await self.world.advance_to(instant)

    async def do(self, command: Command) -> bool:
        """Let something happen to the world, and say whether it could."""
        try:
            self.world.do(command)
        except Refused:
            return False
        await self.world.advance_to(self.world.clock.now())
        return True

    async def ask(self, request: SeenRequest) -> SeenAnswer:
        """Answer a request of the API."""
        status, headers, body = 0, list[tuple[str, str]](), b""

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            else:
                body += message.get("body", b"")

        named = [(name.lower().encode(), value.encode()) for name, value in request.headers]
        scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": unquote(request.path),
            "raw_path": request.path.encode(),
            "query_string": request.query.encode(),
            "headers": [(b"host", self._host.encode()), *named],
            "server": None,
            "client": None,
            "state": {},
        }
        await self._app(scope, receive, send)
        await self.world.advance_to(self.world.clock.now())
        return SeenAnswer(status, headers, b"" if request.method == "HEAD" else body)

    async def close(self) -> None:
        """End the world."""
        await self._hub.close()
