"""Origin and Host: foreign web pages may not write."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from tests.plivo.ask import Api
from tests.shell.asking import control, good
from tests.shell.worlds import START


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8080"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": ""},
    ],
    ids=str,
)
def test_foreign_page_may_not_write(api: Api, headers: Mapping[str, str]) -> None:
    """A foreign Host or Origin is refused before anything is done, and the answer names the header."""
    refused = control(api, "POST", "{w}/clock/advance", {"seconds": 1}, **headers)

    assert (403, *headers) == (refused.status, refused.json["field"])
    assert START == good(control(api, "GET", "{w}/clock"))["now"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1"},
        {"Host": "10.1.2.3:8080"},
        {"Host": "[::1]:8080"},
        {"Host": "localhost:9"},
        {"Host": "LOCALHOST"},
        {"Host": "emulator:8080"},
        {"Host": "app.localhost"},
        {"Host": "emulator:8080", "Origin": "http://emulator:8080"},
    ],
    ids=str,
)
def test_own_names_may_write(api: Api, headers: Mapping[str, str]) -> None:
    """Addresses, names without dots and localhost are ours; so is a page that we served."""
    good(control(api, "POST", "{w}/clock/advance", {"seconds": 1}, **headers))


def test_own_page_may_write(api: Api) -> None:
    """The Origin of this very server is no foreign one."""
    good(control(api, "POST", "{w}/reset", Origin=f"http://{urlsplit(api.url).netloc}"))


def test_foreign_page_may_read(api: Api) -> None:
    """Reading is not guarded here: browsers keep the answer from a foreign page."""
    assert 200 == control(api, "GET", "{w}/clock", Origin="http://evil.example").status
