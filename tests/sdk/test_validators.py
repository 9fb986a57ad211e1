"""The signature validators of the official SDKs, unmodified, on 28 shapes of URLs: Python, Node, Go and Java.

Ours are accepted wherever the SDK can read the URL; where one fails, it is known (`docs/sdk-faults.md`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, sign
from masking_emulator.server.thread import ServerThread
from plivo.utils import validate_signature, validate_v3_signature

from tests.plivo.ask import api_of
from tests.plivo.paths import EVENT
from tests.plivo.shapes import HOST, SHAPES
from tests.plivo.signed import MAIN_TOKEN, TOKEN, V2_NONCE, V3_NONCE, Sent
from tests.plivo.vectors import VECTORS, Vector
from tests.sdk.customer import Delivery, customer
from tests.sdk.faults import REFUSED_SIGNATURES
from tests.sdk.validators import Validate, validator, validator_command

#: The shapes that a receiver on this machine can have.
_DELIVERED: Final = [shape for shape, url in SHAPES.items() if url.startswith(HOST)]


@pytest.fixture(scope="module", params=list(REFUSED_SIGNATURES))
def sdk(request: pytest.FixtureRequest) -> str:
    """Each SDK whose validators run here."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def validate(sdk: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validate]:
    """One program of the SDK for all questions, because its start takes longer than they do."""
    if sdk == "python":
        yield _python
        return
    with validator(validator_command(sdk, tmp_path_factory)) as validate:
        yield validate


@pytest.fixture(scope="module")
def deliveries(emulator: ServerThread) -> Mapping[str, Delivery]:
    """Method and shape → the callback that a session with that URL sent when it was deleted."""
    structure = {"account": {"auth_token": TOKEN}, "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
    found = {}
    with customer() as shop:
        api = api_of(emulator.url, emulator.control.post("/worlds", {"world": structure}))
        for shape in _DELIVERED:
            for method in ("GET", "POST"):
                url = SHAPES[shape].replace(HOST, shop.url)
                created = api.create(callback_url=url, callback_method=method).json
                api.ask("DELETE", api.session(created["session_uuid"]))
                emulator.control.post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 1})
                (found[f"{method} {shape}"],) = shop.deliveries
                shop.deliveries.clear()
        emulator.control.delete(f"/worlds/{api.auth_id}")
    return found


def test_validators_fail_only_where_they_are_known_to(sdk: str, validate: Validate) -> None:
    """POST and GET, both versions, of the owner and of the main account; another token is refused everywhere.

    It fails where the SDK was mended, too (ledger: signature_v2_path, signature_v3_path, signature_port).
    """
    refused: dict[str, Any] = {}
    for shape, url in SHAPES.items():
        for method in ("GET", "POST"):
            callback = Sent(method, url, dict(EVENT))
            for version, answers in _verdicts(validate, callback).items():
                if answers != [True, True, False]:
                    refused[f"V{version} {method} {shape}"] = answers[0]
                    assert answers[0] == answers[1], "the main account's is as the owner's"
                    assert answers[2] is not True

    assert REFUSED_SIGNATURES[sdk] == refused


def test_delivered_callbacks_are_accepted(sdk: str, validate: Validate, deliveries: Mapping[str, Delivery]) -> None:
    """Callbacks that were sent over a socket, as their receiver sees them; known failures stay the only ones.

    Each shape is called as it stands (ledger: callback_signed_as_received, callback_form_and_query).
    """
    refused = {}
    for name, delivery in deliveries.items():
        for version in (2, 3):
            answer = validate(
                version=version,
                method=delivery.method,
                url=delivery.url,
                nonce=delivery.headers[f"X-Plivo-Signature-V{version}-Nonce"],
                signature=delivery.headers[f"X-Plivo-Signature-V{version}"],
                token=TOKEN,
                params=dict(delivery.form),
            )
            if answer is not True:
                refused[f"V{version} {name}"] = answer

    known = REFUSED_SIGNATURES[sdk]
    assert 2 * len(_DELIVERED) == len(deliveries)
    assert {name: known[name] for name in known if name.split(" ", 2)[2] in _DELIVERED} == refused


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_known_signature_is_accepted(validate: Validate, sdk: str, vector: Vector) -> None:
    """And not under another token."""
    del sdk
    question = {
        "version": vector.version,
        "method": vector.method,
        "url": vector.url,
        "nonce": vector.nonce,
        "signature": vector.header,
        "params": dict(vector.parameters),
    }

    assert validate(**question, token=vector.token) is True
    assert validate(**question, token="another") is False


def test_java_compares_the_method_by_identity(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A method that was read from a request is another string than the literal: what is right is refused."""
    callback = Sent("GET", f"{SHAPES['path']}?x=1", dict(EVENT))
    signed = _signed(callback)
    question = {
        "version": 3,
        "method": "GET",
        "url": callback.received_url,
        "nonce": V3_NONCE,
        "signature": signed[V3],
        "token": TOKEN,
        "params": {},
    }
    with validator(validator_command("java", tmp_path_factory)) as validate:
        read, interned = validate(**question, interned=False), validate(**question)

    assert (False, True) == (read, interned)


def _verdicts(validate: Validate, callback: Sent) -> dict[int, list[Any]]:
    """Version → what is said of the owner's signature, the main account's, and the owner's under a wrong token."""
    signed = _signed(callback)
    question = {"method": callback.method, "url": callback.received_url, "params": dict(callback.form)}
    asked = {2: (V2, V2_MAIN, V2_NONCE), 3: (V3, V3_MAIN, V3_NONCE)}
    return {
        version: [
            validate(**question, version=version, nonce=nonce, signature=signed[header], token=token)
            for header, token in ((owner, TOKEN), (main, MAIN_TOKEN), (owner, "another"))
        ]
        for version, (owner, main, nonce) in asked.items()
    }


def _signed(callback: Sent) -> Any:
    return sign(
        callback.method,
        callback.url,
        parameters=callback.parameters,
        token=TOKEN,
        main_token=MAIN_TOKEN,
        v2_nonce=V2_NONCE,
        v3_nonce=V3_NONCE,
    ).headers


def _python(*, version: int, method: str, url: str, nonce: str, signature: str, token: str, params: Any) -> Any:
    """The Python SDK, in this process."""
    try:
        if version == 2:
            return validate_signature(url, nonce, signature, token)
        return validate_v3_signature(method, url, nonce, token, signature, params)
    except UnicodeError as error:
        return type(error).__name__
