"""Generated requests: nearly right ones, wrong ones, and mutated snapshots, by the tables of both APIs.

A seed makes the same requests of the same answers, so a failure can be had again.
"""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from shlex import quote
from typing import Any, Final
from urllib.parse import quote as percent_encoded
from urllib.parse import urlencode

from masking_emulator.control import PREFIX, Operation, operations
from masking_emulator.plivo.parameters import CREATE, UPDATE
from masking_emulator.plivo.routes import OPERATIONS as EMULATED

from tests.shell.mutations import mutated

#: Nobody waits for these: a request that waits would make the fuzzer wait.
_AT_ONCE: Final = {"patience_s": 0, "timeout_s": 0}

#: The longest delay of a generated fault, in real seconds, and what stands for its status 500, which is a failure here.
_DELAY_S: Final = 0.001
_STATUS: Final = 503

_PEOPLE: Final = [f"1202555{number:04}" for number in range(100, 108)]
_NUMBERS: Final = [f"+1415555{number:04}" for number in range(100, 104)]
_INSTANTS: Final = (
    *("2026-01-01T00:00:00Z", "2026-01-01T01:00:00.5+01:00", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z"),
    *("1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "2026-01-01", "2026-01-01 10:00"),
)
#: Only hosts of this machine and addresses that are never connected to: nothing is looked up, nothing leaves.
_URLS: Final = (
    *("http://127.0.0.1:9/events", "https://127.0.0.1:9/x;a=1?b=%20", "http://10.0.0.1/x", "http://[::1]:9/", ""),
    *("ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:9/#rp=5xx&rc=3", "http://", "//127.0.0.1"),
)
_ODD: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        1.5,
        1e300,
        10**18,
        10**30,
        "",
        " ",
        "x",
        "x" * 2000,
        "\ud800",
        "a\0b",
        "é",
        "\uff11\uff12",
    ),
    *([], {}, [1], [[]], {"a": 1}, "1", "0", "null", "true", "__proto__"),
)
_BODIES: Final = (
    *(
        b"",
        b" ",
        b"null",
        b"[]",
        b"1",
        b"{",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":1,"a":2}',
        b"\xff\xfe{\0}\0",
        b"\xff",
    ),
    *(b"[" * 2000, b'{"a":' * 2000, b"\xef\xbb\xbf{}", b'{"first_party":"\\ud800"}', b"x" * 70_000),
)
_FILTERS: Final = (
    *("limit", "offset", "cursor", "status", "first_party", "second_party", "virtual_number", "duration", "subaccount"),
    *("created_time", "expiry_time", "end_time", "call_direction", "call_uuid", "from_number", "add_time", "unknown"),
)


@dataclass(frozen=True)
class Request:
    """A request about one of the fuzzer's worlds, `{w}` in whose path is its Auth ID."""

    world: str
    method: str
    path: str
    body: bytes | None = None
    content_type: str = "application/json"

    def as_curl(self, url: str, token: str) -> str:
        """The request as a line for a shell."""
        words = ["curl", "-sS", "-X", self.method, "-u", f"{self.world}:{token}", url + self.path]
        if self.body is not None:
            shown = self.body.decode("utf-8", "backslashreplace")
            words += ["-H", f"Content-Type: {self.content_type}", "--data-binary", shown]
        return " ".join(map(quote, words))


@dataclass
class Known:
    """What is known of a world: its newest snapshot, and the UUIDs in it."""

    snapshot: Any = None

    def uuids(self, kind: str) -> list[str]:
        """The newest UUIDs of `session`, `call` or `recording`; of any other kind, of all three."""
        if self.snapshot is None:
            return ["x"]
        engine = self.snapshot["engine"]
        legs = [leg["uuid"] for call in engine["calls"][-9:] for leg in call["legs"]]
        found = {
            "session": [session["uuid"] for session in engine["sessions"][-9:]],
            "call": legs,
            "recording": [recording["uuid"] for recording in engine["recordings"][-9:]],
        }
        return found.get(kind) or [uuid for uuids in found.values() for uuid in uuids] or ["x"]


class Requests:
    """Requests by chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def about(self, world: str, known: Known) -> Request:
        """The next request about a world."""
        draw = self._chance.random()
        if draw < 0.05 and known.snapshot is not None:
            changed, _ = mutated(known.snapshot, self._chance)
            return Request(world, "PUT", f"{PREFIX}/worlds/{world}/snapshot", json.dumps(changed).encode())
        if draw < 0.25:
            return self._likely(world)
        return self._emulated(world, known) if draw < 0.6 else self._control(world, known)

    def _likely(self, world: str) -> Request:
        """What is done as it is meant, so that there is something to meet: a session, a call, time that passes."""
        one, other = self._chance.sample(_PEOPLE, 2)
        url = self._chance.choice(_URLS[:4])
        session = {
            "first_party": one,
            "second_party": other,
            "callback_url": url,
            "record": self._seldom(0.5),
            "session_expiry": self._chance.choice((60, 600, 86_400)),
            "call_time_limit": 60,
            "virtual_number_cooloff_period": self._chance.choice((0, 0, 600)),
            "recording_callback_url": url,
            **({"is_pin_authentication_required": True, "generate_pin": True} if self._seldom(0.2) else {}),
            **({"initiate_call_to_first_party": True} if self._seldom(0.2) else {}),
        }
        call = {"from": f"+{one}", "to": self._chance.choice(_NUMBERS), "manual": self._seldom(0.3)}
        advance = {"seconds": self._chance.choice((0, 1, 10, 60, 700, 90_000)), "patience_s": 0}
        path, body = self._chance.choice(
            (
                (f"/v1/Account/{world}/Masking/Session/", session),
                (f"/v1/Account/{world}/Masking/Session/", session),
                (f"{PREFIX}/worlds/{world}/calls", call),
                (f"{PREFIX}/worlds/{world}/clock/advance", advance),
            )
        )
        return Request(world, "POST", path, json.dumps(body).encode())

    def _control(self, world: str, known: Known) -> Request:
        operation = self._chance.choice(operations())
        if operation.path in ("/worlds", "/worlds/{auth_id}/fork") and operation.method == "POST":
            operation = self._chance.choice(operations())  # seldom: worlds that nobody looks at
        path = PREFIX + self._filled(operation.path, world, known) + self._query(operation.query or {}, known)
        if operation.method == "GET":
            return Request(world, self._method("GET"), path)
        return Request(world, self._method(operation.method), path, self._body(operation, known))

    def _emulated(self, world: str, known: Known) -> Request:
        template, methods = self._chance.choice(list(EMULATED.items()))
        method = self._chance.choice(list(methods))
        path = f"/v1/Account/{world}" + self._filled(template, world, known) + self._chance.choice(("/", "", "//"))
        if method != "POST":
            return Request(world, self._method(method), path + (self._filters(known) if method == "GET" else ""))
        names = CREATE if template.endswith("Session") else UPDATE
        fields = {name: self._field(name, row.schema, known) for name, row in names.items() if self._seldom(0.2)}
        if template.endswith("Session") and not self._seldom(0.1):
            fields |= dict(zip(("first_party", "second_party"), self._chance.sample(_PEOPLE, 2), strict=True))
        body = self._chance.choice(_BODIES) if self._seldom(0.05) else json.dumps(fields).encode()
        kind = "text/plain" if self._seldom(0.02) else "application/json"
        return Request(world, self._method(method), path, body, kind)

    def _method(self, usual: str) -> str:
        return (
            self._chance.choice(("HEAD", "PATCH", "OPTIONS", "PUT", "POST", "DELETE")) if self._seldom(0.02) else usual
        )

    def _seldom(self, share: float) -> bool:
        return self._chance.random() < share

    def _filled(self, template: str, world: str, known: Known) -> str:
        def part(match: re.Match[str]) -> str:
            name = match[1]
            if name == "auth_id":
                return world
            if self._seldom(0.05):
                return percent_encoded(str(self._chance.choice(_ODD)).encode("utf-8", "replace"), safe="") or "x"
            if name in ("id", "sequence", "fault_id", "calling_code"):
                return str(self._chance.choice((0, 1, 2, 3, 7, 10**18)))
            if name == "number":
                return str(self._chance.choice((*_NUMBERS, *_PEOPLE)))
            return self._chance.choice(known.uuids(name.removesuffix("_uuid")))

        return re.sub(r"{(\w+)}", part, template)

    def _body(self, operation: Operation, known: Known) -> bytes:
        if self._seldom(0.05):
            return self._chance.choice(_BODIES)
        if operation.path.endswith("/snapshot") and operation.method == "PUT":
            return json.dumps(known.snapshot if known.snapshot is not None else {}).encode()
        body = self._object(operation.body or {}, known)
        if operation.path.endswith("sessions/explain"):
            body = dict(zip(("first_party", "second_party"), self._chance.choices(_PEOPLE, k=2), strict=True))
        return json.dumps(_harmless(body)).encode()

    def _query(self, schemas: Mapping[str, Mapping[str, Any]], known: Known) -> str:
        query = {name: self._field(name, schema, known) for name, schema in schemas.items() if self._seldom(0.3)}
        if self._seldom(0.02):
            query["unknown"] = "1"
        query |= {name: at_once for name, at_once in _AT_ONCE.items() if name in schemas}
        return _written(query)

    def _filters(self, known: Known) -> str:
        query: dict[str, Any] = {}
        for _ in range(self._chance.choice((0, 0, 1, 1, 2, 3))):
            name = self._chance.choice(_FILTERS) + self._chance.choice(("", "", "", "__gt", "__gte", "__lt", "__lte"))
            values = (*_INSTANTS, *_PEOPLE, *_NUMBERS, "active", "expired", "live", 0, 1, 20, 21, -1, *_ODD[:6])
            query[name] = self._chance.choice((*values, *known.uuids("")[-3:]))
        return _written(query)

    def _field(self, name: str, schema: Mapping[str, Any], known: Known) -> Any:
        if self._seldom(0.08):
            return deepcopy(self._chance.choice(_ODD))
        if "enum" in schema:
            return self._chance.choice(list(schema["enum"]))
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type", "string")
        match kind if isinstance(kind, str) else self._chance.choice(list(kind)):
            case "boolean":
                return self._seldom(0.5)
            case "integer" | "number" as number:
                return self._number(schema, whole=number == "integer")
            case "array":
                return [self._field(name, schema.get("items", {}), known) for _ in range(self._chance.randrange(3))]
            case "object":
                return self._object(schema, known)
            case "null":
                return None
        return self._text(name, known)

    def _number(self, schema: Mapping[str, Any], *, whole: bool) -> float:
        least, most = schema.get("minimum", 0), schema.get("maximum", 10**6)
        ends = (
            least,
            most,
            least - 1,
            most + 1,
            min(least + 1, most),
            min(60, most),
            min(3600, most),
            (least + most) / 3,
        )
        number = self._chance.choice(ends)
        return int(number) if whole else number

    def _object(self, schema: Mapping[str, Any], known: Known) -> dict[str, Any]:
        properties, required = schema.get("properties", {}), schema.get("required", ())
        wanted = {name for name in properties if self._seldom(0.95 if name in required else 0.3)}
        if not properties and self._seldom(0.3):
            return {"x": "y"}
        made = {name: self._field(name, properties[name], known) for name in properties if name in wanted}
        return made | ({"unknown": 1} if self._seldom(0.02) else {})

    def _text(self, name: str, known: Known) -> str:
        if "url" in name or name == "to":
            return self._chance.choice((*_URLS, *_INSTANTS, *_NUMBERS, *_PEOPLE))
        if "pin" in name:
            return self._chance.choice(("1111", "2222", "123456789012345", "12"))
        if name.endswith("_play"):
            return self._chance.choice(_URLS)
        some = (
            *_PEOPLE,
            *_NUMBERS,
            *_INSTANTS,
            *known.uuids("")[-5:],
            "1111",
            "22#*",
            "GET",
            "POST",
            "*",
            "any",
            "busy",
        )
        return self._chance.choice(some)


def _harmless(body: Any) -> Any:
    """The body, so that nobody waits for it and no answer is a 500 that was asked for."""
    if isinstance(body, list):
        return [_harmless(item) for item in body]
    if not isinstance(body, dict):
        return body
    kept = {name: _harmless(value) for name, value in body.items()} | {k: 0 for k in _AT_ONCE if k in body}
    if "delay_s" in kept and "action" not in kept and isinstance(kept["delay_s"], int | float):
        kept["delay_s"] = min(kept["delay_s"], _DELAY_S)
    if kept.get("status") in range(500, 600):
        kept["status"] = _STATUS
    return kept | ({"patience_s": 0} if {"seconds", "to", "next"} & kept.keys() and "from" not in kept else {})


def _written(query: Mapping[str, Any]) -> str:
    texts: Sequence[tuple[str, str]] = [
        (name, (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace").decode())
        for name, value in query.items()
    ]
    return f"?{urlencode(texts)}" if texts else ""
