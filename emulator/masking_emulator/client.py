"""Small clients of both APIs, for the command line, tests and agents.

Standard library only. A test may have replaced the network of its process, so what tests ask (`get`, `post` and their
kin) goes neither through `http.client`'s connections nor through `socket.socket`. What no test asks here, a stream and
a request of the emulated API, does.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from io import BytesIO
from string import punctuation
from typing import Any, BinaryIO, Final
from urllib.parse import quote, urlencode, urlsplit

from masking_emulator.unpatched import exchange

#: How long a request waits for an answer where nothing else is given, in real seconds.
WAIT_S: Final = 5.0

#: How long an answer may take beyond the time that the server was asked to wait, in real seconds.
GRACE_S: Final = 30.0


class Unreachable(Exception):
    """No emulator answers there; `status` is that of an answer which is not one of its, None without one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ControlRefused(Exception):
    """The control API refused; the message is its reason, and which field it is about.

    `status` is its status, `field` the field's path or None, `answer` all that it said.
    """

    def __init__(self, status: int, reason: str, answer: Mapping[str, Any] | None = None) -> None:
        self.answer = answer or {}
        field = self.answer.get("field")
        self.field: str | None = field if isinstance(field, str) else None
        super().__init__(f"{self.field}: {reason}" if self.field else reason)
        self.status = status


class CannotSend(TypeError):
    """A body has what JSON has not; the message names its key."""


class Control:
    """The control API of one server."""

    def __init__(self, url: str, *, timeout_s: float = 60.0) -> None:
        """Asks nothing yet. Raises Unreachable where `url` is no http:// URL."""
        self.url = url.rstrip("/")
        self._host, self._port = _host_and_port(self.url)
        self._timeout_s = timeout_s

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str | int] = {}
    ) -> Any:
        """One request to a path below `/_emulator`.

        Raises Unreachable, ControlRefused, and CannotSend where the body has what JSON has not, as the others do.
        """
        return self._ask(method, path + (f"?{urlencode(query)}" if query else ""), body)

    def get(self, path: str, **query: str | int) -> Any:
        """GET a path below `/_emulator`. Raises Unreachable, ControlRefused."""
        return self.ask("GET", path, query=query)

    def wait(self, path: str, timeout_s: float, **query: str | int) -> Any:
        """GET a path that answers as soon as something happens, at the latest after so many real seconds.

        Raises Unreachable, ControlRefused.
        """
        target = f"{path}?{urlencode({**query, 'timeout_s': timeout_s})}"
        return self._ask("GET", target, None, patience_s=timeout_s + GRACE_S)

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
            worlds = self.get("/health").get("worlds")
            if not worlds:
                raise ControlRefused(404, "the server has no world")
            auth_id = worlds[0]
        return f"/worlds/{segment(auth_id)}"

    def stream(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """The data of server-sent events below `/_emulator`, as they come, until the server ends the stream.

        Raises Unreachable, ControlRefused.
        """
        # Imported here: only the journal's stream needs it.
        from http.client import HTTPConnection, HTTPException

        target = f"/_emulator{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            with closing(HTTPConnection(self._host, self._port, timeout=self._timeout_s)) as connection:
                connection.request("GET", target)
                response = connection.getresponse()
                if response.status >= 400:
                    answer = json.loads(response.read())
                    raise ControlRefused(response.status, answer.get("error", f"status {response.status}"), answer)
                for line in response:
                    if line.startswith(b"data: "):
                        found = json.loads(line.removeprefix(b"data: "))
                        if "event" in found:
                            yield found
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"no emulator answers at {self.url}: {error}") from None

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, patience_s: float = 0) -> Any:
        # Imported here: every start of the server would pay for it, and only clients need it.
        from http.client import HTTPException, HTTPResponse

        try:
            request, timeout_s = self._request(method, path, body), max(self._timeout_s, patience_s)
            answered = exchange(self._host, self._port, request, timeout_s=timeout_s)
            response = HTTPResponse(_Answered(answered), method=method)  # type: ignore[arg-type]  # all that it reads
            response.begin()
            content = response.read()
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"no emulator answers at {self.url}: {error}") from None
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unreachable(f"what answers at {self.url} is no emulator", response.status)
        if response.status >= 400:
            raise ControlRefused(response.status, answer.get("error", f"status {response.status}"), answer)
        return answer

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> bytes:
        content = b"" if body is None else _written(body).encode()
        lines = [
            f"{method} {quote(f'/_emulator{path}', safe=punctuation)} HTTP/1.1",
            f"Host: {urlsplit(self.url).netloc.rpartition('@')[2]}",
            "Connection: close",
            "Content-Type: application/json",
            *([] if body is None else [f"Content-Length: {len(content)}"]),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


class _Answered:
    """An answer that is there, whole, where `http.client` would read it from a socket."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, mode: str) -> BinaryIO:
        """The answer, to be read from its start."""
        del mode
        return BytesIO(self._content)


class ApiRefused(Exception):
    """The emulated API refused; the message is the vendor's text, with the emulator's reason where it gives one."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Api:
    """The emulated API, asked with an account's own credentials as its backend would."""

    def __init__(self, url: str, auth_id: str, auth_token: str, *, timeout_s: float = 60.0) -> None:
        """Asks nothing yet. Raises Unreachable where `url` is no http:// URL."""
        self._url = url.rstrip("/")
        self._host, self._port = _host_and_port(self._url)
        self._auth_id = auth_id
        self._credentials = f"{auth_id}:{auth_token}"
        self._timeout_s = timeout_s

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, str | int] = {}
    ) -> Any:
        """One request to a path below `/v1/Account/{auth_id}/`. Raises Unreachable, ApiRefused."""
        # Imported here: every start of the server would pay for it, and few need it.
        from base64 import b64encode
        from http.client import HTTPConnection, HTTPException

        target = f"/v1/Account/{self._auth_id}/{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {
            "Authorization": f"Basic {b64encode(self._credentials.encode()).decode()}",
            "Content-Type": "application/json",
        }
        content = None if body is None else json.dumps(body)
        try:
            with closing(HTTPConnection(self._host, self._port, timeout=self._timeout_s)) as connection:
                connection.request(method, target, content, headers)
                response = connection.getresponse()
                answer = json.loads(response.read() or b"{}")
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"no emulator answers at {self._url}: {error}") from None
        if response.status >= 400:
            reason = response.headers.get("X-Emulator-Reason")
            text = answer.get("error") if isinstance(answer, dict) else None
            sentence = text if isinstance(text, str) else json.dumps(text)
            raise ApiRefused(response.status, f"{response.status} {sentence}" + (f" ({reason})" if reason else ""))
        return answer


def segment(text: str) -> str:
    """The text as one segment of a path."""
    return quote(text, safe="", errors="replace")


def _written(body: Mapping[str, Any]) -> str:
    """The body as JSON. Raises CannotSend, which names the key of what JSON does not have."""
    try:
        return json.dumps(body)
    except (ValueError, RecursionError) as error:  # what holds itself, or is nested too deeply
        raise CannotSend(f"this cannot be sent, because it is no JSON: {error}") from None
    except TypeError as error:
        path, value = _unwritable(body) or ("", body)
        raise CannotSend(f"{path}: {value!r:.60} cannot be sent, because it is no JSON: {error}") from None


def _unwritable(given: Any) -> tuple[str, Any] | None:
    """The first value that JSON does not have, and the way to it; None where none is found."""
    if given is None or isinstance(given, str | int | float):
        return None
    items = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list | tuple) else None
    if items is None:
        return "", given
    for key, value in items:
        if isinstance(given, dict) and not isinstance(key, str | int | float | None):
            return repr(key)[:60], key
        found = _unwritable(value)
        if found is not None:
            return f"{key}.{found[0]}" if found[0] else str(key), found[1]
    return None


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise Unreachable(f"{url!r} is no http:// URL: {error}") from None
    if scheme != "http" or not host:
        raise Unreachable(f"{url!r} is no http:// URL")
    if below := url.partition("://")[2].removeprefix(parts.netloc):
        raise Unreachable(
            f"{url!r} is no http:// URL of a server: leave out {below!r}, a server has no path of its own"
        )
    return host, 80 if port is None else port
