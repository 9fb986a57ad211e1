"""Where the SDK's clients go in a process with an emulator: nowhere else, whichever resource they ask for."""

import inspect
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import plivo
import pytest
import requests
from masking_emulator.testing import Emulator, Masking
from plivo.base import PlivoResourceInterface

#: What is tried for the arguments that a method needs, one after the other, until it sends something.
_GUESSES: Final = ("14155550123", 1, "https://example.com/x", "US", ["14155550123"], {"a": "b"}, "2026-01-01", True)

AUTH: Final = ("MAEMULATOR0000000001", "emulator-token")


class Wire:
    """The URLs that requests were sent to, and the names that were looked up."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.looked_up: list[str] = []

    def sent_by(self, act: Callable[[], object]) -> list[str]:
        """The URLs of what this sends; how it is answered does not matter."""
        before = len(self.sent)
        with suppress(Exception):
            act()
        return self.sent[before:]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Watches what `requests` sends; every name but this machine's is forbidden."""
    wire, send, lookup = Wire(), requests.Session.send, socket.getaddrinfo

    def watched(session: Any, request: Any, **given: Any) -> Any:
        wire.sent.append(request.url)
        return send(session, request, **given)

    def guarded(host: Any, *given: Any, **more: Any) -> Any:
        wire.looked_up.append(host)
        if host not in ("127.0.0.1", "localhost"):
            raise OSError(f"{host} is not this machine")
        return lookup(host, *given, **more)

    monkeypatch.setattr(requests.Session, "send", watched)
    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    return wire


@pytest.fixture
def masking() -> Iterator[Masking]:
    """An emulator of its own."""
    with Emulator() as masking:
        yield masking


def _methods(resource: Any) -> Iterator[tuple[str, Callable[..., Any], int]]:
    """The public methods of a resource, with how many arguments each needs."""
    for name, method in inspect.getmembers(resource, inspect.ismethod):
        if not name.startswith("_"):
            parameters = inspect.signature(method).parameters.values()
            yield name, method, sum(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)


def test_no_resource_of_the_sdk_leaves_the_machine(masking: Masking, wire: Wire) -> None:
    """Every method of every resource goes to the emulator, which answers 404 to what it does not emulate."""
    resources = {
        name: found for name, found in vars(masking.client).items() if isinstance(found, PlivoResourceInterface)
    }
    silent = set(resources)
    for name, resource in resources.items():
        for _, method, needed in _methods(resource):
            for guess in _GUESSES:
                if wire.sent_by(lambda: method(*[guess] * needed)):  # noqa: B023  # called within the turn
                    silent.discard(name)
                    break

    assert len(resources) > 30
    assert set() == silent
    assert [] == [url for url in wire.sent if not url.startswith(masking.url)]
    assert {"127.0.0.1"} == set(wire.looked_up)
    with pytest.raises(plivo.exceptions.ResourceNotFoundError):
        masking.client.pricing.get("US")


def test_client_that_was_made_before_is_led_to_the_emulator(wire: Wire) -> None:
    """Its addresses are those of the real service, also for files, PHLO, lookups and statistics; so is its proxy."""
    proxies = {"http": "http://192.0.2.1:3128", "https": "http://192.0.2.1:3128"}
    client, phlo = plivo.RestClient(*AUTH, proxies=proxies), plivo.phlo.RestClient(*AUTH)
    acts: dict[str, Callable[[], object]] = {
        "/v1/Account/": lambda: client.numbers.list(),
        "/v1/Account/MAEMULATOR0000000001/Compliance": lambda: client.request(
            "POST", ("Compliance",), {}, files={"f": b""}
        ),
        "/v1/Number/": lambda: client.lookup.get("14155550123"),
        "/v1/Call/": lambda: client.request(
            "POST", data={"is_callinsights_request": True, "callinsights_request_path": "v1/Call/1/Feedback"}
        ),
        "/v1/phlo/": lambda: phlo.request("POST", ("phlo", "1"), {}),
    }
    with Emulator() as masking:
        strayed = {
            path: sent
            for path, act in acts.items()
            if not (sent := wire.sent_by(act)) or not all(url.startswith(masking.url + path) for url in sent)
        }

    assert {} == strayed
    assert {"127.0.0.1"} == set(wire.looked_up)


def test_sdk_goes_where_it_went_before_when_the_emulator_is_left(wire: Wire) -> None:
    """One emulator inside another gives the SDK back to the outer one, and that to where it led before."""
    client = plivo.RestClient(*AUTH)
    (before,) = wire.sent_by(lambda: client.calls.list())
    with Emulator() as outer:
        with Emulator() as inner:
            (to_inner,) = wire.sent_by(lambda: client.calls.list())
        (to_outer,) = wire.sent_by(lambda: client.calls.list())
    (after,) = wire.sent_by(lambda: client.calls.list())

    assert to_inner.startswith(inner.url)
    assert to_outer.startswith(outer.url)
    assert before == after


def test_address_of_somebody_else_is_left_alone(masking: Masking, wire: Wire) -> None:
    """Only Plivo's own names lead here."""
    masking.client.base_uri = "http://localhost:9/v1/Account"
    request = masking.client.create_request("GET", ("Call",))

    (sent,) = wire.sent_by(lambda: masking.client.send_request(request))

    assert sent.startswith("http://localhost:9/")


def test_missing_sdk_is_said_in_a_sentence(masking: Masking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the SDK's client without the SDK learns what to install."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "plivo"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])

    with pytest.raises(ImportError, match="pip install plivo"):
        _ = masking.client
