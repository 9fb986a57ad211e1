"""Golden cases: request in, exact response out, over the real app. Cases are files under `fixtures/wire`.

A case has `evidence` (label and source), `request`, `response`, and optionally `policy` and `setup`, what happens
before: requests, phone calls, and time that passes. A call is `{"dial": {"from", "to"}, "advance_s"}`, where `dial`
may also say `outcome`, `talk_s` and `hangup_by`; without it only time passes. In a path or a query `{session}` is
the session that the setup created last, `{call}` and `{second_leg}` are the first and the last leg of its last call,
and `{recording}` is the recording of that call.
A body that is a string is sent verbatim. `make golden` rewrites `response` only, and `make farm-test` asks a farm.
"""

import json
import os
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from masking_emulator.server.app import make_app
from masking_emulator.server.thread import ServerThread
from masking_emulator.world.hub import Hub

from tests.farm.front import MEMBERS
from tests.plivo.ask import Reply
from tests.plivo.inside import answered
from tests.wire import FOLDER, Ask, over_sockets, played

_OPERATIONS: Final = ("create", "update", "get", "list", "expire", "call", "recording", "number")
_CASES: Final = sorted(FOLDER.glob("*/*.json"))
_LABELS: Final = ("documented", "sdk", "observed", "assumed")

#: The length says nothing that the body does not say; a server over sockets has a clock.
_NOT_OF_THE_CASE: Final = {"content-length", "date"}

#: Part of an answer → the cases in which a farm answers another, and nothing else does.
_OTHERWISE_BEHIND_HAPROXY: Final[Mapping[str, Collection[str]]] = {
    # To callers that no world knows the server draws it, and has drawn others before; the case's own is its first.
    "api_id": (
        "create-refused-foreign-account-in-path",
        "create-refused-no-credentials",
        "create-refused-wrong-token",
        "recording-refused-media-of-deleted",
        "recording-refused-media-of-other-format",
    ),
    # The member of the account in the path does not know that of the credentials, which is in another.
    "x-emulator-reason": ("create-refused-foreign-account-in-path",),
}


@pytest.mark.parametrize("operation", _OPERATIONS)
def test_operation_has_cases(operation: str) -> None:
    """An empty folder would pass for the wrong reason."""
    assert any(path.parent.name == operation for path in _CASES), f"no case in {FOLDER / operation}"


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case_says_what_speaks_for_it(path: Path) -> None:
    """A golden file without a source is only a photograph of our own code."""
    evidence = json.loads(path.read_text(encoding="utf-8"))["evidence"]

    assert evidence["label"] in _LABELS
    assert evidence["source"]


def _alone() -> Ask:
    """A new app without a socket."""
    return partial(answered, make_app(Hub()))


def _behind_haproxy(emulator: ServerThread) -> Ask:
    """The farm that MASKING_EMULATOR_FARM asks for."""
    return over_sockets(emulator.url)


asked: Final = pytest.fixture(_behind_haproxy if MEMBERS else _alone, name="asked")


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case_is_answered_to_the_byte(path: Path, asked: Ask) -> None:
    """Status, headers, key order, nulls and generated values are those of the file."""
    case = json.loads(path.read_text(encoding="utf-8"))
    reply = played(case, asked)
    headers = {name: value for name, value in reply.headers.items() if name not in _NOT_OF_THE_CASE}
    if os.environ.get("MASKING_EMULATOR_GOLDEN") == "write":
        case["response"] = {"status": reply.status, "headers": headers, "body": json.loads(reply.content or "null")}
        path.write_text(json.dumps(case, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return

    expected = _as_asked(case["response"], f"{path.parent.name}-{path.stem}", reply)
    body = expected["body"]
    assert ("" if body is None else json.dumps(body, separators=(",", ":"))) == reply.content.decode()
    assert (expected["status"], expected["headers"]) == (reply.status, headers)


def _as_asked(expected: dict[str, Any], case: str, reply: Reply) -> Mapping[str, Any]:
    """The answer that is expected; behind HAProxy with what the table allows to be otherwise, where that is there."""
    if not MEMBERS:
        return expected
    body, headers = expected["body"], expected["headers"]
    if case in _OTHERWISE_BEHIND_HAPROXY["api_id"]:
        body = body | {"api_id": str(UUID(reply.json["api_id"]))}
    if case in _OTHERWISE_BEHIND_HAPROXY["x-emulator-reason"]:
        headers = headers | {"x-emulator-reason": reply.headers["x-emulator-reason"]}
    return expected | {"body": body, "headers": headers}
