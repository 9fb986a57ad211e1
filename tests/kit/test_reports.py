"""`--masking-report`: what a run of tests leaves behind, in whole runs of pytest on small suites."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.testing.reports import file_name

from tests.kit.runs import run_apart

pytest_plugins = ["pytester"]

#: One of each outcome, and one that asks for no world.
_SUITE: Final = """
    def test_good(masking):
        masking.client.masking_sessions.create_masking_session(**PARTIES)

    def test_bad(masking):
        masking.client.masking_sessions.create_masking_session(first_party="12", second_party="+14155550145")

    def test_skipped(masking):
        pytest.skip("not today")

    def test_alone():
        pass

    @pytest.mark.parametrize("text", ["a/b", "a-b"])
    def test_names(masking, text):
        assert not text
"""

#: The teardown of a fixture fails, and a test that takes its own world away.
_ODD: Final = """
    @pytest.fixture
    def broken():
        yield
        assert False

    def test_teardown(broken, masking):
        masking.client.masking_sessions.create_masking_session(**PARTIES)

    def test_removes_its_world(masking):
        masking.control.delete(masking.path)
"""

#: A client whose credentials nobody knows.
_STRANGER: Final = """
    def test_wrong_token(masking):
        import plivo
        plivo.RestClient("MAXXXXXXXXXXXXXXXXXX", "x").masking_sessions.create_masking_session(**PARTIES)

    def test_right_token(masking):
        masking.client.masking_sessions.create_masking_session(**PARTIES)
        assert False
"""


@pytest.fixture(autouse=True)
def own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs inside have a server of their own."""
    monkeypatch.delenv("MASKING_EMULATOR_URL", raising=False)


def pages(folder: Path) -> dict[str, str]:
    """The pages in the folder, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_failed_tests_have_a_page_each_and_all_have_one(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named as the tests are, no two alike; the terminal says where."""
    result = run_apart(pytester, monkeypatch, "--masking-report=reports", tests=_SUITE)
    found = pages(pytester.path / "reports")
    (module,) = {name.partition(".py")[0] for name in found if name != "all.html"}
    names = sorted(name.removeprefix(f"{module}.py-") for name in found)

    result.assert_outcomes(passed=2, failed=3, skipped=1)
    result.stdout.fnmatch_lines([f"masking-emulator report: {pytester.path / 'reports' / 'all.html'}"])
    assert ["all.html", "test_bad.html"] == names[:2]
    assert all(re.fullmatch(r"test_names-a-b-[0-9a-f]{8}\.html", name) for name in names[2:])
    assert 4 == len(found)
    assert "create session answered 400" in found[f"{module}.py-test_bad.html"]


def test_page_of_all_begins_with_what_failed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test that had a world is there with its outcome; details are those of failed ones."""
    run_apart(pytester, monkeypatch, "--masking-report=reports", tests=_SUITE)
    text = pages(pytester.path / "reports")["all.html"]
    places = [text.index(f"::{name}</a>") for name in ("test_bad", "test_names[a/b]", "test_good", "test_skipped")]

    assert sorted(places) == places
    assert "test_alone" not in text
    assert 'class="badge is-good">passed' in text
    assert 'class="badge is-bad">failed' in text


def test_workers_report_together(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under xdist: the pages of failed tests, and one of all."""
    arguments = ("-pxdist", "-n2", "--masking-report=reports")
    result = run_apart(pytester, monkeypatch, *arguments, tests=_SUITE)
    found = pages(pytester.path / "reports")

    result.assert_outcomes(passed=2, failed=3, skipped=1)
    assert 4 == len(found)
    assert all(
        f"::{name}" in found["all.html"] for name in ("test_good", "test_bad", "test_skipped", "test_names[a-b]")
    )


def test_odd_tests_are_reported_as_far_as_can_be(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A teardown that fails is a failure; a world that is gone is said, and fails nothing."""
    result = run_apart(pytester, monkeypatch, "--masking-report=reports", tests=_ODD)
    found = pages(pytester.path / "reports")

    result.assert_outcomes(passed=2, errors=1)
    assert 2 == len(found)
    assert any(name.endswith("-test_teardown.html") for name in found)
    result.stdout.fnmatch_lines(["masking-emulator report: no report of *::test_removes_its_world: ControlRefused*"])


def test_request_of_no_world_is_in_the_page_of_its_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And in no other test's, but in that of all."""
    run_apart(pytester, monkeypatch, "--masking-report=reports", tests=_STRANGER)
    found = pages(pytester.path / "reports")
    with_it = sorted(name.partition("-")[2] for name, text in found.items() if "MAXXXXXXXXXXXXXXXXXX" in text)

    assert ["", "test_wrong_token.html"] == with_it


@pytest.mark.parametrize("arguments", [(), ("-pxdist", "-n2")])
def test_folder_that_cannot_be_made_is_said_before_any_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """One line, and no test has run."""
    (pytester.path / "taken").touch()
    result = run_apart(pytester, monkeypatch, *arguments, "--masking-report=taken", tests=_SUITE)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(["ERROR: --masking-report: *taken: File exists"])
    assert "Traceback" not in result.stderr.str()


def test_run_without_worlds_says_so(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written."""
    result = run_apart(pytester, monkeypatch, "--masking-report=reports", tests="    def test_alone(): pass")

    result.stdout.fnmatch_lines(["masking-emulator report: no test asked for masking"])
    assert {} == pages(pytester.path / "reports")


def test_secret_of_a_test_is_in_no_page(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in its own nor in that of all."""
    suite = """
    def test_leak(masking):
        pathlib.Path("token").write_text(masking.auth_token)
        import requests
        requests.post(
            f"{masking.url}/v1/Account/{masking.auth_id}/Masking/Session/?token={masking.auth_token}",
            json={"first_party": masking.auth_token}, auth=(masking.auth_id, masking.auth_token)
        )
        assert False
    """
    run_apart(pytester, monkeypatch, "--masking-report=reports", tests=suite)
    token = (pytester.path / "token").read_text(encoding="ascii")
    found = pages(pytester.path / "reports")

    assert 2 == len(found)
    assert all("token=***" in text for text in found.values())
    assert [] == [name for name, text in found.items() if token in text]


@given(tests=st.sets(st.text(min_size=1), max_size=6))
def test_names_of_pages_are_files_and_differ(tests: set[str]) -> None:
    """Whatever a test is called."""
    names = [file_name(test) for test in tests]

    assert len(tests) == len(set(names))
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{0,129}", name) for name in names)
