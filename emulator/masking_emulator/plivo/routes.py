"""The emulated endpoints. Each parses the request, lets the engine act and renders the answer; no rule is here.

Paths arrive without doubled or trailing slashes (`server/one_slash.py`), and with them the caller and the body. A
handler is given everything about its request and answers with a status and a JSON object; refusals are turned into
the vendor's words in one place. What else happens to a request on its way is the server's (`server/intake.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.responses import Response

from masking_emulator.core.commands import DeleteSession
from masking_emulator.core.events import Event
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.sessions import Session
from masking_emulator.core.refusals import Refused
from masking_emulator.plivo import calls, numbers, parse, recordings, refusals, render
from masking_emulator.plivo.account_request import AccountRequest, ApiAnswer
from masking_emulator.plivo.http import json_response
from masking_emulator.plivo.pages import Shown, meta
from masking_emulator.plivo.policy import BODY_BYTES_MAX, URL_BYTES_MAX
from masking_emulator.plivo.refusals import ApiError, answer_to
from masking_emulator.plivo.resources import list_path
from masking_emulator.plivo.service import Caller, Service
from masking_emulator.plivo.session_list import list_query

#: Our own sentence on why a request was refused, beside the vendor's text in the body.
REASON_HEADER: Final = "X-Emulator-Reason"

_REASON_CHARACTERS_MAX: Final = 1000


class AccountRequestWithBody(AccountRequest):
    """An authenticated API request with its body (None: it is too large)."""

    body: bytes | None


ApiHandler = Callable[[AccountRequestWithBody], ApiAnswer]


def create_session(call: AccountRequestWithBody) -> ApiAnswer:
    """POST Masking/Session: 201, for a refreshed session too (ledger: create_status)."""
    service = call.caller.service
    command = parse.create_session(_fields(call), call.owner_of, call.account.place, service.policy)
    session = _session(service.do(command)[0])
    subaccount = call.subaccount_of(session)
    return 201, render.created(session, api_id=call.draw_api_id(), subaccount=subaccount, links=call.links)


def list_sessions(call: AccountRequestWithBody) -> ApiAnswer:
    """GET Masking/Session."""
    service = call.caller.service
    engine = service.caught_up()
    page = list_query(call.pairs, call.scope, owner_of=call.owner_of, now=engine.now, policy=service.policy)
    total, sessions = engine.select(page.query)
    shown = Shown(sessions, total, page.offset)
    path = list_path(call.account.auth_id, "Masking/Session")
    objects = [render.listed_session(session, f"{path}{session.uuid}/", call.links) for session in sessions]
    return 200, {"api_id": call.draw_api_id(), "response": {"meta": meta(page, path, shown), "objects": objects}}


def get_session(call: AccountRequestWithBody) -> ApiAnswer:
    """GET Masking/Session/{uuid}: the session, whatever its status."""
    session = call.caller.service.caught_up().session(_uuid(call), call.scope)
    subaccount = call.subaccount_of(session)
    return 200, render.got(session, api_id=call.draw_api_id(), subaccount=subaccount, links=call.links)


def update_session(call: AccountRequestWithBody) -> ApiAnswer:
    """POST Masking/Session/{uuid}."""
    service = call.caller.service
    command = parse.update_session(_fields(call), _uuid(call), call.scope, service.policy)
    session = _session(service.do(command)[0])
    body = render.updated(session, api_id=call.draw_api_id(), subaccount=None, links=call.links)
    return service.policy.update_status, body


def delete_session(call: AccountRequestWithBody) -> ApiAnswer:
    """DELETE Masking/Session/{uuid}: 200 with a body; that of the request is ignored (ledger: delete_body_ignored)."""
    call.caller.service.do(DeleteSession(call.scope, _uuid(call)))
    return 200, render.deleted(api_id=call.draw_api_id())


def not_covered(call: AccountRequestWithBody) -> ApiAnswer:
    """Every other path of an account."""
    raise ApiError(404, refusals.NOT_FOUND, f"the emulator does not cover {call.http['path']}")


#: Path below the account → method → handler.
OPERATIONS: Final[Mapping[str, Mapping[str, ApiHandler]]] = {
    "/Masking/Session": {"GET": list_sessions, "POST": create_session},
    "/Masking/Session/{session_uuid}": {"GET": get_session, "POST": update_session, "DELETE": delete_session},
    "/Call": {"GET": calls.list_calls},
    "/Call/{call_uuid}": {"GET": calls.get_call},
    "/Recording": {"GET": recordings.list_recordings},
    "/Recording/{recording_uuid}": {
        "GET": recordings.get_recording,
        "DELETE": recordings.delete_recording,
    },
    "/Number": {"GET": numbers.list_numbers},
    "/Number/{number}": {"GET": numbers.get_number},
}


#: Every other path is no resource, whatever the method (ledger: unknown_path).
_NO_OPERATION: Final[Mapping[str, ApiHandler]] = {}

OPERATION_NAMES: Final = sorted(handler.__name__ for methods in OPERATIONS.values() for handler in methods.values())


class ApiEndpoint:
    """One path with the handlers of its methods. Credentials are checked before the method."""

    def __init__(self, handlers: Mapping[str, ApiHandler], draw_api_id: Callable[[], str]) -> None:
        """`draw_api_id` is for the answers to callers with unknown credentials."""
        self._handlers = handlers
        self._draw_api_id = draw_api_id
        operations = {method: handler.__name__ for method, handler in handlers.items()}
        self.operations: Mapping[str, str] = operations | ({"HEAD": operations["GET"]} if "GET" in operations else {})

    def answer(self, http: Mapping[str, Any], caller: Caller[Service] | None, body: bytes | None) -> Response:
        """The response to a request, which is an ASGI scope; `body` None is one that is too large."""
        try:
            call = _authenticated(http, caller, body)
            status, answer = _handler(self._handlers, http["method"])(call)
        except (ApiError, Refused) as refusal:
            error = answer_to(refusal) if isinstance(refusal, Refused) else refusal
            return refuse(error, caller.service.draw_api_id() if caller else self._draw_api_id())
        if answer is None:
            # An SDK that finds no Content-Type takes the answer for none. Source: ledger: recording_delete.
            return Response(status_code=status, media_type="application/json")
        return json_response(status, answer)


def endpoints(draw_api_id: Callable[[], str]) -> Mapping[str, ApiEndpoint]:
    """Path → endpoint, in the order in which they are to be tried."""
    account = "/v1/Account/{auth_id}"
    paths = {**OPERATIONS, "": _NO_OPERATION, "/{rest:path}": _NO_OPERATION}
    return {account + path: ApiEndpoint(handlers, draw_api_id) for path, handlers in paths.items()}


def refuse(error: ApiError, api_id: str) -> Response:
    """The response for a refusal: the vendor's shape, and our reason in a header."""
    reason = error.reason.encode("ascii", "backslashreplace").decode("ascii")[:_REASON_CHARACTERS_MAX]
    printable = "".join(c if c.isprintable() else " " for c in reason)
    headers = dict(error.headers) | ({REASON_HEADER: printable} if printable else {})
    return json_response(error.status, render.error(error.text, api_id=api_id), headers)


def _authenticated(
    http: Mapping[str, Any], caller: Caller[Service] | None, body: bytes | None
) -> AccountRequestWithBody:
    """The call, if its caller is known and the account in the path is the caller's or its subaccount."""
    if len(http["raw_path"]) + len(http["query_string"]) > URL_BYTES_MAX:
        raise ApiError(414, refusals.URL_TOO_LONG, f"an URL may have {URL_BYTES_MAX} bytes")
    if caller is None:
        raise _unauthenticated("no account of any world has these credentials")
    auth_id = http["path_params"]["auth_id"]
    if caller.account.auth_id == auth_id:
        return AccountRequestWithBody(caller, caller.account, http, body)
    if caller.account.is_main:
        for account in caller.service.accounts:
            if account.auth_id == auth_id:
                return AccountRequestWithBody(caller, account, http, body)
    raise _unauthenticated(f"{caller.account.auth_id} may not act for the account in the path")


def _unauthenticated(reason: str) -> ApiError:
    return ApiError(401, refusals.UNAUTHENTICATED, reason, {"WWW-Authenticate": 'Basic realm="Plivo"'})


def _handler(handlers: Mapping[str, ApiHandler], method: str) -> ApiHandler:
    if handlers is _NO_OPERATION:
        return not_covered
    handler = handlers.get("GET" if method == "HEAD" else method)
    if handler is None:
        allowed = ", ".join(handlers)
        raise ApiError(405, refusals.METHOD_NOT_ALLOWED, f"allowed here: {allowed}", {"Allow": allowed})
    return handler


def _uuid(call: AccountRequestWithBody) -> str:
    return call.in_path("session_uuid").lower()


def _session(event: Event) -> Session:
    session = getattr(event, "session", None)
    assert isinstance(session, Session), "the first event of a create or an update carries its session"
    return session


def _fields(call: AccountRequestWithBody) -> Mapping[str, Any]:
    """The JSON object in the request's body. Raises ApiError."""
    content_type = call.header(b"content-type")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ApiError(400, refusals.NOT_JSON_TYPE, f"the Content-Type is {quoted(content_type)}")
    if call.body is None:
        raise ApiError(413, refusals.BODY_TOO_LARGE, f"a body may have {BODY_BYTES_MAX} bytes")
    return parse.json_object(call.body)
