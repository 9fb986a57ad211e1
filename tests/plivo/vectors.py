"""Signatures that are known to be right: from the SDKs' own tests, or accepted by the validators of six SDKs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Vector:
    """One signature. V2 has no method and no parameters. `port_dropped` is what SDKs that sign no port expect."""

    name: str
    version: int
    url: str
    nonce: str
    signature: str
    token: str = "my_auth_token"
    method: str = "POST"
    parameters: Mapping[str, str] = field(default_factory=dict)
    port_dropped: str | None = None

    @property
    def header(self) -> str:
        """The header as the emulator sends it. Only V3 may hold two signatures."""
        return f"{self.signature},{self.port_dropped}" if self.port_dropped else self.signature


_SDK_TOKEN: Final = "Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4"
_SDK_NONCE: Final = "31627761595286130198"
_SDK_URL: Final = "https://plivobin.non-prod.plivops.com/api/v1/validate_signature03.xml"

#: The parameters of plivo-go's own tests.
_SDK_PARAMETERS: Final = {
    "Direction": "outbound",
    "From": "19792014278",
    "ALegUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "CallStatus": "in-progress",
    "BillRate": "0.002",
    "ParentAuthID": "MANWVLYTK4ZWU1YTY4QA",
    "To": "sip:PlivoSignature382029104058171078704104@phone-qa.voice.plivodev.com",
    "ALegRequestUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "CallUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "RequestUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "SIP-H-To": "<sip:PlivoSignature382029104058171078704104@52.9.11.55;transport=udp>;tag=1",
    "SessionStart": "2020-04-08 11:34:33.238707",
    "Event": "StartApp",
}

_TIMEOUT: Final = {
    "EventName": "SessionTimeout",
    "EventTimestamp": "2024-02-01 06:58:15",
    "SessionUUID": "c28b77d4-21e7-43bd-9447-04bfee92e651",
    "VirtualNumber": "912269947011",
    "SequenceNumber": "1",
}

_ANSWER: Final = {
    "EventName": "SessionFirstPartyAnswer",
    "EventTimestamp": "2024-02-01 06:28:37",
    "SessionUUID": "4189591e-d004-4801-abdf-8893c15e5dcd",
    "From": "12025550101",
    "To": "12025550102",
    "VirtualNumber": "12025550199",
    "SequenceNumber": "1",
}


def _sdk(name: str, url: str, signature: str, *, method: str) -> Vector:
    return Vector(name, 3, url, _SDK_NONCE, signature, _SDK_TOKEN, method, _SDK_PARAMETERS)


def _timeout(name: str, url: str, signature: str, *, method: str = "POST", port_dropped: str | None = None) -> Vector:
    return Vector(name, 3, url, "12345", signature, method=method, parameters=_TIMEOUT, port_dropped=port_dropped)


def _answer(name: str, url: str, signature: str, *, method: str = "POST", port_dropped: str | None = None) -> Vector:
    return Vector(name, 3, url, "42", signature, _SDK_TOKEN, method, _ANSWER, port_dropped)


#: The first five are in the tests of plivo-go and plivo-python; the others were accepted by every SDK.
_OF_SDKS: Final = (
    Vector("v2", 2, "https://answer.url", "12345", "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="),
    _sdk("go-post-query", f"{_SDK_URL}/?a=b&c=d", "k7Pusd4OxCIjR5IfA9iedDNu/h/gbdYqdzG/MiYtd1c=", method="POST"),
    _sdk("go-get-query", f"{_SDK_URL}/?a=b&c=d", "UBq8jAtd32wR8EK9VgxbBn4n5rpI/l1H9iN4WfSEHFQ=", method="GET"),
    _sdk("go-post", _SDK_URL, "iAjE5QqI37mbkYe4w3jTMudqEzbDufdqi7sYwTu64e0=", method="POST"),
    _sdk("go-get", _SDK_URL, "i/MQsaQSAd6fiKhOh2qeeeLHZ9faldADSb3/7+Akfbc=", method="GET"),
    _timeout("timeout-post", "https://example.com/cb", "N7GvHkfdZ2H8OoA2zvTdfvObFigydUYB8KmEN/GgxeA="),
    _timeout("timeout-post-query", "https://example.com/cb?tenant=7", "/1euQsJsFo4DdFILrWZbJI3gKbmgWg5V+vSwKJ5AMYQ="),
    _timeout(
        "timeout-post-port",
        "http://localhost:9000/cb?tenant=7",
        "UzJfakw4IXK10hCkGFqjwwtOzsbESHpBr+oqr5LL15k=",
        port_dropped="xDiAJoH05Q563NibA0jPIyIvKKqNlgW9RABtB6v+o9A=",
    ),
    _timeout(
        "timeout-get-query",
        "https://example.com/cb?tenant=7",
        "kmrRLc02Wd7t2+C9Z2lOZdqDA6l4MqQNcI1j2kf+R9Y=",
        method="GET",
    ),
)

#: Further ones of ours, which every SDK accepted.
_FURTHER: Final = (
    Vector(
        "v2-path",
        2,
        "https://example.com/masking/events/",
        "05429567804466091622",
        "eKZRU6KUVrMIN6DNrqsP8DeHmJt4N4HOpUKzDQZY2+A=",
        _SDK_TOKEN,
    ),
    Vector(
        "v2-query-is-not-signed",
        2,
        "https://example.com/masking/events?session=1&x=2",
        "05429567804466091622",
        "SfNlmUZgvMpy+rfPeyoR4gs7x51c7oEdz/FvowUbgAQ=",
        _SDK_TOKEN,
    ),
    Vector(
        "post",
        3,
        "https://example.com/masking/events",
        _SDK_NONCE,
        "Hk2AjQNiHYntpuTe43l+rElA3BEI2bxDgwTkLxyaJbo=",
        _SDK_TOKEN,
        parameters=_ANSWER,
    ),
    _answer(
        "post-query",
        "https://example.com/masking/events/?tenant=7&a=b",
        "V0PRIcFgz7GA2CET634NKILIpZYMpc7GNgdu/LXw9Gw=",
    ),
    _answer("get", "https://example.com/masking/events", "taYIbdrL27+NSmKURBB8xwTs2flqUHeGIOgeWaX+gUE=", method="GET"),
    _answer(
        "get-query",
        "https://example.com/masking/events?tenant=7&a=b",
        "fFxXaABHcT3oC2W+6SweP9mImjTUq5NC2NlbylIHzII=",
        method="GET",
    ),
    Vector(
        "empty-value",
        3,
        "https://example.com/cb",
        "42",
        "AwyO8vpEHAXswswL4VCUV5ZjUjn7J5whjaiEm+zPD1c=",
        _SDK_TOKEN,
        parameters={"A": "", "B": "2"},
    ),
    _answer(
        "post-port",
        "http://127.0.0.1:5001/cb",
        "ibzOeKd8SEB15zIh4vhvCo0QzIyjUUxnEtkxC2VmQ2s=",
        port_dropped="lTmA+JOfXwxRsFtjbYXop0OfpDIpEKV8WuzLwiaE5Lo=",
    ),
    _answer(
        "get-port",
        "http://127.0.0.1:5001/cb?x=1",
        "Qtv/2qfWBfXNq9eLtAjUZ2WmS7Q3i8dxFJitov+76JE=",
        method="GET",
        port_dropped="7eT1dYm6v57JKFUwhsx8sD9sFMMFP9eVmev8qz9ip0M=",
    ),
    Vector(
        "v2-port",
        2,
        "http://127.0.0.1:5001/cb",
        "777",
        "PLRWb9jbvf4AIUfKzops7iNfG+6CwN0Y6xuhh+46URs=",
        _SDK_TOKEN,
    ),
)

VECTORS: Final = (*_OF_SDKS, *_FURTHER)
