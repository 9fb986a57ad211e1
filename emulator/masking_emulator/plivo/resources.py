"""Where resources are found: the absolute URLs of calls, recordings and media files, and the paths in lists.

Pure: whoever builds an URL hands in the base, because answers have the host that was asked and callbacks have none.
The forms are those of recorded interactions and recordings (ledger: interaction_shape, recording_record).
"""

from collections.abc import Mapping
from typing import Final

#: The base that recorded responses have.
VENDOR_BASE: Final = "https://api.plivo.com"

#: Base → where its media files are; any other base serves them itself.
_MEDIA_BASES: Final[Mapping[str, str]] = {VENDOR_BASE: "https://media.plivo.com"}


def call_url(base: str, auth_id: str, uuid: str) -> str:
    """The URL of a call, as interactions have it: no slash at the end."""
    return f"{base}/v1/Account/{auth_id}/Call/{uuid}"


def recording_url(base: str, auth_id: str, uuid: str) -> str:
    """The URL of a recording's resource, by analogy with calls (ledger: recording_resource_url)."""
    return f"{base}/v1/Account/{auth_id}/Recording/{uuid}"


def media_url(base: str, auth_id: str, uuid: str, *, audio_format: str) -> str:
    """The URL of a recording's audio."""
    return f"{_MEDIA_BASES.get(base, base)}/v1/Account/{auth_id}/Recording/{uuid}.{audio_format}"


def list_path(auth_id: str, resource: str) -> str:
    """The path of a list, such as that of `Masking/Session`, as links between pages have it."""
    return f"/v1/Account/{auth_id}/{resource}/"
