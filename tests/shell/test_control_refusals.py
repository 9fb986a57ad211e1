"""The control API asked wrongly: the field and the reason are named, nothing changes, nothing answers 500."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from masking_emulator.client import ControlRefused
from masking_emulator.control import BODY_BYTES_MAX, Operation, operations
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api
from tests.shell.asking import control, good
from tests.shell.worlds import START


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": 1}, "colour"),
        ({"world": 1}, "world"),
        ({"seed": 1.5}, "seed"),
        ({"seed": None}, "seed"),
        ({"seed": "\ud800"}, "seed"),
        ({"clock": {"rate": -1}}, "clock.rate"),
        ({"clock": {"rate": 1e308}}, "clock.rate"),
        ({"clock": {"start": "soon"}}, "clock.start"),
        ({"world": {"colour": 1}}, "colour"),
        ({"world": {"account": {"auth_id": "MAEMULATOR0000000001"}}}, "account.auth_id"),
        ({"world": {"numbers": [{"number": "+14155550100"}, {"number": "+1"}]}}, "numbers[1].number"),
        ({"world": {"policy": {"update_status": 201}}}, "policy.update_status"),
        ({"world": {"limits": {"numbers_max": 1}}}, "numbers"),
        ({"world": {"limits": {"journal_events_max": 0}}}, "limits.journal_events_max"),
        ({"world": {"seed": json.loads("[" * 900 + "]" * 900)}}, None),
    ],
)
def test_bad_world_is_refused_with_its_field(api: Api, body: Mapping[str, Any], field: str | None) -> None:
    """The answer names the field and the reason, and no world is made."""
    before = good(control(api, "GET", "/health"))["worlds"]
    refused = control(api, "POST", "/worlds", body)

    assert (400, field) == (refused.status, refused.json.get("field"))
    assert refused.error
    assert before == good(control(api, "GET", "/health"))["worlds"]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "{w}/clock/advance", {}, None),
        ("POST", "{w}/clock/advance", {"seconds": 1, "next": True}, None),
        ("POST", "{w}/clock/advance", {"minutes": 1}, "minutes"),
        ("POST", "{w}/clock/advance", {"seconds": -1}, "seconds"),
        ("POST", "{w}/clock/advance", {"seconds": "1"}, "seconds"),
        ("POST", "{w}/clock/advance", {"seconds": 1e300}, "seconds"),
        ("POST", "{w}/clock/advance", {"next": False}, "next"),
        ("POST", "{w}/clock/advance", {"next": 1}, "next"),
        ("POST", "{w}/clock/advance", {"to": "2025-12-31T23:59:59Z"}, "to"),
        ("POST", "{w}/clock/advance", {"to": "tomorrow"}, "to"),
        ("POST", "{w}/clock/advance", {"to": "\ud800"}, "to"),
        ("POST", "{w}/clock/advance", {"to": "99999-01-01T00:00:00Z"}, "to"),
        ("PUT", "{w}/clock", {}, None),
        ("PUT", "{w}/clock", {"now": START, "tick": 1}, "tick"),
        ("PUT", "{w}/clock", {"now": "2025-01-01T00:00:00Z"}, "now"),
        ("PUT", "{w}/clock", {"now": 5}, "now"),
        ("PUT", "{w}/clock", {"rate": -0.5}, "rate"),
        ("PUT", "{w}/clock", {"rate": True}, "rate"),
        ("PUT", "{w}/clock", {"rate": None}, "rate"),
        ("POST", "{w}/numbers", {}, None),
        ("POST", "{w}/numbers", {"number": 14155550104}, "number"),
        ("POST", "{w}/numbers", {"number": "+1"}, "number"),
        ("POST", "{w}/numbers", {"number": "\ud800"}, "number"),
        ("POST", "{w}/numbers", {"number": "+14155550104", "subaccount": "SAEMULATOR0000000001"}, "subaccount"),
        ("POST", "{w}/numbers", {"number": "+14155550104", "subaccount": None}, "subaccount"),
        ("POST", "{w}/reset", {"hard": True}, "hard"),
        ("POST", "{w}/fork", {"auth_id": "x"}, "auth_id"),
        ("DELETE", "{w}", {"really": True}, "really"),
    ],
)
def test_bad_body_is_refused_with_its_field(api: Api, method: str, path: str, body: Any, field: str | None) -> None:
    """400, the field and a reason; the world stays as it was."""
    before = good(control(api, "GET", "{w}"))
    refused = control(api, method, path, body)

    assert (400, field) == (refused.status, refused.json.get("field"))
    assert refused.error
    assert before == good(control(api, "GET", "{w}"))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"seconds": 1, "next": True}, "give one of seconds, to, next, not seconds and next"),
        ({"patience_s": 1}, "give one of seconds, to, next"),
    ],
)
def test_keys_of_which_one_is_wanted_are_named(api: Api, body: Mapping[str, Any], sentence: str) -> None:
    """Not the schema's words, which are those of a library."""
    assert sentence == control(api, "POST", f"/worlds/{api.auth_id}/clock/advance", body).error


def test_bad_rate_with_a_good_instant_changes_neither(api: Api) -> None:
    """A PUT of the clock is done whole or not at all."""
    refused = control(api, "PUT", "{w}/clock", {"rate": 5, "now": "2025-01-01T00:00:00Z"})

    assert 400 == refused.status
    assert {"now": START, "rate": 0} == good(control(api, "GET", "{w}/clock"))


@pytest.mark.parametrize("query", ["after=-1", "limit=x", "after=1.5", "limit=9999999999999999", "after=%C2%B2"])
def test_bad_page_is_refused_with_its_field(api: Api, query: str) -> None:
    """What is no whole number is refused by name."""
    refused = control(api, "GET", f"{{w}}/journal?{query}")

    assert (400, query.partition("=")[0]) == (refused.status, refused.json["field"])


@pytest.mark.parametrize(
    "operation",
    [operation for operation in operations() if "{auth_id}" in operation.path and not operation.makes_world],
    ids=lambda operation: f"{operation.method} {operation.path}",
)
@pytest.mark.parametrize("body", [None, {}, {"colour": 1}], ids=["no body", "empty body", "unknown key"])
def test_unknown_world_is_not_found(api: Api, operation: Any, body: Mapping[str, Any] | None) -> None:
    """Every operation on a world says which world there is not, whatever else is wrong with the request."""
    path = operation.path.replace("{auth_id}", "MANOBODY").replace("{session_uuid}", "x")
    path = re.sub(r"{\w+}", "1", path)
    refused = control(api, operation.method, path, None if operation.method == "GET" else body)

    assert (404, "auth_id") == (refused.status, refused.json.get("field"))
    assert "no world has the Auth ID 'MANOBODY'" == refused.error


@pytest.mark.parametrize("path", sorted({operation.path for operation in operations()}))
def test_other_methods_are_refused(api: Api, path: str) -> None:
    """405, and Allow says what is possible."""
    possible = [operation.method for operation in operations() if operation.path == path]
    real = path.replace("/worlds/{auth_id}", "{w}").replace("{session_uuid}", "x")
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - {*possible}:
        refused = control(api, method, real)

        assert (405, ", ".join(possible)) == (refused.status, refused.headers["allow"])
        assert method in refused.error


@pytest.mark.parametrize("path", ["/", "", "/nothing", "/worlds/x/nothing", "/openapi.json/x"])
def test_unknown_path_is_not_found(api: Api, path: str) -> None:
    """404 in the control API's own shape."""
    refused = control(api, "GET", path)

    assert 404 == refused.status
    assert refused.error.startswith("the control API has no /_emulator")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"5",
        b"NaN",
        b'{"seconds": NaN}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"seconds": 1' + b"0" * 9999,
    ],
    ids=["cut", "array", "text", "null", "number", "nan", "nan inside", "no text", "deep", "long"],
)
def test_body_that_is_no_json_object_is_refused(api: Api, content: bytes) -> None:
    """400 with a reason, never a traceback."""
    refused = control(api, "POST", "{w}/clock/advance", content)

    assert 400 == refused.status
    assert refused.error


def test_too_large_body_is_refused(api: Api) -> None:
    """A body has a limit, and past it the answer is 413."""
    refused = control(api, "POST", "/worlds", b" " * (BODY_BYTES_MAX + 1))

    assert 413 == refused.status


_LONG = "x" * 100_000


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "{w}/snapshot", {"version": _LONG}),
        ("POST", "{w}/clock/advance", {"to": _LONG}),
        ("POST", "{w}/clock/advance", {_LONG: 1}),
        ("POST", "{w}/numbers", {"number": _LONG}),
        ("POST", "/worlds", {"world": {_LONG: 1}}),
        ("POST", "/worlds", {"world": {"policy": {_LONG: 1}}}),
    ],
)
def test_refusal_repeats_no_more_than_can_be_read(api: Api, method: str, path: str, body: Mapping[str, Any]) -> None:
    """A body may have hundreds of megabytes, and all of it may be one wrong word."""
    refused = control(api, method, path.format(w=f"/worlds/{api.auth_id}"), body)

    assert 400 == refused.status
    assert 5000 > len(json.dumps(refused.json))


def test_explanation_of_an_unknown_session_is_refused(api: Api) -> None:
    """404 with a reason."""
    refused = control(api, "GET", "{w}/sessions/nobody/explain")

    assert (404, "this account has no session nobody") == (refused.status, refused.error)


def test_known_number_is_refused(small: Api) -> None:
    """A number is in a pool once."""
    refused = control(small, "POST", "{w}/numbers", {"number": "+14155550100"})

    assert (400, "+14155550100 is in the pool already") == (refused.status, refused.error)


def test_client_raises_the_reason(emulator: ServerThread) -> None:
    """The client of the control API turns a refusal into an exception with reason and status."""
    with pytest.raises(ControlRefused, match="no world has the Auth ID 'x'") as caught:
        emulator.control.get(f"{emulator.control.world('x')}/clock")

    assert 404 == caught.value.status


KEYS = st.sampled_from(["world", "seed", "clock", "now", "rate", "seconds", "to", "next", "number", "subaccount", "x"])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)

WRITES = [operation for operation in operations() if operation.method in {"POST", "PUT"}]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operation=st.sampled_from(WRITES), body=st.dictionaries(KEYS, JSON, max_size=3))
def test_no_body_brings_the_server_down(api: Api, operation: Operation, body: Mapping[str, Any]) -> None:
    """Whatever the JSON, the answer is a success or a refusal with its reason, never a 500."""
    reply = control(api, operation.method, operation.path.replace("/worlds/{auth_id}", "{w}"), body)
    if reply.status == 201 and "auth_id" in reply.json:
        good(control(api, "DELETE", f"/worlds/{reply.json['auth_id']}"))

    assert reply.status in (200, 201) or (reply.status in (400, 409) and reply.error)


def test_world_that_knows_as_many_phones_as_it_may_says_so(api: Api) -> None:
    """One more is refused with the limit's name; one that is known may change its habit."""
    world = good(control(api, "POST", "/worlds", {"world": {"limits": {"phones_max": 1}}}), 201)["auth_id"]
    replies = [
        control(api, "PUT", f"/worlds/{world}/phones/{number}", {"outcome": outcome})
        for number, outcome in (("12025550111", "answer"), ("12025550112", "busy"), ("12025550111", "busy"))
    ]
    known = good(control(api, "GET", f"/worlds/{world}/phones"))["phones"]
    good(control(api, "DELETE", f"/worlds/{world}"))

    assert [200, 409, 200] == [reply.status for reply in replies]
    assert "the limit of 1 phones is reached (limits.phones_max)" == replies[1].error
    assert [("+12025550111", "busy")] == [(phone["number"], phone["outcome"]) for phone in known]
