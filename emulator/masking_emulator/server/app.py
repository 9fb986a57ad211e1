"""The composition root: makes one ASGI app of worlds and both APIs. The only file that imports all of them."""

from collections.abc import Callable, Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from masking_emulator import console, control
from masking_emulator.control.codings import weights
from masking_emulator.plivo import refusals
from masking_emulator.plivo import routes as plivo_routes
from masking_emulator.plivo.http import json_response
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.routes_media import media_route
from masking_emulator.server.intake import Intake, account_returned, note_unmatched
from masking_emulator.server.one_slash import OneSlash
from masking_emulator.server.own_hosts import OwnHosts
from masking_emulator.server.straight import Straight
from masking_emulator.world.hub import Hub


def make_app(
    hub: Hub,
    *,
    control_hosts: Sequence[str] = (),
    further: Sequence[Route] = (),
    measured: Callable[[ASGIApp], ASGIApp] | None = None,
) -> ASGIApp:
    """The emulator as an ASGI app over these worlds. `control_hosts` are further names that it answers to.

    `further` routes are what only some servers have, `measured` makes of an app one whose requests are measured.
    """

    # Asynchronous, all of them: starlette would run a plain function in a thread, beside the loop that worlds live in.
    async def not_found(request: Request, _: Exception) -> Response:
        path = request.url.path
        if path.startswith(control.PREFIX):
            return control.refuse(control.ControlError(404, f"the control API has no {path[:200]}"))
        if path == "/" and request.method == "GET" and weights(request.headers.get("accept", "")).get("text/html"):
            # A person in a browser; a program asks for anything, and gets the vendor's 404.
            return RedirectResponse(f"{console.URL}/")
        reason = f"the emulated API is under /v1/Account/, the control API under /_emulator/, a page at {console.URL}/"
        response = plivo_routes.refuse(ApiError(404, refusals.NOT_FOUND, reason), hub.draw_api_id())
        note_unmatched(hub, request.scope, response, reason)
        return response

    async def crashed(_: Request, __: Exception) -> Response:
        # The server logs the traceback; the client learns no more than the vendor's text.
        return plivo_routes.refuse(ApiError(500, refusals.SERVER_ERROR), hub.draw_api_id())

    async def gone(_: Request, __: Exception) -> Response:
        # Whoever left in the middle of a request gets no answer, and nothing is logged: it is nobody's fault.
        return Response(status_code=400)

    ends = {path: Intake(hub, end) for path, end in plivo_routes.endpoints(hub.draw_api_id).items()}
    app = Starlette(
        routes=[
            # The path of a recording fits its media file too, so that one comes first.
            media_route(hub.credentials, hub.draw_api_id, partial(account_returned, hub)),
            *(Route(path, end) for path, end in ends.items()),
            *control.routes(hub),
            Route(f"{control.PREFIX}/openapi.json", _describe),
            *console.routes(),
            *further,
        ],
        exception_handlers={HTTPException: not_found, ClientDisconnect: gone, Exception: crashed},
    )
    app.router.redirect_slashes = False
    about_sessions = {path: end for path, end in ends.items() if "/Masking/Session" in path}
    served: ASGIApp = OwnHosts(Straight(app, about_sessions, crashed), hub, control_hosts)
    return OneSlash(served if measured is None else measured(served))


async def _describe(_: Request) -> Response:
    # Imported here: a start would pay for a description that few ask for.
    from masking_emulator.control.openapi import document

    return json_response(200, document())
