"""The emulated endpoints: who asks, what for, and the answer. Parse, do, render; no rule lives here.

Paths arrive without doubled or trailing slashes (`paths.py`), and with them the caller and the body. A handler is
given everything about its request and answers with a status and a JSON object; refusals are turned into the
vendor's words in one place. What else happens to a request on its way is the shell's (`intake.py`).
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive

from emulator.core.commands import DeleteSession
from emulator.core.events import Event
from emulator.core.records import Session
from emulator.core.refusals import Refused
from emulator.plivo import parse, refusals, render
from emulator.plivo.listing import links, list_query
from emulator.plivo.policy import BODY_BYTES_MAX, URL_BYTES_MAX
from emulator.plivo.refusals import ApiError, answer_to, refused_parameter
from emulator.plivo.service import Account, Caller

#: Our own sentence on why a request was refused, beside the vendor's text in the body.
REASON_HEADER: Final = "X-Emulator-Reason"

_REASON_SIGNS_MAX: Final = 1000

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated API request: caller, account in the path, the request, its body (None: it is too large)."""

    caller: Caller
    account: Account
    request: Request
    body: bytes | None

    @property
    def scope(self) -> int | None:
        """Whose sessions are in sight: all of them for the main account on its own path."""
        return None if self.account.is_main else self.account.place

    def owner_of(self, auth_id: str) -> int:
        """The place of a subaccount that the caller names. Raises ApiError 400 for one it may not name."""
        for account in self.caller.service.accounts:
            if account.auth_id == auth_id and (self.account.is_main or account == self.account):
                return account.place
        reason = f"{auth_id[:60]!r} is no account that {self.account.auth_id} may name"
        raise refused_parameter(refusals.NOT_A_SUBACCOUNT, "subaccount", reason)

    def subaccount_of(self, session: Session) -> str | None:
        """The Auth ID to show as subaccount: only where the create named one (contract 2.5)."""
        if not session.settings.owner_named:
            return None
        return self.caller.service.accounts[session.owner].auth_id

    def draw_api_id(self) -> str:
        """A fresh api_id."""
        return self.caller.service.draw_api_id()


#: Status and body of a success.
Answer = tuple[int, render.Json]
Handler = Callable[[Call], Awaitable[Answer]]


async def create_session(call: Call) -> Answer:
    """POST Masking/Session: 201, for a refreshed session too (contract 3.5)."""
    service = call.caller.service
    command = parse.create_session(_fields(call), call.owner_of, call.account.place, service.policy)
    session = _session(service.do(command)[0])
    return 201, render.created(session, api_id=call.draw_api_id(), subaccount=call.subaccount_of(session))


async def list_sessions(call: Call) -> Answer:
    """GET Masking/Session."""
    service, request = call.caller.service, call.request
    engine = service.caught_up()
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    page = list_query(pairs, call.scope, owner_of=call.owner_of, now=engine.now, policy=service.policy)
    total, sessions = engine.select(page.query)
    path = f"/v1/Account/{call.account.auth_id}/Masking/Session/"
    following, previous = links(page, path, total)
    meta = {"limit": page.query.limit, "next": following, "offset": page.query.offset, "previous": previous}
    objects = [render.listed_session(session, f"{path}{session.uuid}/") for session in sessions]
    return 200, {
        "api_id": call.draw_api_id(),
        "response": {"meta": meta | {"total_count": total}, "objects": objects},
    }


async def get_session(call: Call) -> Answer:
    """GET Masking/Session/{uuid}: the session, whatever its status."""
    session = call.caller.service.caught_up().session(_uuid(call), call.scope)
    return 200, render.got(session, api_id=call.draw_api_id(), subaccount=call.subaccount_of(session))


async def update_session(call: Call) -> Answer:
    """POST Masking/Session/{uuid}."""
    service = call.caller.service
    command = parse.update_session(_fields(call), _uuid(call), call.scope, service.policy)
    session = _session(service.do(command)[0])
    return service.policy.update_status, render.updated(session, api_id=call.draw_api_id(), subaccount=None)


async def delete_session(call: Call) -> Answer:
    """DELETE Masking/Session/{uuid}: 200 with a body; what the request's body holds is ignored (contract 1.2)."""
    call.caller.service.do(DeleteSession(call.scope, _uuid(call)))
    return 200, render.deleted(api_id=call.draw_api_id())


async def not_covered(call: Call) -> Answer:
    """Every other path of an account."""
    raise ApiError(404, refusals.NOT_FOUND, f"the emulator does not cover {call.request.url.path}")


#: Path below the account → method → handler.
OPERATIONS: Final[Mapping[str, Mapping[str, Handler]]] = {
    "/Masking/Session": {"GET": list_sessions, "POST": create_session},
    "/Masking/Session/{session_uuid}": {"GET": get_session, "POST": update_session, "DELETE": delete_session},
}


OPERATION_NAMES: Final = sorted(handler.__name__ for methods in OPERATIONS.values() for handler in methods.values())


class Endpoint:
    """One path: what is asked for there, and the answer. It admits the caller first and judges the method after."""

    def __init__(self, handlers: Mapping[str, Handler], draw_api_id: Callable[[], str]) -> None:
        """`draw_api_id` serves the answers to callers that nobody knows."""
        self._handlers = handlers
        self._draw_api_id = draw_api_id
        operations = {method: handler.__name__ for method, handler in handlers.items() if handler is not not_covered}
        self.operations: Mapping[str, str] = operations | ({"HEAD": operations["GET"]} if "GET" in operations else {})

    async def answer(self, request: Request, caller: Caller | None, body: bytes | None) -> Response:
        """The response to a request; `body` None is one that is too large."""
        try:
            call = _authenticated(request, caller, body)
            status, answer = await _handler(self._handlers, request)(call)
        except (ApiError, Refused) as refusal:
            error = answer_to(refusal) if isinstance(refusal, Refused) else refusal
            return refuse(error, caller.service.draw_api_id() if caller else self._draw_api_id())
        return json_response(status, answer)


def endpoints(draw_api_id: Callable[[], str]) -> Mapping[str, Endpoint]:
    """Path → endpoint, in the order in which they are to be tried."""
    account = "/v1/Account/{auth_id}"
    every_method = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"), not_covered)
    paths = {**OPERATIONS, "": every_method, "/{rest:path}": every_method}
    return {account + path: Endpoint(handlers, draw_api_id) for path, handlers in paths.items()}


def refuse(error: ApiError, api_id: str) -> Response:
    """The response for a refusal: the vendor's shape, and our reason in a header."""
    reason = error.reason.encode("ascii", "backslashreplace").decode("ascii")[:_REASON_SIGNS_MAX]
    printable = "".join(sign if sign.isprintable() else " " for sign in reason)
    headers = dict(error.headers) | ({REASON_HEADER: printable} if printable else {})
    return json_response(error.status, render.error(error.text, api_id=api_id), headers)


def json_response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response, compact, in the order of the mapping."""
    return Response(_encode(body), status, headers, "application/json")


def _authenticated(request: Request, caller: Caller | None, body: bytes | None) -> Call:
    """The call, if its caller is known and the account in the path is the caller's or its subaccount."""
    if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > URL_BYTES_MAX:
        raise ApiError(414, refusals.URL_TOO_LONG, f"an URL may have {URL_BYTES_MAX} bytes")
    if caller is None:
        raise _unauthenticated("no account of any world has these credentials")
    auth_id = request.path_params["auth_id"]
    if caller.account.auth_id == auth_id:
        return Call(caller, caller.account, request, body)
    if caller.account.is_main:
        for account in caller.service.accounts:
            if account.auth_id == auth_id:
                return Call(caller, account, request, body)
    raise _unauthenticated(f"{caller.account.auth_id} may not act for the account in the path")


def _unauthenticated(reason: str) -> ApiError:
    return ApiError(401, refusals.UNAUTHENTICATED, reason, {"WWW-Authenticate": 'Basic realm="Plivo"'})


def _handler(handlers: Mapping[str, Handler], request: Request) -> Handler:
    handler = handlers.get("GET" if request.method == "HEAD" else request.method)
    if handler is None:
        allowed = ", ".join(handlers)
        raise ApiError(405, refusals.METHOD_NOT_ALLOWED, f"allowed here: {allowed}", {"Allow": allowed})
    return handler


def _uuid(call: Call) -> str:
    return str(call.request.path_params["session_uuid"]).lower()


def _session(event: Event) -> Session:
    session = getattr(event, "session", None)
    assert isinstance(session, Session), "the first event of a create or an update carries its session"
    return session


def _fields(call: Call) -> Mapping[str, Any]:
    """The JSON object in the request's body. Raises ApiError."""
    content_type = call.request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ApiError(400, refusals.NOT_JSON_TYPE, f"the Content-Type is {content_type[:100]!r}")
    if call.body is None:
        raise ApiError(413, refusals.BODY_TOO_LARGE, f"a body may have {BODY_BYTES_MAX} bytes")
    return parse.json_object(call.body)


async def read_body(receive: Receive, bytes_max: int) -> bytes | None:
    """The body, or None as soon as it has more bytes than that. Raises ClientDisconnect where it ends too early."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > bytes_max:
            return None
        if not message.get("more_body", False):
            return body
