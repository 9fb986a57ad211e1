"""TEMP."""


def recording_url(base: str, auth_id: str, uuid: str) -> str:
    """TEMP."""
    return f"{base}/v1/Account/{auth_id}/Recording/{uuid}"


def media_url(base: str, auth_id: str, uuid: str, audio_format: str) -> str:
    """TEMP."""
    return f"{base}/v1/Account/{auth_id}/Recording/{uuid}.{audio_format}"
