"""What `make farm-test` reaches: the tests that ask the server that all share. One with its own would not be missed."""

import re
from pathlib import Path
from typing import Final

_SDK: Final = Path(__file__).parents[1] / "sdk"

#: Files of the SDKs' tests that have a server of their own → why no farm takes its place.
_HAVE_THEIR_OWN: Final = {
    "test_dropin.py": "it tests the proxy and TLS of one server; the same SDKs are in test_story_behind_haproxy.py",
}


def test_tests_of_the_sdks_ask_the_server_that_a_farm_may_replace() -> None:
    """One that started its own would never see a farm, and nobody would notice."""
    own = re.compile(r"\b(?:ServerThread|serving|run_in)\(|\bintercepting\b")
    files = {file.name for file in _SDK.glob("test_*.py") if own.search(file.read_text(encoding="utf-8"))}

    assert _HAVE_THEIR_OWN.keys() == files
