"""An https receiver with a certificate of one's own: believed where the server is told so, and never otherwise."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread
from typing import Any

import pytest
from masking_emulator.client import Control

from tests.plivo.ask import Api
from tests.shell.asking import PEOPLE
from tests.shell.process import DEMO, run, sentence, serving


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for localhost, signed by itself, with its key beside it."""
    if which("openssl") is None:
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(folder / "key.pem"),
        "-out",
        str(folder / "c.pem"),
    ]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return folder / "c.pem"


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's word
        """Silence."""


@contextmanager
def _receiving(certificate: Path) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taker)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _state_of_a_callback(url: str, port: int) -> tuple[str, str | None]:
    """How it ended, and the error of its attempt."""
    api, control = Api(url, DEMO, "emulator-token", DEMO), Control(url)
    created = api.create(
        first_party=PEOPLE[0], second_party=PEOPLE[1], callback_url=f"https://localhost:{port}/cb#rc=0"
    )
    api.ask("DELETE", api.session(created.json["session"]["session_uuid"]))
    control.post(f"/worlds/{DEMO}/clock/advance", {"seconds": 1})
    callback = control.get(f"/worlds/{DEMO}/callbacks")["callbacks"][-1]
    return callback["state"], callback["attempts"][0]["error"]


def test_receiver_with_a_certificate_of_ones_own_is_believed_where_the_server_is_told_so(certificate: Path) -> None:
    """By the option, or by the system's variable; without, the callback fails."""
    with _receiving(certificate) as port:
        with serving() as (_, url):
            alone = _state_of_a_callback(url, port)
        with serving("--callback-ca", str(certificate)) as (_, url):
            by_option = _state_of_a_callback(url, port)

    assert ("delivered", None) == by_option
    assert "failed" == alone[0]
    assert str(alone[1]).startswith("the certificate is not trusted: self-signed certificate")
    assert str(alone[1]).endswith("; --callback-ca FILE names an authority")


def test_variable_of_the_system_goes_on_working(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE in the server's environment."""
    monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(certificate))
    with _receiving(certificate) as port, serving() as (_, url):
        state = _state_of_a_callback(url, port)

    assert ("delivered", None) == state


def test_file_without_a_certificate_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    """At the first callback it would be too late."""
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing\n", encoding="utf-8")

    assert "no certificate" in sentence(run("serve", "--port", "0", "--callback-ca", str(nothing)), 2)
    assert "No such file" in sentence(run("serve", "--port", "0", "--callback-ca", str(tmp_path / "none")), 2)
