"""Signatures of callbacks, by the verdicts that a capture has on them: they were checked as they came."""

from collections.abc import Iterator
from typing import Final

from masking_emulator.evidence.captures import CapturedCallback
from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import RECORDING, conversations_of
from masking_emulator.evidence.predicates.witness import Witness

_HEADERS: Final = (
    *("x-plivo-signature-v2", "x-plivo-signature-v2-nonce", "x-plivo-signature-ma-v2"),
    *("x-plivo-signature-v3", "x-plivo-signature-v3-nonce", "x-plivo-signature-ma-v3"),
)


def _signed(witness: Witness) -> Iterator[CapturedCallback]:
    """The callbacks whose signatures were checked."""
    return (event.at for event in conversations_of(witness).events if event.at.signatures)


def _header(callback: CapturedCallback, name: str) -> str:
    return next((value for each, value in callback.headers if each.lower() == name), "")


def _right(callback: CapturedCallback, *names: str) -> Testimony:
    wrong = [f"{name} is {callback.signatures.get(name, 'missing')}" for name in names]
    return either(callback, all(callback.signatures.get(name) == "right" for name in names), ", ".join(wrong))


@shows("signature_headers")
def _headers(witness: Witness) -> Iterator[Testimony]:
    for callback in _signed(witness):
        missing = [name for name in _HEADERS if not _header(callback, name)]
        if missing:
            yield either(callback, is_so=False, otherwise=f"{', '.join(missing)} is missing")
        else:
            yield _right(callback, "V2", "V3", "Ma-V2", "Ma-V3")


@shows("signature_v2")
def _v2(witness: Witness) -> Iterator[Testimony]:
    return (_right(callback, "V2") for callback in _signed(witness))


@shows("signature_v3_post")
def _v3_of_a_post(witness: Witness) -> Iterator[Testimony]:
    return (_right(callback, "V3") for callback in _signed(witness) if callback.method == "POST")


@shows("signature_v3_get")
def _v3_of_a_get(witness: Witness) -> Iterator[Testimony]:
    return (_right(callback, "V3") for callback in _signed(witness) if callback.method == "GET")


@shows("signature_v3_name_twice")
def _name_twice(witness: Witness) -> Iterator[Testimony]:
    for callback in _signed(witness):
        names = [name for name, _ in callback.params]
        if callback.method == "GET" and len(names) != len(set(names)):
            yield _right(callback, "V3")


@shows("signature_port")
def _port(witness: Witness) -> Iterator[Testimony]:
    for callback in _signed(witness):
        if ":" in _header(callback, "host").rpartition("]")[2]:
            count = _header(callback, "x-plivo-signature-v3").count(",") + 1
            if count < 2:
                yield either(callback, is_so=False, otherwise="V3 holds one signature only")
            else:
                yield _right(callback, "V2", "V3")


@shows("signature_of_user_in_url")
def _user(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for event in known.events:
        key = "recording_callback_url" if event.name in RECORDING else "callback_url"
        url = known.settings(event.session, event.when).get(key)
        if event.at.signatures and isinstance(url, str) and "://user@" in url:
            yield _right(event.at, "V2", "V3")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "signature_v3_path": "How a path was written is not in a capture: its parts are replaced.",
    "signature_v2_path": "How a path was written is not in a capture: its parts are replaced.",
}
