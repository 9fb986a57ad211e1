"""`serve --verbose`: each request and each callback in a line of the log, as text or as JSON."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from masking_emulator.client import Control
from masking_emulator.receiver import Receiver

from tests.plivo.ask import Api, api_of
from tests.shell.process import COMMAND, DEMO, PATIENCE_S


@contextmanager
def narrating(*options: str) -> Iterator[tuple[Api, "subprocess.Popen[str]"]]:
    """A server with --verbose, and the API of its world."""
    command = [*COMMAND, "serve", "--port", "0", "--verbose", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[1]
            yield api_of(url, Control(url).get(f"/worlds/{DEMO}")), process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    return process.stderr.readline().rstrip()


def test_requests_are_narrated_with_reason_and_unread_fields() -> None:
    """Time of day, method, path, status, duration; why it was refused; what nothing read of it, with a hint."""
    with narrating() as (api, process):
        api.create(geo_match=True)
        created = _line(process)
        api.list(limit=99)
        refused = _line(process)
        api.ask("GET", "/nowhere\x1b[2J".replace("\x1b", "%1b"))
        unknown = _line(process)

    unread = r"; nothing read geo_match in the body: did you mean geomatch\?"
    assert re.fullmatch(rf"[0-9:]{{8}} POST {api.sessions} 201 \d+ ms{unread}", created)
    assert re.fullmatch(rf"[0-9:]{{8}} GET {api.sessions} 400 \d+ ms \(limit is 99, and 1 to 20 are allowed\)", refused)
    assert "GET /nowhere?[2J 404; " in unknown


def test_callbacks_are_narrated() -> None:
    """Event, where it went, and what came of it."""
    with narrating() as (api, process), Receiver(api.auth_token) as server:
        api.create(callback_url=server.url, session_expiry=60)
        _line(process)
        Control(api.url).post(f"/worlds/{DEMO}/clock/advance", {"seconds": 60})
        line = _line(process)

    assert re.search(
        rf"callback SessionTimeout #1 to {re.escape(server.url)}: delivered, answered 200 \(\d+ ms\)$", line
    )


def test_routed_callback_is_narrated_with_both_urls() -> None:
    """Where it was meant to go, and where it went."""
    public = "https://shop.example.com/in"
    with narrating() as (api, process), Receiver(api.auth_token) as server:
        control = Control(api.url)
        control.put(f"/worlds/{DEMO}/routes", {"routes": [{"from": public, "to": f"{server.url}app"}]})
        api.create(callback_url=f"{public}/events", callback_method="GET", session_expiry=60)
        _line(process)
        control.post(f"/worlds/{DEMO}/clock/advance", {"seconds": 60})
        line = _line(process)

    assert f"callback SessionTimeout #1 to {public}/events, routed to {server.url}app/events: delivered" in line


def test_narration_is_json_where_the_log_is() -> None:
    """One object a line, with the fields beside the message."""
    with narrating("--log-format", "json") as (api, process):
        api.create()
        line = json.loads(_line(process))

    assert {"level": "info", "method": "POST", "path": api.sessions, "status": 201}.items() <= line.items()
