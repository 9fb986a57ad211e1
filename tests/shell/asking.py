"""Questions to the control API of a real server."""

import json
from typing import Any, Final

from masking_emulator.control import PREFIX

from tests.plivo.ask import Api, Reply, ask

PEOPLE: Final = [f"1202555{number:04}" for number in range(100, 110)]


def control(api: Api, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    """One control request about the world of this account; `{w}` in the path is the world."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    full = PREFIX + path.replace("{w}", f"/worlds/{api.auth_id}")
    return ask(api.url, method, full, content, {"Content-Type": "application/json", **headers})


def good(reply: Reply, status: int = 200) -> Any:
    """The body of an answer that must have this status."""
    assert status == reply.status, reply.content
    return reply.json


def create(api: Api, first: int, second: int, **fields: Any) -> str:
    """The uuid of a new session of two of the people."""
    reply = api.create(first_party=PEOPLE[first], second_party=PEOPLE[second], **fields)
    return str(good(reply, 201)["session"]["session_uuid"])
