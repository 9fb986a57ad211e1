"""How much of a client is read and how long it is waited for: over raw sockets, on every port, and in little memory."""

import json
import resource
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from select import select
from typing import Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.server.protocol import CLIENT_LIMITS, ClientLimits
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import ask
from tests.shell.process import COMMAND, serving
from tests.shell.raw import connected, head, made_to_wait, rest_of, status_of

_HEALTH: Final = "/_emulator/health"

_PATIENCE_S: Final = 20

#: What a server may grow by while it refuses 25 MB, in KB.
_GROWTH_KB_MAX: Final = 20_000


@pytest.fixture(scope="module")
def patient() -> Iterator[ServerThread]:
    """A server with the limits that it has when nobody says anything, at three ports."""
    with ServerThread("demo", proxy_port=0, tls_port=0) as server:
        yield server


@pytest.fixture(scope="module")
def hasty() -> Iterator[ServerThread]:
    """A server that waits for nobody."""
    with ServerThread("demo", proxy_port=0, tls_port=0, limits=ClientLimits(silence_s=0.2)) as server:
        yield server


@contextmanager
def _plain(server: ServerThread) -> Iterator[socket.socket]:
    with connected(server.url) as connection:
        yield connection


@contextmanager
def _by_tls(server: ServerThread) -> Iterator[socket.socket]:
    with connected(server.sockets.tls_url or "") as connection, _secured(connection) as secured:
        yield secured


@contextmanager
def _by_proxy(server: ServerThread) -> Iterator[socket.socket]:
    with connected(server.sockets.proxy_url or "") as connection:
        connection.sendall(b"CONNECT api.plivo.com:443 HTTP/1.1\r\n\r\n")
        assert b"HTTP/1.1 200 Connection established\r\n\r\n" == connection.recv(1000)
        with _secured(connection) as secured:
            yield secured


def _secured(connection: socket.socket) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(users_certificates().authority))
    return context.wrap_socket(connection, server_hostname="api.plivo.com")


every_port = pytest.mark.parametrize("port", [_plain, _by_tls, _by_proxy])


def _answer(connection: socket.socket, sent: bytes) -> bytes:
    """What comes back, even where not everything was taken."""
    with suppress(OSError):
        connection.sendall(sent)
    try:
        return rest_of(connection)
    except ssl.SSLError:
        return b""


_TOO_MUCH: Final = {
    "line": b"GET /" + b"x" * (CLIENT_LIMITS.line_bytes + 1),
    "headers": head("GET", _HEALTH)[:-2] + b"X: y\r\n" * (CLIENT_LIMITS.headers + 1) + b"\r\n",
    "head": head("GET", _HEALTH)[:-2] + b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 2_000,
    "whole head": head("GET", _HEALTH)[:-2] + (b"X: " + b"y" * 1_000 + b"\r\n") * 70 + b"\r\n",
    "one header": head("GET", _HEALTH)[:-2] + b"X: " + b"y" * 3_000_000,
    "name of a header": head("GET", _HEALTH)[:-2] + b"y" * 3_000_000,
    "trailers": head("POST", "/_emulator/worlds", Transfer_Encoding="chunked")
    + b"2\r\n{}\r\n0\r\n"
    + b"X: y\r\n" * (CLIENT_LIMITS.headers + 1),
    "one trailer": head("POST", "/_emulator/worlds", Transfer_Encoding="chunked")
    + b"2\r\n{}\r\n0\r\nX: "
    + b"y" * 3_000_000,
    "chunk extension": head("POST", "/_emulator/worlds", Transfer_Encoding="chunked") + b"2;" + b"y" * 3_000_000,
}


@every_port
@pytest.mark.parametrize("sent", _TOO_MUCH.values(), ids=_TOO_MUCH)
def test_too_much_of_a_head_is_refused(
    patient: ServerThread, port: Callable[[ServerThread], AbstractContextManager[socket.socket]], sent: bytes
) -> None:
    """With 431 and the end of the connection, whichever part of it is too long, and whether it ends or not."""
    with port(patient) as connection:
        answer = _answer(connection, sent)

    assert 431 == status_of(answer), answer[:200]
    assert b"connection: close" in answer
    assert 200 == ask(patient.url, "GET", _HEALTH, None, {}).status


def test_as_much_as_is_allowed_is_read(patient: ServerThread) -> None:
    """A line, headers and trailers up to their limits are no trouble."""
    named = head("POST", f"/_emulator/console/receiver?{'x' * 30_000}", Transfer_Encoding="chunked", Connection="close")
    lines = b"X: y\r\n" * (CLIENT_LIMITS.headers - 3)
    trailers = b"Y: z\r\n" * (CLIENT_LIMITS.headers - 1)
    with connected(patient.url) as connection:
        answer = _answer(connection, named[:-2] + lines + b"\r\n2\r\n{}\r\n0\r\n" + trailers + b"\r\n")

    assert 200 == status_of(answer), answer


def test_trailer_is_no_header(patient: ServerThread) -> None:
    """What comes behind the body cannot say whose request it was."""
    sent = head("POST", "/v1/Account/x/Masking/Session", Transfer_Encoding="chunked", Connection="close")
    with connected(patient.url) as connection:
        answer = _answer(connection, sent + b"2\r\n{}\r\n0\r\nAuthorization: Basic eHg6eA==\r\nX-Trailer: 1\r\n\r\n")
    newest = patient.control.get("/requests/unmatched")["requests"][-1]

    assert 401 == status_of(answer)
    assert {"host", "transfer-encoding", "connection"} == {name.lower() for name in newest["headers"]}


def test_25_mb_of_headers_take_no_memory() -> None:
    """Neither as many headers nor as a single one, again and again."""
    with serving() as (process, url):
        before_kb = _memory_kb(process.pid)
        for sent in (b"X: yyyyyyyy\r\n" * 2_000_000, b"X: " + b"y" * 25_000_000):
            with connected(url) as connection:
                assert 431 == status_of(_answer(connection, head("GET", _HEALTH)[:-2] + sent))
        growth_kb = _memory_kb(process.pid) - before_kb

    assert growth_kb < _GROWTH_KB_MAX


def _memory_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@every_port
@pytest.mark.parametrize(
    "sent",
    [
        head("GET", _HEALTH)[:-2],
        head("POST", "/_emulator/worlds", Content_Length="10") + b"{",
        head("POST", "/_emulator/worlds", Transfer_Encoding="chunked") + b"5\r\n{",
    ],
    ids=["head", "body", "chunked body"],
)
def test_silence_within_a_request_ends_it(
    hasty: ServerThread, port: Callable[[ServerThread], AbstractContextManager[socket.socket]], sent: bytes
) -> None:
    """With 408, on every port."""
    with port(hasty) as connection:
        answer = _answer(connection, sent)

    assert 408 == status_of(answer), answer


@every_port
def test_silence_before_a_request_ends_the_connection(
    hasty: ServerThread, port: Callable[[ServerThread], AbstractContextManager[socket.socket]]
) -> None:
    """Without an answer, as nothing was asked."""
    with port(hasty) as connection:
        assert b"" == _answer(connection, b"")


def test_drop_by_drop_a_head_takes_no_longer(hasty: ServerThread) -> None:
    """A byte now and then is no progress; the time for the whole head is limited."""
    with connected(hasty.url) as connection:
        connection.settimeout(0.02)
        answer = b""
        for byte in head("GET", _HEALTH, X="y" * 2_000):
            connection.sendall(bytes([byte]))
            try:
                answer = connection.recv(1_000)
                break
            except TimeoutError:
                continue

    assert 408 == status_of(answer)


@pytest.mark.parametrize("port", ["url", "proxy_url", "tls_url"])
def test_burst_of_clients_waits_for_nothing(patient: ServerThread, port: str) -> None:
    """Three times as many as are taken in one turn, at every port."""
    assert 0 == made_to_wait(getattr(patient.sockets, port), 300)


_HALVES: Final = {
    "nothing": ("plain", b""),
    "half a body": ("plain", head("POST", "/_emulator/worlds", Content_Length="10") + b"{"),
    "half a head for the proxy": ("proxy", head("CONNECT", "api.plivo.com:443")[:-2]),
    "half a body by the proxy": (
        "proxy",
        head("POST", "http://api.plivo.com/_emulator/worlds", Content_Length="10") + b"{",
    ),
}


@pytest.mark.parametrize(("through", "half"), _HALVES.values(), ids=_HALVES)
def test_half_said_requests_do_not_shut_out_everybody_else(through: str, half: bytes) -> None:
    """1,100 of them, where the server may have 1,024 files; it goes on, says so in its log, and ends cleanly."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2_000:
        pytest.skip("needs more files than that itself")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_000), hard))
    command = ["sh", "-c", 'ulimit -n 1024 && exec "$@"', "sh", *COMMAND, "serve", "--port", "0", "--proxy-port", "0"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        ExitStack() as s,
    ):
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[1]
            port = urlsplit(url).port
            if through == "proxy":
                port = json.loads(ask(url, "GET", "/_emulator/interception", None, {}).content)["proxy_port"]
            for _ in range(1_100):
                connection = s.enter_context(socket.create_connection(("127.0.0.1", port or 0), timeout=_PATIENCE_S))
                connection.sendall(half)
            assert process.stderr is not None
            select([process.stderr], [], [], _PATIENCE_S)  # those that wait to be taken are not too many yet
            assert 200 == ask(url, "GET", _HEALTH, None, {}).status
            s.close()
            process.terminate()
            _, errors = process.communicate(timeout=_PATIENCE_S)
        finally:
            process.kill()

    assert 0 == process.returncode
    assert ["masking-emulator:"] == sorted({line.split()[1] for line in errors.splitlines()}), errors
    assert "connections are open" in errors
