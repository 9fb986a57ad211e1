"""Outgoing requests: a callback written down and signed as the customer's server will get it, or a media fetch."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from emulator import __version__
from emulator.callbacklog import Written
from emulator.core.callbacks import Callback
from emulator.core.chance import Chance
from emulator.delivery import Outgoing
from emulator.laboratory import Target
from emulator.plivo import callbacks
from emulator.plivo.destination import Destination, destination
from emulator.plivo.service import Account
from emulator.plivo.signatures import sign

_USER_AGENT: Final = f"masking-emulator/{__version__}"

_FORM: Final = "application/x-www-form-urlencoded"

#: A nonce has so many digits in every sample (contract 7.5).
_NONCE_DIGITS: Final = 20

#: A media file is looked at, not kept; it has less time than a callback.
_MEDIA_TIMEOUT_S: Final = 5.0


class Writer:
    """Writes the callbacks of one world: whose tokens sign them, and where resources are found."""

    def __init__(self, accounts: Sequence[Account], base_url: str, chance: Chance) -> None:
        """`base_url` is where resources are found; `chance` gives the nonces."""
        self._accounts = accounts
        self._base_url = base_url
        self._chance = chance

    @staticmethod
    def destination(callback: Callback) -> Destination:
        """Where the callback goes."""
        return destination(callback.url)

    def written(self, callback: Callback) -> Written:
        """The request of a callback, with fresh nonces."""
        owner, main = self._accounts[callback.owner], self._accounts[0]
        place = callbacks.Place(self._base_url, owner)
        named, going = callbacks.parameters(callback, place), destination(callback.url)
        signed = sign(
            callback.method,
            going.url,
            parameters=named,
            token=owner.auth_token,
            main_token=main.auth_token,
            v2_nonce=self._nonce(),
            v3_nonce=self._nonce(),
        )
        headers = {"User-Agent": _USER_AGENT, **signed.headers}
        url, content, form = going.url, b"", urlencode(named)
        if callback.method == "POST":
            headers["Content-Type"], content = _FORM, form.encode()
        else:
            url = f"{url}{'&' if '?' in url else '?'}{form}"
        request = _request(going, callback.method, url, headers, content)
        return Written(callbacks.event_name(callback.notice), named, request, signed.inputs)

    def _nonce(self) -> str:
        return f"{self._chance.below('nonce', 10**_NONCE_DIGITS):0{_NONCE_DIGITS}}"


def media_request(url: str) -> Outgoing:
    """The request that looks at the audio file of a message."""
    going = replace(
        destination(url),
        connect_timeout_s=_MEDIA_TIMEOUT_S,
        read_timeout_s=_MEDIA_TIMEOUT_S,
        total_timeout_s=_MEDIA_TIMEOUT_S,
    )
    return _request(going, "GET", going.url, {"User-Agent": _USER_AGENT}, b"")


def tampered(request: Outgoing, target: Target) -> Outgoing:
    """The request as somebody on the way might have changed it; its signatures fit no longer."""
    match target:
        case Target.SIGNATURE:
            headers = {
                name: value[::-1] if name.startswith("X-Plivo-Signature") and not name.endswith("Nonce") else value
                for name, value in request.headers.items()
            }
            return replace(request, headers=headers)
        case Target.HEADERS:
            headers = {n: v for n, v in request.headers.items() if not n.startswith("X-Plivo-Signature")}
            return replace(request, headers=headers)
        case Target.PARAMETER:
            forged = "SequenceNumber=0&Forged=1"
            if request.content:
                return replace(request, content=request.content + b"&" + forged.encode())
            return replace(request, url=f"{request.url}&{forged}")


def _request(going: Destination, method: str, url: str, headers: dict[str, str], content: bytes) -> Outgoing:
    return Outgoing(
        method=method,
        url=url,
        host=going.host,
        headers=headers,
        content=content,
        connect_timeout_s=going.connect_timeout_s,
        read_timeout_s=going.read_timeout_s,
        total_timeout_s=going.total_timeout_s,
    )
