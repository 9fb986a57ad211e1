"""Redirection of the Python SDK inside a process: what its clients send to Plivo's hosts goes to an emulator.

All of it, not only what an emulator knows: a test must not reach the real service with a resource that is not
emulated. The clients are the SDK's own; their one step that sends is what is replaced, so that a client that was made
before, and one that knows a proxy, are led here too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

_PLIVO: Final = "plivo.com"

#: Class of the SDK → its own step that sends, while ours stands in its place.
_originals: dict[Any, Callable[..., Any]] = {}

#: The emulator that requests go to now; empty where they go to none.
_urls: list[str] = []


def redirect_plivo(url: str) -> None:
    """Let every client of the SDK in this process speak to `url`, whichever resource it asks for.

    Raises ImportError where there is no SDK.
    """
    # Imported here: the SDK is the user's, and may not be installed.
    from plivo.rest.base_client import BaseClient
    from plivo.rest.client import Client

    for kind in (Client, BaseClient):
        if kind not in _originals:
            _originals[kind] = kind.send_request
            kind.send_request = _leading(kind.send_request)
    _urls[:] = [url]


def restore_plivo() -> None:
    """Let the SDK speak to where it did before anything was redirected."""
    for kind, send in _originals.items():
        kind.send_request = send
    _originals.clear()
    _urls.clear()


@contextmanager
def redirected(url: str) -> Iterator[None]:
    """The SDK, where there is one, speaks to `url` while this lasts, and then to where it did: one in another works."""
    before = list(_urls)
    with suppress(ImportError):
        redirect_plivo(url)
    try:
        yield
    finally:
        if before:
            redirect_plivo(before[-1])
        else:
            restore_plivo()


def _leading(send: Callable[..., Any]) -> Callable[..., Any]:
    """The SDK's step that sends, with what is for Plivo going to the emulator, past every proxy."""

    @wraps(send)
    def send_request(client: Any, request: Any, **given: Any) -> Any:
        parts = urlsplit(request.url)
        if not f".{parts.hostname}".endswith(f".{_PLIVO}"):
            return send(client, request, **given)
        led = request.copy()
        led.url = _urls[-1] + parts._replace(scheme="", netloc="").geturl()
        session = given.pop("session", client.session)
        return session.send(led, timeout=client.timeout, **given)

    return send_request
