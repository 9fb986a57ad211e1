"""The control API under `/_emulator/`: worlds, clocks, journals, explanations. JSON in, JSON out.

One table says what there is; routes and OpenAPI both come from it. Errors are `{"error", "field"}`. A write from
a foreign web page is refused (`origin.py`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from emulator import __version__
from emulator.clock import RATE_MAX
from emulator.core import instants
from emulator.core.commands import AddNumber
from emulator.core.events import Event
from emulator.core.instants import INSTANT_MAX, SECOND_US, written
from emulator.core.records import MAIN_ACCOUNT
from emulator.core.refusals import Refused
from emulator.explain import explanation, number_json
from emulator.journal import event_json
from emulator.origin import foreign_header
from emulator.plivo import parse
from emulator.plivo.refusals import ApiError, answer_to
from emulator.plivo.routes import json_response, read_body
from emulator.world import World
from emulator.worldfile import CLOCK_SCHEMA, SEED_SCHEMA, BadWorld, pool_number, world_of
from emulator.worlds import Hub, NoSuchWorld, TooManyWorlds

PREFIX: Final = "/_emulator"

#: One answer lists at most so many events; what is left out is counted.
EVENTS_MAX: Final = 10_000

#: A world with a large pool has to fit.
BODY_BYTES_MAX: Final = 4_194_304


class ControlError(Exception):
    """A refused control request: status, the reason, and the field that it is about."""

    def __init__(
        self, status: int, reason: str, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, reason, field)
        self.status = status
        self.reason = reason
        self.field = field
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Asked:
    """One control request, its body already valid."""

    hub: Hub
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def world(self) -> World:
        """The world in the path. Raises NoSuchWorld."""
        return self.hub.world(self.path["auth_id"])


Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """One control operation: what it is called on, what its body must be, and who does it."""

    method: str
    path: str
    summary: str
    handler: Callable[[Asked], Awaitable[Answer]]
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Mapping[str, Any]] | None = None

    @cached_property
    def validator(self) -> Draft202012Validator:
        """What judges the body."""
        return Draft202012Validator(self.body or {"type": "object", "additionalProperties": False})


async def health(asked: Asked) -> Answer:
    """Answered as soon as requests are served."""
    return 200, {"status": "ok", "version": __version__, "worlds": [world.auth_id for world in asked.hub.all()]}


async def show_fidelity(asked: Asked) -> Answer:
    """The ledger."""
    # Imported here: a start of the server would pay for hundreds of rows that few ask for.
    from emulator.plivo.ledger import LEDGER, row_json

    del asked
    return 200, {"rows": [row_json(row) for row in LEDGER]}


async def show_interception(asked: Asked) -> Answer:
    """The ports of the proxy and of TLS, null where there is none, and the certificate that clients have to trust."""
    return 200, dict(asked.hub.interception)


async def add_world(asked: Asked) -> Answer:
    """A new world from a structure as in a world file; `seed` and `clock` beside it win."""
    structure = {**asked.body.get("world", {}), **{k: v for k, v in asked.body.items() if k != "world"}}
    try:
        return 201, _world(asked.hub.add(world_of(structure, asked.hub.credentials)))
    except BadWorld as bad:
        raise ControlError(400, bad.reason, bad.key or None) from None


async def show_world(asked: Asked) -> Answer:
    """What the world is and holds."""
    return 200, _world(asked.world)


async def remove_world(asked: Asked) -> Answer:
    """The world and its accounts are gone."""
    asked.hub.remove(asked.path["auth_id"])
    return 200, {"removed": asked.path["auth_id"]}


async def reset_world(asked: Asked) -> Answer:
    """The world is as it was at its start."""
    asked.world.reset()
    return 200, _world(asked.world)


async def fork_world(asked: Asked) -> Answer:
    """A copy of the world as it stands, under a new Auth ID."""
    return 201, _world(asked.hub.fork(asked.path["auth_id"]))


async def show_clock(asked: Asked) -> Answer:
    """What the world's clock shows."""
    return 200, _clock(asked.world)


async def set_clock(asked: Asked) -> Answer:
    """Another rate, or a jump forward to `now`; what falls due on the way happens."""
    world = asked.world
    target = _instant(asked.body["now"], "now", world) if "now" in asked.body else None
    if "rate" in asked.body:
        world.run_at(asked.body["rate"])
    if target is not None:
        await world.advance_to(target)
    return 200, _clock(world)


async def advance_clock(asked: Asked) -> Answer:
    """Go forward by `seconds`, `to` an instant, or to the `next` thing that is due; answers what happened."""
    world = asked.world
    target = _target(asked.body, world)
    before = world.journal.last
    await world.advance_to(target)
    events = world.journal.after(before, EVENTS_MAX)
    answer = {"now": written(world.clock.now()), "events": [_numbered(*event) for event in events]}
    left_out = world.journal.last - before - len(events)
    return 200, answer | ({"events_left_out": left_out} if left_out > 0 else {})


async def show_journal(asked: Asked) -> Answer:
    """The events after a sequence number, oldest first. `first` tells from where the journal is kept."""
    world = asked.world
    world.caught_up()
    events = world.journal.after(_whole(asked.query, "after", 0), min(_whole(asked.query, "limit", 1000), EVENTS_MAX))
    journal = {"first": world.journal.first, "last": world.journal.last}
    return 200, journal | {"events": [_numbered(*event) for event in events]}


async def explain_session(asked: Asked) -> Answer:
    """Why the session has its number: every candidate, and why it was dropped."""
    engine = asked.world.caught_up()
    return 200, explanation(engine.session(asked.path["session_uuid"]), engine.pool, asked.world.accounts)


async def show_numbers(asked: Asked) -> Answer:
    """The pool in allocation order, with what is on each number now."""
    world = asked.world
    pool = world.caught_up().pool
    return 200, {"numbers": [number_json(number, pool.use(number.digits), world.accounts) for number in pool.numbers()]}


async def add_number(asked: Asked) -> Answer:
    """One number more at the end of the pool."""
    world = asked.world
    owners: dict[str | None, int] = {account.auth_id: account.place for account in world.accounts[1:]}
    owners[None] = MAIN_ACCOUNT
    subaccount = asked.body.get("subaccount")
    if subaccount not in owners:
        raise ControlError(400, f"{subaccount} is no subaccount of this world", "subaccount")
    try:
        number = pool_number(asked.body["number"], "number", owners[subaccount])
    except BadWorld as bad:
        raise ControlError(400, bad.reason, bad.key) from None
    world.do(AddNumber(number.digits, number.calling_code, number.owner))
    return 201, {"number": f"+{number.digits}", "subaccount": subaccount}


def _body(*required: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})


_W: Final = "/worlds/{auth_id}"
_INSTANT: Final = {"type": "string", "description": "ISO 8601, for example 2026-01-01T00:00:00Z"}
_RATE: Final = {"type": "number", "minimum": 0, "maximum": RATE_MAX}
_SECONDS: Final = {"type": "number", "minimum": 0, "maximum": INSTANT_MAX // SECOND_US}
_WHOLE: Final = {"type": "integer", "minimum": 0}
_CLOCK: Final = _body(now=_INSTANT, rate=_RATE)
_ADVANCE: Final = _body(seconds=_SECONDS, to=_INSTANT, next={"const": True}) | {"minProperties": 1, "maxProperties": 1}

OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/health", "Is the server ready", health),
    Operation("GET", "/fidelity", "The fidelity ledger", show_fidelity),
    Operation("GET", "/interception", "How clients of api.plivo.com get here", show_interception),
    Operation(
        "POST",
        "/worlds",
        "Make a world",
        add_world,
        _body(world={"type": "object"}, seed=SEED_SCHEMA, clock=CLOCK_SCHEMA),
    ),
    Operation("GET", _W, "Read a world", show_world),
    Operation("DELETE", _W, "Remove a world", remove_world),
    Operation("POST", f"{_W}/reset", "Put a world back to its start", reset_world),
    Operation("POST", f"{_W}/fork", "Copy a world under a new Auth ID", fork_world),
    Operation("GET", f"{_W}/clock", "Read the clock", show_clock),
    Operation("PUT", f"{_W}/clock", "Set the clock's rate, or jump forward", set_clock, _CLOCK),
    Operation("POST", f"{_W}/clock/advance", "Let time pass", advance_clock, _ADVANCE),
    Operation("GET", f"{_W}/journal", "What happened", show_journal, query={"after": _WHOLE, "limit": _WHOLE}),
    Operation("GET", f"{_W}/sessions/{{session_uuid}}/explain", "Why a session has its number", explain_session),
    Operation("GET", f"{_W}/numbers", "The number pool", show_numbers),
    Operation(
        "POST",
        f"{_W}/numbers",
        "Add a number",
        add_number,
        _body("number", number={"type": "string"}, subaccount={"type": "string"}),
    ),
)


class Endpoint:
    """One control path as an ASGI app: safety, method, body, then the handler."""

    def __init__(self, hub: Hub, operations: Mapping[str, Operation], control_hosts: Sequence[str]) -> None:
        self._hub = hub
        self._operations = operations
        self._control_hosts = control_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            status, body = await self._handled(request)
        except ControlError as error:
            return refuse(error)
        except NoSuchWorld as missing:
            return refuse(ControlError(404, f"no world has the Auth ID {str(missing)[:50]!r}", "auth_id"))
        except TooManyWorlds as full:
            return refuse(ControlError(409, f"the server holds {full} worlds, its limit; remove one first"))
        except Refused as refused:
            answer = answer_to(refused)
            return refuse(ControlError(answer.status, answer.reason or answer.text))
        except ApiError as error:
            return refuse(ControlError(error.status, error.reason or error.text))
        return json_response(status, body)

    async def _handled(self, request: Request) -> Answer:
        operation = self._operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            allowed = ", ".join(self._operations)
            reason = f"{request.method} is not possible here; allowed: {allowed}"
            raise ControlError(405, reason, headers={"Allow": allowed})
        if operation.method != "GET":
            foreign = foreign_header(request.headers, self._control_hosts)
            if foreign is not None:
                raise ControlError(
                    403, f"the {foreign} {request.headers.get(foreign, '')[:100]!r} is not this server", foreign
                )
        body = await _json_body(request, operation)
        query = dict(request.query_params)
        return await operation.handler(Asked(self._hub, request.path_params, query, body))


def routes(hub: Hub, control_hosts: Sequence[str] = ()) -> list[Route]:
    """The routes of the control API. `control_hosts` are further names under which it may be written to."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [Route(PREFIX + path, Endpoint(hub, operations, control_hosts)) for path, operations in by_path.items()]


def refuse(error: ControlError) -> Response:
    """The response for a refused control request."""
    body = {"error": error.reason} | ({"field": error.field} if error.field is not None else {})
    return json_response(error.status, body, error.headers)


async def _json_body(request: Request, operation: Operation) -> Mapping[str, Any]:
    raw = b"" if operation.method == "GET" else await read_body(request, BODY_BYTES_MAX)
    body = parse.json_object(raw) if raw.strip() else {}
    error = best_match(operation.validator.iter_errors(body))
    if error is not None:
        field = ".".join(str(part) for part in error.absolute_path)
        raise ControlError(400, error.message[:300], field or None)
    return body


def _world(world: World) -> dict[str, Any]:
    engine = world.caught_up()
    main, *subaccounts = world.accounts
    return {
        "auth_id": main.auth_id,
        "auth_token": main.auth_token,
        "subaccounts": [{"auth_id": sub.auth_id, "auth_token": sub.auth_token} for sub in subaccounts],
        "seed": world.spec.seed,
        "clock": _clock(world),
        "numbers": len(engine.pool),
        "sessions": {"live": engine.state.book.live_count, "kept": len(engine.state.book)},
        "journal": {"first": world.journal.first, "last": world.journal.last},
        "policy": asdict(world.policy),
        "limits": asdict(world.spec.limits),
    }


def _clock(world: World) -> dict[str, Any]:
    return {"now": written(world.caught_up().now), "rate": world.clock.rate}


def _numbered(sequence: int, event: Event) -> dict[str, Any]:
    return {"sequence": sequence, **event_json(event)}


def _target(body: Mapping[str, Any], world: World) -> int:
    if "to" in body:
        return _instant(body["to"], "to", world)
    now = world.caught_up().now
    if "seconds" in body:
        return min(now + int(body["seconds"] * SECOND_US), INSTANT_MAX)
    deadline = world.caught_up().deadline()
    return now if deadline is None else deadline


def _instant(text: str, field: str, world: World) -> int:
    try:
        instant = instants.read(text)
    except ValueError as error:
        raise ControlError(400, f"{error}; an instant looks like 2026-01-01T00:00:00Z", field) from None
    now = world.caught_up().now
    if instant < now:
        raise ControlError(400, f"the clock shows {written(now)} and only moves forward", field)
    return instant


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < _DIGITS_MAX):
        raise ControlError(400, f"{text[:60]!r} is no whole number of 0 or more", name)
    return int(text)


_DIGITS_MAX: Final = 16
