"""The pytest plugin as its users meet it: whole runs of pytest on small suites.

Most runs share this process; those that need workers, or that look at what is loaded, have processes of their own, with
the plugins that they need and no others.
"""

from typing import Final

import plivo
import pytest
from masking_emulator.server.thread import ServerThread

from tests.kit.runs import PARTIES, SUITE, errors_of, run_apart, run_here
from tests.pytests import AS_USERS_HAVE_IT

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs inside have no skipping rule and no server of ours."""
    assert plivo.RestClient, "what the runs inside import is there already, so they do not load it again and again"
    monkeypatch.delenv("MASKING_EMULATOR_NO_SKIPS", raising=False)
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)


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
        assert "SessionCreated" not in [event.event for event in masking.journal()]
        made = masking.client.masking_sessions.create_masking_session(**PARTIES)
        assert made.session_uuid != pathlib.Path("one").read_text()
        assert masking.now() == "2026-01-01T00:00:00Z"
"""

#: Keys as in a world file.
_MARKED: Final = """
    @pytest.mark.masking(numbers=[{"number": "+442079460001"}], clock={"start": "2030-01-01T00:00:00Z", "rate": 0})
    def test_world(masking):
        assert [number.number for number in masking.numbers.all()] == ["+442079460001"]
        assert masking.now().startswith("2030")
"""

#: A name, a list, keys; the nearer mark wins by key.
_MARKED_SHORT: Final = """
    def pool(masking):
        return [number.number for number in masking.numbers.all()]

    @pytest.mark.masking("tiny-pool")
    def test_example(masking):
        assert pool(masking) == ["+14155550100"]
        assert masking.now() == "2026-01-01T00:00:00Z"

    @pytest.mark.masking("demo")
    def test_example_that_the_server_has_too(masking):
        assert masking.auth_id != "MAEMULATOR0000000001"
        assert len(masking.subaccounts) == 1
        assert masking.subaccounts[0][0] in [number.owner for number in masking.numbers.all()]

    @pytest.mark.masking(["+442079460001", {"number": "+442079460002"}])
    class TestNumbers:
        def test_list(self, masking):
            assert pool(masking) == ["+442079460001", "+442079460002"]

        @pytest.mark.masking(clock={"start": "2030-01-01T00:00:00Z", "rate": 0})
        def test_merged(self, masking):
            assert pool(masking) == ["+442079460001", "+442079460002"]
            assert masking.now().startswith("2030")

        @pytest.mark.masking(numbers=["+14155550100"])
        def test_nearer(self, masking):
            assert pool(masking) == ["+14155550100"]
"""

#: What means nothing is an error, and its words help.
_MARKED_WRONG: Final = """
    @pytest.mark.masking(7)
    def test_number(masking):
        pass

    @pytest.mark.masking("tiny-pool", ["+14155550100"])
    def test_two(masking):
        pass

    @pytest.mark.masking(["+14155550100"], numbers=[])
    def test_twice(masking):
        pass

    @pytest.mark.masking("tiny-pol")
    def test_mistyped(masking):
        pass

    @pytest.mark.masking(nonsense=1)
    def test_unknown(masking):
        pass

    @pytest.mark.masking(clock={"rate": "fast"})
    def test_value(masking):
        pass

    @pytest.mark.masking(seed={1})
    def test_no_json(masking):
        pass
"""

#: The code under test finds its credentials where it finds them in production.
_ENVIRONMENT: Final = """
    import os, plivo

    @pytest.fixture
    def before(monkeypatch):
        monkeypatch.setenv("PLIVO_AUTH_ID", "MAXXXXXXXXXXXXXXXXXX")
        monkeypatch.delenv("PLIVO_AUTH_TOKEN", raising=False)
        yield
        assert os.environ["PLIVO_AUTH_ID"] == "MAXXXXXXXXXXXXXXXXXX"
        assert "PLIVO_AUTH_TOKEN" not in os.environ

    def test_client_without_credentials(before, masking):
        plivo.RestClient().masking_sessions.create_masking_session(**PARTIES)
        assert [request.operation for request in masking.requests.all()] == ["create_session"]
"""

#: A world that stands still stands still under freezegun, and one that runs follows the frozen clock.
_FROZEN: Final = """
    from freezegun import freeze_time

    def test_still(masking):
        with freeze_time("2026-06-01") as frozen:
            masking.client.masking_sessions.create_masking_session(**PARTIES)
            frozen.tick(7200)
            assert masking.now() == "2026-01-01T00:00:00Z"
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
    run_here(pytester, _WHOLE, _OWN, _MARKED, _FROZEN).assert_outcomes(passed=6)


def test_marks_mean_what_they_seem_to(pytester: pytest.Pytester) -> None:
    """An example's name, a list of numbers, keys; those of a class and of its test together."""
    run_here(pytester, _MARKED_SHORT).assert_outcomes(passed=5)


def test_mark_that_means_nothing_is_an_error_with_its_reason(pytester: pytest.Pytester) -> None:
    """It is never a world that was not asked for."""
    result = run_here(pytester, _MARKED_WRONG)

    result.assert_outcomes(errors=7)
    result.stdout.fnmatch_lines(
        [
            "*takes an example world's name or a list of numbers*not (7)*",
            "*not ('tiny-pool', *",
            "*the mark masking has numbers twice*",
            "*example: 'tiny-pol' is none; the example worlds are cool-off, *",
            "*: masking: nonsense: unknown key; known here are *",
            "*: masking: clock.rate: 'fast' is not of type 'number'",
            "*: masking: world.seed: {1} cannot be sent, because it is no JSON: *",
        ]
    )


def test_refused_mark_shows_the_line_of_its_test_and_none_of_ours(pytester: pytest.Pytester) -> None:
    """Between the heading of an error and the next there is one line: where the test is, and what is wrong."""
    shown = errors_of(run_here(pytester, _MARKED_WRONG))
    written = (pytester.path / SUITE).read_text(encoding="utf-8").splitlines()
    marks = [f"{SUITE}:{place}" for place, line in enumerate(written, 1) if "@pytest.mark" in line]

    assert 7 == len(marks)
    assert marks == [line.partition(": ")[0] for line in shown[1::2]]
    assert all(" ERROR at setup of " in line for line in shown[::2])


_EACH_FIXTURE: Final = """
    def test_world(masking):
        pass

    def test_receiver(masking_receiver):
        pass

    async def app(scope, receive, send):
        pass

    @pytest.mark.masking_app(app, at="https://shop.example.com")
    def test_app(masking_app):
        pass
"""


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["--masking-emulator-url=nix"], ["--masking-emulator-url: 'nix' is no http:// URL"] * 3),
        (
            ["--masking-emulator-url=http://127.0.0.1:1", "--masking-report=reports"],
            [f"{SUITE}:*: masking: no emulator answers at http://127.0.0.1:1: *"] * 3,
        ),
        (
            ["--masking-receiver-host=192.0.2.1"],
            [
                f"{SUITE}:*: masking_{name}: cannot listen on 192.0.2.1:0: this machine does not have the address"
                for name in ("receiver", "app")
            ],
        ),
    ],
)
def test_wrong_option_is_one_sentence_for_each_test(
    pytester: pytest.Pytester, arguments: list[str], sentences: list[str]
) -> None:
    """Whatever fixture it is that cannot work with it."""
    result = run_here(pytester, _EACH_FIXTURE, arguments=arguments)

    result.assert_outcomes(errors=len(sentences), passed=3 - len(sentences))
    result.stdout.fnmatch_lines(sentences)
    assert 2 * len(sentences) == len([line for line in errors_of(result) if "report: " not in line])


def test_wrong_url_of_the_environment_is_said_by_its_variable(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not in the command that somebody looks at."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", "nix")
    result = run_here(pytester, _EACH_FIXTURE)

    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["MASKING_EMULATOR_URL: 'nix' is no http:// URL"])


def test_code_under_test_finds_its_credentials_in_the_environment(pytester: pytest.Pytester) -> None:
    """`plivo.RestClient()` works, and afterwards the variables are what they were."""
    run_here(pytester, _ENVIRONMENT).assert_outcomes(passed=1)


def test_same_test_has_the_same_seed_in_everyrun_here(pytester: pytest.Pytester) -> None:
    """The UUID that it wrote down in the first run comes again in the second."""
    run_here(pytester, _OWN).assert_outcomes(passed=2)
    run_here(pytester, _OWN).assert_outcomes(passed=2)


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
    result = run_here(pytester, _FAILING)

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
    result.stdout.fnmatch_lines(
        ["*SessionExpired*", "*CallbackDue SessionTimeout #1*", "*SessionTimeout #1 of * delivered*"]
    )
    assert 2 == result.stdout.str().count("journal:"), "a test that passed shows nothing"


_BROKEN_SETUP: Final = """
    @pytest.fixture
    def order(masking):
        masking.client.masking_sessions.create_masking_session(**PARTIES)
        raise LookupError("no such order")

    def test_order(order):
        pass
"""


def test_fixture_that_fails_shows_what_happened_in_the_world(pytester: pytest.Pytester) -> None:
    """What a user's own fixture did before it failed is as good to know as what a test did."""
    result = run_here(pytester, _BROKEN_SETUP)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no such order*", "*journal:*", "*SessionCreated*"])


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
    pytester.makepyfile(PARTIES + _TAMPERED)

    run_apart(pytester, monkeypatch, "--assert=plain").assert_outcomes(passed=1, errors=1)


def test_receiver_is_where_the_options_say(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """For an emulator that knows this machine under another name; whole addresses in the ini file's addopts."""
    pytester.makepyfile(PARTIES + _WHOLE + "        assert masking_receiver.url.startswith('http://localhost:')")
    options = ("--masking-receiver-host=0.0.0.0", "--masking-receiver-url-host=localhost")

    run_apart(pytester, monkeypatch, *options).assert_outcomes(passed=1)


_MANY: Final = """
    import pytest

    @pytest.mark.parametrize("n", range(200))
    def test_own_world(masking, n):
        made = masking.client.masking_sessions.create_masking_session(
            first_party="+14155550123", second_party="+14155550145", session_expiry=60 + n
        )
        assert made.virtual_number == "+14155550100"
        assert [event.event for event in masking.advance(60 + n)] == ["SessionExpired"]
        assert len([event for event in masking.journal() if event.event == "SessionCreated"]) == 1
"""


def test_workers_share_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred tests in two workers, a server for each, without cross-talk."""
    pytester.makepyfile(_MANY)

    run_apart(pytester, monkeypatch, "-pxdist", "-n2", "-q").assert_outcomes(passed=200)


def test_workers_may_share_one_server(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """One server for all, named by an option; every test removes its world."""
    pytester.makepyfile(_MANY.replace("range(200)", "range(20)"))
    with ServerThread() as server:
        shared = f"--masking-emulator-url={server.url}"
        run_apart(pytester, monkeypatch, "-pxdist", "-n2", "-q", shared).assert_outcomes(passed=20)
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

    run_here(pytester, backend, *tests).assert_outcomes(passed=2)


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

    run = pytester.runpytest_subprocess(*AS_USERS_HAVE_IT, "-pno:anyio", timeout=120)
    run.assert_outcomes(passed=1)
