"""The signature validators of Plivo's own Node SDK, unmodified, which `tests/node/validate.cjs` asks."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, sign

from tests.plivo.paths import EVENT, PATHS
from tests.plivo.signed import ANY, MAIN_TOKEN, TOKEN, V2_NONCE, V3_NONCE, Sent, sent
from tests.sdk.validators import Validate, validator, validator_command


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validate]:
    """One program for all cases, because its start takes longer than they do."""
    with validator(validator_command("node", tmp_path_factory)) as validate:
        yield validate


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(callback=sent(ANY, value_characters=ANY))
def test_callback_is_accepted(validate: Validate, callback: Sent) -> None:
    """Whatever the method, the URL and the parameters; of the configured URL and of the one that is received."""
    headers = sign(
        callback.method,
        callback.url,
        parameters=callback.parameters,
        token=TOKEN,
        main_token=MAIN_TOKEN,
        v2_nonce=V2_NONCE,
        v3_nonce=V3_NONCE,
    ).headers

    for url, params in ((callback.url, callback.parameters), (callback.received_url, callback.form)):
        question = {"method": callback.method, "url": url, "params": params}
        for token, v2, v3 in ((TOKEN, V2, V3), (MAIN_TOKEN, V2_MAIN, V3_MAIN)):
            assert validate(**question, version=2, nonce=V2_NONCE, signature=headers[v2], token=token) is True
            assert validate(**question, version=3, nonce=V3_NONCE, signature=headers[v3], token=token) is True


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_callback_is_accepted_by_node_whatever_its_path(validate: Validate, method: str, path: str) -> None:
    """Node signs the path as it stands in the URL, in both versions."""
    callback = Sent(method, f"http://127.0.0.1:9000{path}", dict(EVENT))
    headers = sign(
        method,
        callback.url,
        parameters=callback.parameters,
        token=TOKEN,
        main_token=MAIN_TOKEN,
        v2_nonce=V2_NONCE,
        v3_nonce=V3_NONCE,
    ).headers

    question = {"method": method, "url": callback.received_url, "params": callback.form}
    assert validate(**question, version=2, nonce=V2_NONCE, signature=headers[V2], token=TOKEN) is True
    assert validate(**question, version=3, nonce=V3_NONCE, signature=headers[V3], token=TOKEN) is True
