"""A client may ask for another protocol in its request; the emulator does not take it, and reads what was sent."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest
from masking_emulator.plivo.policy import BODY_BYTES_MAX

from tests.plivo.ask import FIRST, SECOND, Api
from tests.shell.asking import control, good
from tests.shell.process import DEMO, serving
from tests.shell.raw import body_of, connected, head, said_to, status_of

_CREATE: Final = {"first_party": FIRST, "second_party": SECOND}

#: What clients ask for: curl and Java, browsers, and RFC 2817.
_PROTOCOLS: Final = ("h2c", "websocket", "TLS/1.0", "h2c, foo/2")

Framing = Callable[[bytes], tuple[dict[str, str], bytes]]


def _by_length(body: bytes) -> tuple[dict[str, str], bytes]:
    return {"Content_Length": str(len(body))}, body


def _chunked(body: bytes) -> tuple[dict[str, str], bytes]:
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:half], body[half:]))
    return {"Transfer_Encoding": "chunked"}, chunks + b"0\r\n\r\n"


def _request(api: Api, path: str, body: Any, framing: Framing, protocol: str, **headers: str) -> bytes:
    named, content = framing(json.dumps(body).encode())
    asked = {"Connection": "Upgrade, HTTP2-Settings, close", "Upgrade": protocol, "HTTP2_Settings": "AAMAAABk"}
    common = {"Authorization": api.authorization, "Content_Type": "application/json"}
    return head("POST", path, **asked, **common, **named, **headers) + content


@pytest.mark.parametrize("protocol", _PROTOCOLS)
@pytest.mark.parametrize("framing", [_by_length, _chunked])
def test_body_of_a_request_that_asks_for_an_upgrade_is_read(api: Api, framing: Framing, protocol: str) -> None:
    """On the emulated API: the session that was asked for is made, and the journal has what was sent."""
    answer = said_to(api.url, _request(api, api.sessions, _CREATE, framing, protocol))
    (kept,) = good(control(api, "GET", "{w}/requests"))["requests"]

    assert 201 == status_of(answer), answer
    assert FIRST == json.loads(body_of(answer))["session"]["first_party"]
    assert (_CREATE, protocol) == (kept["body"], {k.lower(): v for k, v in kept["headers"].items()}["upgrade"])


@pytest.mark.parametrize("framing", [_by_length, _chunked])
def test_world_that_is_asked_for_with_an_upgrade_is_the_one_that_is_made(api: Api, framing: Framing) -> None:
    """On the control API: no default world."""
    body = {"seed": "upgraded", "world": {"numbers": [{"number": "+14155550100"}]}}
    answer = said_to(api.url, _request(api, "/_emulator/worlds", body, framing, "h2c"))
    made = json.loads(body_of(answer))

    assert (201, "upgraded", 1) == (status_of(answer), made["seed"], made["numbers"])
    good(control(api, "DELETE", f"/worlds/{made['auth_id']}"))


def test_request_that_never_came_is_not_verified_by_an_upgrade(api: Api) -> None:
    """Criteria that are not read would match anything."""
    api.create()
    body = {"operation": "delete_session"}
    answer = said_to(
        api.url, _request(api, f"/_emulator/worlds/{api.auth_id}/requests/verify", body, _by_length, "h2c")
    )

    assert 409 == status_of(answer), answer


def test_console_takes_a_callback_with_an_upgrade(api: Api) -> None:
    """On the console's receiver, which reads everything."""
    answer = said_to(api.url, _request(api, "/_emulator/console/receiver", {}, _by_length, "h2c"))

    assert (200, b"taken by the console\n") == (status_of(answer), body_of(answer))


def test_upgrade_may_come_in_any_pieces_and_more_may_follow(api: Api) -> None:
    """A byte at a time, and a second request behind it on the same connection."""
    common = {"Authorization": api.authorization, "Content_Type": "application/json"}
    named, content = _by_length(json.dumps(_CREATE).encode())
    first = head("POST", api.sessions, Connection="Upgrade", Upgrade="h2c", **common, **named) + content
    second = head("GET", api.sessions, Connection="Upgrade, close", Upgrade="h2c", **common)
    answer = said_to(api.url, *(bytes([byte]) for byte in first + second))

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert 1 == answer.count(b"HTTP/1.1 200 ")
    assert 1 == answer.count(b'"total_count":1')


def test_large_body_behind_an_upgrade_is_read_whole(api: Api) -> None:
    """More than one read of the socket brings."""
    body = {**_CREATE, "padding": "x" * (BODY_BYTES_MAX - 200)}
    answer = said_to(api.url, _request(api, api.sessions, body, _chunked, "h2c"))

    assert 201 == status_of(answer), answer


def test_proxy_dialect_on_the_plain_port_is_refused_by_name() -> None:
    """CONNECT asks for another protocol too; whoever mixes up the ports learns it, and nothing is logged."""
    with serving() as (process, url):
        answer = said_to(url, head("CONNECT", "api.plivo.com:443"))
        process.terminate()
        _, errors = process.communicate()

    assert 405 == status_of(answer)
    assert "--proxy-port" in json.loads(body_of(answer))["error"]
    assert "" == errors


def test_curl_that_asks_for_http2_makes_what_it_asks_for(tmp_path: Path) -> None:
    """`curl --http2` on plain HTTP, unmodified; no warning on stderr."""
    if which("curl") is None:
        pytest.skip("needs curl")
    body = tmp_path / "body.json"
    body.write_text(json.dumps(_CREATE), encoding="utf-8")
    with serving() as (process, url):
        command = ["curl", "-s", "--http2", "-u", f"{DEMO}:emulator-token", "-H", "Content-Type: application/json"]
        target = f"{url}/v1/Account/{DEMO}/Masking/Session/"
        done = subprocess.run([*command, "-d", f"@{body}", target], capture_output=True, text=True, check=True)
        process.terminate()
        _, errors = process.communicate()

    assert "Session created" == json.loads(done.stdout)["message"]
    assert "" == errors


def test_http_client_of_java_makes_what_it_asks_for() -> None:
    """It sends `Upgrade: h2c` with every request on plain HTTP, and cannot be told not to by its users' users."""
    if which("java") is None:
        pytest.skip("needs java")
    program = Path(__file__).parents[1] / "sdk" / "programs" / "CreateByHttpClient.java"
    with serving() as (process, url):
        target = f"{url}/v1/Account/{DEMO}/Masking/Session/"
        command = ["java", str(program), target, DEMO, "emulator-token", json.dumps(_CREATE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        process.terminate()
        _, errors = process.communicate()

    assert 0 == done.returncode, done.stderr
    assert "201 HTTP_1_1" == done.stdout.splitlines()[0]
    assert "Session created" == json.loads(done.stdout.splitlines()[1])["message"]
    assert "" == errors


def test_connection_is_not_lost_by_an_upgrade(api: Api) -> None:
    """It serves the next request too, which asks for nothing."""
    with connected(api.url) as connection:
        connection.sendall(head("GET", "/_emulator/health", Connection="Upgrade", Upgrade="h2c"))
        first = connection.recv(65_536)
        connection.sendall(head("GET", "/_emulator/health", Connection="close"))
        second = connection.recv(65_536)

    assert (200, 200) == (status_of(first), status_of(second))
