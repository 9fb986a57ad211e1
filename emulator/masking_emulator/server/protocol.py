"""Protocol: one client's connection, from bytes to requests. It is uvicorn's, with what uvicorn cannot be set to do.

- An upgrade that a client asks for (`Upgrade: h2c` of curl and of Java) is not taken, and what follows is read as the
  body that it is. The parser stops behind such a head and takes the rest for another protocol, so the same head is fed
  to a fresh parser without the words that ask for it.
- A head, its line, the number of its headers and the trailers of a chunked body have limits; past one, 431 and the end.
- A client that keeps silent before or within a request is waited for so long, and no longer.
- A server has room for so many connections (crowd.py).

Trailers are counted and forgotten: no header may come once the request is under way.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from masking_emulator.core.records.base import Record
from masking_emulator.interception.crowd import Crowd
from masking_emulator.server.connection import CONNECTION_KEY, Connection, OneAnswer

#: So long what a client still sends is read and thrown away after a refusal, in seconds. Closing at once would reset
#: the connection, and a reset takes the answer away from a client that has not read it yet.
_LINGER_S: Final = 1.0

#: What asks for an upgrade, beside the token in Connection.
_UPGRADE_HEADERS: Final = (b"upgrade", b"http2-settings")

_NO_PROXY: Final = "this port is no proxy; HTTPS_PROXY takes the port of --proxy-port"


class ClientLimits(Record):
    """How much of a request's head is read, in bytes, and how long a silent client is waited for, in real seconds.

    `head_bytes` counts names and values of all headers and the line; `trailers` have the same limits.
    """

    line_bytes: int = 32_768
    head_bytes: int = 65_536
    headers: int = 256
    silence_s: float = 30.0


CLIENT_LIMITS: Final = ClientLimits()


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with limits, without upgrades, and with a handle for each connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        crowd: Crowd,
        limits: ClientLimits,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """`ended` is called when the connection has ended."""
        self._connection = Connection()
        super().__init__(config, server_state, {**app_state, CONNECTION_KEY: self._connection}, _loop)
        self._crowd = crowd
        self._limits = limits
        self._ended = ended
        #: When something was last noticed of the client while it owed something, in seconds of the event loop.
        self.heard_at = self.loop.time()
        self._has_come = False  # whether a request has begun on this connection
        self._is_unfinished = False  # whether one has begun whose body has not ended
        self._in_head = False
        self._head_since: float | None = None
        self._head_bytes = 0
        self._trailers = 0
        self._pieces = 0  # how much the parser has understood; it says nothing of what it only stores
        self._stored_bytes = 0
        self._as_sent: list[tuple[bytes, bytes]] | None = None
        self._refused = False
        self._unanswered: deque[RequestResponseCycle] = deque()  # several where a client does not wait for answers
        self._watch: asyncio.TimerHandle | None = None

    # -- as the crowd sees it --

    @property
    def is_waiting(self) -> bool:
        """Whether it is the client's turn to send something."""
        return self._is_unfinished or not self._is_answering()

    @property
    def has_said_half(self) -> bool:
        """Whether a request has begun and not ended, or none has come yet."""
        return self._is_unfinished or not self._has_come

    def leave(self, reason: str) -> None:
        """End the connection at once; a client that has begun a request is given the reason."""
        if self._is_unfinished and self._answer_refusal(503, reason):
            self.transport.close()
        else:
            self.transport.abort()

    # -- as the server that ends sees it --

    def shutdown(self) -> None:
        """Finish what is being answered, and end; a client that has said half of a request is told why."""
        if self._is_unfinished and self._answer_refusal(503, "the server stops"):
            self._refused = True
            self.transport.close()
        else:
            super().shutdown()

    def give_up(self) -> None:
        """End at once: the app is told that the client is gone, and what it still writes is thrown away."""
        self._tell_gone()
        self.flow.resume_writing()
        self.transport.abort()

    # -- as the event loop sees it --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._connection.belongs_to(transport)
        super().connection_made(cast(asyncio.Transport, transport))
        if not self._crowd.enter(self):
            self._refuse(503, "too many connections are open, and on each a request is being answered")
            return
        # uvicorn's timer for what a client says next; it has none for the first.
        self.timeout_keep_alive_task = self.loop.call_later(self._limits.silence_s, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._unset_keepalive_if_required()
        if self._watch is not None:
            self._watch.cancel()
        self._tell_gone()
        super().connection_lost(exc)
        self._crowd.forget(self)
        self._ended()

    def _tell_gone(self) -> None:
        """Tell every request that is not answered that its client is gone; uvicorn tells the newest one alone."""
        self.pipeline.clear()
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()

    def data_received(self, data: bytes) -> None:
        """More of a request, or of several."""
        self._unset_keepalive_if_required()
        if self._refused:
            return
        pieces = self._pieces
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            refusal = error.__context__
            if isinstance(refusal, _Refusal):
                self._refuse(refusal.status, refusal.sentence)
            else:
                self._refuse(400, f"this is no request of HTTP/1.1: {refusal or error}")
            return
        if self._is_unfinished:
            self._wait_for_more(0 if self._pieces > pieces else len(data))

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                return self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._head_without_upgrade() + data[upgrade.args[0] :]

    def _head_without_upgrade(self) -> bytes:
        """The head that was just read, for a fresh parser. The request keeps its headers as they were sent."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        self._as_sent = list(self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        lines = [b"%b %b HTTP/%b" % (method, self.url, version.encode())]
        for name, value in self._as_sent:
            if name == b"connection":
                kept = [token for token in value.split(b",") if token.strip().lower() not in _UPGRADE_HEADERS]
                value = b",".join(kept).strip()  # the header without one of its words
            if value and name not in _UPGRADE_HEADERS:
                lines.append(b"%b: %b" % (name, value))
        return b"\r\n".join([*lines, b"", b""])

    # -- as the parser sees it --

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._has_come = self._is_unfinished = self._in_head = True
        self._head_since = None
        self._head_bytes = self._trailers = self._stored_bytes = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the URL."""
        self.url += url
        self._pieces += 1
        if len(self.url) > self._limits.line_bytes:
            raise _Refusal(431, f"the first line has more than {self._limits.line_bytes} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer of a chunked body."""
        self._pieces += 1
        self._head_bytes += len(name) + len(value)
        if self._in_head:
            what, count = "head", len(self.headers)
            super().on_header(name, value)
        else:
            self._trailers += 1
            what, count = "trailer", self._trailers
        if self._head_bytes > self._limits.head_bytes:
            raise _Refusal(431, f"the {what} has more than {self._limits.head_bytes} bytes")
        if count >= self._limits.headers:
            raise _Refusal(431, f"the {what} has more than {self._limits.headers} headers")

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise _Refusal(405, _NO_PROXY)
            return  # it comes again, without
        if self._as_sent is not None:
            self.headers[:] = self._as_sent
            self._as_sent = None
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()
        self.cycle.transport = OneAnswer(self.transport, self.loop)  # type: ignore[assignment]  # all that it uses
        self._unanswered.append(self.cycle)

    def on_response_complete(self) -> None:
        """The oldest request has been answered."""
        self._unanswered.popleft()
        super().on_response_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._pieces += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._in_head:
            return  # it asked for an upgrade, and comes again without
        self._is_unfinished = False
        super().on_message_complete()

    # -- what ends it --

    def _wait_for_more(self, stored_bytes: int) -> None:
        """A request is not whole yet. `stored_bytes` came and were nothing the parser could hand on."""
        self._stored_bytes = self._stored_bytes + stored_bytes if stored_bytes else 0
        if self._stored_bytes > self._limits.head_bytes:
            return self._refuse(431, f"a header has more than {self._limits.head_bytes} bytes")
        self.heard_at = self.loop.time()
        if self._head_since is None:
            self._head_since = self.heard_at
        if self._watch is None:
            self._watch = self.loop.call_later(self._limits.silence_s, self._look)
        return None

    def _look(self) -> None:
        """Whether the client has been silent for too long. A head may take no longer in all, a body each time."""
        self._watch = None
        if not self._is_unfinished or self._refused or self.transport.is_closing():
            return
        now = self.loop.time()
        since = self._head_since if self._in_head and self._head_since is not None else self.heard_at
        if self.flow.read_paused:  # it is we who do not read
            since = now
        left_s = since + self._limits.silence_s - now
        if left_s > 0:
            self._watch = self.loop.call_later(left_s, self._look)
        else:
            self._refuse(408, f"the request was not whole within {self._limits.silence_s:g} seconds of silence")

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer with a refusal where that is possible, and end the connection."""
        self._refused = True
        if self._answer_refusal(status, sentence):
            self.flow.resume_reading()
            if self.transport.can_write_eof():
                self.transport.write_eof()
            self.loop.call_later(_LINGER_S, self.transport.close)
        elif self._in_head and self._is_answering():
            self.cycle.keep_alive = False  # requests before this one are still being answered
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        """Whether the last request whose head was read has not been answered yet."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first, whatever its type says
        return cycle is not None and not cycle.response_complete

    def _answer_refusal(self, status: int, sentence: str) -> bool:
        """Write a refusal, if no other answer is under way or still to come before it."""
        if self._is_answering():
            if self._in_head or self.cycle.response_started or self.pipeline:
                return False
            # The app, which waits for the rest of the body, is told that the client is gone.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        body = json.dumps({"error": sentence}).encode()
        self.transport.write(
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
            + body
        )
        return True


class _Refusal(Exception):
    """What the client sends is not read on."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence)
        self.status = status
        self.sentence = sentence
