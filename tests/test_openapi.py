"""The OpenAPI document: valid, served, and kept to by the server, as schemathesis finds.

schemathesis plays against a server of its own, because its requests remove and reset worlds.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import plivo
import plivo.rest.client
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from masking_emulator import control
from masking_emulator.control.openapi import document
from masking_emulator.plivo import routes
from masking_emulator.plivo.parameters import CREATE, UPDATE
from masking_emulator.server.thread import ServerThread
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.answers import Answer, undescribed
from tests.plivo.ask import FIRST, SECOND, Api, api_of, ask

_DOCUMENT: Final = document()
_CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_SCHEMA: Final = schemathesis.openapi.from_dict(document())
_OPERATIONS: Final = {
    result.ok().label: result.ok() for result in _SCHEMA.get_all_operations() if isinstance(result, Ok)
}
_ACCOUNT: Final = "/v1/Account/{auth_id}"
_CREATE: Final = "POST /v1/Account/{auth_id}/Masking/Session/"

#: Where there is something to get wrong, wrong requests are tried too.
_MODES: Final = {
    label: list(GenerationMode) if operation.body or operation.query else [GenerationMode.POSITIVE]
    for label, operation in _OPERATIONS.items()
}
_EXAMPLES_MAX: Final = 20

_GOLDEN: Final = [
    path
    for path in sorted((Path(__file__).parent.parent / "fixtures" / "wire").glob("*/*.json"))
    if json.loads(path.read_text(encoding="utf-8"))["response"]["status"] < 400
]


def _schemas(part: Any) -> Iterator[Mapping[str, Any]]:
    """Every JSON Schema below this part of the document."""
    if isinstance(part, list):
        for item in part:
            yield from _schemas(item)
    elif isinstance(part, dict):
        for name, item in part.items():
            if name == "schema":
                yield item
            elif name == "schemas":
                yield from item.values()
            else:
                yield from _schemas(item)


def test_every_schema_is_a_json_schema() -> None:
    """OpenAPI 3.1 takes JSON Schema 2020-12 as it is."""
    schemas = list(_schemas(_DOCUMENT))

    assert schemas
    for schema in schemas:
        Draft202012Validator.check_schema(dict(schema))


def test_document_is_openapi_3_1() -> None:
    """By the specification's own schema; and beyond it ids are unique and a path's parameters are all described."""
    OPENAPI_31_VALIDATOR.validate(_DOCUMENT)

    ids = []
    for path, item in _DOCUMENT["paths"].items():
        for operation in item.values():
            ids.append(operation["operationId"])
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))

    assert len(ids) == len(set(ids))


def test_document_is_served(emulator: ServerThread) -> None:
    """What is checked here is what a user gets."""
    assert ask(emulator.url, "GET", "/_emulator/openapi.json", None, {}).json == _DOCUMENT


def test_document_describes_every_operation() -> None:
    """Both route tables and the media files are in it, and nothing else."""
    paths = [(path, method) for path, methods in routes.OPERATIONS.items() for method in methods]
    emulated = {(f"{_ACCOUNT}{path}/", method) for path, method in paths}
    emulated |= {(f"{_ACCOUNT}{path}", method) for path, method in paths if path.startswith("/Masking/")}
    controlled = {(control.PREFIX + operation.path, operation.method) for operation in control.operations()}
    described = {(path, method.upper()) for path, item in _DOCUMENT["paths"].items() for method in item}

    assert emulated | controlled | {(f"{_ACCOUNT}/Recording/{{recording_uuid}}.{{audio_format}}", "GET")} == described


@pytest.mark.parametrize("path", _GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden_response_is_as_described(path: Path) -> None:
    """Every success of a golden case, those after calls among them, has the shape that the document promises."""
    case = json.loads(path.read_text(encoding="utf-8"))
    asked = (
        re.sub(r"/+", "/", case["request"]["path"])
        .rstrip("/")
        .replace("{account}", "MA")
        .replace("{", "")
        .replace("}", "")
    )
    described = next(
        item
        for name, item in _DOCUMENT["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", "[^/.]+", name).rstrip("/"), asked)
    )
    answer = described[case["request"]["method"].lower()]["responses"][str(case["response"]["status"])]

    if case["response"]["body"] is None:
        assert "content" not in answer
    else:
        Draft202012Validator(answer["content"]["application/json"]["schema"]).validate(case["response"]["body"])


@pytest.mark.parametrize(
    ("tail", "names"), [("", set(CREATE)), ("{session_uuid}/", set(UPDATE))], ids=["create", "update"]
)
def test_body_has_the_parameters_of_the_table(tail: str, names: set[str]) -> None:
    """One table for validation and for the document."""
    path = f"/v1/Account/{{auth_id}}/Masking/Session/{tail}"
    body = _DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert names == set(body["properties"])


_UUID: Final = "0d4b3c1e-7c1f-4a57-9b7e-5c6d8f1a2b34"

#: What SDKs and the vendor's samples ask for, below an account; those of plivo-node's masking items have no slash.
_ASKED: Final = [
    *(
        ("GET", "Masking/Session/"),
        ("POST", "Masking/Session/"),
        ("GET", "Masking/Session"),
        ("POST", "Masking/Session"),
    ),
    *((method, f"Masking/Session/{_UUID}/") for method in ("GET", "POST", "DELETE")),
    *((method, f"Masking/Session/{_UUID}") for method in ("GET", "POST", "DELETE")),
    *(("GET", "Call/"), ("GET", f"Call/{_UUID}/"), ("GET", "Recording/"), ("GET", f"Recording/{_UUID}/")),
    *(("DELETE", f"Recording/{_UUID}/"), ("GET", f"Recording/{_UUID}.mp3")),
    *(("GET", "Number/"), ("GET", "Number/14155550100/")),
]


@pytest.mark.parametrize(
    ("method", "path"), _ASKED, ids=[f"{m} {re.sub('[0-9a-f-]{36}', 'uuid', p)}" for m, p in _ASKED]
)
def test_strict_tool_finds_what_clients_ask_for(method: str, path: str) -> None:
    """To a router of OpenAPI paths a slash at the end is another path."""
    found = _SCHEMA.find_operation_by_path(method, f"/v1/Account/MAXXXXXXXXXXXXXXXXXX/{path}")

    assert found is not None
    assert path.endswith("/") is found.path.endswith("/")


def test_strict_tool_finds_what_the_sdk_asks_for(emulator: ServerThread, fresh_api: Api) -> None:
    """Everything that plivo-python sent in its session's whole life and beside it."""
    with plivo.RestClient(fresh_api.auth_id, fresh_api.auth_token) as client, pytest.MonkeyPatch.context() as patch:
        patch.setattr(plivo.rest.client, "API_VOICE_BASE_URI", f"{emulator.url}/v1/Account")
        sessions = client.masking_sessions
        uuid = sessions.create_masking_session(first_party=f"+{FIRST}", second_party=f"+{SECOND}").session_uuid
        sessions.get_masking_session(uuid)
        sessions.update_masking_session(uuid, record=True)
        sessions.list_masking_session()
        sessions.delete_masking_session(uuid)
        client.calls.list()
        client.recordings.list()

    sent = emulator.control.get(f"/worlds/{fresh_api.auth_id}/requests")["requests"]
    missing = [one for one in sent if _SCHEMA.find_operation_by_path(one["method"], urlsplit(one["url"]).path) is None]
    assert (7, []) == (len(sent), missing)


@dataclass(frozen=True)
class Site:
    """A server that may be played to pieces."""

    emulator: ServerThread

    @contextmanager
    def world(self) -> Iterator[tuple[Api, dict[str, str]]]:
        """A new world with a session, a call and a callback in it; gone afterwards, if the request did not remove it.

        Beside the account are the values that a path's parameters may have there.
        """
        fault = {"path": "/nobody/asks/for/this", "status": 500}
        structure = {"clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}, "faults": [fault]}
        api = api_of(self.emulator.url, self.emulator.control.post("/worlds", {"world": structure}))
        session = api.create(callback_url="https://example.com/", record=True).json["session"]
        dialled = {"from": f"+{session['first_party']}", "to": session["virtual_number"]}
        call = self.emulator.control.post(f"/worlds/{api.auth_id}/calls", dialled)
        self.emulator.control.post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 10})
        calls = f"/worlds/{api.auth_id}/calls"
        yield (
            api,
            {
                "auth_id": api.auth_id,
                "session_uuid": session["session_uuid"],
                "call_uuid": call["call_uuid"],
                "recording_uuid": self.emulator.control.get(f"{calls}/{call['call_uuid']}")["recording_uuid"],
                "number": session["virtual_number"],
                "id": "1",
                "sequence": "1",
                "fault_id": "fault-1",
            },
        )
        ask(api.url, "DELETE", f"/_emulator/worlds/{api.auth_id}", None, {})


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A server of our own."""
    with ServerThread("demo") as emulator:
        yield Site(emulator)


@pytest.mark.parametrize("label", _OPERATIONS)
@settings(
    max_examples=_EXAMPLES_MAX,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(drawn=st.data())
def test_server_keeps_to_its_description(label: str, site: Site, drawn: st.DataObject) -> None:
    """No crash, no status, content type or body that the document does not name, whatever is sent."""
    mode = drawn.draw(st.sampled_from(_MODES[label]))
    case = drawn.draw(_cases(label, mode))
    with_real_path = drawn.draw(st.integers(0, 9)) > 0
    with_real_parties = drawn.draw(st.booleans())
    with site.world() as (api, real):
        if with_real_path:
            case.path_parameters.update({name: real[name] for name in case.path_parameters if name in real})
        if with_real_parties and label == _CREATE and isinstance(case.body, dict):
            # Chance alone seldom finds parties of a country that the pool has numbers of.
            case.body.update(first_party=FIRST, second_party=SECOND)
        if "timeout_s" in case.query or label.endswith(("/stream", "/wait")):
            case.query["timeout_s"] = 0  # nobody is to wait here
        headers = {"Authorization": api.authorization}
        case.call_and_validate(base_url=site.emulator.url, headers=headers, checks=_checks(label))


@cache
def _cases(label: str, mode: GenerationMode) -> st.SearchStrategy[Any]:
    return _OPERATIONS[label].as_strategy(generation_mode=mode)


@cache
def _checks(label: str) -> list[Any]:
    # schemathesis makes an older `items` of `prefixItems` and then calls it invalid. What a row may have, the check of
    # all answers in conftest.py finds, here too.
    responses = json.dumps(_OPERATIONS[label].definition.raw["responses"])
    parts = [json.dumps(_DOCUMENT["components"]["schemas"][name]) for name in re.findall(r"schemas/(\w+)", responses)]
    has_rows = "prefixItems" in "".join([responses, *parts])
    left_out = {response_schema_conformance} if has_rows else set()
    return [check for check in _CHECKS if check not in left_out]


@pytest.mark.parametrize("operation", control.operations(), ids=lambda operation: operation.handler.__name__)
def test_success_of_an_operation_is_described(operation: control.Operation) -> None:
    """Each has one at least, with a schema that says more than that it is an object."""
    responses = _DOCUMENT["paths"][control.PREFIX + operation.path][operation.method.lower()]["responses"]
    successes = [answer["content"] for status, answer in responses.items() if status < "300"]

    assert successes
    for content in successes:
        assert list(filter(None, (operation.media_type, operation.also))) == list(content)
        schema = content[operation.media_type]["schema"]
        assert (operation.media_type != "application/json") is (schema == {})
        assert schema != {"type": "object"}


_CLOCK_ANSWER: Final = {"now": "2026-01-01T00:00:00Z", "rate": 0}


@pytest.mark.parametrize(
    ("operation", "status", "body", "difference"),
    [
        ("show_clock", 200, _CLOCK_ANSWER, None),
        ("show_clock", 200, {**_CLOCK_ANSWER, "zone": "UTC"}, "'zone'"),
        ("show_clock", 200, {"rate": 0}, '"now"'),
        ("show_clock", 201, _CLOCK_ANSWER, "201, which"),
        ("show_clock", 404, {"error": "there is none"}, None),
        ("show_clock", 404, {"message": "there is none"}, "'message'"),
        ("show_journal", 200, {"first": 1, "last": 1, "events": [{"event": "CallLost"}]}, "events/0"),
        ("list_phones", 200, {"phones": [{"number": 1}]}, "phones/0"),
    ],
)
def test_answer_that_differs_from_its_description_is_found(
    operation: str, status: int, body: Any, difference: str | None
) -> None:
    """What every test's answers are validated with finds what is too much, what is missing, and what is another."""
    found = undescribed((operation, status, json.dumps(body).encode()))

    assert (difference is None) is (found is None)
    assert difference is None or difference in str(found)


def test_answers_are_validated_in_every_test(emulator: ServerThread, kept_answers: list[Answer]) -> None:
    """What a server of the tests answers is kept until the test is over, whoever asked."""
    before = len(kept_answers)
    emulator.control.get("/health")

    assert ["health"] == [operation for operation, _, _ in kept_answers[before:]]
