"""The pytest plugin as its users meet it: whole runs of pytest on small suites.

Most runs share this process; those that need workers, or that look at what is loaded, have processes of their own, with
the plugins that they need and no others.
"""

from typing import Final

import plivo
import pytest
from masking_emulator.server.thread import ServerThread

pytest_plugins = ["pytester"]

_HEAVY: Final = ("cacheprovider", "schemathesis", "hypothesispytest", "_hypothesis_pytestplugin", "xdist", "looponfail")

_PARTIES: Final = """
    import asyncio, pathlib
    import pytest
    PARTIES = dict(first_party="+14155550123", second_party="+14155550145")
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs inside have no skipping rule and no server of ours."""
    assert plivo.RestClient, "what the runs inside import is there already, so they do not load it again and again"
    monkeypatch.delenv("MASKING_EMULATOR_NO_SKIPS", raising=False)
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)


def _run(pytester: pytest.Pytester, *tests: str) -> pytest.RunResult:
    """These tests in a run of this process."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile("\n".join([_PARTIES, *tests]))
    return pytester.runpytest_inprocess(*(f"-pno:{name}" for name in _HEAVY), "--strict-markers")


def _apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> pytest.RunResult:
    """The tests in a process of its own that loads our plugin, and others only by name."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return pytester.runpytest_subprocess(
        "-pno:cacheprovider", "-pmasking_emulator.pytest_plugin", *arguments, timeout=120
    )


#: A service that creates sessions, and a test of a whole call: SDK, callbacks, receiver, typed views.
_WHOLE: Final = """
    def test_call(masking, masking_receiver):
        made = masking.client.masking_sessions.create_masking_session(
            callback_url=masking_receiver.url + "events", **PARTIES
        )
        call = masking.call("+14155550123", made.virtual_number, talk_s=20)
        assert call.session == made.session_uuid
        happened = [event.event for event in masking.advance(60)]
        assert "CallEnded" in happened
        assert masking.callbacks.wait_for(event="SessionPartiesHangup").session == made.session_uuid
        assert [c.sequence for c in masking.callbacks.of(made.session_uuid)] == [1, 2, 3, 4, 5, 6]
        assert masking_receiver.wait_for("SessionFirstPartyHangup").parameters["Duration"] == "23"
"""

#: What one test does is not in the next one, and the same test gets the same UUIDs in every run.
_OWN: Final = """
    def test_one(masking):
        made = masking.client.masking_sessions.create_masking_session(**PARTIES)
        kept = pathlib.Path("one")
        assert not kept.exists() or kept.read_text() == made.session_uuid
        kept.write_text(made.session_uuid)

    def test_other(masking):
        assert "SessionCreated" not in [event.event for event in masking.journal]
        made = masking.client.masking_sessions.create_masking_session(**PARTIES)
        assert made.session_uuid != pathlib.Path("one").read_text()
        assert masking.now == "2026-01-01T00:00:00Z"
"""

#: Keys as in a world file.
_MARKED: Final = """
    @pytest.mark.masking(numbers=[{"number": "+442079460001"}], clock={"start": "2030-01-01T00:00:00Z", "rate": 0})
    def test_world(masking):
        assert [number["number"] for number in masking.numbers.all()] == ["+442079460001"]
        assert masking.now.startswith("2030")
"""

#: A world that stands still stands still under freezegun, and one that runs follows the frozen clock.
_FROZEN: Final = """
    from freezegun import freeze_time

    def test_still(masking):
        with freeze_time("2026-06-01") as frozen:
            masking.client.masking_sessions.create_masking_session(**PARTIES)
            frozen.tick(7200)
            assert masking.now == "2026-01-01T00:00:00Z"
            assert [event.event for event in masking.advance(1800)] == ["SessionExpired"]

    @pytest.mark.masking(clock={"rate": 1})
    def test_running(masking):
        with freeze_time("2026-06-01") as frozen:
            made = masking.client.masking_sessions.create_masking_session(**PARTIES)
            frozen.tick(1801)
            session = masking.client.masking_sessions.get_masking_session(made.session_uuid)
            assert session.response.status == "expired"
"""


def test_tests_have_worlds_of_their_own(pytester: pytest.Pytester) -> None:
    """A whole call; isolation and seeds; the marker; frozen time."""
    _run(pytester, _WHOLE, _OWN, _MARKED, _FROZEN).assert_outcomes(passed=6)


def test_same_test_has_the_same_seed_in_every_run(pytester: pytest.Pytester) -> None:
    """The UUID that it wrote down in the first run comes again in the second."""
    _run(pytester, _OWN).assert_outcomes(passed=2)
    _run(pytester, _OWN).assert_outcomes(passed=2)


_FAILING: Final = """
    def test_fails(masking, masking_receiver):
        masking.client.masking_sessions.create_masking_session(callback_url=masking_receiver.url, **PARTIES)
        masking.advance(1800)
        masking.callbacks.wait_for(event="SessionPartiesHangup", timeout=0)

    def test_passes(masking):
        pass

    def test_removes_its_world(masking):
        masking.control.delete(masking.path)
        assert False, "all the same"

    def test_tampered(masking, masking_receiver):
        masking.callbacks.rules({"action": "tamper"})
        masking.client.masking_sessions.create_masking_session(callback_url=masking_receiver.url, **PARTIES)
        masking.advance(1800)
"""


def test_failed_test_shows_what_happened_in_its_world(pytester: pytest.Pytester) -> None:
    """What did come and how it differs, the journal and the callbacks; a wrong signature fails a test that passed."""
    result = _run(pytester, _FAILING)

    result.assert_outcomes(passed=2, failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*no callback with event=SessionPartiesHangup state=delivered within 0 seconds; what came:*",
            "*SessionTimeout #1 of * delivered *: event is SessionTimeout, not SessionPartiesHangup*",
            "*journal:*",
            "*SessionExpired*",
            "*callbacks:*",
        ]
    )
    result.stdout.fnmatch_lines(["*all the same*", "*no world has the Auth ID*"])
    result.stdout.fnmatch_lines(["*callbacks with wrong signatures: SessionTimeout*"])
    assert 1 == result.stdout.str().count("journal:"), "a test that passed shows nothing"


_TAMPERED: Final = """
    def test_tampered(masking, masking_receiver):
        masking.callbacks.rules({"action": "tamper"})
        masking.client.masking_sessions.create_masking_session(callback_url=masking_receiver.url, **PARTIES)
        masking.advance(1800)
        assert False, "python -O leaves this out"
"""


def test_wrong_signature_fails_a_test_of_optimized_python(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no assert holds, the receiver's own failure does."""
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    pytester.makepyfile(_PARTIES + _TAMPERED)

    _apart(pytester, monkeypatch, "--assert=plain").assert_outcomes(passed=1, errors=1)


def test_receiver_is_where_the_options_say(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """For an emulator that knows this machine under another name; whole addresses in the ini file's addopts."""
    pytester.makepyfile(_PARTIES + _WHOLE + "        assert masking_receiver.url.startswith('http://localhost:')")
    options = ("--masking-receiver-host=0.0.0.0", "--masking-receiver-url-host=localhost")

    _apart(pytester, monkeypatch, *options).assert_outcomes(passed=1)


_MANY: Final = """
    import pytest

    @pytest.mark.parametrize("n", range(200))
    def test_own_world(masking, n):
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", session_expiry=60 + n
        )
        assert made.virtual_number == "+14155550100"
        assert [event.event for event in masking.advance(60 + n)] == ["SessionExpired"]
        assert len([event for event in masking.journal if event.event == "SessionCreated"]) == 1
"""


def test_workers_share_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred tests in two workers, a server for each, without cross-talk."""
    pytester.makepyfile(_MANY)

    _apart(pytester, monkeypatch, "-pxdist", "-n2", "-q").assert_outcomes(passed=200)


def test_workers_may_share_one_server(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """One server for all, named by an option; every test removes its world."""
    pytester.makepyfile(_MANY.replace("range(200)", "range(20)"))
    with ServerThread() as server:
        shared = f"--masking-emulator-url={server.url}"
        _apart(pytester, monkeypatch, "-pxdist", "-n2", "-q", shared).assert_outcomes(passed=20)
        left = server.control.get("/health")["worlds"]

    assert 1 == len(left), "the server's own world is left"


def test_coroutines_leave_their_loop_free(pytester: pytest.Pytester) -> None:
    """A test whose own event loop serves the callbacks advances the clock without waiting for itself."""
    test = """
    {marker}
    async def test_{name}(masking):
        async def answer(reader, writer):
            await reader.read(4096)
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        make = masking.client.masking_sessions.create_masking_session
        await asyncio.to_thread(make, callback_url=f"http://127.0.0.1:{{port}}/", **PARTIES)
        await masking.aio.advance(1800)
        callback = await masking.aio.callbacks.wait_for(event="SessionTimeout")
        assert callback.state == "delivered"
        server.close()
    """
    backend = """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"
    """
    tests = (test.format(marker=f"@pytest.mark.{name}", name=name) for name in ("asyncio", "anyio"))

    _run(pytester, backend, *tests).assert_outcomes(passed=2)


def test_suite_that_does_not_use_it_loads_nothing(pytester: pytest.Pytester) -> None:
    """Neither the server nor the client is imported for those who only have the package installed; pytest finds it."""
    pytester.makepyfile(
        """
        import sys

        def test_modules(request):
            assert request.config.pluginmanager.has_plugin("masking-emulator")
            assert {name for name in sys.modules if name.split(".")[0] == "masking_emulator"} == {
                "masking_emulator", "masking_emulator.pytest_plugin"
            }
        """
    )

    run = pytester.runpytest_subprocess(*(f"-pno:{name}" for name in (*_HEAVY, "anyio", "asyncio")), timeout=120)
    run.assert_outcomes(passed=1)


def test_unittest_uses_a_context_manager() -> None:
    """The same world for a test of any other framework; afterwards the SDK goes where it went before."""
    from masking_emulator.testing import Emulator as OneWorld
    from plivo.rest import client

    before = client.API_VOICE_BASE_URI
    with OneWorld({"numbers": [{"number": "+14155550100"}]}) as masking:
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145"
        )
        assert masking.url in client.API_VOICE_BASE_URI

    assert "+14155550100" == made.virtual_number
    assert before == client.API_VOICE_BASE_URI


def test_one_emulator_inside_another_gives_the_sdk_back() -> None:
    """A suite that mixes the plugin and the context manager never reaches the real service by accident."""
    from masking_emulator.testing import Emulator as OneWorld
    from plivo.rest import client

    with OneWorld() as outer:
        with OneWorld() as inner:
            assert inner.url in client.API_VOICE_BASE_URI
        assert outer.url in client.API_VOICE_BASE_URI
    assert outer.url not in client.API_VOICE_BASE_URI
