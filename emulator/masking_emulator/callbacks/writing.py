"""Outgoing requests: a callback written down and signed as the customer's server will get it, or a media fetch."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, assert_never
from urllib.parse import quote_plus

from masking_emulator import __version__
from masking_emulator.callbacks.exchange import Outgoing
from masking_emulator.callbacks.laboratory import TamperTarget
from masking_emulator.callbacks.routes import CallbackRoute, RouteTable, routed
from masking_emulator.core.chance import Chance
from masking_emulator.core.records.base import Record, replace
from masking_emulator.core.records.callbacks import Callback
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.plivo.callbacks import Place, event_name, parameters
from masking_emulator.plivo.destination import Destination, destination
from masking_emulator.plivo.service import Account
from masking_emulator.plivo.signatures import Inputs, Signed, inputs, signer

_USER_AGENT: Final = f"masking-emulator/{__version__}"

_FORM: Final = "application/x-www-form-urlencoded"

_LENGTH: Final = "Content-Length"
_SIGNATURE: Final = "X-Plivo-Signature"

#: The parameters that tampering adds to a callback.
_FORGED: Final = "SequenceNumber=0&Forged=1"

#: A nonce has 20 digits in the samples of the signature page and of plivo-go (utils_test.go): not quite 67 bits.
_NONCES: Final = 10**20
_NONCE_SHIFT: Final = 128 - 67

#: Time-outs of a media fetch, in real seconds. The file is not kept.
_MEDIA_TIMEOUT_S: Final = 5.0


class Written(Record):
    """A callback as it goes out, with its signatures.

    What follows from its record is not kept: most callbacks of a long advance are never looked at, and with parameters
    and signed texts each would take 1,800 bytes instead of 460. `tampering` is what is changed after it was signed,
    `route` where it is delivered instead of its URL.
    """

    callback: Callback
    place: Place
    going: Destination
    signed: Signed
    tampering: TamperTarget | None = None
    route: CallbackRoute | None = None

    @property
    def event(self) -> str:
        """The vendor's name of the event."""
        return event_name(self.callback.notice)

    @property
    def parameters(self) -> dict[str, str]:
        """Its parameters, in the order of the wire."""
        return parameters(self.callback, self.place)

    @property
    def inputs(self) -> Inputs:
        """The texts that were signed."""
        nonces, method = self.signed, self.callback.method
        return inputs(
            method, self.going.url, parameters=self.parameters, v2_nonce=nonces.v2_nonce, v3_nonce=nonces.v3_nonce
        )

    @property
    def host(self) -> str:
        """The host that is connected to."""
        return self.going.host if self.route is None else self.route.host

    @property
    def request(self) -> Outgoing:
        """The request that is sent, to the byte: to its own URL, or to where its route leads."""
        return self.public if self.route is None else routed(self.public, self.route)

    @property
    def url(self) -> str:
        """The URL of the request that is sent."""
        if self.route is None and self.tampering is None and self.callback.method == "POST":
            return self.going.url  # a callback that is blocked is never written as a request
        return self.request.url

    @property
    def public(self) -> Outgoing:
        """The request to the callback's own URL, without regard to routes."""
        url, content, form = self.going.url, b"", _form(self.parameters)
        if self.callback.method == "POST":
            content = form.encode()
        else:
            url = f"{url}{'&' if '?' in url else '?'}{form}"
        request = _request(self.going, self.callback.method, url, self.signed.headers, content)
        return request if self.tampering is None else _tampered(request, self.tampering)


class Writer:
    """Writes the callbacks of one world: whose tokens sign them, where resources are found, and where they go."""

    def __init__(self, accounts: Sequence[Account], base_url: str, chance: Chance, routes: RouteTable) -> None:
        """`base_url` is where resources are found; `chance` gives the nonces."""
        self._places = [Place(base_url, account) for account in accounts]
        self._main_token = accounts[MAIN_ACCOUNT].auth_token
        self._chance = chance
        self._routes = routes

    def written(self, callback: Callback) -> Written:
        """The callback with fresh nonces."""
        place, going = self._places[callback.owner], destination(callback.url)
        url = going.url
        signing = signer(callback.method, url, place.account.auth_token, self._main_token)
        signed = signing.sign(parameters(callback, place), *self._nonces())
        return Written(callback, place, going, signed, None, self._routes.of(url))

    def rerouted(self, written: Written) -> Written:
        """The same callback, delivered as the routes say now."""
        return replace(written, route=self._routes.of(written.going.url))

    def media_request(self, url: str) -> Outgoing:
        """The request that looks at the audio file of a message, delivered as the routes say."""
        request = _media_request(url)
        route = self._routes.of(request.url)
        return request if route is None else routed(request, route)

    def _nonces(self) -> tuple[str, str]:
        """Two numbers of 20 digits from one draw, whose 128 bits are not quite enough to share none of them."""
        drawn = int.from_bytes(self._chance.bits("nonce"))
        return str(drawn % _NONCES).zfill(20), str((drawn >> _NONCE_SHIFT) % _NONCES).zfill(20)


def _media_request(url: str) -> Outgoing:
    going = destination(url)
    going = replace(
        going,
        connect_timeout_s=min(going.connect_timeout_s, _MEDIA_TIMEOUT_S),
        read_timeout_s=min(going.read_timeout_s, _MEDIA_TIMEOUT_S),
        total_timeout_s=min(going.total_timeout_s, _MEDIA_TIMEOUT_S),
    )
    return _request(going, "GET", going.url, {}, b"")


def _tampered(request: Outgoing, target: TamperTarget) -> Outgoing:
    """The request with a change after signing, so that its signatures are wrong."""
    match target:
        case TamperTarget.SIGNATURE:
            headers = {n: v[::-1] if _is_signature(n) else v for n, v in request.headers.items()}
            return replace(request, headers=headers)
        case TamperTarget.HEADERS:
            return replace(request, headers={n: v for n, v in request.headers.items() if _SIGNATURE not in n})
        case TamperTarget.PARAMETER if request.content:
            content = request.content + b"&" + _FORGED.encode()
            return replace(request, headers={**request.headers, _LENGTH: str(len(content))}, content=content)
        case TamperTarget.PARAMETER:
            return replace(request, url=f"{request.url}&{_FORGED}")
        case _:
            assert_never(target)


def _form(named: Mapping[str, str]) -> str:
    # As urlencode, which would check each character of each callback anew. No name needs quoting.
    return "&".join([f"{name}={_quoted(value)}" for name, value in named.items()])


def _quoted(value: str) -> str:
    # UUIDs and numbers need no quoting, and mostly occur once: remembering them would only take memory.
    return value if _is_plain(value) else _quoted_specially(value)


#: Whether quote_plus leaves a value as it is.
_is_plain: Final = re.compile(r"[\w.~-]*", re.ASCII).fullmatch

#: Most other values of a callback, such as times, are the same as in one shortly before it.
_quoted_specially: Final = lru_cache(maxsize=1024)(quote_plus)


def _is_signature(header: str) -> bool:
    return _SIGNATURE in header and not header.endswith("Nonce")


def _request(going: Destination, method: str, url: str, signatures: dict[str, str], content: bytes) -> Outgoing:
    headers = {"Host": going.authority, "User-Agent": _USER_AGENT, "Accept": "*/*", "Connection": "close"}
    if going.authorization:
        headers["Authorization"] = going.authorization
    if content:
        headers |= {"Content-Type": _FORM, _LENGTH: str(len(content))}
    return Outgoing(
        method=method,
        url=url,
        host=going.host,
        headers=headers | signatures,
        content=content,
        connect_timeout_s=going.connect_timeout_s,
        read_timeout_s=going.read_timeout_s,
        total_timeout_s=going.total_timeout_s,
    )
