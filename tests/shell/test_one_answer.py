"""How an answer is written: its head waits for its body, but never for long."""

import asyncio
import socket

import pytest
from masking_emulator.server.connection import OneAnswer
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api
from tests.shell.raw import connected, head, said_to, status_of


class _Written(asyncio.Transport):
    """A transport that keeps what is written to it, write by write, and that it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.writes.append(bytes(data))

    def close(self) -> None:
        """Note it among the writes."""
        self.writes.append(b"closed")

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return b"closed" in self.writes


def _written(*pieces: bytes | None) -> list[bytes]:
    """What reaches the transport of one answer: pieces, None for a turn of the event loop, b"closed" closes."""

    async def write() -> list[bytes]:
        transport = _Written()
        answer = OneAnswer(transport, asyncio.get_running_loop())
        for piece in pieces:
            if piece is None:
                await asyncio.sleep(0)
            elif piece == b"closed":
                answer.close()
            else:
                answer.write(piece)
        return list(transport.writes)

    return asyncio.run(write())


@pytest.mark.parametrize(
    ("pieces", "writes"),
    [
        ([b"head", b"body"], [b"headbody"]),
        ([b"head", b"", b"more", None], [b"head", b"more"]),
        ([b"head", b"body", b"more"], [b"headbody", b"more"]),
        ([b"head", None, b"body"], [b"head", b"body"]),
        ([b"head", None, None, b"body", None], [b"head", b"body"]),
        ([b"head", b"closed"], [b"head", b"closed"]),
        ([b"head", b"body", b"closed", None], [b"headbody", b"closed"]),
        ([b"closed", b"head", None], [b"closed"]),
        ([b"head"], []),
    ],
)
def test_head_goes_out_with_the_first_piece_or_in_the_next_turn(
    pieces: list[bytes | None], writes: list[bytes]
) -> None:
    """One system call for both, and nothing is lost, doubled or moved."""
    assert writes == _written(*pieces)


def test_head_of_a_stream_comes_before_anything_happens(api: Api) -> None:
    """A client knows that it listens, though no event has come yet."""
    path = f"/_emulator/worlds/{api.auth_id}/journal/stream"

    with connected(api.url) as connection:
        connection.sendall(head("GET", path, Accept="text/event-stream"))
        assert 200 == status_of(connection.recv(12))


def test_answer_without_a_body_is_sent(api: Api) -> None:
    """The answer to HEAD is a head alone."""
    assert 200 == status_of(said_to(api.url, head("HEAD", "/_emulator/health", Connection="close")))


def test_interim_answer_comes_before_the_body_is_sent(api: Api) -> None:
    """A client that expects 100 waits for it, and sends its body then."""
    path = f"/_emulator/worlds/{api.auth_id}/clock/advance"

    with connected(api.url) as connection:
        connection.sendall(head("POST", path, Expect="100-continue", Content_Length="13"))
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(25, socket.MSG_WAITALL)
        connection.sendall(b'{"seconds":1}')
        assert 200 == status_of(connection.recv(12, socket.MSG_WAITALL))


def test_client_that_asks_several_times_and_leaves_is_no_failure(
    emulator: ServerThread, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits for its turn when the client goes is not answered into the void: uvloop refuses that."""
    for _ in range(10):
        with connected(emulator.url) as connection:
            connection.sendall(head("GET", "/nothing", Host="elsewhere") * 3)
            connection.recv(500)
    assert 200 == status_of(said_to(emulator.url, head("GET", "/_emulator/health", Connection="close")))

    assert [] == caplog.records
