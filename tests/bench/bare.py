"""The yardstick: a Starlette app that is a dict with a few routes, served by uvicorn as the emulator is.

It answers the same requests with JSON of about the same size. Run with a port: `python -m tests.bench.bare 8081`.
"""

import sys
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_PATH = "/v1/Account/{auth_id}/Masking/Session/"

#: What fills the answer up to the size of a session's.
_FILLING = {f"field_{place:02}_of_the_session": "" if place % 2 else 14_400 for place in range(28)}

_sessions: dict[str, dict[str, object]] = {}


async def create(request: Request) -> Response:
    """Keep what was sent under a new UUID."""
    uuid = str(uuid4())
    _sessions[uuid] = {"session_uuid": uuid, **await request.json(), **_FILLING}
    body = {"api_id": str(uuid4()), "session_uuid": uuid, "message": "Session created", "session": _sessions[uuid]}
    return JSONResponse(body, 201)


async def get(request: Request) -> Response:
    """What was kept."""
    return JSONResponse({"api_id": str(uuid4()), "response": _sessions[request.path_params["session_uuid"]]})


async def received(request: Request) -> Response:
    """A callback's receiver: the form is read, and nothing is done with it."""
    await request.body()
    return Response()


async def health(_: Request) -> Response:
    """Served as soon as anything is."""
    return JSONResponse({"status": "ok"})


if __name__ == "__main__":
    app = Starlette(
        routes=[
            Route(_PATH, create, methods=["POST"]),
            Route(_PATH + "{session_uuid}/", get),
            Route("/received", received, methods=["POST"]),
            Route("/_emulator/health", health),
        ]
    )
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        http="httptools",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
    )
