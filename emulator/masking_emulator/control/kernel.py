"""What every subject of the control API shares: the operation, its request, its refusal, and its endpoint.

JSON in, JSON out; errors are `{"error", "field"}`. A write from a foreign web page is refused (`origin.py`). What
a single subject needs belongs into its own module.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from inspect import isawaitable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from masking_emulator.control.codings import BadCoding, decoded, known, usual_name, weights
from masking_emulator.control.origin import is_from_foreign_page
from masking_emulator.core import instants
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record
from masking_emulator.core.refusals import Refused
from masking_emulator.plivo import parse
from masking_emulator.plivo.http import BodyTooLong, body_pieces, json_response
from masking_emulator.plivo.reasons import reason_of, unknown_keys
from masking_emulator.plivo.refusals import ApiError, answer_to
from masking_emulator.plivo.validation import SchemaValidator, unknown_key
from masking_emulator.wholefile import text_of
from masking_emulator.world.door import Door
from masking_emulator.world.hub import Hub, NoSuchWorld, TooManyWorlds
from masking_emulator.world.returning import StillAway
from masking_emulator.world.world import ADVANCE_PATIENCE_S, World

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from masking_emulator.world.incoming import Readers

PREFIX: Final = "/_emulator"

#: A world with a large pool has to fit into it.
BODY_BYTES_MAX: Final = 4_194_304


#: A reason repeats what was sent, which may have millions of characters: so many at its begin and at its end are said.
_REASON_BEGIN: Final = 3000
_REASON_END: Final = 1000
_FIELD_MAX: Final = 200


class ControlError(Exception):
    """A refused control request: status, the reason, and the field that it is about, both cut to be read."""

    def __init__(
        self, status: int, reason: str, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, reason, field)
        self.status = status
        is_long = len(reason) > _REASON_BEGIN + _REASON_END
        self.reason = f"{reason[:_REASON_BEGIN]} … {reason[-_REASON_END:]}" if is_long else reason
        self.field = None if field is None else field[:_FIELD_MAX]
        self.headers = headers


class ControlRequest(Record):
    """One control request, its body already valid."""

    hub: Hub
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def world(self) -> World:
        """The world in the path. Raises NoSuchWorld."""
        return self.hub.world(self.path["auth_id"])

    @asynccontextmanager
    async def door_held(self, door_of: Callable[[World], Door] = attrgetter("door")) -> AsyncIterator[World]:
        """Hold a door of the world in the path. Raises NoSuchWorld, also where it was removed before one's turn."""
        world = self.world
        async with door_of(world).held():
            if self.hub.find(world.auth_id) is not world:
                raise NoSuchWorld(world.auth_id)
            yield world

    def takes(self, media_type: str) -> bool:
        """Whether the client asks for this media type by its name, and for JSON no more than for it."""
        liked = weights(self.headers.get("accept", ""))
        return 0 < liked.get(media_type, 0) >= liked.get(JSON, 0)


ControlAnswer = tuple[int, dict[str, Any]]

JSON: Final = "application/json"


#: It runs in the event loop in either case; only one that waits for something is asynchronous.
ControlHandler = Callable[[ControlRequest], ControlAnswer | Response | Awaitable[ControlAnswer] | Awaitable[Response]]


class Operation(Record):
    """One control operation: its method and path, the schemas of its body and query, and its handler.

    `media_type` is the type of a successful answer; a handler of another type than JSON makes the response itself.
    `also` is another type of its successful answer, for a client that asks for it: the same, as it happens.
    `only_reads`: it changes nothing, although it is no GET. `makes_world`: there may be no world of the path yet.
    `arriving` makes the readers of the lists in a long body about a world, which are read as they come
    (world/incoming.py).
    """

    method: str
    path: str
    summary: str
    handler: ControlHandler
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Mapping[str, Any]] | None = None
    body_bytes_max: int = BODY_BYTES_MAX
    media_type: str = JSON
    also: str | None = None
    only_reads: bool = False
    makes_world: bool = False
    arriving: "Callable[[World], Readers] | None" = None


#: The path of a world, below which its operations are.
W: Final = "/worlds/{auth_id}"

INSTANT: Final = {"type": "string", "description": "ISO 8601, for example 2026-01-01T00:00:00Z"}
WHOLE: Final = {"type": "integer", "minimum": 0}

#: Beside a body's schema: an empty body would say nothing, so it is refused.
NOT_EMPTY: Final[dict[str, Any]] = {"minProperties": 1}


#: The most digits of a number in a query.
_DIGITS_MAX: Final = 16


def body_schema(*required: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a body: an object with these properties and no others."""
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number in a query. Raises ControlError."""
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < _DIGITS_MAX):
        raise ControlError(400, f"{quoted(text)} is no whole number of 0 or more", name)
    return int(text)


#: Nobody waits longer than this in one request, and so long where nothing else is asked for; in real seconds.
WAIT_S_MAX: Final = 300.0
WAIT_S_DEFAULT: Final = 5.0

#: How a body says for how long to wait in all: `patience_s`, fractions too.
PATIENCE: Final = {
    "type": "number",
    "minimum": 0,
    "maximum": 60,
    "default": ADVANCE_PATIENCE_S,
    "description": "How long it waits in all for callbacks to be answered, in real seconds.",
}
#: What everybody is told who waited for something that will not come.
WAITED_IN_VAIN: Final = "the world was reset or removed, or the server stops, while this waited"

#: How the query says for how long to wait: `timeout_s`, fractions too.
WAIT: Final = {"type": "number", "minimum": 0, "maximum": WAIT_S_MAX, "default": WAIT_S_DEFAULT}


def timeout_of(query: Mapping[str, str]) -> float:
    """For how many real seconds a request is to wait, fractions too. Raises ControlError."""
    text = query.get("timeout_s", str(WAIT_S_DEFAULT))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= WAIT_S_MAX:
        raise ControlError(400, f"{quoted(text)} is no number of seconds from 0 to {WAIT_S_MAX:g}", "timeout_s")
    return seconds


def instant_of(text: str, field: str) -> int:
    """An instant that was written down. Raises ControlError."""
    try:
        return instants.read(text)
    except ValueError as error:
        raise ControlError(400, f"{error}; an instant looks like 2026-01-01T00:00:00Z", field) from None


#: A body of so many bytes is read in turns, as it comes.
_LONG_BYTES: Final = 1_048_576

_NO_BODY: Final = body_schema()


class ControlEndpoint:
    """One control path as an ASGI app: safety, method, body, then the handler."""

    def __init__(self, hub: Hub, operations: Mapping[str, Operation]) -> None:
        self._hub = hub
        self._operations = operations
        self._validators = {name: SchemaValidator(operation.body or _NO_BODY) for name, operation in operations.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            answer = await self._handled(request)
        except ControlError as error:
            return refuse(error)
        except NoSuchWorld as missing:
            return refuse(ControlError(404, f"no world has the Auth ID {quoted(str(missing))}", "auth_id"))
        except StillAway as away:
            return refuse(ControlError(503, str(away), "auth_id"))
        except TooManyWorlds as full:
            return refuse(ControlError(409, f"the server holds {full} worlds, its limit; remove one first"))
        except Refused as refused:
            api_error = answer_to(refused)
            return refuse(ControlError(api_error.status, api_error.reason or api_error.text))
        except ApiError as error:
            return refuse(ControlError(error.status, error.reason or error.text))
        if isinstance(answer, Response):
            return _head(answer) if request.method == "HEAD" else answer
        return json_response(*answer)

    async def _handled(self, request: Request) -> ControlAnswer | Response:
        operation = self._operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            allowed = ", ".join(self._operations)
            reason = f"{request.method} is not possible here; allowed: {allowed}"
            raise ControlError(405, reason, headers={"Allow": allowed})
        if operation.method != "GET" and is_from_foreign_page(request.headers):
            origin = quoted(request.headers["origin"])
            raise ControlError(403, f"the Origin {origin} is not this server", "Origin")
        # Before the body is looked at: what it should have been is of no use where there is no such world.
        in_a_world = "auth_id" in request.path_params and not operation.makes_world
        if "auth_id" in request.path_params:
            await self._hub.returning.one(request.path_params["auth_id"])
        if in_a_world:
            self._hub.world(request.path_params["auth_id"])
        body = {} if operation.method == "GET" else await self._json_body(request, operation)
        query = dict(request.query_params)
        # Otherwise a misspelt one would match everything.
        unknown = next((name for name in query if name not in (operation.query or {})), None)
        if unknown is not None:
            raise ControlError(400, unknown_key(unknown[:60], operation.query or {}), unknown[:60])
        if in_a_world:
            await self._hub.world(request.path_params["auth_id"]).entered()
        answer = operation.handler(ControlRequest(self._hub, request.path_params, query, body, request.headers))
        return await answer if isawaitable(answer) else answer

    async def _json_body(self, request: Request, operation: Operation) -> Mapping[str, Any]:
        try:
            body = await self._read_body(request, operation)
        except BodyTooLong:
            raise ControlError(413, f"a body may have {operation.body_bytes_max} bytes") from None
        except BadCoding as bad:
            raise ControlError(400, str(bad), "Content-Encoding") from None
        except (ValueError, RecursionError) as unreadable:
            raise ControlError(400, f"the body is no JSON: {unreadable}") from None
        error = self._validators[operation.method].best(body)
        if error is not None:
            raise refused_field(error)
        return body

    async def _read_body(self, request: Request, operation: Operation) -> Mapping[str, Any]:
        received = body_pieces(request.scope, request.receive, operation.body_bytes_max)
        try:
            return await self._read(request, operation, self._decoded(request, operation, received))
        except (ValueError, RecursionError, BadCoding):
            async for _ in received:  # whoever is still sending reads no answer before the end
                pass
            raise

    def _decoded(self, request: Request, operation: Operation, received: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        coding = usual_name(request.headers.get("content-encoding", "identity").strip().lower())
        if coding == "identity":
            return received
        if coding not in known():
            read = ", ".join(known())
            reason = f"{quoted(coding)} is no coding that is read here, as {read} are"
            raise ControlError(415, reason, "Content-Encoding", {"Accept-Encoding": read})
        return decoded(received, coding, operation.body_bytes_max)

    async def _read(self, request: Request, operation: Operation, pieces: AsyncIterator[bytes]) -> Mapping[str, Any]:
        begun: list[bytes] = []
        length = 0
        while length < _LONG_BYTES:
            piece = await anext(pieces, None)
            if piece is None:
                return _short(text_of(b"".join(begun)))
            begun.append(piece)
            length += len(piece)
        # Imported here: few bodies are long, and every start would pay for it.
        from masking_emulator.world.incoming import read_as_it_comes

        readers: Readers = {}
        if operation.arriving is not None:
            world = self._hub.world(request.path_params["auth_id"])
            await world.entered()
            readers = operation.arriving(world)
        body = await read_as_it_comes(_in_order(begun, pieces), readers, self._hub.turn_s)
        if not isinstance(body, dict):
            raise ControlError(400, f"the body is a JSON {type(body).__name__}")
        return body


async def _in_order(begun: Iterable[bytes], pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for piece in begun:
        yield piece
    async for piece in pieces:
        yield piece


def _head(answer: Response) -> Response:
    """The answer without its body. One that is sent as it is made has no length, and neither has its head."""
    head = Response(status_code=answer.status_code, headers=answer.headers)
    if "content-length" not in answer.headers:
        del head.headers["content-length"]
    return head


def _short(text: str) -> Mapping[str, Any]:
    return parse.json_object(text.encode()) if text.strip() else {}


def refuse(error: ControlError) -> Response:
    """The response for a refused control request."""
    body = {"error": error.reason} | ({"field": error.field} if error.field is not None else {})
    return json_response(error.status, body, error.headers)


def refused_field(error: "ValidationError") -> ControlError:
    """What is wrong with a body or a query, and where; an unknown key is the field itself."""
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        path.append(unknown_keys(error)[0])
        return ControlError(400, reason_of(error), ".".join(path))
    if error.validator in ("minProperties", "oneOf") and error.instance == {} and isinstance(error.schema, Mapping):
        return ControlError(400, f"it is empty; known here are {', '.join(error.schema['properties'])}")
    return ControlError(400, reason_of(error), ".".join(path) or None)
