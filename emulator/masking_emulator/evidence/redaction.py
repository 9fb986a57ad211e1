"""Redaction: no line of a capture says who anybody is. It is not optional, and nothing of a capture goes around it.

The rule is to replace, and to keep only what is known to be safe; nothing is searched for in order to be removed, for
nobody knows every spelling of a secret. So:

- **A value is what its key says**, or else what it looks like: number, PIN, instant, UUID, Auth ID, URL. Each is
  replaced by a stand-in of its kind (standins.py). What is none of these is a *word* and is replaced as a whole, in
  whatever spelling it hides something. Only short numbers, true and false stay; and at keys whose values are the
  service's own vocabulary (states, formats, causes) short words do.
- **A key of an answer stays**, because keys are what a comparison looks for. A key that a customer chose (of a body, of
  a query, of a callback URL) stays only where the API knows it.
- **A sentence of the service** (`error`, `message`) has to stay readable, as its wording is compared. Everything in it
  that looks like one of the above is replaced, so is every word that was replaced before (the request is read first:
  what an error quotes was in it), and so is every long run of letters and digits.
- **A header** stays where it is listed, by a rule of its own. Other headers of the service keep their names alone;
  others of the customer's, and of what lies between, are left out. Cookies are never kept.
- **Credentials** become credentials of stand-ins, so that one still sees who asked, and whether with the right token.
- **Signatures** of callbacks were verified as they came; what is left of them is their form.
- **Instants** are all moved by the same time, to the capture's fixed beginning: distances stay.

At last each finished line is searched for all that was replaced and cannot be there by chance (tokens, numbers, UUIDs,
Auth IDs), plainly, in base64, percent-encoded and backwards. A line in which something is found is not written.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from msgspec import DecodeError, json

from masking_emulator.evidence.captures import Pairs
from masking_emulator.evidence.standins import HTTP_DATE, INSTANT, NUMBER_DIGITS_MIN, StandIns
from masking_emulator.evidence.vocabulary import (
    CUSTOMERS_WORDS,
    EXTENSION,
    NEVER_KEPT,
    PLAIN_KEY,
    PROGRAMS,
    SECTIONS,
    SENTENCE_WORDS,
    VOCABULARY,
    ValueKind,
    is_known_key,
    kept_header,
    kind_of,
)

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AUTH_ID: Final = re.compile(r"\b[MS]A[A-Z0-9]{18}\b")
_NUMBER: Final = re.compile(r"\+?[1-9][0-9]{6,14}")
_WRITTEN_NUMBER: Final = re.compile(r"[+0-9 ().-]*[0-9][+0-9 ().-]*")
_SHORT_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]{1,9})?")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>\\,)]+")
_FRAGMENT: Final = re.compile(r"[a-z]{2}=[a-z0-9,-]{1,12}(&[a-z]{2}=[a-z0-9,-]{1,12})*")

#: What in a sentence is never a word of the language: the pattern and, by its name, what it is.
_IN_SENTENCES: Final = re.compile(
    rf"(?P<url>{_URL.pattern})|(?P<uuid>{_UUID.pattern})|(?P<auth_id>{_AUTH_ID.pattern})"
    rf"|(?P<instant>{HTTP_DATE.pattern}|{INSTANT.pattern}[0-9:.]*)"
    r"|(?P<address>\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b)"
    r"|(?P<number>\+?(?:[0-9][ ().-]{0,2}){6,}[0-9])"
    r"|(?P<mail>[^\s@]+@[^\s@]+\.[A-Za-z]+)|(?P<escaped>\S*%[0-9A-Fa-f]{2}\S*)"
    # Long, or of capitals and small letters in turns, as base64 is.
    r"|(?P<token>[A-Za-z0-9+/_=-]{24,}|(?=(?:[A-Za-z0-9+/_-]*?[a-z0-9][A-Z]){2})[A-Za-z0-9+/_-]{10,}={0,2})"
)
_SNAKE: Final = re.compile("[a-z]{1,20}(_[a-z]{1,20})+")
_DIGIT_GROUPS: Final = re.compile(r"[0-9]+")

#: Words that were replaced are replaced in sentences too, if they are at least so long; "a" is in every sentence.
_WORD_CHARACTERS_MIN: Final = 3

#: The integers up to here are durations, counts and sums.
_COUNT_MAX: Final = 999_999

#: No spelling of what is searched for is shorter.
_BEGINNING_CHARACTERS: Final = 6

_BASIC: Final = re.compile(r"Basic\s+(\S+)", flags=re.IGNORECASE)


class Redactor:
    """Replaces, for one capture. Read the request of an exchange before its answer."""

    def __init__(self, shift: timedelta) -> None:
        """`shift` moves the capture's beginning to the instant that stands for it, in whole seconds."""
        self.stand_ins = StandIns(shift)
        self._searched = SpellingIndex()

    def path(self, path: str) -> str:
        """A path of the API: what it is made of stays, who and what it is about does not."""
        return "/".join(self._section(unquote(part)) for part in path.split("/"))

    def query(self, query: str, *, of_service: bool = False) -> Pairs:
        """A query or a form, in order. That of a callback is the service's, but for what the customer's URL had."""
        return [
            (
                self._answer_key(name) if of_service else self._key(name),
                self._text(value, kind_of(name), of_service=of_service),
            )
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]

    def headers(self, headers: Iterable[tuple[str, str]], *, of_service: bool) -> Pairs:
        """The headers that may be kept, in order. Those `of_service` all keep their names."""
        kept: list[tuple[str, str]] = []
        for name, value in headers:
            rule = kept_header(name)
            if rule is not None:
                kept.append((name, self._header(rule, value)))
            elif of_service and PLAIN_KEY.fullmatch(name.replace("-", "_")) and not NEVER_KEPT.match(name):
                kept.append((name, self.stand_ins.word(value)))
        return kept

    def body(self, value: Any, *, of_service: bool, kind: ValueKind | None = None) -> Any:
        """A JSON value; keys of the service's stay."""
        match value:
            case dict():
                return {
                    self._answer_key(key) if of_service else self._key(key): self.body(
                        inner, of_service=of_service, kind=kind_of(key)
                    )
                    for key, inner in value.items()
                }
            case list():
                return [self.body(inner, of_service=of_service, kind=kind) for inner in value]
            case _:
                return self._value(value, kind, of_service=of_service)

    def url(self, text: str) -> str:
        """A URL: its scheme, its form, its port and the options behind # stay. What cannot be taken apart is a word."""
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self.stand_ins.word(text)
        ours = host == "plivo.com" or host.endswith(".plivo.com")
        named = host if ours else self.stand_ins.host(host)
        named = f"[{named}]" if ":" in named else named
        authority = ("user@" if "@" in parts.netloc else "") + named + ("" if port is None else f":{port}")
        path = self.path(parts.path) if ours else self.customers_path(parts.path)
        query = "&".join("=".join(pair) for pair in self.query(parts.query))
        fragment = parts.fragment if _FRAGMENT.fullmatch(parts.fragment) else self.stand_ins.word(parts.fragment)
        return (
            f"{parts.scheme}://{authority}{path}"
            + (f"?{query}" if "?" in text else "")
            + (f"#{fragment}" if "#" in text else "")
        )

    def customers_path(self, path: str) -> str:
        """A path that the customer chose: how many parts it has, and what kind of file it names."""
        return "/".join(self._part(unquote(part)) for part in path.split("/"))

    def sentence(self, text: str) -> str:
        """A text of the service that has to stay readable."""
        found = _IN_SENTENCES.sub(self._in_sentence, text)
        words = self.stand_ins.known("word", "pin", "token", "host")
        named = [
            re.escape(word)
            for word in words
            if len(word) >= _WORD_CHARACTERS_MIN
            and word in found
            and word.lower() not in SENTENCE_WORDS
            # What an error names is a parameter, though a path of the customer's may be called "status" too.
            and not is_known_key(word)
        ]
        if not named:
            return found
        longest_first = sorted(named, key=len, reverse=True)
        pattern = rf"(?<![A-Za-z0-9])(?:{'|'.join(longest_first)})(?![A-Za-z0-9])"
        return re.sub(pattern, lambda match: words[match[0]], found)

    def credentials(self, value: str) -> str:
        """An Authorization header: Basic with stand-ins of both parts, anything else a word behind its scheme."""
        basic = _BASIC.fullmatch(value.strip())
        if basic is None:
            scheme, _, rest = value.partition(" ")
            return f"{scheme} {self.stand_ins.token(rest)}" if rest else self.stand_ins.token(value)
        try:
            user, colon, token = b64decode(basic[1], validate=True).decode().partition(":")
        except (NoBase64, UnicodeError):
            return f"Basic {self.stand_ins.token(basic[1])}"
        shown = self.stand_ins.auth_id(user) if _AUTH_ID.fullmatch(user) else self.stand_ins.word(user)
        return f"Basic {b64encode(f'{shown}{colon}{self.stand_ins.token(token)}'.encode()).decode()}"

    def has_leaked_into(self, line: str) -> bool:
        """Whether something that was replaced is still in a finished line, in any spelling."""
        for text in self.stand_ins.new("token", "number", "uuid", "auth id"):
            if len(text) > NUMBER_DIGITS_MIN + 1:
                self._searched.add(text)
        return any(not self.stand_ins.is_given(text) for text in self._searched.found_in(line))

    def _value(self, value: Any, kind: ValueKind | None, *, of_service: bool) -> Any:
        match value:
            case bool() | None:
                return value
            case int() if kind is ValueKind.PIN and value > 0:
                return int(self.stand_ins.pin(str(value)))
            case int() if abs(value) > _COUNT_MAX:
                return int(self.stand_ins.number(str(abs(value))))
            case int() | float():
                return value if abs(value) <= _COUNT_MAX else 0.0
            case _:
                return self._text(str(value), kind, of_service=of_service)

    def _text(self, text: str, kind: ValueKind | None, *, of_service: bool) -> str:
        if kind is ValueKind.WORD and (VOCABULARY if of_service else CUSTOMERS_WORDS).fullmatch(text):
            return text
        if kind is ValueKind.SENTENCE and of_service:
            return self.sentence(text)
        if kind is ValueKind.PIN:
            return self.stand_ins.pin(text)
        if kind is ValueKind.NUMBER and _WRITTEN_NUMBER.fullmatch(text):
            return self._number_as_written(text)
        return self._by_its_form(text)

    def _by_its_form(self, text: str) -> str:
        stand_ins = self.stand_ins
        if _SHORT_NUMBER.fullmatch(text) or text.lower() in ("true", "false"):
            return text
        if _NUMBER.fullmatch(text):
            return "+" * text.startswith("+") + stand_ins.number(text.removeprefix("+"))
        if _UUID.fullmatch(text):
            return stand_ins.uuid(text)
        if _AUTH_ID.fullmatch(text):
            return stand_ins.auth_id(text)
        if HTTP_DATE.fullmatch(text) or _is_instant(text):
            return stand_ins.instant(text)
        if _URL.fullmatch(text):
            return self.url(text)
        if text.startswith("/v1/"):
            path, mark, query = text.partition("?")
            return self.path(path) + mark + "&".join("=".join(pair) for pair in self.query(query))
        return stand_ins.word(text)

    def _in_sentence(self, found: re.Match[str]) -> str:
        text = found[0]
        match found.lastgroup:
            case "url":
                return self.url(text)
            case "uuid":
                return self.stand_ins.uuid(text)
            case "auth_id":
                return self.stand_ins.auth_id(text)
            case "instant":
                return self.stand_ins.instant(text)
            case "address":
                return self.stand_ins.host(text)
            case "number":
                return self._number_as_written(text)
            case "token":
                return text if is_known_key(text) or _SNAKE.fullmatch(text) else self.stand_ins.token(text)
            case _:
                return self.stand_ins.word(text)

    def _number_as_written(self, text: str) -> str:
        """A number with blanks, dashes and brackets where it had them."""
        digits = iter(self.stand_ins.number("".join(_DIGIT_GROUPS.findall(text))))
        return _DIGIT_GROUPS.sub(lambda group: "".join(next(digits) for _ in group[0]), text)

    def _section(self, part: str) -> str:
        if part in SECTIONS:
            return part
        return quote(self._by_its_form(part) if EXTENSION.search(part) is None else self._part(part), safe="+-._")

    def _part(self, part: str) -> str:
        stem, ending = part, ""
        if (extension := EXTENSION.search(part)) is not None:
            stem, ending = part[: extension.start()], extension[0]
        looks = _UUID.fullmatch(stem) or _AUTH_ID.fullmatch(stem) or _NUMBER.fullmatch(stem)
        return (self._by_its_form(stem) if looks else self.stand_ins.word(stem)) + ending

    def _key(self, key: str) -> str:
        return key if is_known_key(key) else self.stand_ins.word(key)

    def _answer_key(self, key: str) -> str:
        is_services = is_known_key(key) or (PLAIN_KEY.fullmatch(key) and not self.stand_ins.has("word", key))
        return key if is_services else self.stand_ins.word(key)

    def _header(self, rule: ValueKind, value: str) -> str:
        match rule:
            case ValueKind.CREDENTIALS:
                return self.credentials(value)
            case ValueKind.SIGNATURE:
                return re.sub(r"[0-9]", "0", re.sub(r"[A-Za-z+/]", "A", value))
            case ValueKind.HOST:
                return self.url(f"x://{value}").removeprefix("x://")
            case ValueKind.URL:
                return self._by_its_form(value)
            case ValueKind.AGENT:
                return value if PROGRAMS.fullmatch(value) else self.stand_ins.word(value)
            case _:
                return value if VOCABULARY.fullmatch(value) else self._by_its_form(value)


class SpellingIndex:
    """Finds texts in longer ones, in any spelling, in a time that does not depend on how many texts there are."""

    def __init__(self) -> None:
        self._by_beginning: dict[str, dict[str, str]] = {}

    def add(self, text: str) -> None:
        """Look for this text too; it has at least as many characters as a beginning."""
        for spelling in spellings(text):
            self._by_beginning.setdefault(spelling[:_BEGINNING_CHARACTERS], {})[spelling] = text

    def found_in(self, line: str) -> Iterable[str]:
        """The texts that are there, as they were added."""
        for place in range(len(line) - _BEGINNING_CHARACTERS + 1):
            begun = self._by_beginning.get(line[place : place + _BEGINNING_CHARACTERS])
            if begun is not None:
                yield from (text for spelling, text in begun.items() if line.startswith(spelling, place))


def spellings(text: str) -> Iterable[str]:
    """A text as it is, backwards, percent-encoded where it has to be and as a whole, and in base64 at any place."""
    yield text
    yield text[::-1]
    yield quote(text, safe="")
    yield "".join(f"%{byte:02X}" for byte in text.encode())
    yield "".join(f"%{byte:02x}" for byte in text.encode())
    for before in range(3):
        # Three bytes are four characters: those at the ends depend on what stands beside.
        whole = b64encode(b"\0" * before + text.encode()).decode().rstrip("=")
        middle = whole[(before * 8 + 5) // 6 : (before + len(text.encode())) * 8 // 6]
        yield middle
        yield middle.replace("+", "-").replace("/", "_")


def _is_instant(text: str) -> bool:
    found = INSTANT.match(text)
    return found is not None and re.fullmatch(r"\s?(Z|[+-]\d\d:?\d\d)?\s?(UTC)?", text[found.end() :]) is not None


def decoded(body: bytes) -> Any:
    """The JSON value of a body. Raises ValueError for what is none."""
    try:
        return json.decode(body)
    except (DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
