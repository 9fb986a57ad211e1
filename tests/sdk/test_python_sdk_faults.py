"""What Plivo's own Python SDK makes of every fault (plivo/rest/client.py, process_response).

It repeats a request that is answered 500 or above two times, at once; what an application sees is the third.
"""

from collections.abc import Iterator
from typing import Any, Final

import plivo
import plivo.rest.client
import pytest
import requests
from masking_emulator.server.thread import ServerThread
from plivo.exceptions import PlivoRestError, PlivoServerError

from tests.plivo.ask import FIRST, SECOND, Api
from tests.shell.asking import control, good

_TIMEOUT_S: Final = 0.3


@pytest.fixture
def client(emulator: ServerThread, fresh_api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The SDK's client with the credentials of a fresh world."""
    for constant in ("API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1", "API_VOICE_BASE_URI_FALLBACK_2"):
        monkeypatch.setattr(plivo.rest.client, constant, f"{emulator.url}/v1/Account")
    with plivo.RestClient(fresh_api.auth_id, fresh_api.auth_token) as client:
        yield client


def _create(client: Any) -> Any:
    return client.masking_sessions.create_masking_session(first_party=f"+{FIRST}", second_party=f"+{SECOND}")


def _fault(api: Api, **fields: Any) -> None:
    good(control(api, "POST", "{w}/faults", fields), 201)


def _arrived(api: Api) -> int:
    count: int = good(control(api, "GET", "{w}/requests/count?operation=create_session"))["count"]
    return count


def test_proxy_variables_are_ignored(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own fault: where nobody listens at the proxy that they name, its requests arrive all the same."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(requests.exceptions.ProxyError):
        requests.get(plivo.rest.client.API_VOICE_BASE_URI, timeout=_TIMEOUT_S)
    assert "Session created" == _create(client).message


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_server_errors_are_hidden(client: Any, fresh_api: Api, count: int) -> None:
    """The application sees a success, the journal every try."""
    _fault(fresh_api, status=500, count=count)

    assert "Session created" == _create(client).message
    assert count + 1 == _arrived(fresh_api)


def test_three_server_errors_are_seen(client: Any, fresh_api: Api) -> None:
    """One call, three requests, one error."""
    _fault(fresh_api, status=500, count=3)
    with pytest.raises(PlivoServerError, match=r"Internal server error\."):
        _create(client)

    assert 3 == _arrived(fresh_api)
    assert "Session created" == _create(client).message


def test_server_error_after_the_change_leaves_one_session(client: Any, fresh_api: Api) -> None:
    """The three tries of a create refresh one session, because the pair is the same (ledger: repeat_create)."""
    _fault(fresh_api, status=500, count=3, when="after")
    with pytest.raises(PlivoServerError):
        _create(client)

    assert 3 == _arrived(fresh_api)
    assert 1 == fresh_api.list().json["response"]["meta"]["total_count"]


def test_too_many_requests_is_not_repeated(client: Any, fresh_api: Api) -> None:
    """429 has no class of its own, and its text is lost."""
    _fault(fresh_api, status=429, count=1)
    with pytest.raises(PlivoRestError, match="429"):
        _create(client)

    assert 1 == _arrived(fresh_api)


@pytest.mark.parametrize("ending", ["drop", "reset"])
def test_ended_connection_is_a_connection_error(client: Any, fresh_api: Api, ending: str) -> None:
    """Not repeated, and an exception of requests."""
    _fault(fresh_api, connection=ending, count=1)
    with pytest.raises(requests.ConnectionError):
        _create(client)

    assert 1 == _arrived(fresh_api)
    assert "Session created" == _create(client).message


def test_truncated_body_is_an_error_of_requests(client: Any, fresh_api: Api) -> None:
    """The body is shorter than its Content-Length."""
    _fault(fresh_api, body="truncated", count=1)
    with pytest.raises(requests.RequestException):
        _create(client)


@pytest.mark.parametrize("body", ["malformed", "empty"])
def test_body_that_is_no_json_is_a_success_of_nothing(client: Any, fresh_api: Api, body: str) -> None:
    """The SDK returns None, and the application must expect it."""
    _fault(fresh_api, body=body, count=1)

    assert _create(client) is None


def test_pause_beyond_the_clients_patience_is_a_timeout(client: Any, fresh_api: Api) -> None:
    """After the change: the application sees a time-out, the session exists."""
    client.timeout = _TIMEOUT_S
    _fault(fresh_api, delay_s=3 * _TIMEOUT_S, when="after", count=1)
    with pytest.raises(requests.Timeout):
        _create(client)

    assert 1 == fresh_api.list().json["response"]["meta"]["total_count"]
