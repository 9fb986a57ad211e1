"""Bodies: read whole or refused at once, empty ones, and clients that leave in the middle of one."""

import socket
import struct
from typing import Any, Final

import pytest
from masking_emulator.control import PREFIX
from masking_emulator.plivo.policy import BODY_BYTES_MAX

from tests.plivo.ask import Api, ask
from tests.shell.asking import control, good
from tests.shell.process import DEMO, serving
from tests.shell.raw import body_of, connected, head, rest_of, said_to, status_of

_ACCOUNT: Final = {"Authorization": "Basic TUFFTVVMQVRPUjAwMDAwMDAwMDE6ZW11bGF0b3ItdG9rZW4="}


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("POST", "{w}/requests/verify", "operation"),
        ("PUT", "{w}/clock", "rate"),
        ("POST", "{w}/clock/advance", "seconds"),
        ("PUT", "{w}/callbacks/policy", "deliver"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"  \n", b"{}"], ids=repr)
def test_empty_body_is_refused_where_it_would_say_nothing(
    api: Api, method: str, path: str, named: str, body: bytes
) -> None:
    """400 that names what could be said; a verification of nothing is no verification."""
    api.create()
    refused = control(api, method, path, body)

    assert 400 == refused.status
    assert named in refused.json["error"]


def test_number_alone_verifies_how_many_requests_there_were(api: Api) -> None:
    """It says something: that there was none, for instance."""
    good(control(api, "POST", "{w}/requests/verify", {"count": 0}))
    api.create()

    assert 409 == control(api, "POST", "{w}/requests/verify", {"count": 0}).status


@pytest.mark.parametrize(
    ("path", "bytes_max"), [(f"/v1/Account/{DEMO}/Masking/Session", BODY_BYTES_MAX), (f"{PREFIX}/worlds", 4_194_304)]
)
def test_body_that_is_announced_as_too_large_is_refused_before_it_comes(path: str, bytes_max: int) -> None:
    """413 at once, and no word to go on; a client that asks first is spared the way."""
    named = {"Content_Length": str(bytes_max + 1), "Expect": "100-continue", "Content_Type": "application/json"}
    with serving() as (_, url), connected(url) as connection:
        connection.sendall(head("POST", path, **named, **_ACCOUNT))
        answer = connection.recv(65_536)

    assert 413 == status_of(answer), answer


def test_large_body_costs_no_more_than_its_length() -> None:
    """120 MB in many pieces: a server that copies all of it for each would be busy for a quarter of a minute."""
    piece = b" " * 60_000
    with serving() as (process, url):
        before_s = _cpu_s(process.pid)
        snapshot = f"{PREFIX}/worlds/{DEMO}/snapshot"
        reply = ask(url, "PUT", snapshot, (piece for _ in range(2_000)), {"Content-Type": "application/json"})
        spent_s = _cpu_s(process.pid) - before_s

    assert 400 == reply.status
    assert spent_s < 5


def _cpu_s(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


_HALF_BODY: Final[Any] = {"Content_Type": "application/json", "Content_Length": "100"}
_HALVES: Final = {
    "API": head("POST", f"/v1/Account/{DEMO}/Masking/Session", **_HALF_BODY, **_ACCOUNT) + b"{",
    "API by a stranger": head("POST", f"/v1/Account/{DEMO}/Masking/Session", **_HALF_BODY) + b"{",
    "API that is not covered": head("POST", f"/v1/Account/{DEMO}/Message", **_HALF_BODY, **_ACCOUNT) + b"{",
    "control": head("POST", f"{PREFIX}/worlds", **_HALF_BODY) + b"{",
    "control snapshot": head("PUT", f"{PREFIX}/worlds/{DEMO}/snapshot", **_HALF_BODY) + b"{",
    "control chunked": head("POST", f"{PREFIX}/worlds", Transfer_Encoding="chunked") + b"5\r\n{",
    "console": head("POST", f"{PREFIX}/console/receiver", **_HALF_BODY) + b"{",
    "wait": head("GET", f"{PREFIX}/worlds/{DEMO}/requests/wait"),
    "stream": head("GET", f"{PREFIX}/worlds/{DEMO}/journal/stream"),
    "nothing there": head("POST", "/nothing", **_HALF_BODY) + b"{",
    "head": head("POST", "/nothing", **_HALF_BODY)[:-2],
}


def test_whoever_vanishes_in_the_middle_is_not_logged() -> None:
    """On every surface, with a farewell and with a reset: no traceback, no line at all, and the server goes on."""
    with serving("--proxy-port", "0", "--tls-port", "0") as (process, url):
        for half in _HALVES.values():
            for linger in (struct.pack("ii", 0, 0), struct.pack("ii", 1, 0)):
                with connected(url) as connection:
                    connection.sendall(half)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        for sent in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"):
            with connected(_tls_url(url)) as connection:
                connection.sendall(sent)
        healthy = said_to(url, head("GET", f"{PREFIX}/health", Connection="close"))
        process.terminate()
        _, errors = process.communicate()

    assert 200 == status_of(healthy)
    assert "" == errors


def _tls_url(url: str) -> str:
    return f"https://127.0.0.1:{ask(url, 'GET', f'{PREFIX}/interception', None, {}).json['tls_port']}"


def test_unread_body_does_not_take_the_answer_away() -> None:
    """Who sends on after the refusal reads it all the same, and the connection serves the next request."""
    length = BODY_BYTES_MAX * 4
    named = {"Content_Length": str(length), "Content_Type": "application/json"}
    with serving() as (_, url), connected(url) as connection:
        connection.sendall(head("POST", f"/v1/Account/{DEMO}/Masking/Session", **named, **_ACCOUNT) + b" " * length)
        connection.sendall(head("GET", f"{PREFIX}/health", Connection="close"))
        answers = rest_of(connection)

    assert 413 == status_of(answers)
    assert b'"status":"ok"' in body_of(answers)
