"""A small client of the control API, for the command line and for tests. Standard library only."""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit


class Unreachable(Exception):
    """Nothing that speaks HTTP answers there."""


class ControlRefused(Exception):
    """The control API refused; the message is its reason, `status` its status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Control:
    """The control API of one server."""

    def __init__(self, url: str, *, timeout_s: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self._timeout_s = timeout_s

    def get(self, path: str, **query: str | int) -> Any:
        """GET a path below `/_emulator`. Raises Unreachable, ControlRefused."""
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""), None)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST JSON to a path below `/_emulator`. Raises Unreachable, ControlRefused."""
        return self._ask("POST", path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """PUT JSON to a path below `/_emulator`. Raises Unreachable, ControlRefused."""
        return self._ask("PUT", path, body)

    def delete(self, path: str) -> Any:
        """DELETE a path below `/_emulator`. Raises Unreachable, ControlRefused."""
        return self._ask("DELETE", path, None)

    def world(self, auth_id: str | None) -> str:
        """The path of a world; without an Auth ID the server's oldest world. Raises Unreachable, ControlRefused."""
        if auth_id is None:
            worlds = self.get("/health")["worlds"]
            if not worlds:
                raise ControlRefused(404, "the server has no world")
            auth_id = worlds[0]
        return f"/worlds/{quote(auth_id, safe='')}"

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        parts = urlsplit(self.url)
        if parts.scheme != "http" or not parts.hostname:
            raise Unreachable(f"{self.url!r} is no http:// URL")
        try:
            connection = HTTPConnection(parts.hostname, parts.port, timeout=self._timeout_s)
            content = None if body is None else json.dumps(body)
            connection.request(method, f"/_emulator{path}", content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            connection.close()
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"no emulator answers at {self.url}: {error}") from None
        if response.status >= 400:
            raise ControlRefused(response.status, answer.get("error", "refused"))
        return answer
