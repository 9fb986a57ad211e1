"""The signature validators of Plivo's own Node SDK, unmodified, which `tests/node/validate.cjs` asks."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from masking_emulator.plivo.signatures import V2, V2_MAIN, V3, V3_MAIN, sign

from tests.plivo.paths import EVENT, PATHS
from tests.plivo.signed import ANY, MAIN_TOKEN, TOKEN, V2_NONCE, V3_NONCE, Sent, sent

_NODE: Final = Path(__file__).parent.parent / "node"

#: Asks the SDK about one signature.
Validate = Callable[..., bool]


@pytest.fixture(scope="module")
def validate() -> Iterator[Validate]:
    """One Node for all cases, because its start takes longer than they do."""
    node = which("node")
    if node is None or not (_NODE / "node_modules" / "plivo").is_dir():
        pytest.skip("needs Node and `npm install --prefix tests/node`")
    command = [node, str(_NODE / "validate.cjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield lambda **question: _ask(process, question)


def _ask(process: "subprocess.Popen[str]", question: dict[str, Any]) -> bool:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(question)}\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, "Node ended; its error is printed above"
    return bool(json.loads(answer))


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
            assert validate(**question, version=2, nonce=V2_NONCE, signature=headers[v2], token=token)
            assert validate(**question, version=3, nonce=V3_NONCE, signature=headers[v3], token=token)


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
    assert validate(**question, version=2, nonce=V2_NONCE, signature=headers[V2], token=TOKEN)
    assert validate(**question, version=3, nonce=V3_NONCE, signature=headers[V3], token=TOKEN)
