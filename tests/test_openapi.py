"""The OpenAPI document: valid, served, and kept to by the server, as schemathesis finds.

schemathesis plays against a server of its own, because its requests remove and reset worlds.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from emulator import control
from emulator.openapi import document
from emulator.plivo import routes
from emulator.plivo.parameters import CREATE, UPDATE
from emulator.server import Emulator
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
_CREATE: Final = "POST /v1/Account/{auth_id}/Masking/Session"

#: Where there is something to get wrong, wrong requests are tried too.
_MODES: Final = {
    label: list(GenerationMode) if operation.body or operation.query else [GenerationMode.POSITIVE]
    for label, operation in _OPERATIONS.items()
}
_EXAMPLES_MAX: Final = 30


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
            assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}

    assert len(ids) == len(set(ids))


def test_document_is_served(emulator: Emulator) -> None:
    """What is checked here is what a user gets."""
    assert ask(emulator.url, "GET", "/_emulator/openapi.json", None, {}).json == _DOCUMENT


def test_document_describes_every_operation() -> None:
    """Both route tables are in it, and nothing else."""
    emulated = {
        (f"/v1/Account/{{auth_id}}{path}", method) for path, methods in routes.OPERATIONS.items() for method in methods
    }
    controlled = {(control.PREFIX + operation.path, operation.method) for operation in control.OPERATIONS}
    described = {(path, method.upper()) for path, item in _DOCUMENT["paths"].items() for method in item}

    assert emulated | controlled == described


@pytest.mark.parametrize(
    ("tail", "names"), [("", set(CREATE)), ("/{session_uuid}", set(UPDATE))], ids=["create", "update"]
)
def test_body_has_the_parameters_of_the_table(tail: str, names: set[str]) -> None:
    """One table for validation and for the document."""
    path = f"/v1/Account/{{auth_id}}/Masking/Session{tail}"
    body = _DOCUMENT["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert names == set(body["properties"])


@dataclass(frozen=True)
class Site:
    """A server that may be played to pieces."""

    emulator: Emulator

    @contextmanager
    def world(self) -> Iterator[tuple[Api, dict[str, str]]]:
        """A new world with a session and a call that is told of, and what a path may name in it.

        It is gone afterwards, if the request did not remove it.
        """
        structure = {"clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
        api = api_of(self.emulator.url, self.emulator.control.post("/worlds", {"world": structure}))
        session = api.create(callback_url="https://example.com/").json["session"]
        script = {"from": FIRST, "to": session["virtual_number"], "manual": True}
        call = self.emulator.control.post(f"/worlds/{api.auth_id}/calls", script)
        yield (
            api,
            {
                "auth_id": api.auth_id,
                "session_uuid": session["session_uuid"],
                "call_uuid": call["call_uuid"],
                "number": session["virtual_number"],
                "id": "1",
            },
        )
        ask(api.url, "DELETE", f"/_emulator/worlds/{api.auth_id}", None, {})


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A server of our own."""
    with Emulator("demo") as emulator:
        yield Site(emulator)


@pytest.mark.parametrize("label", _OPERATIONS)
@settings(
    max_examples=_EXAMPLES_MAX,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(drawn=st.data())
def test_server_keeps_to_its_description(label: str, site: Site, drawn: st.DataObject) -> None:
    """No crash, no status, content type or body that the document does not name, whatever is sent."""
    mode = drawn.draw(st.sampled_from(_MODES[label]))
    case = drawn.draw(_OPERATIONS[label].as_strategy(generation_mode=mode))
    with_real_path = drawn.draw(st.integers(0, 9)) > 0
    with_real_parties = drawn.draw(st.booleans())
    with site.world() as (api, real):
        if with_real_path:
            case.path_parameters.update({name: real[name] for name in case.path_parameters})
        if label.endswith("/callbacks/wait"):
            case.query["timeout_s"] = "0"  # nothing will come
        if with_real_parties and label == _CREATE and isinstance(case.body, dict):
            # Chance alone seldom finds parties of a country that the pool has numbers of.
            case.body.update(first_party=FIRST, second_party=SECOND)
        headers = {"Authorization": api.authorization}
        case.call_and_validate(base_url=site.emulator.url, headers=headers, checks=_CHECKS)
