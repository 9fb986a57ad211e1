"""The verb `capture`, in real processes: an emulator is the service, and unmodified SDKs are the customer."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import which
from socket import create_server
from threading import Thread
from typing import Any, Final

import pytest
from click.testing import CliRunner
from masking_emulator.cli.capture import capture
from masking_emulator.evidence.captures import Capture, capture_schema, read_capture
from masking_emulator.evidence.redaction import spellings
from masking_emulator.evidence.upstream import VENDOR_URL, Upstream
from masking_emulator.server.thread import ServerThread

from tests.shell.process import COMMAND, PATIENCE_S, run

ROOT: Final = Path(__file__).parents[2]

#: What none of the captures may have: of the demo world, and of the programs.
SECRETS: Final = (
    *("emulator-token", "MAEMULATOR0000000001", "14155550100", "919003459051", "918197241073"),
    *("qz-shop.example.com", "jane-q-public", "secret-value"),
)

#: A customer's program, as it is written.
PYTHON: Final = """
import plivo
sessions = plivo.RestClient().masking_sessions
made = sessions.create_masking_session(
    first_party="+919003459051", second_party="+918197241073", call_time_limit=100,
    callback_url="https://qz-shop.example.com/jane-q-public?who=secret-value",
)
sessions.delete_masking_session(made.session_uuid)
try:
    sessions.delete_masking_session(made.session_uuid)
except plivo.exceptions.ValidationError as error:
    print(error)
"""
NODE: Final = """
const sessions = new (require("plivo").Client)().maskingSession;
(async () => {
  const made = await sessions.createMaskingSession("+919003459051", "+918197241073", {
    callTimeLimit: 100, callbackUrl: "https://qz-shop.example.com/jane-q-public?who=secret-value",
  });
  await sessions.deleteMaskingSession(made.sessionUuid);
  await sessions.deleteMaskingSession(made.sessionUuid).catch((error) => console.log(String(error.message)));
})();
"""

PROGRAMS: Final = {"python": [sys.executable, "-c", PYTHON], "node": ["node", "-e", NODE]}


@pytest.fixture(scope="module", params=sorted(PROGRAMS))
def captured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What a program printed, and the capture of its run. The emulator around it is its vendor, TLS included."""
    if which(PROGRAMS[request.param][0]) is None:
        pytest.skip(f"needs {request.param}")
    file = tmp_path_factory.mktemp("captured") / "capture.jsonl"
    words = ["run", "--quiet", "--", *COMMAND, "capture", str(file), "--yes", "--", *PROGRAMS[request.param]]
    done = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False, cwd=ROOT / "tests" / "node"
    )

    assert 0 == done.returncode, done.stderr
    assert f"masking-emulator: 3 exchanges and 0 callbacks in {file}\n" == done.stderr
    return done.stdout, file


def test_program_is_served_as_ever_and_its_exchanges_are_written_down(captured: tuple[str, Path]) -> None:
    """The SDKs are unmodified, and so is what they are answered."""
    printed, file = captured
    read = read_capture(file)

    assert "Session already expired" in printed
    assert ("emulator", []) == (read.header.service, list(read.skipped))
    assert [("POST", 201), ("DELETE", 200), ("DELETE", 400)] == _outline(read)
    asked: Any = read.exchanges[0].request.body
    assert ("+919000000001", 100) == (asked["first_party"], asked["call_time_limit"])
    assert {"error": "Session already expired"}.items() <= _answer(read, 2).items()
    assert all(exchange.took > 0 for exchange in read.exchanges)


def test_capture_has_no_secret_of_the_run(captured: tuple[str, Path]) -> None:
    """In no spelling."""
    text = captured[1].read_text(encoding="utf-8")

    assert [] == [secret for secret in SECRETS for spelling in spellings(secret) if spelling in text]


def test_only_its_user_may_read_a_capture(captured: tuple[str, Path]) -> None:
    """Until that user decides otherwise."""
    assert os.name != "posix" or 0o600 == captured[1].stat().st_mode & 0o777


def test_service_that_nobody_vouches_for_is_not_asked(intercepting: ServerThread, tmp_path: Path) -> None:
    """The certificate is verified, before the command starts or the file is there."""
    variables = {"HTTPS_PROXY": str(intercepting.sockets.proxy_url), "NO_PROXY": "", "SSL_CERT_FILE": os.devnull}
    done = CliRunner().invoke(capture, [str(tmp_path / "f"), "--yes", "--", "true"], env=variables)

    assert 3 == done.exit_code
    assert "https://api.plivo.com: its certificate is not trusted" in done.output
    assert "--upstream-ca FILE" in done.output
    assert not (tmp_path / "f").exists()


def test_authority_that_is_named_is_believed(intercepting: ServerThread) -> None:
    """Beside those of the system."""
    certificates = intercepting.sockets.certificates
    assert certificates is not None
    environment = {"HTTPS_PROXY": str(intercepting.sockets.proxy_url)}
    vendor = Upstream(VENDOR_URL, timeout_s=30, authorities=certificates.authority, environment=environment)

    async def ask() -> bool:
        try:
            return await vendor.is_emulator()
        finally:
            await vendor.close()

    assert asyncio.run(ask())


CUSTOMER: Final = """
import base64, json, os, sys, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl
import plivo

came = []
class App(BaseHTTPRequestHandler):
    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        path = self.path.replace("/app", "/in")
        url = f"{self.headers['X-Forwarded-Proto']}://{self.headers['X-Forwarded-Host']}{path}"
        nonce, signature = self.headers["X-Plivo-Signature-V3-Nonce"], self.headers["X-Plivo-Signature-V3"]
        valid = plivo.utils.validate_v3_signature("POST", url, nonce, "emulator-token", signature, form)
        came.append([form["EventName"], self.path, valid])
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass

app = HTTPServer(("127.0.0.1", int(sys.argv[1])), App)
sessions = plivo.RestClient("MAEMULATOR0000000001", "emulator-token").masking_sessions
made = sessions.create_masking_session(
    first_party="+919003459051", second_party="+918197241073", callback_url=sys.argv[2] + "/events?who=secret-value")
sessions.delete_masking_session(made.session_uuid)
while not came:
    app.handle_request()
print(json.dumps(came))
"""


def test_callbacks_are_captured_and_reach_the_app_as_they_were_signed(emulator: ServerThread, tmp_path: Path) -> None:
    """The app verifies them as ever; the capture has the verdict and none of what was signed."""
    file, public_port, app_port = tmp_path / "f", _free_port(), _free_port()
    public = f"http://127.0.0.1:{public_port}/in"
    words = ["--upstream", emulator.url, "--callbacks", f"{public}=http://127.0.0.1:{app_port}/app"]
    command = [sys.executable, "-c", CUSTOMER, str(app_port), public]

    done = run("capture", str(file), *words, "--callback-port", str(public_port), "--linger", "0", "--", *command)

    assert 0 == done.returncode, done.stderr
    assert [["SessionTimeout", "/app/events?who=secret-value", True]] == json.loads(done.stdout)
    callback = read_capture(file).callbacks[0]
    assert {"V3": "right", "V2": "right", "Ma-V3": "right", "Ma-V2": "right"} == callback.signatures
    assert ("SessionTimeout", 204) == (dict(callback.params)["EventName"], callback.answered)
    text = file.read_text(encoding="utf-8")
    assert [] == [secret for secret in SECRETS for spelling in spellings(secret) if spelling in text]


SLOW: Final = """
import ssl, time, urllib.request, os
context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
try:
    urllib.request.urlopen("https://api.plivo.com/v1/Account/MAEMULATOR0000000001/Number/", context=context)
except urllib.error.HTTPError:
    pass
print("asked", flush=True)
time.sleep(600)
"""


ASKS_FOUR_TIMES: Final = """
import os, ssl, urllib.error, urllib.request
context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
for n in range(4):
    try:
        status = urllib.request.urlopen(f"https://api.plivo.com/v1/{n}", context=context).status
    except urllib.error.HTTPError as error:
        status = error.code
    print(status, flush=True)
"""


def test_service_that_fails_meanwhile_is_served_on_and_written_down(tmp_path: Path) -> None:
    """One answer, one that never comes, garbage, and an answer: the command sees 504 and 502, and the file says why."""
    replies = [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"] * 2 + [b"", b"SSH-2.0\r\n\r\n"]
    replies += replies[:1]
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for reply in replies:
                try:
                    connection, _ = listener.accept()
                except OSError:  # nobody comes any more: a run without programs starts no command
                    return
                with connection:
                    connection.recv(65_536)
                    # Without an answer, until the other side has had enough.
                    connection.sendall(reply) if reply else connection.recv(1)

        Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        words = ["--upstream", url, "--upstream-timeout", "0.5", "--", sys.executable, "-c", ASKS_FOUR_TIMES]
        done = run("capture", str(tmp_path / "f"), *words)

    read = read_capture(tmp_path / "f")
    assert ["404", "504", "502", "404"] == done.stdout.split(), done.stderr
    assert [404, None, None, 404] == [status for _, status in _outline(read)]
    assert "other" == read.header.service
    assert "there was no answer within 0.5 seconds" == read.exchanges[1].failed
    assert "what came was no answer of HTTP, or not a whole one" == read.exchanges[2].failed
    assert "request 2 failed" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs SIGINT")
def test_capture_that_is_interrupted_is_whole_up_to_there(emulator: ServerThread, tmp_path: Path) -> None:
    """Ctrl-C ends the command, as ever, and the file has what was asked."""
    command = [*COMMAND, "capture", str(tmp_path / "f"), "--upstream", emulator.url, "--", sys.executable, "-c", SLOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "asked" == process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()

    assert "1 exchange and 0 callbacks" in said
    assert 128 + signal.SIGINT == process.returncode
    assert [("GET", 401)] == _outline(read_capture(tmp_path / "f"))


def test_schema_is_printed() -> None:
    """It is the published one, and nothing else is wanted with it."""
    done = CliRunner().invoke(capture, ["--schema"])

    assert (0, json.loads(json.dumps(capture_schema()))) == (done.exit_code, json.loads(done.output))


def test_file_with_something_in_it_is_kept(tmp_path: Path) -> None:
    """It may be a capture that cost money. Like a file that cannot be written, it is named before anything is asked."""
    (tmp_path / "f").write_text("something", encoding="utf-8")

    for name, part in (("f", "there is something in it already"), ("no/f", "there is no folder"), (".", "a folder")):
        done = CliRunner().invoke(capture, [str(tmp_path / name), "--upstream", "http://127.0.0.1:9", "--", "true"])
        assert (2, True) == (done.exit_code, part in done.output or "is a directory" in done.output), done.output
    assert "something" == (tmp_path / "f").read_text(encoding="utf-8")


def _outline(read: Capture) -> list[tuple[str, int | None]]:
    return [
        (exchange.request.method, None if exchange.answer is None else exchange.answer.status)
        for exchange in read.exchanges
    ]


def _answer(read: Capture, place: int) -> dict[str, Any]:
    answer = read.exchanges[place].answer
    assert answer is not None
    assert isinstance(answer.body, dict)
    return answer.body


def _free_port() -> int:
    with closing(create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])
