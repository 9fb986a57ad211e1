"""Signatures of what a real receiver gets, judged by the official Python SDK as a customer's server uses it."""

from typing import Final

import pytest
from plivo.utils import validate_signature, validate_v3_signature

from tests.plivo.ask import Api
from tests.receiver import Received, Receiver
from tests.shell.asking import create, good
from tests.shell.telling import advance, call, callbacks, policy

#: What follows the authority. A query beyond ASCII is missing, because the SDK's own validator crashes at it.
_TAILS: Final = [
    "",
    "/",
    "/cb",
    "/cb/",
    "/cb?tenant=7",
    "/cb?b=2&a=1",
    "/cb?a=2&a=1",
    "/cb?flag",
    "/cb?flag=&x=1",
    "/cb?q=a+b%20c",
    "/cb?next=http%3A%2F%2Fx%2F%3Fy%3D1%26z%3D2",
    "/cb?plus=1%2B1&percent=5%25",
    "/caf\u00e9/\u65e5\u672c",
    "/a%2Fb/c%20d",
    "/100%?half=5%2",
    "/a/../b/./c//d",
    "/{x}|y?q=[1]^`",
    "/x;y=1/z,w?p=;&q=,&r='(*)!$",
    "/cb?SequenceNumber=99",
    "/cb?a=2&SequenceNumber=",
    "?tenant=7",
    "/cb?a=1#rc=0&rt=100",
]


def v2_is_right(got: Received, token: str, kind: str = "") -> bool:
    """What the SDK says of the V2 signature."""
    nonce = got.headers["x-plivo-signature-v2-nonce"]
    return bool(validate_signature(got.url, nonce, got.headers[f"x-plivo-signature-{kind}v2"], token))


def v3_is_right(got: Received, token: str, kind: str = "") -> bool:
    """What the SDK says of the V3 signature, given what a web framework gives: URL, method and form."""
    nonce, signature = got.headers["x-plivo-signature-v3-nonce"], got.headers[f"x-plivo-signature-{kind}v3"]
    parameters = got.form if got.method == "POST" else {}
    return bool(validate_v3_signature(got.method, got.url, nonce, token, signature, parameters))


def _told(api: Api, receiver: Receiver, tail: str, method: str) -> Received:
    uuid = create(api, 0, 1, callback_url=receiver.url + tail, callback_method=method)
    good(api.ask("DELETE", api.session(uuid)))
    advance(api)
    (got,) = receiver.received
    return got


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("tail", _TAILS)
def test_sdk_finds_the_signatures_right(api: Api, receiver: Receiver, tail: str, method: str) -> None:
    """Over the URL as the receiver puts it together again from what came, with and without query, escapes, blanks."""
    got = _told(api, receiver, tail, method)

    assert v2_is_right(got, api.auth_token)
    assert v3_is_right(got, api.auth_token)
    assert "SessionTimeout" == (got.form if method == "POST" else got.query)["EventName"]


@pytest.mark.parametrize("tail", ["/cb?tenant=7", "/cb?stadt=m\u00fcnchen", "/cb?flag"])
def test_query_of_the_url_arrives_as_it_was_configured(api: Api, receiver: Receiver, tail: str) -> None:
    """In front of the parameters of a GET, and alone at a POST."""
    got = _told(api, receiver, tail, "GET")
    name, _, value = tail.partition("?")[2].partition("=")

    assert value == got.query[name]
    assert name == next(iter(got.query))


def test_callback_of_a_subaccount_is_signed_with_both_tokens(api: Api, receiver: Receiver) -> None:
    """With its own, and in the headers with Ma with the main account's."""
    sub = api.subaccounts[0]
    uuid = create(sub, 0, 1, callback_url=receiver.url + "/cb")
    good(sub.ask("DELETE", sub.session(uuid)))
    advance(api)
    (got,) = receiver.received

    assert v2_is_right(got, sub.auth_token)
    assert v3_is_right(got, sub.auth_token)
    assert v2_is_right(got, api.auth_token, "ma-")
    assert v3_is_right(got, api.auth_token, "ma-")
    assert not v3_is_right(got, api.auth_token)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("target", ["signature", "parameter", "headers"])
def test_sdk_finds_a_tampered_callback_wrong(api: Api, receiver: Receiver, target: str, method: str) -> None:
    """Whatever the laboratory tampers with, V3 tells; and the log shows what was sent."""
    policy(api, {"action": "tamper", "target": target})
    got = _told(api, receiver, "/cb?tenant=7", method)
    (shown,) = callbacks(api)

    assert ["delivered"] == [shown["state"]]
    assert (["tamper"], got.url) == (shown["laboratory"], shown["request"]["url"])
    assert "x-plivo-signature-v3" not in got.headers or not v3_is_right(got, api.auth_token)


def test_every_callback_of_a_call_is_signed(api: Api, receiver: Receiver) -> None:
    """With nonces of its own each."""
    uuid = create(api, 0, 1, callback_url=receiver.url + "/cb", record=True, recording_callback_url=receiver.url + "/r")
    call(api, uuid, answer_after_s=3, talk_s=20)
    advance(api, 60)

    assert 8 == len(receiver.received)
    assert all(v2_is_right(got, api.auth_token) and v3_is_right(got, api.auth_token) for got in receiver.received)
    assert 8 == len({got.headers["x-plivo-signature-v3-nonce"] for got in receiver.received})
