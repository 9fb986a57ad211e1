"""A user's suite that forbids or replaces the network: the kit goes on working, and a failed test is reported.

Each guard is the real library. The suites run in processes of their own, because their guards hold for all of it.
"""

from typing import Final

import pytest

from tests.kit.runs import run_apart

pytest_plugins = ["pytester"]

#: What forbids or replaces the network → a fixture that puts it in place.
_GUARDS: Final = {
    "create_connection": """
        import socket
        monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("network"))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("network"))
        yield
    """,
    "socket class": """
        import socket
        def refuse(*given, **more):
            raise RuntimeError("network")
        monkeypatch.setattr(socket, "socket", refuse)
        yield
    """,
    "http.client": """
        from http.client import HTTPConnection
        for name in ("request", "connect", "getresponse", "putrequest", "send"):
            monkeypatch.setattr(HTTPConnection, name, lambda *a, **k: pytest.fail("network"))
        yield
    """,
    "pytest-socket": """
        import pytest_socket
        pytest_socket.disable_socket()
        yield
        pytest_socket.enable_socket()
    """,
    "pytest-socket hosts": """
        import pytest_socket
        pytest_socket.socket_allow_hosts(["192.0.2.1"])
        yield
        pytest_socket._remove_restrictions()
    """,
    "pook": """
        import pook
        pook.on()
        pook.disable_network()
        yield
        pook.off()
    """,
    "responses": """
        import responses
        with responses.RequestsMock():
            yield
    """,
    "respx": """
        import respx
        with respx.mock(using="httpcore"):
            yield
    """,
    "httpretty": """
        import httpretty
        with httpretty.enabled(allow_net_connect=False):
            yield
    """,
    "vcrpy": """
        import vcr
        with vcr.use_cassette("nothing.yaml", record_mode="none"):
            yield
    """,
    "pytest-httpx": """
        request.getfixturevalue("httpx_mock")
        yield
    """,
    "clocks": """
        import time
        from unittest.mock import patch
        used = [patch(f"time.{name}", side_effect=[1.0]) for name in ("time", "monotonic", "perf_counter")]
        for one in used:
            one.start()
        yield
        for one in used:
            one.stop()
    """,
}

_SUITE: Final = """
    import faulthandler
    faulthandler.dump_traceback_later(60, exit=True)

    @pytest.fixture
    def guard(monkeypatch, request):
        {guard}

    def test_guarded_from_the_start(guard, masking):
        masking.call("+14155550123", "+14155550100", talk_s=20)
        assert "CallEnded" in [event.event for event in masking.advance(60)]
        assert False, "to see the report"

    def test_guarded_later(masking, guard):
        masking.call("+14155550123", "+14155550100", talk_s=20)
        masking.advance(60)
        assert False, "to see the report"

    def test_next(masking):
        assert masking.advance(1) == []

    def test_delivered(masking, masking_receiver, request):
        from masking_emulator.testing import Receiver
        with Receiver() as media:
            made = masking.client.masking_sessions.create_masking_session(
                callback_url=masking_receiver.url, first_party_play_url=media.url + "hello.mp3", **PARTIES
            )
            request.getfixturevalue("guard")
            masking.call("+14155550123", made.virtual_number, talk_s=20)
            masking.advance(60)
            callback = masking.callbacks.wait_for(event="SessionPartiesHangup")
        assert callback.state == "delivered"
        assert "SessionPartiesHangup" in [received.event for received in masking_receiver.received]
        assert [received.url[-10:] for received in media.received] == ["/hello.mp3"]
"""


@pytest.mark.parametrize("guard", _GUARDS)
def test_kit_works_behind_a_guard(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    """A failed test never ends the run; its world answers, also where the guard is there before the server is.

    What answers the requests of the code under test does not answer the emulator's: callbacks and looks at media files
    reach their server.
    """
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)

    plugins = ["-ppytest_httpx"] if guard == "pytest-httpx" else []

    result = run_apart(pytester, monkeypatch, *plugins, tests=_SUITE.format(guard=_GUARDS[guard].strip()))

    result.assert_outcomes(failed=2, passed=2)
    result.stdout.fnmatch_lines(["*to see the report*", "*journal:*", "*CallEnded*"])
    assert 2 == result.stdout.str().count("journal:")
