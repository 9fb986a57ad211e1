"""The service behind a capture: which URLs name one, and how each way of not answering is reported."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server, socket
from threading import Thread
from typing import Final

import pytest
from click.testing import CliRunner
from masking_emulator.cli.capture import capture
from masking_emulator.evidence.upstream import Upstream, UpstreamFailed, WrongUpstream
from masking_emulator.evidence.writing import SeenAnswer, SeenRequest
from masking_emulator.server.thread import ServerThread

REQUEST: Final = SeenRequest("GET", "/v1//x/", "a=%2B1&a", [("X-A", "1"), ("Connection", "close"), ("Host", "h")], b"")


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("api.plivo.com", "no http:// or https:// URL"),
        ("htps://api.plivo.com", "no http:// or https:// URL"),
        ("https://", "no http:// or https:// URL"),
        ("https://api.plivo.com:x", "no URL"),
        ("https://api.plivo.com/v1", "more than scheme, host and port"),
        ("https://me:secret@api.plivo.com", "more than scheme, host and port"),
        ("http://api.plivo.com", "unencrypted"),
        ("http://8.8.8.8", "unencrypted"),
    ],
)
def test_url_that_names_no_service_is_refused(url: str, part: str, tmp_path: Path) -> None:
    """In a sentence, before anything is asked or written."""
    done = CliRunner().invoke(capture, [str(tmp_path / "f"), "--yes", "--upstream", url, "--", "true"])

    assert (2, True) == (done.exit_code, part in done.output), done.output
    assert not (tmp_path / "f").exists()


def test_real_service_is_asked_only_with_a_yes(tmp_path: Path) -> None:
    """The warning says that it costs money, and that nothing was done."""
    done = CliRunner().invoke(capture, [str(tmp_path / "f"), "--", "true"])

    assert 2 == done.exit_code
    assert "https://api.plivo.com is the real service" in done.output
    assert "costs money" in done.output
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--upstream-ca", "{folder}/none"], "No such file"),
        (["--upstream-ca", "{folder}/text"], "no certificate in PEM"),
        (["--callbacks", "shop.example.com"], "no http or https URL"),
        (["--callbacks", "https://shop.example.com/in=http://8.8.8.8/"], "unencrypted"),
        (["--upstream-timeout", "soon"], "no duration"),
    ],
)
def test_wrong_option_is_refused(words: list[str], part: str, tmp_path: Path) -> None:
    """It is named, and nothing is asked."""
    (tmp_path / "text").write_text("text", encoding="utf-8")
    named = [word.format(folder=tmp_path) for word in words]
    done = CliRunner().invoke(capture, [str(tmp_path / "f"), "--upstream", "http://127.0.0.1:9", *named, "--", "true"])

    assert (2, True, True) == (done.exit_code, part in done.output, words[0] in done.output), done.output


@contextmanager
def _answering(answer: Callable[[socket], None]) -> Iterator[str]:
    """A server that does this with each connection; its URL without scheme."""
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def _exchange(url: str, *, authorities: Path | None = None) -> SeenAnswer:
    async def ask() -> SeenAnswer:
        upstream = Upstream(url, timeout_s=0.3, authorities=authorities)
        try:
            return await upstream.exchange(REQUEST)
        finally:
            await upstream.close()

    return asyncio.run(ask())


def _read_and(reply: bytes) -> Callable[[socket], None]:
    def answer(connection: socket) -> None:
        connection.recv(65_536)
        connection.sendall(reply)

    return answer


@pytest.mark.parametrize(
    ("answer", "reason", "status"),
    [
        (lambda connection: connection.recv(65_536) and connection.recv(1), "no answer within 0.3 seconds", 504),
        (_read_and(b"SSH-2.0-OpenSSH\r\n\r\n"), "no answer of HTTP", 502),
        (_read_and(b""), "no answer of HTTP", 502),
        (_read_and(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "not a whole one", 502),
        (_read_and(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "no answer of HTTP", 502),
    ],
)
def test_service_that_answers_badly_is_reported(answer: Callable[[socket], None], reason: str, status: int) -> None:
    """What is written down names no host; the message for the user does."""
    with _answering(answer) as address, pytest.raises(UpstreamFailed) as failed:
        _exchange(f"http://{address}")

    assert (status, True) == (failed.value.status, reason in failed.value.reason), failed.value.reason
    assert address in str(failed.value)
    assert "127.0.0.1" not in failed.value.reason


def test_service_that_is_not_there_is_reported() -> None:
    """Nobody listens."""
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(UpstreamFailed, match="cannot be reached"):
        _exchange(f"http://127.0.0.1:{port}")


def test_service_without_tls_is_reported() -> None:
    """Where https was said."""
    with (
        _answering(_read_and(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as address,
        pytest.raises(UpstreamFailed, match="TLS"),
    ):
        _exchange(f"https://{address}")


def test_certificate_of_another_name_is_not_believed(intercepting: ServerThread) -> None:
    """It is for Plivo's names, whoever vouches for it."""
    certificates, url = intercepting.sockets.certificates, intercepting.sockets.tls_url
    assert certificates is not None

    with pytest.raises(UpstreamFailed, match="its certificate is not trusted"):
        _exchange(str(url), authorities=certificates.authority)


def test_request_is_passed_on_as_it_was_sent() -> None:
    """Path and query byte for byte, its headers but for those of the connection, in a message of our own."""
    seen: list[bytes] = []

    def answer(connection: socket) -> None:
        seen.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 418 I'm a teapot\r\nX-B: 2\r\nContent-Length: 2\r\n\r\nhi")

    with _answering(answer) as address:
        answered = _exchange(f"http://{address}")

    first, *headers = seen[0].decode().strip().split("\r\n")
    assert "GET /v1//x/?a=%2B1&a HTTP/1.1" == first
    assert {f"Host: {address}", "Accept-Encoding: identity", "X-A: 1"} == set(headers)
    assert (418, b"hi", ("X-B", "2")) == (answered.status, answered.body, answered.headers[0])


@pytest.mark.parametrize(
    ("environment", "proxied"),
    [
        ({}, False),
        ({"https_proxy": "http://proxy:3128"}, True),
        ({"HTTPS_PROXY": "proxy:3128", "NO_PROXY": "example.com, localhost"}, True),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "localhost,.plivo.com"}, False),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, False),
    ],
)
def test_proxy_of_the_user_is_used(environment: dict[str, str], *, proxied: bool) -> None:
    """As other clients read it."""
    assert proxied == Upstream("https://api.plivo.com", timeout_s=1, environment=environment).is_proxied


def test_wrong_url_is_a_value_error_of_its_own() -> None:
    """For whoever uses it from Python."""
    with pytest.raises(WrongUpstream, match="no http"):
        Upstream("ftp://127.0.0.1", timeout_s=1)


@pytest.mark.parametrize(
    ("url", "host", "asked"),
    [
        ("https://api.plivo.com", "media.plivo.com", "media.plivo.com:443"),
        ("https://api.plivo.com", "shop.example.com", "api.plivo.com:443"),
        ("https://masking.example.com:8443", "media.plivo.com", "masking.example.com:8443"),
    ],
)
def test_host_of_the_vendor_that_was_asked_is_asked(url: str, host: str, asked: str) -> None:
    """Recordings are on another host than the API; another service than the vendor's is one host."""
    seen: list[bytes] = []

    async def ask(proxy: str) -> None:
        upstream = Upstream(url, timeout_s=5, environment={"HTTPS_PROXY": proxy})
        with pytest.raises(UpstreamFailed):
            await upstream.exchange(SeenRequest("GET", "/v1/", "", [("Host", host)], b""))
        await upstream.close()

    with _answering(lambda connection: seen.append(connection.recv(65_536))) as address:
        asyncio.run(ask(f"http://{address}"))

    assert f"CONNECT {asked} HTTP/1.1" == seen[0].decode().split("\r\n")[0]
