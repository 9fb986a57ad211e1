"""The proxy over real sockets, in front of a real server: what goes in, what goes out, what is refused, and how."""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from masking_emulator.interception.certificates import users_certificates
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import api_of

_TIMEOUT_S: Final = 10

_HEALTH: Final = "/_emulator/health"


@pytest.fixture
def proxy(intercepting: ServerThread) -> tuple[str, int]:
    """The proxy's address."""
    return _address(intercepting.sockets.proxy_url)


@pytest.fixture(scope="session")
def trusting(cache: Path) -> ssl.SSLContext:
    """A client that believes our authority, and nobody else."""
    del cache
    return ssl.create_default_context(cafile=str(users_certificates().authority))


@pytest.fixture(scope="module")
def neighbour() -> Iterator[int]:
    """The port of another server on this machine, which tells what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = json.dumps({"path": self.path, "body": body.decode(), "headers": [*self.headers.items()]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
            del format, args

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def _address(url: str | None) -> tuple[str, int]:
    parts = urlsplit(url or "")
    return parts.hostname or "", parts.port or 0


def say(address: tuple[str, int], content: bytes) -> bytes:
    """All that comes back until the other side closes."""
    with socket.create_connection(address, timeout=_TIMEOUT_S) as client:
        client.sendall(content)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_tunnel_to_plivo_ends_at_the_emulator(proxy: tuple[str, int], trusting: ssl.SSLContext) -> None:
    """TLS is verified against the name that was asked for, and the connection stays for more."""
    with closing(HTTPSConnection(*proxy, timeout=_TIMEOUT_S, context=trusting)) as connection:
        connection.set_tunnel("api.plivo.com", 443)
        for _ in range(3):
            connection.request("GET", _HEALTH)
            assert "ok" == json.loads(connection.getresponse().read())["status"]


def test_tls_port_serves_the_same(intercepting: ServerThread, trusting: ssl.SSLContext) -> None:
    """For a hosts entry or a container alias."""
    address = _address(intercepting.sockets.tls_url)
    with (
        socket.create_connection(address, timeout=_TIMEOUT_S) as plain,
        trusting.wrap_socket(plain, server_hostname="media.plivo.com") as secured,
    ):
        secured.sendall(f"GET {_HEALTH} HTTP/1.1\r\nHost: media.plivo.com\r\nConnection: close\r\n\r\n".encode())
        assert secured.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_nothing_but_http_1_1_is_agreed_on(intercepting: ServerThread, trusting: ssl.SSLContext) -> None:
    """Go's and Java's HTTP clients offer h2, which the emulator does not speak."""
    del trusting  # has made them
    offering = ssl.create_default_context(cafile=str(users_certificates().authority))
    offering.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(_address(intercepting.sockets.tls_url), timeout=_TIMEOUT_S) as plain,
        offering.wrap_socket(plain, server_hostname="api.plivo.com") as secured,
    ):
        assert "http/1.1" == secured.selected_alpn_protocol()


def test_client_that_does_not_know_our_authority_refuses(proxy: tuple[str, int]) -> None:
    """Nothing of ours weakens verification, and the next client is served."""
    with closing(HTTPSConnection(*proxy, timeout=_TIMEOUT_S, context=ssl.create_default_context())) as connection:
        connection.set_tunnel("api.plivo.com", 443)
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.request("GET", _HEALTH)

    assert b"200" in say(proxy, b"GET http://api.plivo.com/_emulator/health HTTP/1.1\r\nHost: api.plivo.com\r\n\r\n")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_request_with_a_whole_url_is_served_too(
    intercepting: ServerThread, proxy: tuple[str, int], scheme: str
) -> None:
    """As axios up to 1.16.0 sends it, without TLS, also for https (lib/adapters/http.js, setProxy)."""
    world = intercepting.control.post("/worlds", {"seed": scheme})
    api = api_of(intercepting.url, world)
    body = b'{"first_party": "+14155550123", "second_party": "+14155550145"}'
    headers = f"Authorization: {api.authorization}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    said = say(
        proxy, f"POST {scheme}://api.plivo.com{api.sessions}/ HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode() + body
    )
    intercepting.control.delete(f"/worlds/{api.auth_id}")

    assert said.startswith(b"HTTP/1.1 201 Created")
    assert b"Session created" in said


def test_second_request_of_a_connection_is_not_mistaken(proxy: tuple[str, int]) -> None:
    """It may be for another host, so the connection ends with the first answer."""
    both = b"".join(
        b"GET http://%s/ HTTP/1.1\r\nHost: %s\r\nConnection: keep-alive\r\n\r\n" % (host, host)
        for host in (b"api.plivo.com", b"example.com")
    )

    assert 1 == say(proxy, both).count(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("request_", "status", "sentence"),
    [
        (b"CONNECT example.com:443 HTTP/1.1", 403, "example.com is not Plivo's; let it through with --allow-host"),
        (b"GET http://example.com/a HTTP/1.1", 403, "example.com is not Plivo's; let it through with --allow-host"),
        (b"CONNECT 127.0.0.1:22 HTTP/1.1", 403, "127.0.0.1 is not Plivo's"),
        (b"CONNECT api.plivo.com:22 HTTP/1.1", 403, "api.plivo.com is emulated on port 443, not on 22"),
        (b"GET https://localhost/ HTTP/1.1", 501, "the way to localhost is CONNECT"),
        (b"GET / HTTP/1.1", 400, "this is a proxy: it belongs into HTTPS_PROXY"),
        (b"GET ftp://api.plivo.com/ HTTP/1.1", 400, "this is a proxy: it belongs into HTTPS_PROXY"),
        (b"GET http://[::1/ HTTP/1.1", 400, "the request names no host to go to"),
        (b"CONNECT api.plivo.com:x HTTP/1.1", 400, "the request names no host to go to"),
        (b"CONNECT \xff\xfe HTTP/1.1", 400, "the request names no host to go to"),
        (b"CONNECT api.plivo.com:443 HTTP/1.1\r\n\r\n\x16", 400, "wait for the answer to CONNECT"),
        (b"CONNECT", 400, "this is no request of HTTP/1.1"),
        (b"GET http://api.plivo.com/ HTTP/2", 400, "this is no request of HTTP/1.1"),
        (b"\x16\x03\x01\x02\x00\x01", 400, "a proxy's URL begins with http://, not https://"),
        (b"\x00" * 10_000, 400, "this is no request"),
        (b"CONNECT api.plivo.com:443 HTTP/1.1\r\nX: " + b"a" * 70_000, 431, "the head is longer than 65536 bytes"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    proxy: tuple[str, int], request_: bytes, status: int, sentence: str
) -> None:
    """In the first line, which is all that clients show of CONNECT, and in the body."""
    said = say(proxy, request_ + b"\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")

    assert re.match(rb"HTTP/1.1 %d [A-Z]" % status, head), said
    assert sentence.encode() in head.splitlines()[0]
    assert sentence in json.loads(body)["error"]


def test_allowed_host_is_reached_through_a_tunnel(proxy: tuple[str, int], neighbour: int) -> None:
    """Byte for byte, in both directions, more than fits into any buffer."""
    body = "x" * 4_000_000
    with closing(HTTPConnection(*proxy, timeout=_TIMEOUT_S)) as connection:
        connection.set_tunnel("localhost", neighbour)
        connection.request("POST", "/in", body)
        told = json.loads(connection.getresponse().read())

    assert ("/in", body) == (told["path"], told["body"])


def test_allowed_host_gets_the_request_as_it_wants_it(proxy: tuple[str, int], neighbour: int) -> None:
    """Path instead of URL, and nothing that was between the client and the proxy."""
    head = f"POST http://localhost:{neighbour}/a?b=1 HTTP/1.1\r\nHost: localhost:{neighbour}\r\nContent-Length: 2\r\n"
    said = say(proxy, head.encode() + b"Proxy-Authorization: Basic eDp5\r\nProxy-Connection: keep-alive\r\n\r\nhi")
    told = json.loads(said.partition(b"\r\n\r\n")[2])

    assert ("/a?b=1", "hi") == (told["path"], told["body"])
    assert [
        ["Host", f"localhost:{neighbour}"],
        ["Content-Length", "2"],
        ["Connection", "close"],
    ] == told["headers"]


def test_allowed_host_that_is_not_there_is_said_so(proxy: tuple[str, int]) -> None:
    """502, and why."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]

    assert b"502 Bad Gateway: localhost:%d cannot be reached" % port in say(
        proxy, b"CONNECT localhost:%d HTTP/1.1\r\n\r\n" % port
    )


def test_many_who_do_nothing_are_in_nobodys_way(
    intercepting: ServerThread, proxy: tuple[str, int], trusting: ssl.SSLContext
) -> None:
    """Connections that say nothing, half a head, or nothing after CONNECT: others are served, at every door."""
    beginnings = [b"", b"CONNECT api.pli", b"CONNECT api.plivo.com:443 HTTP/1.1\r\n\r\n"]
    with ExitStack() as open_ones:
        for number in range(150):
            idle = open_ones.enter_context(socket.create_connection(proxy, timeout=_TIMEOUT_S))
            idle.sendall(beginnings[number % 3])

        test_tunnel_to_plivo_ends_at_the_emulator(proxy, trusting)
        assert "ok" == intercepting.control.get("/health")["status"]


def test_client_that_leaves_in_the_middle_is_forgotten(proxy: tuple[str, int], trusting: ssl.SSLContext) -> None:
    """In its head, in its handshake, in the request behind it."""
    for beginning in (b"CONNECT", b"CONNECT api.plivo.com:443 HTTP/1.1\r\n\r\n\x16\x03\x01"):
        with socket.create_connection(proxy, timeout=_TIMEOUT_S) as client:
            client.sendall(beginning)

    test_tunnel_to_plivo_ends_at_the_emulator(proxy, trusting)


def test_control_api_tells_where_the_doors_are(intercepting: ServerThread) -> None:
    """Ports, because only the client knows under which name it reaches us, and the certificate to trust."""
    told = intercepting.control.get("/interception")
    authority = users_certificates().authority.read_text(encoding="ascii")

    assert (_address(intercepting.sockets.proxy_url)[1], _address(intercepting.sockets.tls_url)[1]) == (
        told["proxy_port"],
        told["tls_port"],
    )
    assert (["localhost"], authority) == (told["allowed_hosts"], told["authority"])


def test_control_api_tells_that_there_are_no_doors(emulator: ServerThread) -> None:
    """And nothing was made for them."""
    nothing: Any = {"proxy_port": None, "tls_port": None, "allowed_hosts": [], "authority": None}

    assert nothing == emulator.control.get("/interception")
