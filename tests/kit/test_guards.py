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
}

_SUITE: Final = """
    import faulthandler
    faulthandler.dump_traceback_later(60, exit=True)

    @pytest.fixture
    def guard(monkeypatch):
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
"""


@pytest.mark.parametrize("guard", _GUARDS)
def test_kit_works_behind_a_guard_and_reports(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """A failed test never ends the run; its world answers, also where the guard is there before the server is."""
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)

    result = run_apart(pytester, monkeypatch, tests=_SUITE.format(guard=_GUARDS[guard].strip()))

    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["*to see the report*", "*journal:*", "*CallEnded*"])
    assert 2 == result.stdout.str().count("journal:")
