"""Redirection of the Python SDK inside a process: its host is a constant of a module, read at each call."""

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
    """Let the SDK speak to where it did before."""
    if not _originals:
        return
    from plivo.rest import client

    for name, value in _originals.items():
        setattr(client, name, value)
    _originals.clear()
