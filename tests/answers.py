"""Every answer of the control API that a server in this process gives, validated against the OpenAPI document.

What is sent is only kept while a test runs; it is validated when the test is over, so that no server is slower for it.
Each schema is compiled once, when an answer to its operation first comes.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import jsonschema_rs
from masking_emulator.control.kernel import JSON, ControlEndpoint
from masking_emulator.control.openapi import document
from starlette.types import Message, Receive, Scope, Send

from tests.packing import PLAIN

#: Operation, status and body of an answer.
Answer = tuple[str, int, bytes]


@contextmanager
def answers_kept() -> Iterator[list[Answer]]:
    """Keep each JSON answer of the control API, in the order in which they end, for as long as this lasts."""
    kept = list[Answer]()
    answers = ControlEndpoint.__call__

    async def call(endpoint: ControlEndpoint, scope: Scope, receive: Receive, send: Send) -> None:
        operation = endpoint._operations.get(scope["method"])
        if operation is None:  # HEAD, and methods that are not described
            await answers(endpoint, scope, receive, send)
            return
        sent = list[Message]()

        async def keep(message: Message) -> None:
            sent.append(message)
            await send(message)

        streams = operation.media_type != JSON
        await answers(endpoint, scope, receive, send if streams else keep)
        headers = dict(sent[0]["headers"]) if sent else {}
        if sent and not sent[-1].get("more_body") and headers.get(b"content-type", b"").startswith(JSON.encode()):
            body = b"".join(message.get("body", b"") for message in sent[1:])
            if coding := headers.get(b"content-encoding"):
                body = PLAIN[coding.decode()](body)
            kept.append((operation.handler.__name__, sent[0]["status"], body))

    ControlEndpoint.__call__ = call  # type: ignore[assignment,method-assign]  # every server of the process is looked at
    try:
        yield kept
    finally:
        ControlEndpoint.__call__ = answers  # type: ignore[method-assign]  # as it was


def undescribed(answer: Answer) -> str | None:
    """How an answer differs from its description; None where it does not."""
    operation, status, body = answer
    validator = _validator(operation, status)
    if validator is None:
        return f"{operation} answered {status}, which the description does not have"
    error = next(iter(validator.iter_errors(json.loads(body))), None)
    if error is None:
        return None
    place = "/".join(map(str, error.instance_path)) or "the whole of it"
    return f"{operation} answered {status} otherwise than described, {place}: {error.message[:500]}"


@cache
def _validator(operation: str, status: int) -> Any:
    described = _operations()[operation]["responses"].get(str(status))
    if described is None:
        return None
    schema = described["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": _document()["components"]})


@cache
def _document() -> dict[str, Any]:
    return document()


@cache
def _operations() -> dict[str, Any]:
    return {one["operationId"]: one for path in _document()["paths"].values() for one in path.values()}
