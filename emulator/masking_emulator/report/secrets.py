"""Secrets: what a report never shows. Auth Tokens, cookies, Authorization headers, and passwords in URLs.

The answers of the control API are cleaned before anything is made of them, so no renderer has to think of it. A token
is looked for as it is and in base64, at any place of a longer text, percent-encoded or escaped too.
"""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

MASK: Final = "***"

#: Headers that are not shown at all.
_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})

#: Parts of an answer in which users choose the keys, and may write a token as a number.
_FREE: Final = frozenset({"body", "headers", "query", "parameters"})

#: Words and instants of the emulator's own. They hold nothing of a user, and are read again.
_OWN: Final = frozenset(
    {
        *("at", "now", "until", "due_at", "started_at", "ended_at", "answered_at", "kind", "state", "phase", "status"),
        *("channel", "method", "operation", "outcome", "route", "in", "number", "virtual_number", "session_uuid"),
    }
)

#: Less than this of a token in base64 would be found everywhere.
_BASE64_CHARACTERS_MIN: Final = 8

#: What begins an escape.
_ESCAPES: Final = re.compile(r"[%\\&]")

#: A user and a password in a URL.
_USERINFO: Final = re.compile(r"(?<=://)[^/@\s?#]+(?=@)")


class Cleaner:
    """Cleans what is reported of the secrets of some accounts."""

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        """`accounts` are pairs of an Auth ID and its Auth Token."""
        found = {form for auth_id, token in accounts for form in _forms(auth_id, token)}
        longest_first = sorted(found, key=lambda form: (-len(form), form))
        self._plain = _any_of(map(re.escape, longest_first))
        self._escaped = _any_of("".join(map(_spellings, form)) for form in longest_first)

    def text(self, text: str) -> str:
        """The text without secrets, and without halves of characters, which no file can hold."""
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode()
        # Most texts are written as they are, and those are searched faster.
        secret = self._escaped if _ESCAPES.search(text) else self._plain
        cleaned = text if secret is None else secret.sub(MASK, text)
        return _USERINFO.sub(MASK, cleaned) if "@" in cleaned else cleaned

    def value(self, value: Any, *, free: bool = False) -> Any:
        """A JSON value without secrets. In a `free` one the keys are the user's too."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {
                    self.text(key) if free else key: self._at(key, inner, free=free)
                    for key, inner in value.items()
                    if str(key).lower() not in _HEADERS
                }
            case list():
                return [self.value(inner, free=free) for inner in value]
            case int() | float() if free and not isinstance(value, bool):
                cleaned = self.text(str(value))
                return value if cleaned == str(value) else cleaned
            case _:
                return value

    def _at(self, key: str, inner: Any, *, free: bool) -> Any:
        if not free and key in _OWN and isinstance(inner, str):
            return inner
        return self.value(inner, free=free or key in _FREE)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(patterns)
    return re.compile(joined) if joined else None


def _forms(auth_id: str, token: str) -> Iterable[str]:
    """A token as it is, and in base64, alone and in the midst of other text."""
    yield token
    for encode in (b64encode, urlsafe_b64encode):
        yield encode(f"{auth_id}:{token}".encode()).decode().rstrip("=")
        for before in range(3):
            # Three bytes are four characters: those at the ends depend on what stands beside the token.
            whole = encode(b"\0" * before + token.encode()).decode().rstrip("=")
            middle = whole[(before * 8 + 5) // 6 : (before + len(token.encode())) * 8 // 6]
            if len(middle) >= _BASE64_CHARACTERS_MIN:
                yield middle


def _spellings(character: str) -> str:
    """A pattern of the ways to write a character: as it is, percent-encoded, twice too, or escaped as in JSON or HTML.

    Clients differ in which characters they escape, so each that some of them escape may be written in any of the ways.
    """
    if character.isalnum():
        return character
    code = "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{ord(character):02x}")
    ways = [re.escape(character), f"%(?:25)*{code}", rf"\\+(?:u00{code}|{re.escape(character)})"]
    ways += [f"&#(?:{ord(character)}|[xX]{code});", re.escape(escape(character))]
    return f"(?:{'|'.join(ways)})"
