"""What is requested is what is configured: path, parameters of a path and query of a URL arrive as they stand."""

import pytest
from masking_emulator.plivo.signatures import V3, V3_NONCE
from plivo.utils import validate_v3_signature

from tests.plivo.ask import Api
from tests.plivo.paths import PATHS
from tests.receiver import Receiver
from tests.shell.asking import control, create, good


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_callback_and_its_replay_arrive_at_the_configured_target(
    api: Api, receiver: Receiver, method: str, path: str
) -> None:
    """With signatures that fit the URL that arrived, in the judgement of the SDK's own validator."""
    uuid = create(api, 0, 1, callback_url=receiver.url + path, callback_method=method)
    api.ask("DELETE", api.session(uuid))
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 1}))
    callback = good(control(api, "GET", "{w}/callbacks"))["callbacks"][-1]
    good(control(api, "POST", f"{{w}}/callbacks/{callback['id']}/replay"), 201)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 1}))

    assert len(receiver.received) > 1
    for one in receiver.received:
        target = one.target if method == "POST" else one.target[: len(path)]
        assert path == target
        nonce, header = one.headers[V3_NONCE.lower()], one.headers[V3.lower()]
        form = one.form if method == "POST" else {}
        assert validate_v3_signature(method, one.url, nonce, api.auth_token, header, form)


@pytest.mark.parametrize("path", PATHS)
def test_recording_callback_and_media_fetch_arrive_at_the_configured_target(
    api: Api, receiver: Receiver, path: str
) -> None:
    """Everything that leaves goes the same way."""
    uuid = create(
        api,
        0,
        1,
        record=True,
        recording_callback_url=receiver.url + path,
        first_party_play_url=f"{receiver.url}/media{path}",
    )
    number = api.ask("GET", api.session(uuid)).json["response"]["virtual_number"]
    good(control(api, "POST", "{w}/calls", {"from": "12025550100", "to": number, "talk_s": 5}), 201)
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 120}))

    targets = {one.target for one in receiver.received}
    assert {path, f"/media{path}"} <= targets, targets
