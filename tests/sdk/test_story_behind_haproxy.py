"""The SDKs that tell a story tell it behind a farm too, as they do inside `run` (test_dropin.py): by `make farm-test`.

Nothing that leads unmodified SDKs is in front of a farm, so TLS ends here, as it would in HAProxy.
"""

from collections.abc import Iterator

import pytest
from masking_emulator.config import cache_folder
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.interception.environment import EmulatorAccess
from masking_emulator.interception.trust import trust
from masking_emulator.server.thread import ServerThread

from tests.sdk import story
from tests.sdk.ending_tls import ending_tls
from tests.sdk.ways import WAYS, needed, run_with


@pytest.fixture(scope="module")
def access(emulator: ServerThread) -> Iterator[EmulatorAccess]:
    """The way to a world like the demo's."""
    authority = users_certificates().authority.read_text(encoding="ascii")
    world = emulator.control.post("/worlds", {"example": "demo"})
    with ending_tls(emulator.url) as proxy_url:
        yield EmulatorAccess(
            url=emulator.url,
            proxy_url=proxy_url,
            tls_url=None,
            auth_id=world["auth_id"],
            auth_token=world["auth_token"],
            trust=trust(cache_folder(), authority, []),
        )
    emulator.control.delete(f"/worlds/{world['auth_id']}")


@pytest.mark.parametrize("sdk", story.STORYTELLERS)
def test_sdk_tells_its_story(sdk: str, emulator: ServerThread, access: EmulatorAccess) -> None:
    """Every method, every refusal and every failure, to the word of the other test; each begins with the world new."""
    way = next(way for way in WAYS if way.name == sdk)
    if lacking := needed(way):
        pytest.skip(lacking)
    emulator.control.post(f"/worlds/{access.auth_id}/reset")
    done = run_with(way, access)

    assert 0 == done.returncode, done.stderr
    assert [] == story.failures(sdk, story.told(done.stdout))
