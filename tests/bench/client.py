"""A client of the app in this process: one request at a time, straight into the ASGI callable."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from masking_emulator.server.app import make_app
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub
from starlette.types import Message

AUTH_ID = "MAEMULATOR0000000001"
SESSIONS = f"/v1/Account/{AUTH_ID}/Masking/Session/"

_TOKEN = "emulator-token"
_HEADERS = [
    (b"host", b"127.0.0.1"),
    (b"content-type", b"application/json"),
    (b"authorization", b"Basic " + b64encode(f"{AUTH_ID}:{_TOKEN}".encode())),
]


class Client:
    """The app over one world, whose clock stands still."""

    def __init__(self, structure: Mapping[str, Any]) -> None:
        """`structure` is a world as in a world file, without account and clock."""
        account = {"auth_id": AUTH_ID, "auth_token": _TOKEN}
        hub = Hub()
        clock = {"start": "2026-01-01T00:00:00Z", "rate": 0}
        self.world = hub.add(world_of({"account": account, "clock": clock, **structure}))
        self._app = make_app(hub)

    def request(self, method: str, path: str, fields: Mapping[str, Any] | None = None, *, query: str = "") -> Any:
        """The JSON of an answer that is a success."""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": _HEADERS,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"" if fields is None else encoded(fields)}

        async def send(message: Message) -> None:
            sent.append(message)

        # The app waits for nothing but for others, whom it lets go first in long work: no event loop is needed.
        for _ in self._app(scope, receive, send).__await__():
            pass
        body = b"".join(message.get("body", b"") for message in sent)
        assert sent[0]["status"] < 300, body
        return json.loads(body)


def encoded(fields: Mapping[str, Any]) -> bytes:
    """A request body."""
    return json.dumps(fields).encode()
