"""Redaction: nothing of a run is found in its capture, in any spelling, and what a comparison needs is."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masking_emulator.evidence.captures import Capture, read_capture
from masking_emulator.evidence.redaction import Redactor, spellings
from masking_emulator.evidence.writing import CaptureWriter, SeenAnswer, SeenRequest

#: 2026-11-26T12:00:00Z, in microseconds.
BEGAN: Final = 1_795_694_400_000_000

_LETTERS: Final = "abcdefghijkmnopqrstuvwyz"
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _digits(length: int) -> st.SearchStrategy[str]:
    # No zero: stand-ins are full of them, and a secret that looks like one would be found there by chance.
    return st.text("123456789", min_size=length, max_size=length)


_NUMBERS: Final = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["1415", "1212", "4479", "9180"]), _digits(8)).map(lambda text: text[:12]),
    st.builds("1{}".format, _digits(10)),
)
_UUIDS: Final = st.uuids(version=4).map(str)
_SECRETS: Final = st.fixed_dictionaries(
    {
        "token": st.text(_LETTERS + "23456789", min_size=40, max_size=40),
        "auth_id": st.text(_CAPITALS, min_size=18, max_size=18).map(lambda text: f"MA{text}"),
        "subaccount": st.text(_CAPITALS, min_size=18, max_size=18).map(lambda text: f"SA{text}"),
        "first": _NUMBERS,
        "second": _NUMBERS,
        "virtual": _NUMBERS,
        "session": _UUIDS,
        "api_id": _UUIDS,
        "name": st.text(_LETTERS, min_size=6, max_size=12).map(lambda text: f"Qz{text}"),
        "host": st.text(_LETTERS, min_size=6, max_size=12).map(lambda text: f"qz{text}.com"),
        "order": _digits(9),
    }
)

_SPELLED: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": str,
    "plus": "+{}".format,
    "blanks": lambda text: f"+{text[:1]} ({text[1:4]}) {text[4:7]}-{text[7:]}",
    "base64": lambda text: b64encode(text.encode()).decode(),
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "backwards": lambda text: text[::-1],
    "in words": "see {}, please".format,
}


def _callback_url(secrets: Mapping[str, str], spell: Callable[[str], str]) -> str:
    query = f"who={quote(spell(secrets['first']))}&{secrets['name']}={secrets['order']}"
    return f"https://{secrets['name']}:{secrets['token']}@api.{secrets['host']}:8443/{secrets['name']}/cb?{query}#rc=0"


def _request(secrets: Mapping[str, str], spell: Callable[[str], str]) -> SeenRequest:
    basic = b64encode(f"{secrets['auth_id']}:{secrets['token']}".encode()).decode()
    body = {
        "first_party": f"+{secrets['first']}",
        "second_party": int(secrets["second"]),
        "callback_url": _callback_url(secrets, spell),
        "first_party_pin": secrets["order"],
        "note": spell(secrets["second"]),
        secrets["name"]: {"deep": [spell(secrets["name"]), spell(secrets["token"])]},
        "record": spell(secrets["first"]),
        "subaccount": secrets["subaccount"],
    }
    headers = [
        *(
            ("Authorization", f"Basic {basic}"),
            ("Host", f"api.{secrets['host']}"),
            ("Content-Type", "application/json"),
        ),
        *(
            ("Cookie", f"id={secrets['session']}"),
            ("User-Agent", f"{secrets['name']}/1.0"),
            ("X-Name", secrets["name"]),
        ),
    ]
    path = f"/v1/Account/{secrets['auth_id']}//Masking/Session/{secrets['session']}/"
    query = f"virtual_number=%2B{secrets['virtual']}&{secrets['name']}={quote(spell(secrets['first']))}"
    return SeenRequest("POST", path, query, headers, json.dumps(body).encode())


def _answer(secrets: Mapping[str, str], spell: Callable[[str], str]) -> SeenAnswer:
    said = f"{secrets['name']} with {spell(secrets['first'])} and {spell(secrets['order'])} is no {secrets['session']}"
    body = {
        "api_id": secrets["api_id"],
        "error": f"Invalid parameter. {said} at {_callback_url(secrets, spell)}, {secrets['token']}",
        "session": {"virtual_number": secrets["virtual"], "created_time": "2026-11-26 12:00:01 +0000 UTC"},
        "audio": f"https://media.plivo.com/v1/Account/{secrets['auth_id']}/Recording/{secrets['api_id']}.mp3",
        "friendly": spell(secrets["name"]),
        "resource_uri": f"/v1/Account/{secrets['subaccount']}/Number/{secrets['virtual']}/?offset={secrets['second']}",
        f"x{secrets['first']}": 1,
    }
    headers = [
        *(("Set-Cookie", f"session={secrets['session']}"), ("X-Request-Id", secrets["api_id"])),
        *(("Location", f"/v1/Account/{secrets['auth_id']}/"), ("X-Trace", spell(secrets["first"]))),
    ]
    return SeenAnswer(400, headers, json.dumps(body).encode())


def _callback(secrets: Mapping[str, str], spell: Callable[[str], str]) -> SeenRequest:
    form = (
        f"EventName=SessionInitiated&From={secrets['first']}&To=%2B{secrets['second']}&SessionUUID={secrets['session']}"
    )
    query = f"who={quote(spell(secrets['first']))}&{secrets['name']}={secrets['order']}"
    headers = [
        *(("Host", f"api.{secrets['host']}"), ("X-Forwarded-For", "203.0.113.9"), ("X-Plivo-Signature-V3", "c2VjcmV0")),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    return SeenRequest(
        "POST", f"/{secrets['name']}/cb", query, headers, f"{form}&Later={quote(secrets['name'])}".encode()
    )


def _written(secrets: Mapping[str, str], spell: Callable[[str], str], folder: Path) -> tuple[str, Capture, int]:
    path = folder / "capture.jsonl"
    with CaptureWriter(path, service="other", made_with={}, began=BEGAN) as writer:
        writer.exchange(1, _request(secrets, spell), _answer(secrets, spell), at=0, took=0.1)
        writer.callback(_callback(secrets, spell), at=1, signatures={"V3": "right"}, answered=200)
        writer.exchange(2, _request(secrets, spell), None, at=2, took=0.1, failed="no answer")
    return path.read_text(encoding="utf-8"), read_capture(path), writer.withheld


@settings(max_examples=40)
@given(secrets=_SECRETS, how=st.sampled_from(sorted(_SPELLED)))
def test_no_secret_of_a_run_is_in_its_file(secrets: dict[str, str], how: str) -> None:
    """Not as it is, not backwards, not percent-encoded, not in base64; nor the digits of a subscriber alone."""
    with TemporaryDirectory() as folder:
        text, capture, withheld = _written(secrets, _SPELLED[how], Path(folder))

    hunted = {**secrets, **{name: secrets[name][-7:] for name in ("first", "second", "virtual")}}
    found = [
        (name, spelling)
        for name, secret in [*secrets.items(), *hunted.items()]
        for spelling in spellings(secret)
        if spelling in text
    ]
    assert [] == found
    assert (0, 2, 1) == (withheld, len(capture.exchanges), len(capture.callbacks))


SECRETS: Final = {
    "token": "k7" * 20,
    "auth_id": "MAQWERTYUIOPASDFGHJK",
    "subaccount": "SAQWERTYUIOPASDFGHJK",
    "first": "14155559876",
    "second": "447911123456",
    "virtual": "14155551234",
    "session": "b4bbb5d0-2f41-4a3a-9c6d-7b3f3f2c9a11",
    "api_id": "c4bbb5d0-2f41-4a3a-9c6d-7b3f3f2c9a22",
    "name": "Qzjane",
    "host": "qzshop.com",
    "order": "987612345",
}


def test_what_a_comparison_needs_is_kept(tmp_path: Path) -> None:
    """Country, area, length and equality of numbers; forms of ids; who asked; paths; options; distances of instants."""
    _, capture, _ = _written(SECRETS, str, tmp_path)
    first, second = capture.exchanges
    asked: Any = first.request.body
    came = dict(capture.callbacks[0].params)
    account = "/v1/Account/MASTANDIN00000000001"
    answered: Any = first.answer and first.answer.body

    assert "+14150000002" == asked["first_party"]
    assert 447910000001 == asked["second_party"]
    assert "14150000001" == answered["session"]["virtual_number"]
    assert ("14150000002", "+447910000001") == (came["From"], came["To"])
    assert "2026-01-01 00:00:01 +0000 UTC" == answered["session"]["created_time"]
    assert f"{account}//Masking/Session/00000000-0000-4000-8000-000000000001/" == first.request.path
    assert answered["resource_uri"].startswith("/v1/Account/SASTANDIN00000000001/Number/14150000001/?offset=")
    assert answered["audio"].startswith(f"https://media.plivo.com{account}/Recording/0000")
    assert answered["audio"].endswith(".mp3")
    assert asked["callback_url"].startswith("https://user@host-1.example:8443/w")
    assert asked["callback_url"].endswith("#rc=0")
    assert first.request == second.request
    assert [("X-Plivo-Signature-V3", "A0AAAAA0")] == [
        pair for pair in capture.callbacks[0].headers if pair[0] == "X-Plivo-Signature-V3"
    ]
    assert "Later" in came


@pytest.mark.parametrize(
    "sentence",
    [
        "Invalid parameter. first_party is not a valid phone number.",
        "create_session_with_single_party should be one of true and false, is_pin_authentication_required too",
        "Number pool exhausted or not available.",
        "Invalid parameter. session_expiry is 59, and 60 to 86400 are allowed",
        "Session already expired",
        "Invalid parameter. pin_prompt_play should be a valid URL.",
    ],
)
def test_sentences_of_the_service_stay_as_they_are(sentence: str) -> None:
    """Their wording is what is compared, also where a customer's URL has the same words in it."""
    redactor = Redactor(timedelta())
    redactor.url("https://example.com/session/number/expired/allowed/prompt")

    assert sentence == redactor.sentence(sentence)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+1 (415) 555-9876 is busy", "+1 (415) 000-0001 is busy"),
        ("no session b4bbb5d0-2f41-4a3a-9c6d-7b3f3f2c9a11.", "no session 00000000-0000-4000-8000-000000000001."),
        ("until 2026-11-26 12:00:30.5, then", "until 2026-01-01 00:00:30.5, then"),
        ("https://shop.example.org/x.mp3 is gone", "https://host-1.example/w1.mp3 is gone"),
        ("from 8.8.4.4 and 10.1.2.3", "from 198.18.0.2 and 10.0.0.3"),
        ("mail jane@example.org", "mail w1xxxxxxxxxxxxxx"),
        ("see %2B14155559876", "see w1xxxxxxxxxxxx"),
    ],
)
def test_sentence_loses_what_it_says_of_somebody(text: str, shown: str) -> None:
    """In each spelling, and keeps its form."""
    redactor = Redactor(timedelta(days=-329, hours=-12))

    assert shown == redactor.sentence(text)


@pytest.mark.parametrize(
    ("instant", "moved"),
    [
        ("2026-11-26 12:00:00+00:00", "2026-01-01 00:00:00+00:00"),
        ("2026-11-26T12:00:00.25Z", "2026-01-01T00:00:00.25Z"),
        ("2026-11-26 12:30", "2026-01-01 00:30"),
        ("Thu, 26 Nov 2026 12:00:01 GMT", "Thu, 01 Jan 2026 00:00:01 GMT"),
        ("0001-01-01 00:00:00 +0000 UTC", "0001-01-01 00:00:00 +0000 UTC"),
    ],
)
def test_instant_is_moved_in_its_own_form(instant: str, moved: str) -> None:
    """So that the form can be compared, and distances too."""
    redactor = Redactor(timedelta(days=-329, hours=-12))

    assert {"created_time": moved} == redactor.body({"created_time": instant}, of_service=True)


def test_line_with_a_secret_is_not_written(tmp_path: Path) -> None:
    """Should redaction ever overlook one, the last look at the line finds it; it is counted."""
    number = "14155559876"
    hidden = b64encode(f"x{number}".encode()).decode()
    request = SeenRequest("GET", "/v1/", "", [], json.dumps({"first_party": number}).encode())
    with CaptureWriter(tmp_path / "f", service="other", made_with={}, began=BEGAN) as writer:
        writer.exchange(1, request, SeenAnswer(200, [("Server", hidden)], b""), at=0, took=0)

    assert (0, 1) == (writer.exchanges, writer.withheld)
    assert 1 == len((tmp_path / "f").read_text(encoding="utf-8").splitlines())


def test_secret_is_found_among_thousands() -> None:
    """Each line is searched for all of them, in every spelling; stand-ins are none."""
    redactor = Redactor(timedelta())
    for place in range(2_000):
        redactor.stand_ins.uuid(f"b4bbb5d0-2f41-4a3a-9c6d-{place:012}")
    hidden = "b4bbb5d0-2f41-4a3a-9c6d-000000001999"

    assert not redactor.has_leaked_into("x" * 100_000)
    assert redactor.has_leaked_into("x" * 100_000 + hidden[::-1])
    assert redactor.has_leaked_into(b64encode(f"abcd{hidden}".encode()).decode())
    assert not redactor.has_leaked_into("00000000-0000-4000-8000-000000001999")


def test_parameter_that_an_error_names_stays() -> None:
    """Though a part of a customer's path is called like it."""
    redactor = Redactor(timedelta())
    redactor.url("https://app.example.com/hooks/status")

    shown = redactor.sentence("Invalid parameter. status allowed values are active, expired or all.")

    assert "Invalid parameter. status allowed values are active, expired or all." == shown


def test_filters_of_lists_stay() -> None:
    """With one underscore or two before the comparison, and with each word that a filter may have."""
    query = "created_time_lt=soon&duration__gte=60&status=all"

    kept = Redactor(timedelta()).query(query)

    assert [("created_time_lt", "w1xx"), ("duration__gte", "60"), ("status", "all")] == kept
