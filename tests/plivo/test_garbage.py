"""Bytes that are no HTTP: the server answers cleanly or not at all, and goes on."""

import socket
from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import ask


def _raw(emulator: ServerThread, sent: bytes) -> bytes:
    """What comes back on a socket of its own after these bytes and the end of them."""
    parts = urlsplit(emulator.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionResetError:
            pass
    return received


def _is_clean(received: bytes) -> bool:
    """Neither a crash nor a page of somebody's web server."""
    lowered = received.lower()
    return not any(sign in lowered for sign in (b"traceback", b"<html", b" 500 ", b'file "/'))


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"CONNECT api.plivo.com:443 HTTP/1.1\r\nHost: api.plivo.com:443\r\n\r\n",
        b"GET /v1/Account/\xff\xfe/Masking/Session HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/Account/%ff/Masking/Session HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \xff\xff\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:24]),
)
def test_malformed_request_gets_a_clean_answer_or_none(emulator: ServerThread, sent: bytes) -> None:
    """No traceback, no HTML, no 500; and the server goes on."""
    assert _is_clean(_raw(emulator, sent))
    assert ask(emulator.url, "GET", "/_emulator/health", None, {}).status == 200


_BYTES: Final = st.binary(max_size=300)


@settings(max_examples=60)
@given(sent=_BYTES | _BYTES.map(lambda tail: b"POST /v1/Account/x HTTP/1.1\r\n" + tail))
def test_garbage_gets_a_clean_answer_or_none(emulator: ServerThread, sent: bytes) -> None:
    """The same for bytes that nobody thought of."""
    assert _is_clean(_raw(emulator, sent))
