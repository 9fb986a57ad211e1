"""Everything runs in the event loop: worlds have no locks, so a handler in a worker thread would break them."""

import asyncio
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import httpx
import masking_emulator
import pytest
from masking_emulator.control import PREFIX, operations
from masking_emulator.server.app import make_app
from masking_emulator.server.one_slash import OneSlash
from masking_emulator.server.own_hosts import OwnHosts
from masking_emulator.server.straight import Straight
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.world import World
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from tests.shell.worlds import structure

_PACKAGE: Final = str(Path(masking_emulator.__file__).parent)
_AUTH_ID: Final = "MAEMULATORSHELLTEST1"
_METHODS: Final = ("GET", "POST", "PUT", "DELETE")

#: Part of a path → what stands there in a request.
_PARTS: Final = {"auth_id": _AUTH_ID, "file": "app.js", "rest": "elsewhere", "audio_format": "mp3"}

#: Waiting operations answer at once with this.
_QUERIES: Final = {"/wait": "?timeout_s=0", "/stream": "?timeout_s=0"}


@pytest.fixture
def elsewhere() -> Iterator[list[str]]:
    """The functions of the package that run in a thread of anybody's after now, and not in this one."""
    here, found = threading.get_ident(), list[str]()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(_PACKAGE) and threading.get_ident() != here:
            found.append(frame.f_code.co_qualname)

    threading.setprofile(note)
    yield found
    threading.setprofile(None)


def _requests(app: ASGIApp) -> list[tuple[str, str]]:
    """A method and a path for each route, and some that no route has."""
    assert isinstance(app, OneSlash)
    assert isinstance(app.app, OwnHosts)
    assert isinstance(app.app.app, Straight)
    assert isinstance(app.app.app.app, Starlette)
    routes = [route.path for route in app.app.app.app.routes if isinstance(route, Route)]
    routes += [f"{PREFIX}{operation.path}" for operation in operations()]
    paths = [re.sub(r"{(\w+)(?::\w+)?}", lambda part: _PARTS.get(part[1], "1"), path) for path in dict.fromkeys(routes)]
    paths = [path + next((query for end, query in _QUERIES.items() if path.endswith(end)), "") for path in paths]
    # Worlds are removed last, so that all others are asked of one that is there.
    asked = [(method, path) for method in _METHODS for path in (*paths, "/", "/nowhere", "/_emulator/nowhere")]
    return sorted(asked, key=lambda request: request == ("DELETE", f"/_emulator/worlds/{_AUTH_ID}"))


async def _ask(hub: Hub, requests: Sequence[tuple[str, str]] | None = None) -> list[tuple[str, str, int]]:
    app = make_app(hub)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    answers = []
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=(_AUTH_ID, "token")) as client:
        for method, path in _requests(app) if requests is None else requests:
            response = await client.request(method, path, json={} if method in ("POST", "PUT") else None)
            answers.append((method, path, response.status_code))
    await hub.close()
    return answers


def test_every_route_runs_in_the_event_loop(elsewhere: list[str]) -> None:
    """Handlers, refusals and what is said where nothing is: none of it is handed to a worker thread."""
    hub = Hub()
    hub.add(world_of(structure()))
    answers = asyncio.run(_ask(hub))

    assert [] == elsewhere
    assert len(answers) > 200
    assert {200, 201, 400, 404, 405} <= {status for _, _, status in answers}
    assert [] == [answer for answer in answers if answer[2] >= 500]


class _CrashingWorld(World):
    """A world with a bug in it."""

    def caught_up(self) -> NoReturn:
        raise RuntimeError


def test_crash_is_answered_in_the_event_loop(elsewhere: list[str]) -> None:
    """What answers for a bug draws from the hub's chance, as everything else does."""
    hub, world = Hub(), _CrashingWorld(world_of(structure()))
    hub.credentials.admit(world, world.accounts)
    answers = asyncio.run(_ask(hub, [("GET", f"/v1/Account/{_AUTH_ID}/Masking/Session")]))

    assert [500] == [status for *_, status in answers]
    assert [] == elsewhere


@pytest.mark.parametrize("path", ["/_emulator/worlds", f"/v1/Account/{_AUTH_ID}/Masking/Session"])
def test_client_that_leaves_is_let_go_in_the_event_loop(elsewhere: list[str], path: str) -> None:
    """In the middle of a body, on either API."""
    app, sent = make_app(Hub()), list[Message]()
    headers = [(b"host", b"127.0.0.1"), (b"content-length", b"9"), (b"content-type", b"application/json")]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": headers, "server": ("127.0.0.1", 80), "scheme": "http", "root_path": ""}

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def leave() -> None:
        await app(scope, receive, send)

    asyncio.run(leave())

    assert [] == elsewhere
    assert sent


def test_function_in_a_thread_is_found(elsewhere: list[str]) -> None:
    """The watch works."""
    thread = threading.Thread(target=Hub)
    thread.start()
    thread.join()

    assert "Hub.__init__" in elsewhere
