"""The pytest plugin as its users meet it: whole runs of pytest on small suites."""

from typing import Final

import pytest

pytest_plugins = ["pytester"]

#: A suite of a user: a service that creates sessions, and a test of a whole call.
_WHOLE: Final = """
    def test_call(masking, masking_receiver):
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", callback_url=masking_receiver.url + "events"
        )
        call = masking.call("+14155550123", made.virtual_number, talk_s=20)
        assert call.session == made.session_uuid
        happened = [event.event for event in masking.advance(60)]
        assert "CallEnded" in happened
        assert masking.callbacks.wait_for(event="SessionPartiesHangup").session == made.session_uuid
        assert [c.sequence for c in masking.callbacks.of(made.session_uuid)] == [1, 2, 3, 4, 5, 6]
        assert masking_receiver.wait_for("SessionFirstPartyHangup").parameters["Duration"] == "23"
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs inside have no skipping rule and no server of ours."""
    monkeypatch.delenv("MASKING_EMULATOR_NO_SKIPS", raising=False)
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis", *arguments, timeout=120)


def test_test_plays_a_whole_call(pytester: pytest.Pytester) -> None:
    """The unmodified SDK, a call, its callbacks at a receiver that verifies them, and the typed views."""
    pytester.makepyfile(_WHOLE)

    _run(pytester).assert_outcomes(passed=1)


def test_each_test_has_a_world_of_its_own_and_its_own_seed(pytester: pytest.Pytester) -> None:
    """What one test does is not in the next one, and the same test gets the same UUIDs in every run."""
    pytester.makepyfile(
        """
        import pathlib
        PARTIES = dict(first_party="+14155550123", second_party="+14155550145")

        def test_one(masking):
            made = masking.client.masking_sessions.create_masking_session(**PARTIES)
            kept = pathlib.Path("one")
            assert not kept.exists() or kept.read_text() == made.session_uuid
            kept.write_text(made.session_uuid)

        def test_other(masking):
            assert masking.journal == [] or all(event.event == "NumberAdded" for event in masking.journal)
            made = masking.client.masking_sessions.create_masking_session(**PARTIES)
            assert made.session_uuid != pathlib.Path("one").read_text()
            assert masking.now == "2026-01-01T00:00:00Z"
        """
    )

    _run(pytester).assert_outcomes(passed=2)
    _run(pytester).assert_outcomes(passed=2)


def test_marker_says_what_the_world_is_made_of(pytester: pytest.Pytester) -> None:
    """Keys as in a world file."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.masking(numbers=[{"number": "+442079460001"}], clock={"start": "2030-01-01T00:00:00Z", "rate": 0})
        def test_world(masking):
            assert [number["number"] for number in masking.numbers.all()] == ["+442079460001"]
            assert masking.now.startswith("2030")
        """
    )

    _run(pytester, "--strict-markers").assert_outcomes(passed=1)


def test_failed_test_shows_what_happened_in_its_world(pytester: pytest.Pytester) -> None:
    """The report has the journal and the callbacks; a passed test has none of it."""
    pytester.makepyfile(
        """
        def test_fails(masking, masking_receiver):
            masking.client.masking_sessions.create_masking_session(
                first_party="+14155550123", second_party="+14155550145", callback_url=masking_receiver.url
            )
            masking.advance(1800)
            masking.callbacks.wait_for(event="SessionPartiesHangup", timeout=0)

        def test_passes(masking):
            pass
        """
    )
    result = _run(pytester)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*SessionTimeout #1 of session * delivered*", "*journal:*", "*SessionExpired*"])


def test_wrong_signature_fails_the_test(pytester: pytest.Pytester) -> None:
    """What the laboratory tampers with, the receiver notices."""
    pytester.makepyfile(
        """
        def test_tampered(masking, masking_receiver):
            masking.callbacks.rules({"action": "tamper"})
            masking.client.masking_sessions.create_masking_session(
                first_party="+14155550123", second_party="+14155550145", callback_url=masking_receiver.url
            )
            masking.advance(1800)
        """
    )
    result = _run(pytester)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*callbacks with wrong signatures: SessionTimeout*"])


def test_workers_share_nothing(pytester: pytest.Pytester) -> None:
    """Two hundred tests in two workers, a server for each, without cross-talk."""
    pytester.makepyfile(_MANY)

    _run(pytester, "-n", "2", "-q").assert_outcomes(passed=200)


def test_workers_may_share_one_server(pytester: pytest.Pytester) -> None:
    """One server for all, named by an option."""
    from emulator.server import Emulator

    pytester.makepyfile(_MANY)
    with Emulator() as server:
        _run(pytester, "-n", "2", "-q", f"--masking-emulator-url={server.url}").assert_outcomes(passed=200)
        left = server.control.get("/health")["worlds"]

    assert 1 == len(left), "every test has removed its world"


_MANY: Final = """
    import pytest

    @pytest.mark.parametrize("n", range(200))
    def test_own_world(masking, n):
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", session_expiry=60 + n
        )
        assert made.virtual_number == "+14155550100"
        events = [event.event for event in masking.advance(60 + n)]
        assert events == ["SessionExpired"]
        assert len([event for event in masking.journal if event.event == "SessionCreated"]) == 1
"""


@pytest.mark.parametrize("mode", ["asyncio", "anyio"])
def test_coroutines_leave_their_loop_free(pytester: pytest.Pytester, mode: str) -> None:
    """A test whose own event loop serves the callbacks advances the clock without waiting for itself."""
    marker = {"asyncio": "@pytest.mark.asyncio", "anyio": "@pytest.mark.anyio"}[mode]
    pytester.makepyfile(
        f"""
        import asyncio
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        async def _answer(reader, writer):
            await reader.read(4096)
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
            writer.close()

        {marker}
        async def test_in_loop(masking):
            server = await asyncio.start_server(_answer, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            make = masking.client.masking_sessions.create_masking_session
            made = await asyncio.to_thread(
                make, first_party="+14155550123", second_party="+14155550145", callback_url=f"http://127.0.0.1:{{port}}/"
            )
            events = await masking.aio.advance(1800)
            callback = await masking.aio.callbacks.wait_for(event="SessionTimeout")
            assert callback.state == "delivered"
            server.close()
        """
    )

    _run(pytester, "-o", "asyncio_default_fixture_loop_scope=function").assert_outcomes(passed=1)


def test_frozen_time_does_not_matter(pytester: pytest.Pytester) -> None:
    """Under freezegun a world that stands still stands still, and one that runs follows the frozen clock."""
    pytester.makepyfile(
        """
        import pytest
        from freezegun import freeze_time

        PARTIES = dict(first_party="+14155550123", second_party="+14155550145")

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
    )

    _run(pytester).assert_outcomes(passed=2)


def test_suite_that_does_not_use_it_loads_nothing(pytester: pytest.Pytester) -> None:
    """Neither the server nor the client is imported for those who only have the package installed."""
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            assert {name for name in sys.modules if name.split(".")[0] == "emulator"} == {
                "emulator", "emulator.pytest_plugin"
            }
        """
    )

    _run(pytester).assert_outcomes(passed=1)


def test_unittest_uses_a_context_manager() -> None:
    """The same world for a test of any other framework; afterwards the SDK goes where it went before."""
    from plivo.rest import client

    from emulator.testing import Emulator

    before = client.API_VOICE_BASE_URI
    with Emulator({"numbers": [{"number": "+14155550100"}]}) as masking:
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145"
        )
        assert masking.url in client.API_VOICE_BASE_URI

    assert "+14155550100" == made.virtual_number
    assert before == client.API_VOICE_BASE_URI
