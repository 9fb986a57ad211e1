"""Why no answer came, in words."""

import socket
import ssl
from errno import EHOSTUNREACH

import pytest
from masking_emulator.callbacks.failures import described


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connection refused: nothing listens there"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection was closed by the other side"),
        (socket.gaierror(-2, "Name or service not known"), "the name is not known: Name or service not known"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] (_ssl.c:1)"), "[SSL: WRONG_VERSION_NUMBER] (_ssl.c:1)"),
        (OSError(EHOSTUNREACH, "No route to host"), "no route to host"),
        (ValueError("Server disconnected without an answer."), "Server disconnected without an answer."),
        (KeyError("name"), "KeyError: 'name'"),
        (RuntimeError(), "RuntimeError"),
        (ValueError(f"illegal status line: {bytearray(b'what?')!r}"), "illegal status line: 'what?'"),
        (ValueError(f"illegal status line: {bytearray(b'(a)')!r} there"), "illegal status line: '(a)' there"),
        (ValueError(f"Illegal header value {b'(a) b'!r} there"), "Illegal header value '(a) b' there"),
        (ValueError(f"illegal status line: {bytearray(b'x' * 9999)!r}"), f"illegal status line: '{'x' * 99}…'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failure_is_a_sentence(error: Exception, words: str) -> None:
    """What the system says of it where nothing better is known, and no name of a class where there is a sentence."""
    assert words == described(error)


def test_cause_says_more_than_what_it_led_to() -> None:
    """Also that of the first of several attempts, as two addresses of one name have them."""
    refused = ConnectionRefusedError(111, "Connection refused")
    several = OSError("All connection attempts failed")
    several.__cause__ = ExceptionGroup("attempts", [refused, OSError(EHOSTUNREACH, "No route to host")])
    outer = RuntimeError("could not connect")
    outer.__cause__ = several

    assert "connection refused: nothing listens there" == described(outer)
