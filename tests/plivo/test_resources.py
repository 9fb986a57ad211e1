"""What answers point to: the URLs of calls and recordings, and who may see and ask for what. Golden files show it."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from masking_emulator.core.instants import DAY_US
from masking_emulator.core.records.calls import Cause, Source
from masking_emulator.plivo import amounts, resources
from masking_emulator.plivo.causes import CAUSES, SOURCES

from tests.plivo.ask import FIRST, SECOND
from tests.plivo.inside import House, house, wait

_NOBODY: Final = "00000000-0000-4000-8000-000000000000"
_OTHER: Final = "+919810000009"
_SUB_NUMBER: Final = "912269000009"


@pytest.fixture
def home() -> House:
    """A world of its own."""
    return house()


def _interaction(home: House, session: str, headers: Mapping[str, str | None] | None = None) -> dict[str, Any]:
    shown = home.ask(f"/Masking/Session/{session}", headers=headers).json["response"]["interaction"]
    assert len(shown) == 1
    return dict(shown[0])


def test_urls_have_the_host_that_was_asked_or_the_vendors() -> None:
    """Whoever asked a host can follow an URL with that host. A forwarding header is not believed."""
    bases = {}
    for choice in ("reachable", "vendor"):
        home = house(resource_urls=choice)
        session = home.create(record=True)
        call = home.call(talk_s=20)
        headers: dict[str, str | None] = {"Host": "masking.localhost:9000", "X-Forwarded-Proto": "https"}
        shown = _interaction(home, session, headers)
        recording = home.ask(f"/Recording/{call.recording}", headers=headers).json
        bases[choice] = (
            shown["first_party_resource_url"].partition("/v1/")[0],
            shown["recording_resource_url"].partition("/v1/")[0],
            recording["recording_url"].partition("/v1/")[0],
        )

    vendor = ("https://api.plivo.com", "https://api.plivo.com", "https://media.plivo.com")
    assert bases == {"reachable": ("http://masking.localhost:9000",) * 3, "vendor": vendor}


def test_request_without_host_gets_the_address_of_the_server(home: House) -> None:
    """HTTP/1.0 clients send none."""
    session = home.create()
    home.call()

    shown = _interaction(home, session, {"Host": None})
    assert shown["first_party_resource_url"].startswith("http://127.0.0.1:8080/v1/Account/MA")


def test_urls_name_the_owner_of_the_session(home: House) -> None:
    """What a main account sees of its subaccount is the subaccount's."""
    session = home.create(by=home.sub, record=True)
    call = home.call(number=_SUB_NUMBER, talk_s=20)

    shown = _interaction(home, session)
    prefix = f"http://127.0.0.1:8080/v1/Account/{home.sub.auth_id}"
    assert shown["first_party_resource_url"] == f"{prefix}/Call/{call.uuid}"
    assert shown["recording_resource_url"] == f"{prefix}/Recording/{call.recording}"


def test_urls_of_an_interaction_answer(home: House) -> None:
    """An URL that is shown can be followed."""
    session = home.create(record=True)
    home.call(talk_s=20)

    urls = [url for name, url in _interaction(home, session).items() if name.endswith("_url")]
    assert len(urls) == 3
    for url in urls:
        assert home.ask(url.partition(home.main.auth_id)[2]).status == 200


def test_url_functions_are_pure() -> None:
    """Callbacks, which know no host, build the same URLs from a base of their own."""
    base = "http://localhost:8080"

    assert resources.call_url(base, "MA1", "c") == f"{base}/v1/Account/MA1/Call/c"
    assert resources.recording_url(base, "MA1", "r") == f"{base}/v1/Account/MA1/Recording/r"
    assert resources.media_url(base, "MA1", "r", audio_format="wav") == f"{base}/v1/Account/MA1/Recording/r.wav"


@pytest.mark.parametrize(
    ("micros", "number", "text"),
    [
        (0, 0, "0.00000"),
        (33_000, 0.033, "0.03300"),
        (1_000_000, 1, "1.00000"),
        (16_505, 0.016505, "0.01651"),
        (16_504, 0.016504, "0.01650"),
        (300_000 + 3, 0.300003, "0.30000"),
    ],
)
def test_money_is_a_short_number_and_a_price_has_five_places(micros: int, number: float, text: str) -> None:
    """No noise of binary fractions; a whole amount has no point, because some decoders want an integer."""
    assert repr(number) == repr(amounts.money(micros))
    assert text == amounts.price(micros)


def test_every_cause_and_source_has_the_vendors_words() -> None:
    """A leg that has ended can always be shown."""
    assert set(Cause) == set(CAUSES)
    assert set(Source) == set(SOURCES)


@pytest.mark.parametrize("path", ["/Call/{0.uuid}", "/Recording/{0.recording}", "/Number/912269000001"])
def test_subaccount_does_not_see_what_is_the_main_accounts(home: House, path: str) -> None:
    """As with sessions: main sees all on its own path, a subaccount its own."""
    home.create(record=True)
    target = path.format(home.call(talk_s=20))

    assert home.ask(target).status == 200
    assert home.ask(target, by=home.sub).status == 404
    assert home.ask(target, at=home.sub).status == 404


@pytest.mark.parametrize("path", ["/Call/{0.uuid}", "/Recording/{0.recording}", f"/Number/{_SUB_NUMBER}"])
def test_main_account_sees_what_is_its_subaccounts(home: House, path: str) -> None:
    """On either path."""
    home.create(by=home.sub, record=True)
    target = path.format(home.call(number=_SUB_NUMBER, talk_s=20))

    assert home.ask(target).status == 200
    assert home.ask(target, at=home.sub).status == 200
    assert home.ask(target, by=home.sub).status == 200


@pytest.mark.parametrize(("path", "everything", "subs"), [("Call", 4, 2), ("Recording", 2, 1), ("Number", 3, 1)])
def test_lists_show_what_their_account_owns(home: House, path: str, everything: int, subs: int) -> None:
    """And the main account may ask for one subaccount's."""
    home.create(record=True)
    home.create(by=home.sub, record=True)
    home.call(talk_s=20)
    home.call(number=_SUB_NUMBER, talk_s=20)

    def total(target: str, **options: Any) -> int:
        return int(home.ask(target, **options).json["meta"]["total_count"])

    assert total(f"/{path}") == everything
    assert total(f"/{path}?subaccount={home.sub.auth_id}") == subs
    assert total(f"/{path}", by=home.sub) == subs


@pytest.mark.parametrize("path", ["/Call", "/Recording", "/Number", f"/Call/{_NOBODY}", f"/Recording/{_NOBODY}"])
def test_resources_ask_for_credentials(home: House, path: str) -> None:
    """Like everything below an account but the media files."""
    assert home.ask(path, headers={"Authorization": "Basic bm9ib2R5Omg="}).status == 401


@pytest.mark.parametrize("path", ["/Call", "/Recording", "/Number"])
def test_pages_follow_each_other_without_gap(home: House, path: str) -> None:
    """The link to the next page leads to what the first has left."""
    home.create(record=True)
    for _ in range(3):
        home.call(talk_s=5)
    whole = [one["resource_uri"] for one in home.ask(path).json["objects"]]

    pages, target = [], f"{path}?limit=2"
    while target:
        shown = home.ask(target).json
        pages += [one["resource_uri"] for one in shown["objects"]]
        target = (shown["meta"]["next"] or "").partition(home.main.auth_id)[2]
    assert whole == pages


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("call_direction=inbound", 2),
        ("call_direction=outbound", 2),
        (f"from_number={FIRST}", 2),
        ("from_number=+9190", 2),
        ("from_number=%2B912269", 2),
        (f"to_number={SECOND}", 2),
        ("bill_duration=20", 1),
        ("bill_duration__gt=20", 1),
        ("bill_duration__lte=0", 1),
        ("hangup_cause_code=3010", 1),
        ("hangup_source=Callee", 2),
        ("hangup_cause_code=3010&hangup_source=Caller", 0),
        ("end_time__lt=2026-01-01 00:01:00", 2),
        ("end_time__gte=2026-01-01 00:01:00", 2),
        ("nonsense=1", 4),
    ],
)
def test_call_filters_leave_what_they_say(home: House, query: str, count: int) -> None:
    """Source: vendor page, retrieve all calls. One call of two answered legs, one whose callee was busy."""
    home.create()
    home.call(talk_s=20)
    home.call(outcome="busy")

    assert count == home.ask(f"/Call?{query.replace(' ', '%20')}").json["meta"]["total_count"]


def test_second_legs_are_found_by_their_parent(home: House) -> None:
    """Source: vendor page, retrieve all calls: parent_call_uuid."""
    home.create()
    call = home.call()
    home.call()

    found = home.ask(f"/Call?parent_call_uuid={call.uuid}").json["objects"]
    assert [call.legs[1].uuid] == [one["call_uuid"] for one in found]


def test_calls_are_listed_for_a_week_and_kept_for_ninety_days(home: House) -> None:
    """Source: vendor page, retrieve all calls: default window and retention."""
    home.create()
    home.call()
    wait(home.world, 8 * DAY_US // 1_000_000)

    assert home.ask("/Call").json["meta"]["total_count"] == 0
    since = "end_time__gte=2026-01-01%2000:00"
    assert home.ask(f"/Call?{since}").json["meta"]["total_count"] == 2
    wait(home.world, 90 * DAY_US // 1_000_000)
    around = f"{since}&end_time__lt=2026-01-02%2000:00"
    assert home.ask(f"/Call?{around}").json["meta"]["total_count"] == 0


def test_running_call_is_live_and_has_no_record(home: House) -> None:
    """Both of its legs; afterwards it is the other way round."""
    home.create()
    call = home.call(wait_s=10, talk_s=30)
    uuids = [leg.uuid for leg in reversed(call.legs)]

    assert home.ask(f"/Call/{call.uuid}").status == 404
    assert home.ask("/Call").json["objects"] == []
    assert home.ask("/Call?status=live").json["calls"] == uuids
    assert home.ask("/Call?status=live&limit=1&offset=1").json["calls"] == uuids[1:]
    wait(home.world, 60)
    assert home.ask(f"/Call/{call.uuid}").status == 200
    assert home.ask("/Call?status=live").json["calls"] == []


@pytest.mark.parametrize("query", ["hangup_cause_code=busy", "bill_duration=long", "end_time=today", "limit=0"])
def test_filters_that_cannot_be_read_are_refused(home: House, query: str) -> None:
    """With the parameter's name in the text."""
    refused = home.ask(f"/Call?{query}")

    assert refused.status == 400
    assert query.partition("=")[0] in refused.error


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        (f"from_number={FIRST}", 1),
        ("to_number=%2B912269000001", 2),
        ("add_time__gt=2026-01-01 00:01:00", 1),
        ("recording_storage_duration=1", 2),
        ("recording_storage_duration__gt=1", 0),
        ("mpc_name=standup", 0),
    ],
)
def test_recording_filters_leave_what_they_say(home: House, query: str, count: int) -> None:
    """Source: vendor page, list all recordings."""
    home.create(record=True)
    home.call(talk_s=20)
    home.call(SECOND, talk_s=20)

    assert count == home.ask(f"/Recording?{query.replace(' ', '%20')}").json["meta"]["total_count"]


def test_deleted_recording_is_gone_and_its_interaction_stays(home: House) -> None:
    """Its record, its place in the list and its audio; deleting it again finds nothing."""
    session = home.create(record=True)
    call = home.call(talk_s=20)
    target = f"/Recording/{call.recording}"

    deleted = home.ask(target, method="DELETE")
    assert (deleted.status, deleted.content) == (204, b"")
    assert [home.ask(path).status for path in (target, f"{target}.mp3")] == [404, 404]
    assert home.ask(target, method="DELETE").status == 404
    assert home.ask("/Recording").json["objects"] == []
    assert "recording_resource_url" not in _interaction(home, session)
    listed = home.ask("/Masking/Session").json["response"]["objects"]
    assert ["recording_resource_url" in shown["interaction"][0] for shown in listed] == [False]


def test_recording_that_made_room_is_not_pointed_to() -> None:
    """Past the limit on recordings the oldest is gone, and no link leads to it."""
    home = house(limits={"recordings_max": 1})
    first = home.create(record=True)
    home.call(talk_s=20)
    assert "recording_resource_url" in _interaction(home, first)

    second = home.create(record=True, second_party=_OTHER)
    home.call(number="912269000002", talk_s=20)
    assert "recording_resource_url" not in _interaction(home, first)
    assert "recording_resource_url" in _interaction(home, second)


def test_running_recording_cannot_be_deleted(home: House) -> None:
    """It is not there yet, so the call that is recorded keeps it."""
    home.create(record=True)
    call = home.call(wait_s=10, talk_s=30)

    assert home.ask(f"/Recording/{call.recording}", method="DELETE").status == 404
    wait(home.world, 60)
    assert home.ask(f"/Recording/{call.recording}").status == 200


def test_recording_counts_begun_days_and_begun_minutes(home: House) -> None:
    """Source: vendor page, the recording object: days from 1, seconds in steps of 60."""
    home.create(record=True)
    recording = home.call(wait_s=200, talk_s=61).recording

    first = home.ask(f"/Recording/{recording}").json
    wait(home.world, 86_400)
    second = home.ask(f"/Recording/{recording}").json
    assert (first["rounded_recording_duration"], first["recording_duration_ms"]) == (120, "61000.00000")
    assert (first["recording_storage_duration"], second["recording_storage_duration"]) == (1, 2)


def test_number_is_renewed_on_the_first_of_the_next_month(home: House) -> None:
    """December too."""
    january = home.ask("/Number/912269000001").json["renewal_date"]
    wait(home.world, 340 * DAY_US // 1_000_000)

    assert ("2026-02-01", "2027-01-01") == (january, home.ask("/Number/912269000001").json["renewal_date"])


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("type=local", 3),
        ("number_type=tollfree", 0),
        ("number_startswith=%2B91226900000", 3),
        ("number_startswith=1", 0),
        ("services=voice", 3),
        ("services=voice,sms", 0),
        ("alias=Shop", 0),
    ],
)
def test_number_filters_leave_what_they_say(home: House, query: str, count: int) -> None:
    """Source: vendor page, list account phone numbers."""
    assert count == home.ask(f"/Number?{query}").json["meta"]["total_count"]


@pytest.mark.parametrize("path", ["/Call/a/Record", "/Recording/a/b", "/Number/1/2", "/Conference"])
def test_everything_else_is_not_covered(home: House, path: str) -> None:
    """And says so."""
    refused = home.ask(path)

    assert (refused.status, refused.error) == (404, "not found")
    assert "does not cover" in refused.headers["x-emulator-reason"]


@pytest.mark.parametrize("until", ["2025-12-31%2000:00", "2025-12-31%2000:00:00"])
def test_calls_of_exactly_30_days_are_listed(home: House, until: str) -> None:
    """Windows of calls are measured as those of sessions: by the times that are named."""
    home.create()
    home.call()
    target = "/Call?end_time__gte=2025-12-01%2000:00:00&end_time__lte="

    assert home.ask(f"{target}{until}").status == 200
    assert home.ask(f"{target}2025-12-31%2000:01").status == 400


def test_part_of_a_second_begins_no_pulse_and_no_minute(home: House) -> None:
    """Legs, their pulses and rounded recordings all go by whole seconds; the exact length is shown beside."""
    home.create(record=True)
    call = home.call(talk_s=60.9, wait_s=90)
    recording = home.ask(f"/Recording/{call.recording}").json
    second = home.ask(f"/Call/{call.legs[1].uuid}").json

    assert (60, 60) == (second["bill_duration"], second["billed_duration"])
    assert ("60900.00000", 60) == (recording["recording_duration_ms"], recording["rounded_recording_duration"])


def test_answer_without_a_body_has_a_content_type(home: House) -> None:
    """An SDK that finds none raises, as if it was no answer."""
    home.create(record=True)
    call = home.call(talk_s=20)
    deleted = home.ask(f"/Recording/{call.recording}", method="DELETE")

    assert (204, b"", "application/json") == (deleted.status, deleted.content, deleted.headers["content-type"])
