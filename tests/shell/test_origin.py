"""Origin: foreign web pages may not write."""

from urllib.parse import urlsplit

import pytest

from tests.plivo.ask import Api
from tests.shell.asking import control, good
from tests.shell.worlds import START


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", ""])
def test_foreign_page_may_not_write(api: Api, origin: str) -> None:
    """A foreign Origin is refused before anything is done, and the answer names the header."""
    refused = control(api, "POST", "{w}/clock/advance", {"seconds": 1}, Origin=origin)

    assert (403, "Origin") == (refused.status, refused.json["field"])
    assert START == good(control(api, "GET", "{w}/clock"))["now"]


def test_own_page_may_write(api: Api) -> None:
    """The Origin of this very server is no foreign one, under whichever of its names."""
    good(control(api, "POST", "{w}/reset", Origin=f"http://{urlsplit(api.url).netloc}"))
    good(control(api, "POST", "{w}/reset", Host="localhost:1", Origin="http://localhost:1"))


def test_foreign_page_may_read(api: Api) -> None:
    """Reading is not guarded here: browsers keep the answer from a foreign page."""
    assert 200 == control(api, "GET", "{w}/clock", Origin="http://evil.example").status
