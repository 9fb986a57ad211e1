"""The vocabulary of the service: which keys, words and headers are its own, and therefore nobody's secret.

Redaction keeps by these tables and by nothing else. A key says what its value is, whatever the value looks like.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from masking_emulator.plivo.callback_schemas import ATTRIBUTES
from masking_emulator.plivo.parameters import CREATE, SYNONYMS, Kind
from masking_emulator.plivo.refusals import sentences
from masking_emulator.plivo.signatures import V2, V2_MAIN, V2_NONCE, V3, V3_MAIN, V3_NONCE


class ValueKind(Enum):
    """What a value is, by its key or by its header."""

    NUMBER = "a phone number"
    PIN = "a PIN, or what somebody typed"
    WORD = "a word of the service"
    SENTENCE = "a text of the service"
    URL = "a URL or a path"
    HOST = "host and port"
    CREDENTIALS = "who asks, and the token"
    SIGNATURE = "a signature or its nonce"
    AGENT = "the program that asks"


#: A key as APIs have them. One with many digits in it is somebody's number.
PLAIN_KEY: Final = re.compile(r"(?!.*[0-9]{4})[A-Za-z][A-Za-z0-9_]{0,39}")

#: A short word, as a state, a format or a cause is.
VOCABULARY: Final = re.compile(r'(?!.*[0-9]{5})[A-Za-z0-9*./;=," _-]{1,40}')

#: What a customer may say of it in a request: the values that parameters have.
CUSTOMERS_WORDS: Final = re.compile(
    r"[0-9]{1,6}(\.[0-9]{1,3})?|true|false|get|post|put|mp3|wav|all|active|expired|in-progress|inbound|outbound"
    r"|live|queued|caller|callee|carrier|plivo",
    flags=re.IGNORECASE,
)

#: What SDKs and clients of HTTP say they are, and in which version.
_PROGRAM: Final = (
    r"(plivo-[a-z]+|python-(requests|httpx|urllib)|requests|axios|node(-fetch)?|undici|go-http-client|okhttp|curl|php|java"
    r"|guzzlehttp|faraday|ruby|restsharp|dotnet|masking-emulator)[/ ]?v?[0-9.]{0,16}"
)
PROGRAMS: Final = re.compile(rf"{_PROGRAM}( \(?{_PROGRAM}\)?| \([a-z]+[:/]? ?v?[0-9.]{{1,16}}\))*", flags=re.IGNORECASE)

_WORDS: Final = frozenset(word.lower() for text in (*sentences(), *CREATE) for word in re.findall(r"[A-Za-z_]+", text))

#: The words of the sentences that the service is known to say, and the parts of the names in them, in small letters.
#: None of them tells about anybody.
SENTENCE_WORDS: Final = _WORDS | {part for word in _WORDS for part in word.split("_")}

#: The ending of a media file.
EXTENSION: Final = re.compile(r"\.(mp3|wav|xml|ogg)$", flags=re.IGNORECASE)

#: Parts of the API's paths.
SECTIONS: Final = frozenset(
    {"", "v1", "Account", "Subaccount", "Masking", "Session", "Call", "Recording", "Number", "PhoneNumber"}
    | {"Media", "Message", "Application", "Endpoint", "Pricing", "Conference", "Powerpack", "_emulator", "health"}
)

_OF_PARAMETERS: Final[Mapping[Kind, ValueKind]] = {
    Kind.FLAG: ValueKind.WORD,
    Kind.INTEGER: ValueKind.WORD,
    Kind.CHOICE: ValueKind.WORD,
    Kind.PHONE: ValueKind.NUMBER,
    Kind.PIN: ValueKind.PIN,
}

#: Key in small letters → what its value is. A key that is not here says nothing; the value's form does.
_KINDS: Final[Mapping[str, ValueKind]] = {
    **{name: _OF_PARAMETERS[one.kind] for name, one in CREATE.items() if one.kind in _OF_PARAMETERS},
    **dict.fromkeys(SYNONYMS, ValueKind.WORD),
    **dict.fromkeys(
        ("virtual_number", "from", "to", "from_number", "to_number", "number", "virtualnumber", "caller_id"),
        ValueKind.NUMBER,
    ),
    **dict.fromkeys(("pin", "digits"), ValueKind.PIN),
    **dict.fromkeys(
        (
            *("status", "type", "call_direction", "call_state", "hangup_cause_name", "hangup_source", "direction"),
            *("eventname", "pinauthenticationstatus", "plivohangupcause", "recordingformat", "recording_format"),
            *("recording_type", "number_type", "event", "call_status", "pin_auth_status"),
        ),
        ValueKind.WORD,
    ),
    **dict.fromkeys(("error", "message"), ValueKind.SENTENCE),
}

#: What a request's query may name beside parameters: filters and pages of lists.
_ASKED: Final = frozenset(
    {
        "limit",
        "offset",
        "cursor",
        "subaccount",
        "status",
        "virtual_number",
        "session_uuid",
        "call_uuid",
        "call_direction",
    }
    | {"from_number", "to_number", "number_startswith", "type", "services", "alias", "created_time", "expiry_time"}
    | {"duration", "total_call_count", "total_call_amount", "total_call_billed_duration", "end_time", "bill_duration"}
    | {"add_time", "recording_storage_duration", "conference_name", "parent_call_uuid", "hangup_cause_code"}
)
_COMPARED: Final = re.compile(r"__?(gt|gte|lt|lte)$")

#: A header in small letters → how its value is kept.
_HEADERS: Final[Mapping[str, ValueKind]] = {
    **dict.fromkeys(
        (
            *(
                "content-type",
                "content-length",
                "accept",
                "accept-encoding",
                "connection",
                "transfer-encoding",
                "allow",
            ),
            *(
                "www-authenticate",
                "retry-after",
                "cache-control",
                "vary",
                "server",
                "pragma",
                "keep-alive",
                "content-encoding",
                "expect",
            ),
            *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date", "expires", "last-modified"),
        ),
        ValueKind.WORD,
    ),
    **dict.fromkeys(("authorization", "proxy-authorization"), ValueKind.CREDENTIALS),
    **dict.fromkeys(("location", "content-location"), ValueKind.URL),
    "host": ValueKind.HOST,
    "user-agent": ValueKind.AGENT,
}

#: Headers of answers whose names are not kept either: cookies, and what an emulator of ours says of its own accord.
NEVER_KEPT: Final = re.compile("set-cookie|x-emulator-", flags=re.IGNORECASE)

#: The headers of callbacks that carry signatures and what they were made with, in small letters.
SIGNATURES: Final = frozenset(name.lower() for name in (V2, V2_NONCE, V2_MAIN, V3, V3_NONCE, V3_MAIN))


def kind_of(key: str) -> ValueKind | None:
    """What the value of this key is; None where the key does not say."""
    return _KINDS.get(_COMPARED.sub("", key.lower()))


_ATTRIBUTES: Final = frozenset(attribute.name for attribute in ATTRIBUTES)


def is_known_key(key: str) -> bool:
    """Whether the API knows a parameter or a callback an attribute of this name. Letter case of parameters is free."""
    name = _COMPARED.sub("", key.lower())
    return name in CREATE or name in SYNONYMS or name in _ASKED or key in _ATTRIBUTES or key.lower() in _KINDS


def kept_header(name: str) -> ValueKind | None:
    """How the value of this header is kept; None for one that no table has."""
    lower = name.lower()
    return ValueKind.SIGNATURE if lower in SIGNATURES else _HEADERS.get(lower)
