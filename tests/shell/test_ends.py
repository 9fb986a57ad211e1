"""The end of a server, of a world, and of one of its lives: whoever waits is told at once, and nobody else is told."""

import json
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import repeat
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml
from masking_emulator.cli import farm
from masking_emulator.client import Control
from masking_emulator.control.kernel import WAITED_IN_VAIN
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of
from tests.receiver import Receiver, hang
from tests.shell.asking import control, good
from tests.shell.process import DEMO, PATIENCE_S, serving
from tests.shell.raw import body_of, connected, head, rest_of, status_of
from tests.shell.telling import end
from tests.shell.worlds import START

#: The longest that a wait may take; a test that has to wait for it fails.
_TIMEOUT_S: Final = 300

_ROOT: Final = Path(__file__).parents[2]


def _waits_for_requests(api: Api, _: Receiver) -> bytes:
    return _get(f"/_emulator/worlds/{api.auth_id}/requests/wait?at_least=999&timeout_s={_TIMEOUT_S}")


def _waits_for_callbacks(api: Api, _: Receiver) -> bytes:
    return _get(f"/_emulator/worlds/{api.auth_id}/callbacks/wait?count=999&timeout_s={_TIMEOUT_S}")


def _follows_the_journal(api: Api, _: Receiver) -> bytes:
    return _get(f"/_emulator/worlds/{api.auth_id}/journal/stream")


def _advances(api: Api, receiver: Receiver) -> bytes:
    end(api, receiver.on("/cb", hang))
    return _post(f"/_emulator/worlds/{api.auth_id}/clock/advance", {"seconds": 60, "patience_s": 60})


def _releases(api: Api, receiver: Receiver) -> bytes:
    good(control(api, "PUT", "{w}/callbacks/policy", {"rules": [{"action": "hold"}]}))
    end(api, receiver.on("/cb", hang))
    return _post(f"/_emulator/worlds/{api.auth_id}/callbacks/release", {"patience_s": 60})


def _is_delayed(api: Api, _: Receiver) -> bytes:
    good(control(api, "POST", "{w}/faults", {"delay_s": 60}), 201)
    return _list_sessions(api)


def _list_sessions(api: Api) -> bytes:
    credentials = b64encode(f"{api.auth_id}:{api.auth_token}".encode()).decode()
    target = f"/v1/Account/{api.auth_id}/Masking/Session/"
    return head("GET", target, Authorization=f"Basic {credentials}", Connection="close")


def _get(target: str) -> bytes:
    return head("GET", target, Connection="close")


def _post(target: str, body: Any) -> bytes:
    content = json.dumps(body).encode()
    return head("POST", target, Connection="close", Content_Length=str(len(content))) + content


#: Who waits → what is asked, and the status of the answer where what was waited for does not come.
_WAITERS: Final[dict[str, tuple[Callable[[Api, Receiver], bytes], int]]] = {
    "requests/wait": (_waits_for_requests, 409),
    "callbacks/wait": (_waits_for_callbacks, 409),
    "journal/stream": (_follows_the_journal, 200),
    "clock/advance": (_advances, 200),
    "callbacks/release": (_releases, 200),
    "a delayed answer": (_is_delayed, 200),
}


def _new_world(emulator: ServerThread) -> Api:
    structure = {"clock": {"start": START, "rate": 0}}
    return api_of(emulator.url, emulator.control.post("/worlds", {"world": structure}))


def _begun(api: Api, waiter: str, receiver: Receiver, connection: socket.socket) -> bytes:
    """Send what waits, and return when it does, with what has come of the answer by then."""
    connection.sendall(_WAITERS[waiter][0](api, receiver))
    come = _until(connection, b"follows the journal") if waiter == "journal/stream" else b""
    if waiter in ("clock/advance", "callbacks/release"):
        receiver.arrived("/cb")
    # What a server answers on a connection that was opened later comes after what it was sent before.
    Control(api.url).get("/health")
    return come


def _until(connection: socket.socket, text: bytes) -> bytes:
    received = b""
    while text not in received and (piece := connection.recv(65_536)):
        received += piece
    return received


@pytest.mark.parametrize("waiter", _WAITERS)
@pytest.mark.parametrize("ending", ["reset", "removal", "shutdown"])
def test_whoever_waits_is_told_at_once(waiter: str, ending: str, emulator: ServerThread, receiver: Receiver) -> None:
    """Of a reset, of the world's removal, and of the server's end; nobody waits until the time is over."""
    server = ServerThread().__enter__() if ending == "shutdown" else emulator
    api = _new_world(server)
    with connected(server.url) as connection:
        come = _begun(api, waiter, receiver, connection)
        if ending == "shutdown":
            server.__exit__(None, None, None)
        else:
            good(control(api, "DELETE", "{w}") if ending == "removal" else control(api, "POST", "{w}/reset"))
        goes_on = (waiter, ending) == ("journal/stream", "reset")
        answer = come + (_until(connection, b"event: reset") if goes_on else rest_of(connection))
    if ending == "reset":
        good(control(api, "DELETE", "{w}"))

    _, status = _WAITERS[waiter]
    assert status == status_of(answer), answer
    assert (WAITED_IN_VAIN.encode() in body_of(answer)) is (status == 409)
    assert (waiter == "journal/stream") is (b"text/event-stream" in answer)
    assert waiter != "journal/stream" or b"event: reset" in answer or answer.endswith(b"0\r\n\r\n")


def _half_said(api: Api, proxy_port: int, tls_port: int) -> list[tuple[int, bytes, int]]:
    """Port, beginning of a request, and the status of the answer at the end: 503 where half of one was said."""
    port = urlsplit(api.url).port or 0
    whole = _list_sessions(api).replace(b"Connection: close\r\n", b"")
    create = whole.replace(b"GET ", b"POST ", 1)
    connect = head("CONNECT", "api.plivo.com:443")
    return [
        (port, b"", 0),
        (port, b"POST /v1/Acc", 503),
        (port, create.replace(b"\r\n\r\n", b"\r\nContent-Length: 99\r\n\r\n") + b'{"first', 503),
        (port, create.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n") + b"9\r\n{", 503),
        (port, head("POST", "/_emulator/worlds", Content_Length="99") + b"{", 503),
        (port, head("POST", f"/_emulator/worlds/{DEMO}/requests/verify", Content_Length="9") + b"{", 503),
        (port, whole, 200),
        (proxy_port, b"", 0),
        (proxy_port, connect[:20], 0),
        (proxy_port, connect, 200),
        (tls_port, b"", 0),
        (tls_port, b"\x16\x03\x01", 0),
    ]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_quietly_with_many_clients(ending: signal.Signals, receiver: Receiver) -> None:
    """Who waits is told, who has said half of something is told, and whoever reads nothing is left; no word of it."""
    with serving("--proxy-port", "0", "--tls-port", "0") as (process, url), ExitStack() as open_until_then:
        api = Api(url, DEMO, "emulator-token", DEMO)
        ports = Control(url).get("/interception")
        silent = _half_said(api, ports["proxy_port"], ports["tls_port"]) * 3
        opened = []
        for port, said, _ in silent:
            opened.append(open_until_then.enter_context(connected(f"http://127.0.0.1:{port}")))
            opened[-1].sendall(said)
        waiting = [open_until_then.enter_context(connected(url)) for _ in _WAITERS]
        come = [_begun(api, *each) for each in zip(_WAITERS, repeat(receiver), waiting, strict=False)]
        deaf = [open_until_then.enter_context(connected(url)) for _ in range(3)]
        for connection in deaf:
            connection.sendall(head("GET", "/_emulator/openapi.json") * 60)
        Control(url).get("/health")
        process.send_signal(ending)
        output = process.communicate(timeout=PATIENCE_S)
        told = [status_of(begun + rest_of(connection)) for begun, connection in zip(come, waiting, strict=True)]
        answers = [rest_of(connection) for connection in opened]

    assert (0, ("", "")) == (process.returncode, output)
    assert [status for _, status in _WAITERS.values()] == told
    assert [status for _, _, status in silent] == list(map(status_of, answers))
    assert {b'{"error": "the server stops"}'} == {body_of(answer) for answer in answers if status_of(answer) == 503}


#: A server whose system takes for ever to look up a name, and says so by a connection.
_SLOW_NAMES: Final = """
import _socket, socket, sys, threading
look_up = _socket.getaddrinfo
def slow(host, *more):
    if host in ("slow.test", "slow.example.com"):
        socket.create_connection(("127.0.0.1", int(sys.argv.pop())))
        threading.Event().wait()
    return look_up(host, *more)
_socket.getaddrinfo = slow
from masking_emulator.cli.main import main
main(sys.argv[1:-1])
"""


@pytest.mark.parametrize(("egress", "host"), [("local", "slow.test"), ("any", "slow.example.com")])
def test_server_does_not_wait_for_a_name_to_be_looked_up(egress: str, host: str, tmp_path: Path) -> None:
    """Its state is written and its process ends, although a callback's host is being looked up."""
    world, state = tmp_path / "world.toml", tmp_path / "state.json"
    world.write_text(f'egress = "{egress}"\naccount.auth_id = "{DEMO}"\naccount.auth_token = "t"\n')
    with closing(socket.create_server(("127.0.0.1", 0))) as asked:
        asked.settimeout(PATIENCE_S)
        words = ["serve", "--port", "0", "--world", str(world), "--state", str(state), str(asked.getsockname()[1])]
        command = [sys.executable, "-c", _SLOW_NAMES, *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[1]
            end(Api(url, DEMO, "t", DEMO), f"http://{host}/cb")
            asked.accept()[0].close()
            process.send_signal(signal.SIGTERM)
            _, warned = process.communicate(timeout=PATIENCE_S)

    assert ("", 0) == (warned, process.returncode)
    assert 1 == len(json.loads(state.read_text())["engine"]["sessions"])


def test_farm_waits_for_its_members_as_the_compose_file_does() -> None:
    """A member writes each of its worlds; 10,000 small ones take ten seconds."""
    compose = yaml.safe_load((_ROOT / "fixtures" / "farm" / "compose.yaml").read_text(encoding="utf-8"))

    assert compose["x-member"]["stop_grace_period"] == f"{farm._PATIENCE_S:g}s"
