"""`listen`: a receiver of callbacks in a real process, and its judgement of what it gets."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from masking_emulator.client import Control
from masking_emulator.plivo.signatures import V2, V3, sign
from masking_emulator.receiver import Received, verified

from tests.plivo.ask import Api, Reply, ask
from tests.shell.asking import PEOPLE, create
from tests.shell.process import COMMAND, PATIENCE_S, run, sentence

URL = "http://127.0.0.1:9000/events?shop=7"
FORM = {"EventName": "SessionTimeout", "SessionUUID": "c28b77d4", "SequenceNumber": "1", "Who": "Zoë & Ben"}


@pytest.fixture
def api(fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A world of the test's own, and the environment that lets the verbs find it."""
    monkeypatch.setenv("MASKING_EMULATOR_URL", fresh_api.url)
    monkeypatch.setenv("MASKING_EMULATOR_ACCOUNT", fresh_api.auth_id)
    return fresh_api


@contextmanager
def listening(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A receiver that has said where it is, and its URL."""
    command = [*COMMAND, "listen", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            told = process.stderr if "--json" in words else process.stdout
            assert told is not None
            word, url = told.readline().split()
            assert "listening" == word
            assert f'"callback_url": "{url}"' in told.readline()
            yield process, url
        finally:
            process.kill()


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    """The next lines that it prints."""
    assert process.stdout is not None
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def headers(method: str = "POST", url: str = URL, *, token: str = "token", main_token: str = "token") -> dict[str, str]:
    """The signatures of a callback."""
    form = FORM if method == "POST" else {}
    signed = sign(
        method, url, parameters=form, token=token, main_token=main_token, v2_nonce="1" * 20, v3_nonce="2" * 20
    )
    return dict(signed.headers)


def judge(given: dict[str, str], *tokens: str, **changes: str) -> Received:
    """The judgement of a POST with these headers."""
    return verified("POST", URL, given, urlencode({**FORM, **changes}), tokens=tokens or ("token",))


def send(url: str, path: str, body: bytes | None, **given: str) -> Reply:
    """One request to a receiver."""
    return ask(url, "GET" if body is None else "POST", path, body, given)


def test_genuine_callback_is_judged_so() -> None:
    """The form is part of what is signed, the query too; what is told is both."""
    received = judge(headers())

    assert received.is_genuine
    assert "signature ok (V3, V2, Ma-V3, Ma-V2)" == received.judgement
    assert {"shop": "7", **FORM} == received.parameters
    assert verified("GET", URL, headers("GET"), "", tokens=["token"]).is_genuine


@pytest.mark.parametrize(
    ("received", "judgement"),
    [
        (judge(headers(), Forged="1"), "SIGNATURE NOT OK (V3, Ma-V3 wrong; V2, Ma-V2 right)"),
        (judge(headers(token="other")), "SIGNATURE NOT OK (V3, V2 wrong; Ma-V3, Ma-V2 right)"),
        (judge({}), "SIGNATURE NOT OK (V3, V2, Ma-V3, Ma-V2 missing)"),
        (judge({V3: headers()[V3]}), "SIGNATURE NOT OK (V3, V2, Ma-V3, Ma-V2 missing)"),
        (judge({**headers(), V2: "AAAA"}), "SIGNATURE NOT OK (V2 wrong; V3, Ma-V3, Ma-V2 right)"),
    ],
)
def test_judgement_says_what_is_wrong(received: Received, judgement: str) -> None:
    """Each signature by its short name: wrong, missing (with its nonce), or right."""
    assert (False, judgement) == (received.is_genuine, received.judgement)


def test_subaccounts_signature_is_judged_by_its_own_token() -> None:
    """With both tokens all four are right; who has the subaccount's alone checks two."""
    given = headers(token="sub", main_token="main")

    assert "signature ok (V3, V2, Ma-V3, Ma-V2)" == judge(given, "main", "sub").judgement
    assert "signature ok (V3, V2)" == judge(given, "sub").judgement
    assert not judge(given, "main").is_genuine


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_callbacks_of_a_call_are_printed(api: Api, method: str) -> None:
    """Two lines each; the tokens are the world's, which the running server tells."""
    with listening() as (process, url):
        session = create(api, 0, 1, callback_url=f"{url}events?shop=7", callback_method=method)
        run("call", f"+{PEOPLE[0]}", "+14155550100", "--advance")
        printed = lines(process, 12)

    people = f"session {session}  {PEOPLE[0]} → {PEOPLE[1]} via 14155550100"
    assert f"2026-01-01 00:00:00  #1   SessionFirstPartyAnswer        {people}" == printed[0]
    assert f"2026-01-01 00:00:33  #6   SessionPartiesHangup           {people}" == printed[10]
    assert {f"{'':<21}signature ok (V3, V2, Ma-V3, Ma-V2)"} == {line.partition("  shop=7")[0] for line in printed[1::2]}
    assert printed[11].endswith("  PlivoHangupCause=Normal Hangup  PlivoHangupCauseCode=4000")


def test_subaccounts_token_is_known_too(api: Api) -> None:
    """Its sessions are signed with its own token."""
    with listening("--json") as (process, url):
        fields = {"first_party": "+14155550123", "callback_url": url, "session_expiry": 60}
        api.subaccounts[0].create(**fields)
        Control(api.url).post(f"/worlds/{api.auth_id}/clock/advance", {"seconds": 60})
        (printed,) = map(json.loads, lines(process, 1))

    right = dict.fromkeys(("V3", "V2", "Ma-V3", "Ma-V2"), "right")
    assert ("SessionTimeout", True, right) == (printed["event"], printed["genuine"], printed["signatures"])


def test_tampered_callback_is_told(api: Api) -> None:
    """What the laboratory changes on the way does not pass."""
    rule = {"action": "tamper", "target": "parameter"}
    Control(api.url).put(f"/worlds/{api.auth_id}/callbacks/policy", {"rules": [rule]})
    with listening() as (process, url):
        create(api, 0, 1, callback_url=url, session_expiry=60)
        run("advance", "60")
        printed = lines(process, 2)[1]

    assert printed.strip().startswith("SIGNATURE NOT OK (V3, Ma-V3 wrong; V2, Ma-V2 right)")


@pytest.mark.parametrize("status", [200, 503])
def test_answer_has_the_status_that_was_asked_for(status: int) -> None:
    """To GET and POST on every path; without a server the token is the demo world's, as the given one is."""
    tokens = [] if status == 200 else ["--auth-token", "emulator-token"]
    with listening("--status", str(status), "--json", *tokens, "--url", "http://127.0.0.1:1") as (process, url):
        target = f"{url}a//b?shop=7"
        given = headers(url=target, token="emulator-token", main_token="emulator-token")
        statuses = [send(url, "/a//b?shop=7", urlencode(FORM).encode(), **given).status, send(url, "/x", None).status]
        posted, got = map(json.loads, lines(process, 2))

    assert [status, status] == statuses
    assert ("POST", target, True) == (posted["method"], posted["url"], posted["genuine"])
    assert {"shop": "7", **FORM} == posted["parameters"]
    assert (None, "missing") == (got["event"], got["signatures"]["V3"])


def test_what_is_no_callback_cannot_move_the_cursor() -> None:
    """A stray request is one line; a value with control characters is printed without them."""
    with listening() as (process, url):
        send(url, "/favicon.ico", None)
        send(url, "/", urlencode({"EventName": "\x1b[2J\nhello"}).encode())
        printed = lines(process, 3)

    assert f"GET {url}favicon.ico: no callback, it has no EventName" == printed[0]
    assert "?[2J?hello" in printed[1]


@pytest.mark.parametrize(
    ("length", "status"), [("99999999999999999999", 413), ("1048577", 413), ("x", 411), (None, 411)]
)
def test_body_has_a_limit(length: str | None, status: int) -> None:
    """Longer than any callback, or of unknown length: refused, and the receiver goes on."""
    with listening("--json") as (process, url):
        address = urlsplit(url)
        line = "" if length is None else f"Content-Length: {length}\r\n"
        with closing(socket.create_connection((address.hostname or "", address.port or 0), PATIENCE_S)) as client:
            client.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{line}\r\n".encode())
            answer = client.recv(100).decode()
        send(url, "/", b"EventName=SessionTimeout")
        (printed,) = map(json.loads, lines(process, 1))

    assert f"HTTP/1.1 {status}" == answer[:12]
    assert "SessionTimeout" == printed["event"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_receiver_ends_cleanly(ending: signal.Signals) -> None:
    """Exit 0 without a word, also with a connection open."""
    with listening() as (process, url):
        address = urlsplit(url)
        with closing(socket.create_connection((address.hostname or "", address.port or 0), PATIENCE_S)):
            process.send_signal(ending)
            output: Any = process.communicate(timeout=PATIENCE_S)

    assert (0, ("", "")) == (process.returncode, output)


def test_taken_port_is_one_sentence(api: Api) -> None:
    """Exit 2, with what to do."""
    port = str(urlsplit(api.url).port)

    expected = f"cannot listen on 127.0.0.1:{port}: the port is taken; choose another with --port"
    assert f"masking-emulator: {expected}" == sentence(run("listen", "--port", port), 2)


@pytest.mark.parametrize("words", [["--port", "65536"], ["--status", "100"], ["--port", "x"]])
def test_wrong_call_is_a_usage_error(words: list[str]) -> None:
    """Exit 2 with the usage."""
    done = run("listen", *words)

    assert (2, "") == (done.returncode, done.stdout)
    assert "Usage:" in done.stderr
