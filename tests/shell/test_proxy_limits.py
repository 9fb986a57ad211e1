"""The bounds of the proxy, made small: each ends what goes past it, with a word where there is somebody to read."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest
import uvloop
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.interception.proxy import Proxy
from masking_emulator.interception.tunnel import ProxyLimits

_PATIENCE_S: Final = 10.0

#: What the host beside the proxy says as soon as somebody comes, and nothing else.
_FIRST_WORDS: Final = b"220 host ready\r\n"

#: More than all buffers between two ends together.
_FAR_TOO_MUCH: Final = 64_000_000

Talk = Callable[["Playground"], Awaitable[None]]


class _NoHttp(asyncio.Protocol):
    """What a connection is handed to; here nothing gets so far."""


class Playground:
    """A proxy and a host beside it that only greets, in a loop of the test's own."""

    def __init__(self, limits: ProxyLimits) -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(users_certificates().server)
        self._proxy = Proxy(lambda _: _NoHttp(), tls, allowed=["127.0.0.1"], limits=limits)
        self._met: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []

    async def play(self, talk: Talk) -> None:
        """Open both, talk, close everything."""
        loop = asyncio.get_running_loop()
        silent = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        server = await loop.create_server(self._proxy.connection, "127.0.0.1", 0)
        self._silent_port, self._proxy_port = (each.sockets[0].getsockname()[1] for each in (silent, server))
        async with asyncio.timeout(_PATIENCE_S):
            await talk(self)
        for each in (silent, server):
            each.close()
        self._proxy.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def come(self, content: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client that has said this."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._proxy_port)
        self._writers.append(writer)
        writer.write(content)
        return reader, writer

    async def join(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, asyncio.StreamReader]:
        """A client whose tunnel to the silent host stands, and what the host reads."""
        reader, writer = await self.come(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % self._silent_port)
        assert b"HTTP/1.1 200 Connection established\r\n\r\n" == await reader.readuntil(b"\r\n\r\n")
        assert _FIRST_WORDS == await reader.readexactly(len(_FIRST_WORDS))
        return reader, writer, await self._met.get()

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(_FIRST_WORDS)
        self._met.put_nowait(reader)


def play(limits: ProxyLimits, talk: Talk) -> None:
    """Run a talk with a proxy that has these limits, in the kind of loop that the server has."""
    uvloop.run(Playground(limits).play(talk))


@pytest.fixture(autouse=True)
def _in_the_tests_cache(cache: Path) -> None:
    """Certificates are made where the tests keep theirs."""
    del cache


def test_client_that_never_finishes_its_head_is_told_so() -> None:
    """408 after its time is up, and then the end."""

    async def talk(ground: Playground) -> None:
        reader, _ = await ground.come(b"CONNECT api.pl")
        assert (await reader.read()).startswith(b"HTTP/1.1 408 Request Timeout: the request took too long\r\n")

    play(ProxyLimits(head_s=0.05), talk)


def test_client_that_never_speaks_tls_is_let_go() -> None:
    """After CONNECT it has so long for the handshake."""

    async def talk(ground: Playground) -> None:
        reader, _ = await ground.come(b"CONNECT api.plivo.com:443 HTTP/1.1\r\n\r\n")
        assert b"HTTP/1.1 200 Connection established\r\n\r\n" == await reader.read()

    play(ProxyLimits(handshake_s=0.05), talk)


def test_garbage_instead_of_tls_is_let_go() -> None:
    """At once."""

    async def talk(ground: Playground) -> None:
        reader, writer = await ground.come(b"CONNECT api.plivo.com:443 HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"GET / HTTP/1.1\r\n\r\n" * 100)
        assert b"CONNECT" not in await reader.read()

    play(ProxyLimits(), talk)


def test_connection_that_has_said_least_makes_room_for_one_more() -> None:
    """At the limit, who has been silent for longest within a head is refused with 503, and the newcomer is served."""

    async def talk(ground: Playground) -> None:
        first, _ = await ground.come(b"CONNECT api.pl")
        second, _ = await ground.come()
        third, _ = await ground.come(b"GET / HTTP/1.1\r\n\r\n")
        assert (await first.read()).startswith(b"HTTP/1.1 503 Service Unavailable: 2 connections are open")
        assert (await third.read()).startswith(b"HTTP/1.1 400 ")
        assert not second.at_eof()

    play(ProxyLimits(connections=2), talk)


def test_tunnels_stay_and_one_connection_too_many_is_refused_until_one_ends() -> None:
    """503 where everybody inside is at work; who leaves makes room."""

    async def talk(ground: Playground) -> None:
        _, writer, _ = await ground.join()
        await ground.join()
        reader, _ = await ground.come()
        assert (await reader.read()).startswith(b"HTTP/1.1 503 Service Unavailable: this proxy has 2 connections open")
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        said = b"HTTP/1.1 503"
        while said.startswith(b"HTTP/1.1 503"):  # until the proxy has seen it leave, there is no room
            reader, _ = await ground.come(b"GET / HTTP/1.1\r\n\r\n")
            said = await reader.read()
        assert said.startswith(b"HTTP/1.1 400 ")

    play(ProxyLimits(connections=2), talk)


def test_tunnel_in_which_nothing_moves_is_closed() -> None:
    """On both sides."""

    async def talk(ground: Playground) -> None:
        reader, _, host = await ground.join()
        assert (b"", b"") == (await reader.read(), await host.read())

    play(ProxyLimits(quiet_s=0.05), talk)


def test_half_of_a_tunnel_that_is_done_tells_the_other() -> None:
    """What was sent before arrives, then the end; the other half goes on until it is done too."""

    async def talk(ground: Playground) -> None:
        _, writer, host = await ground.join()
        writer.write(b"last words")
        writer.write_eof()
        assert b"last words" == await host.read()

    play(ProxyLimits(), talk)


def test_tunnel_to_one_who_does_not_read_holds_the_sender_back() -> None:
    """Memory stays bounded: the sender is not read either, once the buffers are full."""

    async def talk(ground: Playground) -> None:
        _, writer, host = await ground.join()
        del host  # its stream reads no more than its own limit, as nobody takes it off
        writer.write(b"x" * _FAR_TOO_MUCH)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.3)

    play(ProxyLimits(), talk)
