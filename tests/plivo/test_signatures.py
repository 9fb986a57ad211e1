"""Signatures of callbacks against known ones, and against the validators of the official Python SDK."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given, settings
from masking_emulator.plivo import signatures
from masking_emulator.plivo.signatures import V2, V2_MAIN, V2_NONCE, V3, V3_MAIN, V3_NONCE, Inputs, Signed, Verdict
from plivo.utils import validate_signature, validate_v3_signature

from tests.plivo.paths import PATHS
from tests.plivo.signed import ANY, ASCII, MAIN_TOKEN, TOKEN, Sent, sent
from tests.plivo.signed import V2_NONCE as NONCE_2
from tests.plivo.signed import V3_NONCE as NONCE_3
from tests.plivo.vectors import VECTORS, Vector

_EVENT: Final = {"EventName": "SessionTimeout", "SequenceNumber": "1"}
_LOCAL: Final = Sent("POST", "http://localhost:9000/cb?tenant=7", _EVENT)

_ALL_RIGHT: Final = dict.fromkeys((V2, V2_MAIN, V3, V3_MAIN), Verdict.RIGHT)


def _sign(callback: Sent, *, token: str = TOKEN, main_token: str = MAIN_TOKEN) -> Signed:
    return signatures.sign(
        callback.method,
        callback.url,
        parameters=callback.parameters,
        token=token,
        main_token=main_token,
        v2_nonce=NONCE_2,
        v3_nonce=NONCE_3,
    )


def _inputs(callback: Sent) -> Inputs:
    return signatures.inputs(
        callback.method, callback.url, parameters=callback.parameters, v2_nonce=NONCE_2, v3_nonce=NONCE_3
    )


def _verify(callback: Sent, headers: Mapping[str, str], *, token: str = TOKEN) -> Mapping[str, Verdict]:
    return signatures.verify(
        callback.method, callback.received_url, headers=headers, parameters=callback.form, token=token
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_known_signature_comes_out(vector: Vector) -> None:
    """What SDKs have in their tests, and what all of them accepted (ledger: signature_v3_post, signature_port)."""
    signed = signatures.sign(
        vector.method,
        vector.url,
        parameters=vector.parameters,
        token=vector.token,
        main_token=vector.token,
        v2_nonce=vector.nonce,
        v3_nonce=vector.nonce,
    )

    assert vector.header == signed.headers[V2 if vector.version == 2 else V3]


def test_headers_are_those_of_the_vendor() -> None:
    """Signature, nonce and the main account's signature, of both versions."""
    headers = _sign(_LOCAL).headers

    expected = [
        "X-Plivo-Signature-V2",
        "X-Plivo-Signature-V2-Nonce",
        "X-Plivo-Signature-Ma-V2",
        "X-Plivo-Signature-V3",
        "X-Plivo-Signature-V3-Nonce",
        "X-Plivo-Signature-Ma-V3",
    ]
    assert expected == list(headers)
    assert (NONCE_2, NONCE_3) == (headers[V2_NONCE], headers[V3_NONCE])


def test_owner_and_main_account_sign_with_their_own_token() -> None:
    """The plain header is the subaccount's, the other the main account's."""
    signed, by_main = _sign(_LOCAL), _sign(_LOCAL, token=MAIN_TOKEN)

    assert signed.headers[V2] != signed.headers[V2_MAIN] == by_main.headers[V2] == by_main.headers[V2_MAIN]
    assert signed.headers[V3] != signed.headers[V3_MAIN] == by_main.headers[V3] == by_main.headers[V3_MAIN]


@pytest.mark.parametrize(
    ("callback", "v2", "v3"),
    [
        (
            _LOCAL,
            "http://localhost:9000/cb",
            [
                "http://localhost:9000/cb?tenant=7.EventNameSessionTimeoutSequenceNumber1.",
                "http://localhost/cb?tenant=7.EventNameSessionTimeoutSequenceNumber1.",
            ],
        ),
        (
            Sent("GET", "https://example.com/cb?tenant=7", _EVENT),
            "https://example.com/cb",
            ["https://example.com/cb?EventName=SessionTimeout&SequenceNumber=1&tenant=7."],
        ),
        (
            Sent("POST", "https://example.com/cb", _EVENT),
            "https://example.com/cb",
            ["https://example.com/cb?EventNameSessionTimeoutSequenceNumber1."],
        ),
        (Sent("POST", "https://[::1]:8/", {}), "https://[::1]:8/", ["https://[::1]:8/.", "https://[::1]/."]),
        (Sent("GET", "https://[::1]/", {}), "https://[::1]/", ["https://[::1]/."]),
        (Sent("POST", "https://example.com?b=%C3%A9+&a", {}), "https://example.com", ["https://example.com?a=&b=é ."]),
    ],
)
def test_inputs_are_what_was_signed(callback: Sent, v2: str, v3: list[str]) -> None:
    """For whoever wonders why a signature is not what he expected."""
    inputs = _inputs(callback)

    assert f"{v2}{NONCE_2}" == inputs.v2
    assert [f"{text}{NONCE_3}" for text in v3] == list(inputs.v3)


def test_user_of_a_url_is_not_signed() -> None:
    """It becomes an Authorization header, so the receiver's URL lacks it."""
    plain = Sent("POST", "https://example.com/cb", _EVENT)
    with_user = Sent("POST", "https://me:secret@example.com/cb", _EVENT)

    assert _sign(plain) == _sign(with_user)


def test_name_in_query_and_parameters_keeps_both_values() -> None:
    """A GET's receiver sees both in the URL, and signs both."""
    callback = Sent("GET", "https://example.com/cb?EventName=mine", _EVENT)
    signed = _sign(callback)

    expected = "https://example.com/cb?EventName=SessionTimeout&EventName=mine&SequenceNumber=1."
    assert (f"{expected}{NONCE_3}",) == _inputs(callback).v3
    assert _accepted_v3(callback.received_url, callback, signed.headers[V3], {})


@settings(max_examples=300)
@given(sent(ASCII, value_characters=ANY))
def test_python_sdk_accepts_v2(callback: Sent) -> None:
    """Whatever the URL, and also of the one that its receiver sees."""
    headers = _sign(callback).headers

    for url in (callback.url, callback.received_url):
        assert validate_signature(url, NONCE_2, headers[V2], TOKEN)
        assert validate_signature(url, NONCE_2, headers[V2_MAIN], MAIN_TOKEN)


@settings(max_examples=300)
@given(sent(ASCII, value_characters=ANY))
def test_python_sdk_accepts_v3(callback: Sent) -> None:
    """Whatever the method, the URL and the parameters. Its validator cannot read a query beyond ASCII."""
    headers = _sign(callback).headers

    assert _accepted_v3(callback.url, callback, headers[V3], callback.parameters)
    assert _accepted_v3(callback.url, callback, headers[V3_MAIN], callback.parameters, token=MAIN_TOKEN)


@settings(max_examples=200)
@given(sent(ASCII, value_characters=ASCII))
def test_python_sdk_accepts_v3_of_what_is_received(callback: Sent) -> None:
    """A receiver may as well look at the URL of the request alone."""
    headers = _sign(callback).headers

    assert _accepted_v3(callback.received_url, callback, headers[V3], callback.form)


def _accepted_v3(url: str, callback: Sent, header: str, parameters: Mapping[str, str], *, token: str = TOKEN) -> bool:
    # A copy, because the validator adds the query to what it is given.
    accepted: Any = validate_v3_signature(callback.method, url, NONCE_3, token, header, dict(parameters))
    return bool(accepted)


@settings(max_examples=200)
@given(sent(ANY, value_characters=ANY))
def test_what_is_signed_verifies(callback: Sent) -> None:
    """Signing and judging agree, for the owner and the main account."""
    headers = _sign(callback).headers

    assert {**_ALL_RIGHT, V2_MAIN: Verdict.WRONG, V3_MAIN: Verdict.WRONG} == _verify(callback, headers)
    by_main = _verify(callback, headers, token=MAIN_TOKEN)
    assert {**_ALL_RIGHT, V2: Verdict.WRONG, V3: Verdict.WRONG} == by_main


def test_one_token_makes_all_right_where_the_main_account_owns_the_session() -> None:
    """There is one token then."""
    assert _ALL_RIGHT == _verify(_LOCAL, _sign(_LOCAL, main_token=TOKEN).headers)


def test_names_of_headers_are_read_in_any_case() -> None:
    """Servers hand them over in lower case."""
    headers = {name.lower(): value for name, value in _sign(_LOCAL, main_token=TOKEN).headers.items()}

    assert _ALL_RIGHT == _verify(_LOCAL, headers)


def test_port_that_a_proxy_hides_leaves_v3_right() -> None:
    """V3 is signed without the port too, V2 cannot be."""
    received = Sent("POST", "http://localhost/cb?tenant=7", _EVENT)
    verdicts = _verify(received, _sign(_LOCAL).headers)

    assert (Verdict.WRONG, Verdict.RIGHT) == (verdicts[V2], verdicts[V3])


def test_changed_parameter_spoils_v3_only() -> None:
    """V2 signs neither body nor query."""
    forged = Sent("POST", _LOCAL.url, {**_EVENT, "SequenceNumber": "2"})
    verdicts = _verify(forged, _sign(_LOCAL).headers)

    assert (Verdict.RIGHT, Verdict.WRONG) == (verdicts[V2], verdicts[V3])


@pytest.mark.parametrize(
    ("gone", "missing"), [(V2, {V2}), (V3_MAIN, {V3_MAIN}), (V2_NONCE, {V2, V2_MAIN}), (V3_NONCE, {V3, V3_MAIN})]
)
def test_missing_header_is_told_from_a_wrong_one(gone: str, missing: set[str]) -> None:
    """Without its nonce a signature says nothing."""
    headers = {name: value for name, value in _sign(_LOCAL, main_token=TOKEN).headers.items() if name != gone}

    assert {**_ALL_RIGHT, **dict.fromkeys(missing, Verdict.MISSING)} == _verify(_LOCAL, headers)


def test_headers_beyond_ascii_are_wrong_not_a_crash() -> None:
    """A receiver is open to everybody."""
    headers = {**_sign(_LOCAL, main_token=TOKEN).headers, V2: "é", V3: "é,"}

    assert {**_ALL_RIGHT, V2: Verdict.WRONG, V3: Verdict.WRONG} == _verify(_LOCAL, headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_python_sdk_accepts_v3_whatever_the_path(method: str, path: str) -> None:
    """It cuts off what follows the ";" of the last segment, in V2 too, which has no list."""
    callback = Sent(method, f"http://127.0.0.1:9000{path}", dict(_EVENT))
    headers = _sign(callback).headers

    assert _accepted_v3(callback.received_url, callback, headers[V3], callback.form)
    is_cut = ";" in path.partition("?")[0].rpartition("/")[2]
    assert validate_signature(callback.received_url, NONCE_2, headers[V2], TOKEN) is not is_cut


@pytest.mark.parametrize(
    ("path", "signed"),
    [
        ("/a%20b", ["/a%20b", "/a b"]),
        ("/a+b%20c", ["/a+b%20c", "/a+b c", "/a b c"]),
        ("/x;y=1", ["/x;y=1", "/x"]),
        ("/%C3%A9;y/z", ["/%C3%A9;y/z", "/é;y/z"]),
        ("/plain", ["/plain"]),
    ],
)
def test_v3_signs_every_form_in_which_a_validator_reads_the_path(path: str, signed: list[str]) -> None:
    """Each with the port and without; a plain path has one form."""
    inputs = _inputs(Sent("POST", f"http://localhost:9000{path}", {}))

    expected = [f"http://{host}{form}.{NONCE_3}" for form in signed for host in ("localhost:9000", "localhost")]
    assert (f"http://localhost:9000{path}{NONCE_2}", expected) == (inputs.v2, list(inputs.v3))
