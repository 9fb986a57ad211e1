"""A plain HTTP client of the emulated API for tests, over real sockets. Standard library only.

It sends what it is told to, however wrong, and never follows a redirect.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

#: Both parties of most tests: Plivo's own sample numbers.
FIRST: Final = "919003459051"
SECOND: Final = "918197241073"

_TIMEOUT_S: Final = 10

Header = str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A response as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)

    @property
    def error(self) -> str:
        """The vendor's text of a refusal."""
        return str(self.json["error"])


@dataclass(frozen=True, slots=True)
class Api:
    """The API as one account calls it. `acting_for` is the account in the path."""

    url: str
    auth_id: str
    auth_token: str
    acting_for: str
    subaccounts: Sequence["Api"] = ()

    @property
    def authorization(self) -> str:
        """The header that names this account."""
        return "Basic " + b64encode(f"{self.auth_id}:{self.auth_token}".encode()).decode()

    @property
    def sessions(self) -> str:
        """The path of the sessions."""
        return f"/v1/Account/{self.acting_for}/Masking/Session"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        *,
        headers: Mapping[str, Header] | None = None,
    ) -> Reply:
        """One request with this account's credentials; a header that is None is left out."""
        sent = {"Authorization": self.authorization, "Content-Type": "application/json", **(headers or {})}
        return ask(self.url, method, path, body, {name: value for name, value in sent.items() if value is not None})

    def post(self, path: str, fields: Any) -> Reply:
        """POST JSON."""
        return self.ask("POST", path, json.dumps(fields).encode())

    def create(self, **fields: Any) -> Reply:
        """Create a session of the two usual parties, or others."""
        return self.post(self.sessions, {"first_party": FIRST, "second_party": SECOND, **fields})

    def list(self, **filters: Any) -> Reply:
        """List sessions."""
        return self.ask("GET", f"{self.sessions}?{urlencode(filters)}")

    def session(self, uuid: str) -> str:
        """The path of a session."""
        return f"{self.sessions}/{uuid}"


def api_of(url: str, world: Mapping[str, Any]) -> Api:
    """The API of a world, from what the control API says about it."""
    subaccounts = [Api(url, sub["auth_id"], sub["auth_token"], sub["auth_id"]) for sub in world["subaccounts"]]
    return Api(url, world["auth_id"], world["auth_token"], world["auth_id"], subaccounts)


def ask(url: str, method: str, path: str, body: bytes | Iterable[bytes] | None, headers: Mapping[str, str]) -> Reply:
    """One request, exactly as given; a body in pieces is sent chunked."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        content = response.read()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    finally:
        connection.close()
