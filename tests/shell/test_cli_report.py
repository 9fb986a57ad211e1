"""What a run leaves behind: `report`, and the options of `run` and `serve` that are about it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from jsonschema import Draft202012Validator
from masking_emulator.client import Control
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api
from tests.shell.process import COMMAND, DEMO, PATIENCE_S, run, sentence, serving

#: A program that is led here by nothing of its own: a good create, one with a misspelt field, a bad one.
_APP: Final = """
import base64, json, os, sys
from urllib.request import Request, urlopen
from urllib.error import HTTPError
auth_id, token = os.environ["PLIVO_AUTH_ID"], os.environ["PLIVO_AUTH_TOKEN"]
basic = base64.b64encode(f"{auth_id}:{token}".encode()).decode()
for more in ({}, {"geo_match": True, "second_party": "+14155550177"}, {"first_party": "12"}):
    body = {"first_party": "+14155550123", "second_party": "+14155550145", **more}
    request = Request(
        f"https://api.plivo.com/v1/Account/{auth_id}/Masking/Session/",
        json.dumps(body).encode(),
        {"Authorization": f"Basic {basic}", "Content-Type": "application/json"},
    )
    try:
        urlopen(request).read()
    except HTTPError as error:
        error.close()
sys.exit(int(sys.argv[1]))
"""


def app(code: int) -> list[str]:
    """The program, which ends with this exit code."""
    return [sys.executable, "-c", _APP, str(code)]


@pytest.fixture(scope="module")
def emulator() -> Iterator[ServerThread]:
    """A server of this file's own: a report also has the requests that belong to no world of it."""
    with ServerThread("demo") as emulator:
        yield emulator


def test_every_form_is_written_at_once(fresh_api: Api, tmp_path: Path) -> None:
    """By the endings; the verb says what it wrote and how many things need a look."""
    fresh_api.create(first_party="12")
    files = [str(tmp_path / f"report.{ending}") for ending in ("html", "har", "json", "md")]
    done = run("report", *files, MASKING_EMULATOR_URL=fresh_api.url, MASKING_EMULATOR_ACCOUNT=fresh_api.auth_id)
    written = [Path(file).read_text(encoding="utf-8") for file in files]

    assert (0, "") == (done.returncode, done.stderr)
    assert [*(f"wrote {file}" for file in files), "1 thing needs a look."] == done.stdout.splitlines()
    assert written[0].startswith("<!doctype html>")
    assert "1.2" == json.loads(written[1])["log"]["version"]
    assert fresh_api.auth_id == json.loads(written[2])["worlds"][0]["auth_id"]
    assert written[3].startswith("### ")
    assert all(fresh_api.auth_token not in text for text in written)


def test_report_for_programs(fresh_api: Api, tmp_path: Path) -> None:
    """--json says which files; every user may read them."""
    file = tmp_path / "report.html"
    done = run("report", str(file), "--json", "--url", fresh_api.url, "--account", fresh_api.auth_id)

    assert {"files": [str(file)], "problems": 0} == json.loads(done.stdout)
    assert 0o644 == file.stat().st_mode & 0o777


def test_schema_is_published_without_a_server() -> None:
    """A JSON Schema, on stdout."""
    done = run("report", "--schema", MASKING_EMULATOR_URL="http://127.0.0.1:1")
    Draft202012Validator.check_schema(json.loads(done.stdout))

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("report.pdf", "a report's name ends in one of .html, .har, .json, .md, or is github"),
        ("report", "a report's name ends in one of"),
        ("nowhere/report.html", "there is no folder"),
        ("folder.html", "it is a folder and no file"),
        ("file/report.html", "there is no folder"),
        (f"{'x' * 300}.html", "File name too long"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "serve", "report"])
def test_file_that_cannot_be_written_is_said_before_anything_is_done(
    verb: str, name: str, why: str, tmp_path: Path
) -> None:
    """One line, exit 2; the command has not run, and no server was asked or started."""
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "file").touch()
    path, ran = str(tmp_path / name), tmp_path / "ran"
    before = sorted(tmp_path.iterdir())
    words = {
        "run": ["run", "--report", path, "--", "touch", str(ran)],
        "serve": ["serve", "--port", "0", "--report", path],
        "report": ["report", path, "--url", "http://127.0.0.1:1"],
    }
    said = sentence(run(*words[verb]), 2)

    assert why in said
    assert before == sorted(tmp_path.iterdir())


def test_report_of_no_file_is_a_wrong_call() -> None:
    """It says what to give."""
    done = run("report")

    assert 2 == done.returncode
    assert "give FILE, such as report.html" in done.stderr


def test_report_of_an_unknown_account_is_refused(fresh_api: Api, tmp_path: Path) -> None:
    """And nothing is written."""
    file = tmp_path / "report.html"
    said = sentence(run("report", str(file), "--url", fresh_api.url, "--account", "MANOBODY"), 1)

    assert "no world has the Auth ID 'MANOBODY'" in said
    assert not file.exists()


def test_failed_command_leaves_a_summary() -> None:
    """On stderr: requests by operation and status, refusals with their reason, unread fields with the likely one."""
    done = run("run", "--", *app(3))

    assert (3, "") == (done.returncode, done.stdout)
    assert "create_session: 2x 201, 1x 400" in done.stderr
    assert "first_party is '12'" in done.stderr
    assert "did you mean geomatch?" in done.stderr
    assert len(done.stderr.splitlines()) <= 15
    assert "emulator-token" not in done.stderr


@pytest.mark.parametrize(("options", "code"), [(["--quiet"], 3), ([], 0)])
def test_summary_is_for_failures_that_somebody_wants_to_see(options: list[str], code: int) -> None:
    """Not after a success, and not with --quiet."""
    done = run("run", *options, "--", *app(code))

    assert (code, "", "") == (done.returncode, done.stdout, done.stderr)


def test_command_that_asked_nothing_is_led_to_the_doctor() -> None:
    """It failed, and perhaps because it was not led here."""
    said = sentence(run("run", "--", "false"), 1)

    assert "no API request arrived" in said
    assert "masking-emulator doctor" in said


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_that_somebody_ended_has_not_failed(number: signal.Signals) -> None:
    """No summary after Ctrl-C."""
    done = run("run", "--", "sh", "-c", f"kill -{number.value} $$")

    assert (128 + number, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("code", [0, 3])
def test_run_leaves_its_reports(code: int, tmp_path: Path) -> None:
    """Given twice, two files; the exit code is the command's, and its words are the title."""
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    done = run("run", "--quiet", "--report", str(page), "--report", str(data), "--", *app(code))
    report = json.loads(data.read_text(encoding="utf-8"))

    assert (code, "", "") == (done.returncode, done.stdout, done.stderr)
    assert code == report["exit_code"]
    assert [201, 201, 400] == [request["status"] for request in report["worlds"][0]["requests"]]
    assert "did you mean geomatch?" in page.read_text(encoding="utf-8")
    assert "emulator-token" not in data.read_text(encoding="utf-8")


def test_run_with_a_report_keeps_more_requests(tmp_path: Path) -> None:
    """What the report is about should not be gone by the end; a world that is to keep none keeps none."""
    limits = []
    for toml in ("", "[limits]\nrequests_max = 0\n"):
        world = tmp_path / "world.toml"
        world.write_text(toml, encoding="ascii")
        done = run(
            *("run", "--report", str(tmp_path / "report.md"), "--world", str(world), "--"),
            *(*COMMAND, "worlds", "list", "--json"),
        )
        limits.append(json.loads(done.stdout)["worlds"][0]["limits"]["requests_max"])

    assert [10_000, 0] == limits


def test_report_that_can_no_more_be_written_is_a_failure(tmp_path: Path) -> None:
    """Its folder was there when the command began. A success becomes 1, a failure keeps its code."""
    codes = []
    for code in (0, 3):
        folder = tmp_path / str(code)
        folder.mkdir()
        script = f"rmdir '{folder}'; exit {code}"
        done = run("run", "--quiet", "--report", str(folder / "report.html"), "--", "sh", "-c", script)
        codes.append(done.returncode)
        assert "report.html: No such file or directory" in done.stderr
        assert "Traceback" not in done.stderr

    assert [1, 3] == codes


def test_github_summary_is_appended_to(tmp_path: Path) -> None:
    """To the file that GitHub names, behind what other steps have written."""
    summary = tmp_path / "summary.md"
    summary.write_text("earlier\n", encoding="ascii")
    done = run("run", "--report", "github", "--", "true", GITHUB_STEP_SUMMARY=str(summary))
    text = summary.read_text(encoding="utf-8")

    assert (0, "") == (done.returncode, done.stderr)
    assert text.startswith("earlier\n### true")
    assert "Nothing is wrong" in text


def test_github_summary_without_github_is_a_remark() -> None:
    """The same command line works on a laptop."""
    done = run("run", "--report", "github", "--", "true", GITHUB_STEP_SUMMARY="")

    assert (0, "") == (done.returncode, done.stdout)
    assert "$GITHUB_STEP_SUMMARY is not set" in done.stderr


def test_github_summary_that_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    """By the variable's name."""
    ran = tmp_path / "ran"
    said = sentence(
        run("run", "--report", "github", "--", "touch", str(ran), GITHUB_STEP_SUMMARY=str(tmp_path / "no" / "where")), 2
    )

    assert "$GITHUB_STEP_SUMMARY" in said
    assert not ran.exists()


def test_ports_are_chosen() -> None:
    """The plain one, with the console, and the proxy's."""
    with ExitStack() as sockets:
        opened = [sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in "12"]
        plain, proxy = (one.getsockname()[1] for one in opened)
    words = ["sh", "-c", "echo $MASKING_EMULATOR_URL $HTTPS_PROXY"]
    done = run("run", "--port", str(plain), "--proxy-port", str(proxy), "--", *words)

    assert f"http://127.0.0.1:{plain} http://127.0.0.1:{proxy}\n" == done.stdout


def test_port_that_is_taken_is_said_before_the_command_starts(fresh_api: Api, tmp_path: Path) -> None:
    """With the option that chooses another."""
    port, ran = fresh_api.url.rpartition(":")[2], tmp_path / "ran"
    said = sentence(run("run", "--port", port, "--", "touch", str(ran)), 2)

    assert "the port is taken; choose another with --port" in said
    assert not ran.exists()


def test_recording_of_a_run_can_be_replayed(tmp_path: Path) -> None:
    """It is whole when the run has ended."""
    file = tmp_path / "recording.jsonl"
    done = run("run", "--quiet", "--record", str(file), "--", *app(3))
    replayed = run("recording", "replay", str(file))

    assert 3 == done.returncode
    assert (0, "the same: 2 commands, 2 events\n") == (replayed.returncode, replayed.stdout)


def test_recording_that_cannot_be_written_is_said_before_the_command_starts(tmp_path: Path) -> None:
    """Exit 2."""
    ran = tmp_path / "ran"
    said = sentence(run("run", "--record", str(tmp_path / "no" / "where"), "--", "touch", str(ran)), 2)

    assert "its folder is not there" in said
    assert not ran.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_kept_emulator_can_be_looked_at_until_ctrl_c(number: signal.Signals, tmp_path: Path) -> None:
    """It says where it is, with what the command did; then it ends with the command's code."""
    file = tmp_path / "report.md"
    words = [*COMMAND, "run", "--keep", "--quiet", "--report", str(file), "--", *app(3)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            url = said.split()[7].partition("/_emulator")[0]
            arrived = Control(url).get(f"/worlds/{DEMO}/requests/count")["count"]
            written = file.exists()
            process.send_signal(number)
            process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()

    assert "the emulator is still up at http://127.0.0.1:" in said
    assert (3, True) == (arrived, written)
    assert 3 == process.returncode


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_served_world_leaves_its_report(tmp_path: Path) -> None:
    """When the server is asked to end, of all its worlds; it ends with 0."""
    file = tmp_path / "report.json"
    with serving("--host", "0.0.0.0", "--report", str(file)) as (process, url):
        control = Control(url.replace("0.0.0.0", "127.0.0.1"))
        other = control.post("/worlds", {})["auth_id"]
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE_S)
    report = json.loads(file.read_text(encoding="utf-8"))

    assert (0, "") == (process.returncode, said)
    assert [DEMO, other] == [world["auth_id"] for world in report["worlds"]]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_report_that_a_server_cannot_write_is_a_failure(tmp_path: Path) -> None:
    """Its folder was there when the server started: one line, exit 1."""
    folder = tmp_path / "folder"
    folder.mkdir()
    with serving("--report", str(folder / "report.html")) as (process, _):
        folder.rmdir()
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE_S)

    assert 1 == process.returncode
    assert 1 == len(said.splitlines())
    assert "report.html: No such file or directory" in said
