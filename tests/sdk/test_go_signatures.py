"""The signature validators of Plivo's own Go SDK, unmodified, which `tests/go/validate` asks.

Go decodes the path before it hashes it, as the SDKs of Java and .NET do.
"""

from collections.abc import Iterator

import pytest
from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, sign

from tests.plivo.paths import EVENT, PATHS
from tests.plivo.signed import MAIN_TOKEN, TOKEN, V2_NONCE, V3_NONCE, Sent
from tests.sdk.validators import Validate, validator, validator_command


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validate]:
    """One program for all cases, because its start takes longer than they do."""
    with validator(validator_command("go", tmp_path_factory)) as validate:
        yield validate


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_callback_is_accepted_by_go_whatever_its_path(validate: Validate, method: str, path: str) -> None:
    """V3 for the configured URL and the received one; V2 only where decoding changes nothing, as it has no list."""
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

    for url, params in ((callback.url, callback.parameters), (callback.received_url, callback.form)):
        question = {"method": method, "url": url, "params": params}
        for token, v2, v3 in ((TOKEN, V2, V3), (MAIN_TOKEN, V2_MAIN, V3_MAIN)):
            assert validate(**question, version=3, nonce=V3_NONCE, signature=headers[v3], token=token) is True
            accepted = validate(**question, version=2, nonce=V2_NONCE, signature=headers[v2], token=token)
            assert accepted is ("%" not in path.partition("?")[0])
