"""Failures: why no answer came from a customer's server, in words that a user of any language understands."""

import re
import ssl
from socket import gaierror
from typing import Final

#: How a parser of HTTP quotes bytes that it could not read, and so much of them is repeated.
_QUOTE: Final = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_QUOTED: Final = re.compile(rf"\bbytearray\(b{_QUOTE}\)|\bb{_QUOTE}")
_QUOTED_CHARACTERS_MAX: Final = 100


def described(error: BaseException) -> str:
    """The failure in words: that of its cause, which says most; of several attempts to connect, that of the first."""
    while True:
        if error.__cause__ is not None:
            error = error.__cause__
        elif isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            return _in_words(error)


def _in_words(error: BaseException) -> str:
    match error:
        case ConnectionRefusedError():
            return "connection refused: nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            return "the connection was closed by the other side"
        case gaierror():
            return f"the name is not known: {error.strerror}"
        case ssl.SSLCertVerificationError():
            return f"the certificate is not trusted: {error.verify_message}; --callback-ca FILE names an authority"
        case ssl.SSLError(reason=str(reason)):
            return f"TLS failed: {reason.replace('_', ' ').lower()}"
        case OSError(strerror=str(text)):
            return f"{text[:1].lower()}{text[1:]}"
    text, name = _QUOTED.sub(_quoted, str(error)), type(error).__name__
    if " " in text:  # a sentence
        return text
    return f"{name}: {text}" if text else name


def _quoted(found: re.Match[str]) -> str:
    """The bytes as a text in quotes."""
    text: str = found[1] or found[2]
    return text if len(text) <= _QUOTED_CHARACTERS_MAX else f"{text[:_QUOTED_CHARACTERS_MAX]}…{text[0]}"
