"""Redirection of the Python SDK inside a process: its host is a constant of a module, read at each call."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

_CONSTANTS: Final = ("API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1", "API_VOICE_BASE_URI_FALLBACK_2")

_originals: dict[str, Any] = {}


def redirect_plivo(url: str) -> None:
    """Let every `plivo.RestClient` of this process speak to `url`. Raises ImportError where there is no SDK."""
    from plivo.rest import client

    for name in _CONSTANTS:
        _originals.setdefault(name, getattr(client, name))
        setattr(client, name, f"{url}/v1/Account")


def restore_plivo() -> None:
    """Let the SDK speak to where it did before anything was redirected."""
    _set(_originals)
    _originals.clear()


@contextmanager
def redirected(url: str) -> Iterator[None]:
    """The SDK, where there is one, speaks to `url` while this lasts, and then to where it did: one in another works."""
    before = _now() if _originals else None
    with suppress(ImportError):
        redirect_plivo(url)
    try:
        yield
    finally:
        if before is None:
            restore_plivo()
        else:
            _set(before)


def _now() -> dict[str, Any]:
    from plivo.rest import client

    return {name: getattr(client, name) for name in _CONSTANTS}


def _set(values: dict[str, Any]) -> None:
    if not values:
        return
    from plivo.rest import client

    for name, value in values.items():
        setattr(client, name, value)
