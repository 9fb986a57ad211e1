"""Signatures of callbacks: the headers by which a receiver knows that a callback comes from its account.

Pure: a URL is signed as it is requested, in ASCII and without a fragment; other modules bring it into that form, draw
nonces and send. Source: the vendor's page on signature validation for the headers and whose token signs
which; the validators of the official SDKs for what is signed.
"""

import hashlib
import hmac
import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from operator import itemgetter
from typing import Final
from urllib.parse import parse_qsl, unquote, unquote_plus, urlparse, urlsplit

from masking_emulator.core.records.base import Record

NameValue = tuple[str, str]

V2: Final = "X-Plivo-Signature-V2"
V2_NONCE: Final = "X-Plivo-Signature-V2-Nonce"
V2_MAIN: Final = "X-Plivo-Signature-Ma-V2"
V3: Final = "X-Plivo-Signature-V3"
V3_NONCE: Final = "X-Plivo-Signature-V3-Nonce"
V3_MAIN: Final = "X-Plivo-Signature-Ma-V3"

#: Signature → the nonce that it was made with.
_NONCE_OF: Final[Mapping[str, str]] = {V2: V2_NONCE, V2_MAIN: V2_NONCE, V3: V3_NONCE, V3_MAIN: V3_NONCE}

#: What is remembered of URLs. Without it a callback takes 6 µs more of 30; each takes half a KB in either.
_ADDRESSES_MAX: Final = 1024
_SIGNERS_MAX: Final = 1024
_FORMS_MAX: Final = 128

#: What RFC 2104 does to the key: blocks of 64 bytes, each byte changed by 0x36 and 0x5c.
_BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))

_PORT: Final = re.compile(r":[0-9]*$")


class Inputs(Record):
    """The texts that were signed, nonce included: of V2 one, of V3 one for each form of a URL that validators sign."""

    v2: str
    v3: Sequence[str]


class Signed(Record):
    """The nonces of a callback, and its signatures by the token of the session's owner and by the main account's."""

    v2_nonce: str
    v3_nonce: str
    v2: str
    v2_main: str
    v3: str
    v3_main: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say so, in the order of the wire."""
        return {
            V2: self.v2,
            V2_NONCE: self.v2_nonce,
            V2_MAIN: self.v2_main,
            V3: self.v3,
            V3_NONCE: self.v3_nonce,
            V3_MAIN: self.v3_main,
        }


class Verdict(Enum):
    """Whether a signature of a received callback is right under one token."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"  # the signature or its nonce


def sign(
    method: str,
    url: str,
    *,
    parameters: Mapping[str, str],
    token: str,
    main_token: str,
    v2_nonce: str,
    v3_nonce: str,
) -> Signed:
    """Sign a callback with the token of the account or subaccount that owns the session, and with the main account's.

    The parameters are those that are sent beside the query that the URL has of its own. Nonces have 20 digits.
    """
    return signer(method, url, token, main_token).sign(parameters, v2_nonce, v3_nonce)


class Signer:
    """Signs the callbacks to one URL, by one method: what their texts begin with is hashed once, under each token."""

    __slots__ = ("_address", "_by_main", "_by_owner", "_tail_of")

    def __init__(self, method: str, url: str, token: str, main_token: str) -> None:
        """`token` is that of the account or subaccount that owns the session."""
        self._tail_of, self._address = _TAILS[method], _address(url)
        self._by_owner = _begun(self._address, token)
        self._by_main = None if main_token == token else _begun(self._address, main_token)

    def sign(self, parameters: Mapping[str, str], v2_nonce: str, v3_nonce: str) -> Signed:
        """Sign a callback with these parameters, as `sign` does."""
        v2_end, v3_end = v2_nonce.encode(), f"{self._tail_of(self._address, parameters)}.{v3_nonce}".encode()
        v2, v3 = _signatures(self._by_owner, v2_end, v3_end)
        v2_main, v3_main = (v2, v3) if self._by_main is None else _signatures(self._by_main, v2_end, v3_end)
        return Signed(v2_nonce, v3_nonce, v2, v2_main, v3, v3_main)


#: The signer of these, one for all callbacks that it signs.
signer: Final = lru_cache(maxsize=_SIGNERS_MAX)(Signer)


def inputs(method: str, url: str, *, parameters: Mapping[str, str], v2_nonce: str, v3_nonce: str) -> Inputs:
    """What is signed. The query and the parameters go into V3 only, decoded."""
    address = _address(url)
    tail = _TAILS[method](address, parameters)
    return Inputs(
        v2=f"{address.bases[0]}{v2_nonce}",
        v3=tuple(f"{base}{tail}.{v3_nonce}" for base in address.bases),
    )


def verify(
    method: str, url: str, *, headers: Mapping[str, str], parameters: Mapping[str, str], token: str
) -> Mapping[str, Verdict]:
    """Verify the four signatures of a received callback, GET or POST, with one token. Header → verdict.

    A GET has its parameters in its URL, so `parameters` is empty then. Of a subaccount's callback its own token
    makes V2 and V3 right and the main account's the other two; of the main account's, one token makes all right.
    """
    received = {name.lower(): value for name, value in headers.items()}
    nonces = {nonce: received.get(nonce.lower(), "") for nonce in (V2_NONCE, V3_NONCE)}
    signed = sign(
        method,
        url,
        parameters=parameters,
        token=token,
        main_token=token,
        v2_nonce=nonces[V2_NONCE],
        v3_nonce=nonces[V3_NONCE],
    )
    right = {V2_NONCE: [signed.v2], V3_NONCE: signed.v3.split(",")}
    return {
        header: _verdict(received.get(header.lower()), right[nonce]) if nonces[nonce] else Verdict.MISSING
        for header, nonce in _NONCE_OF.items()
    }


class _Address(Record):
    """A URL taken apart: scheme, host, port and path in each form that a validator signs; and the query, in order.

    `head` is what stands before a form in V3.
    """

    bases: Sequence[str]
    query: Sequence[NameValue]
    head: str


@lru_cache(maxsize=_ADDRESSES_MAX)
def _address(url: str) -> _Address:
    parts = urlsplit(url)
    # A receiver never sees who logs in; Node, Go and Java drop it, Python keeps what it is given.
    with_port = parts.netloc.rpartition("@")[2]
    # Python, Node, Go and PHP sign the port, Ruby, Java and .NET do not. V3 may have several signatures, V2 only one.
    authorities = dict.fromkeys((with_port, _PORT.sub("", with_port)))
    # Go and .NET decode the path before they hash it, Java as if it were a form, where a plus is a blank, and Python
    # cuts off what follows the last segment's ";".
    paths = dict.fromkeys((parts.path, unquote(parts.path), unquote_plus(parts.path), urlparse(url).path))
    query = sorted(parse_qsl(parts.query, keep_blank_values=True))
    return _Address(
        bases=tuple(f"{parts.scheme}://{authority}{path}" for path in paths for authority in authorities),
        query=tuple(query),
        head=f"?{_joined(query)}{'.' if query else ''}",
    )


def _tail_of_get(address: _Address, parameters: Mapping[str, str]) -> str:
    # A name in both keeps both values, as the receiver finds them in the URL.
    pairs = sorted([*address.query, *parameters.items()])
    return f"?{_joined(pairs)}" if pairs else ""


def _tail_of_post(address: _Address, parameters: Mapping[str, str]) -> str:
    if not parameters:
        return _tail_of_get(address, parameters)
    values_of, names = _form_of(tuple(parameters))
    form = names.copy()
    form[1::2] = values_of(parameters)
    return address.head + "".join(form)


@lru_cache(maxsize=_FORMS_MAX)
def _form_of(names: tuple[str, ...]) -> tuple[Callable[[Mapping[str, str]], tuple[str, ...]], list[str]]:
    """Of parameters of these names: what takes their values in order, and the names with room after each.

    The callbacks of one event have the same names; sorting them anew takes nearly twice as long as this.
    """
    ordered = sorted(names)
    return _all_of(ordered), [text for name in ordered for text in (name, "")]


def _all_of(names: Sequence[str]) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    if len(names) < 2:  # of which itemgetter would make no tuple
        return lambda parameters: tuple([parameters[name] for name in names])
    return itemgetter(*names)


def _joined(pairs: Iterable[NameValue]) -> str:
    return "&".join(map("=".join, pairs))


#: Method → what V3 signs after the path. Sorting is by code point, which is the order of UTF-8's bytes.
_TAILS: Final[Mapping[str, Callable[[_Address, Mapping[str, str]], str]]] = {
    "GET": _tail_of_get,
    "POST": _tail_of_post,
}


#: The inner hash after the key and the first form of a URL, the same with each other form, and the outer one.
_Begun = tuple["hashlib._Hash", Sequence["hashlib._Hash"], "hashlib._Hash"]


def _signatures(begun: _Begun, v2_end: bytes, v3_end: bytes) -> tuple[str, str]:
    """The values of the V2 and the V3 header. No blank after the comma: validators split at it and do not trim."""
    first, others, outer = begun
    v2, v3 = _signature(first, outer, v2_end), _signature(first, outer, v3_end)
    return v2, ",".join([v3, *[_signature(inner, outer, v3_end) for inner in others]]) if others else v3


def _signature(inner: "hashlib._Hash", outer: "hashlib._Hash", end: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) of a text that has begun; `hmac` would begin anew with key and URL for every text."""
    inner, outer = inner.copy(), outer.copy()
    inner.update(end)
    outer.update(inner.digest())
    return b2a_base64(outer.digest(), newline=False).decode()


def _begun(address: _Address, token: str) -> _Begun:
    key = token.encode()
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    inner = block.translate(_INNER)
    first, *others = [hashlib.sha256(inner + base.encode()) for base in address.bases]
    return first, others, hashlib.sha256(block.translate(_OUTER))


def _verdict(header: str | None, right: Sequence[str]) -> Verdict:
    if not header:
        return Verdict.MISSING
    members = [member.encode() for member in header.split(",")]
    is_right = any(hmac.compare_digest(member, signature.encode()) for member in members for signature in right)
    return Verdict.RIGHT if is_right else Verdict.WRONG
