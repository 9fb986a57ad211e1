"""Triggers over the control API: every story is played against a real receiver, which verifies what it gets."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.core.records.calls import Cause
from masking_emulator.plivo import callbacks as vendors
from masking_emulator.plivo.callback_schemas import CALLBACK_SCHEMAS
from masking_emulator.plivo.causes import CAUSES
from masking_emulator.plivo.stories import STORIES
from masking_emulator.plivo.validation import SchemaValidator
from masking_emulator.receiver import Receiver as Verifier
from masking_emulator.server.thread import ServerThread
from masking_emulator.testing.emulator import new_world
from masking_emulator.testing.masking import Masking

from tests.plivo.ask import Api
from tests.receiver import Receiver, first, garbage, hang, reset, status
from tests.shell.asking import PEOPLE, control, create, good
from tests.shell.telling import advance, call, policy

#: The events of the vendor's pages on session status and session recording callbacks, and the one at the end of a call.
_OF_THE_VENDOR: Final = (
    *("SessionFirstPartyAnswer", "SessionSecondPartyRing", "SessionSecondPartyAnswer", "SessionSecondPartyHangup"),
    *("SessionFirstPartyHangup", "SessionPinAuthenticationStatus", "SessionTimeout", "SessionVirtualNumberReplaced"),
    *("SessionRecordingInitiated", "SessionRecordingCompleted", "SessionRecordingFailed", "SessionPartiesHangup"),
)

_HANGUPS: Final = ("SessionFirstPartyHangup", "SessionSecondPartyHangup", "SessionPartiesHangup")

_CAUSES: Final = [cause for cause in Cause if cause is not Cause.NOT_CONNECTED]  # the call of somebody in no session


@pytest.fixture
def world(emulator: ServerThread, request: pytest.FixtureRequest) -> Iterator[Masking]:
    """A world of two numbers, of India and of the UK."""
    numbers = [{"number": "+912269000001"}, {"number": "+442079460001"}]
    world = new_world(emulator.control, request.node.nodeid, {"numbers": numbers})
    yield world
    emulator.control.delete(world.path)


@pytest.fixture
def verifier(world: Masking) -> Iterator[Verifier]:
    """A receiver that knows the world's token."""
    with Verifier(world.auth_token) as receiver:
        yield receiver


def _triggered(api: Api, event: str, to: str, **wish: Any) -> Any:
    return good(control(api, "POST", "{w}/trigger", {"event": event, "to": to, **wish}))


def _refusal(api: Api, event: str, to: str, **wish: Any) -> tuple[int, str, str]:
    reply = control(api, "POST", "{w}/trigger", {"event": event, "to": to, **wish})
    return reply.status, reply.json.get("field"), reply.json["error"]


def _variants(event: str) -> Sequence[str]:
    return [story.variant for story in STORIES if story.event == event]


def test_every_event_of_the_vendor_has_a_story() -> None:
    """Each that the emulator can send, and each that the vendor's pages list."""
    events = {story.event for story in STORIES}

    assert set(_OF_THE_VENDOR) == events
    assert set(vendors.EVENTS.values()) == events


@pytest.mark.parametrize("event", _HANGUPS)
def test_every_cause_of_a_hangup_has_a_story(event: str) -> None:
    """Those that a call of a session can end with."""
    assert {f"cause={cause.word}" for cause in _CAUSES} == set(_variants(event))


def test_every_answer_to_a_pin_has_a_story() -> None:
    """As the vendor writes them."""
    assert [f"status={word}" for word in ("success", "failed", "AuthorizedCaller")] == _variants(
        "SessionPinAuthenticationStatus"
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.event}-{story.variant}")
def test_story_ends_with_its_event(story: Any, world: Masking, verifier: Verifier) -> None:
    """All of its callbacks arrive in order, rightly signed and as their schemas say; the last one is the event's."""
    key, _, word = story.variant.partition("=")
    wish = {"event": story.event, "to": verifier.url, "overrides": {key: word} if key else {}}
    answer = world.control.post(f"{world.path}/trigger", wish)
    got = verifier.received
    last = got[-1]

    assert answer["delivered"]
    assert (story.event, story.variant) == (answer["event"], answer["variant"])
    assert [one["event"] for one in answer["callbacks"]] == [one.event for one in got]
    assert [str(place) for place in range(1, len(got) + 1)] == [one.parameters["SequenceNumber"] for one in got]
    assert story.event == last.event
    assert [story.event] == [one.event for one in got if one.event == story.event]
    assert [True] * len(got) == [one.is_genuine for one in got]
    assert [None] * len(got) == [SchemaValidator(CALLBACK_SCHEMAS[g.event]).best(dict(g.parameters)) for g in got]
    if key == "cause":
        assert CAUSES[Cause[word.upper()]][1] == last.parameters["PlivoHangupCause"]
    if key == "status":
        assert word == last.parameters["PinAuthenticationStatus"]


def test_stories_are_listed(api: Api) -> None:
    """Every one, with a line on what it plays."""
    listed = good(control(api, "GET", "/stories"))["stories"]

    assert [(story.event, story.variant) for story in STORIES] == [(one["event"], one["variant"]) for one in listed]
    assert all(one["about"] for one in listed)


def test_overrides_change_the_story(api: Api, receiver: Receiver) -> None:
    """Parties, a time, the file's format, the caller, the PINs, and the account."""
    parties = {"first_party": "+14155550123", "second_party": "14155550145"}
    recorded = _triggered(
        api,
        "SessionRecordingCompleted",
        f"{receiver.url}/cb",
        overrides={**parties, "talk_s": 7, "record_file_format": "wav", "callback_method": "GET"},
    )["callbacks"][-1]
    caller = {"caller": "+14155550177", "second_party_pin": "135790", "subaccount": api.subaccounts[0].auth_id}
    with_pin = _triggered(api, "SessionPinAuthenticationStatus", f"{receiver.url}/cb", overrides=caller)
    session = good(api.ask("GET", api.session(with_pin["session_uuid"])))["response"]
    calls = good(control(api, "GET", "{w}/calls"))["calls"]

    assert ("14155550123", "14155550145") == (recorded["parameters"]["From"], recorded["parameters"]["To"])
    assert ("7", ".wav") == (recorded["parameters"]["RecordingDuration"], recorded["parameters"]["RecordingFormat"])
    assert "GET" == receiver.received[0].method
    assert ("14155550177", "success") == tuple(
        with_pin["callbacks"][-1]["parameters"][name] for name in ("From", "PinAuthenticationStatus")
    )
    assert "135790" == session["second_party_pin"]
    assert with_pin["call_uuid"] == calls[0]["call_uuid"]


def test_generated_pin_is_typed(api: Api, receiver: Receiver) -> None:
    """What the session has, wherever it came from."""
    played = _triggered(
        api,
        "SessionPinAuthenticationStatus",
        receiver.url,
        overrides={"generate_pin": "true", "generate_pin_length": 6, "first_party_pin": "", "second_party_pin": ""},
    )

    assert "success" == played["callbacks"][-1]["parameters"]["PinAuthenticationStatus"]


def test_only_sends_the_last_callback_as_the_story_makes_it(api: Api, receiver: Receiver) -> None:
    """With its own sequence number and the ids of its call; the others are made and dropped."""
    played = _triggered(api, "SessionPartiesHangup", receiver.url, only=True)
    (got,) = receiver.received
    shown = good(control(api, "GET", "{w}/callbacks"))["callbacks"]

    assert ["SessionPartiesHangup"] == [one["event"] for one in played["callbacks"]]
    assert ("6", played["session_uuid"]) == (got.parameters["SequenceNumber"], got.parameters["SessionUUID"])
    assert [*["dropped"] * 5, "delivered"] == [one["state"] for one in shown]
    assert played["delivered"]


def test_in_order_stops_at_an_answer_that_is_not_2xx(api: Api, receiver: Receiver) -> None:
    """What follows is never sent, and the story ends there."""
    url = receiver.on("/cb", first(status(200), status(500), status(200)))
    played = _triggered(api, "SessionPartiesHangup", url, in_order=True)
    now = good(control(api, "GET", "{w}/clock"))["now"]

    assert ["SessionFirstPartyAnswer", "SessionSecondPartyRing"] == receiver.events()
    assert [("delivered"), ("failed")] == [one["state"] for one in played["callbacks"]]
    assert not played["delivered"]
    assert "2026-01-01T00:00:00Z" == now


@pytest.mark.parametrize("answered", [status(404), status(500), reset, garbage, hang])
def test_nothing_of_a_story_is_sent_after_a_failure_in_order(api: Api, receiver: Receiver, answered: Any) -> None:
    """Whatever the failure, and not later either, up to its event; then the session is one like any other."""
    url = receiver.on("/cb", first(status(200), answered))
    played = _triggered(api, "SessionSecondPartyAnswer", url, in_order=True, patience_s=0.5)
    sent = receiver.events("/cb")
    receiver.release()
    advance(api, 30)
    states = {one["event"]: one["state"] for one in good(control(api, "GET", "{w}/callbacks"))["callbacks"]}

    assert not played["delivered"]
    assert ["SessionFirstPartyAnswer", "SessionSecondPartyRing"] == sent
    assert "dropped" == states["SessionSecondPartyAnswer"]
    assert [*sent, *_HANGUPS] == receiver.events("/cb")


def test_in_order_goes_past_the_rules_of_the_laboratory(api: Api, receiver: Receiver) -> None:
    """Each waits for the answer to the one before, also where several are due at one instant."""
    policy(api, {"action": "reorder", "window": 2}, {"action": "drop"})
    played = _triggered(api, "SessionPartiesHangup", receiver.url, in_order=True)

    assert [one["event"] for one in played["callbacks"]] == receiver.events()
    assert 6 == len(receiver.received)
    assert played["delivered"]


def test_rules_of_the_laboratory_apply_otherwise(api: Api, receiver: Receiver) -> None:
    """A running world is as it is."""
    policy(api, {"action": "hold", "event": "SessionSecondPartyRing"})
    played = _triggered(api, "SessionSecondPartyAnswer", receiver.url)

    assert ["SessionFirstPartyAnswer", "SessionSecondPartyAnswer"] == receiver.events()
    assert ["delivered", "held", "delivered"] == [one["state"] for one in played["callbacks"]]
    assert not played["delivered"]


def test_retries_belong_to_the_story(api: Api, receiver: Receiver) -> None:
    """A connection that breaks is tried again, and what waited behind it is sent too."""
    url = receiver.on("/cb", first(status(503), status(200)))
    played = _triggered(api, "SessionSecondPartyRing", f"{url}#rp=5xx")

    assert [2, 1] == [len(one["attempts"]) for one in played["callbacks"]]
    assert played["delivered"]


@pytest.mark.parametrize("behaviour", [status(404), reset])
def test_receiver_that_does_not_answer_2xx_is_told(api: Api, receiver: Receiver, behaviour: Any) -> None:
    """Every callback is still sent, as by the service."""
    played = _triggered(api, "SessionPartiesHangup", receiver.on("/cb", behaviour))

    assert not played["delivered"]
    assert 6 == len(played["callbacks"])
    assert {"failed"} == {one["state"] for one in played["callbacks"]}


def test_public_url_is_under_egress_and_routes(api: Api, receiver: Receiver) -> None:
    """Blocked without a route; with one, delivered there and signed for the public URL."""
    public = "https://shop.example.com/in"
    blocked = _triggered(api, "SessionTimeout", public)
    good(control(api, "PUT", "{w}/routes", {"routes": [{"from": public, "to": receiver.url}]}))
    routed = _triggered(api, "SessionTimeout", f"{public}/events")

    assert (False, "blocked") == (blocked["delivered"], blocked["callbacks"][0]["state"])
    assert (True, f"{receiver.url}/events") == (routed["delivered"], routed["callbacks"][0]["attempts"][0]["url"])
    assert [f"{public}/events"] == [one["request"]["url"] for one in routed["callbacks"]]


def test_what_is_there_already_stays_as_it_is(api: Api, receiver: Receiver) -> None:
    """A world with sessions, calls and callbacks of its own: theirs go where they went, and nobody's party is taken."""
    mine = create(api, 0, 1, callback_url=f"{receiver.url}/mine")
    call(api, mine, manual=True)
    for _ in range(3):
        assert _triggered(api, "SessionSecondPartyRing", f"{receiver.url}/cb")["delivered"]
    advance(api, 5)
    sessions = good(api.ask("GET", f"{api.sessions}/"))["response"]["objects"]
    people = [one[party] for one in sessions for party in ("first_party", "second_party")]

    assert ["SessionFirstPartyAnswer", "SessionSecondPartyRing"] == receiver.events("/mine")
    assert 4 == len(sessions)
    assert len(people) == len(set(people))
    assert f"{receiver.url}/mine" == good(api.ask("GET", api.session(mine)))["response"]["callback_url"]


def test_call_of_a_story_goes_on_in_a_running_world(api: Api, receiver: Receiver) -> None:
    """The story is over with its event; the session is one like any other."""
    _triggered(api, "SessionSecondPartyAnswer", receiver.url)
    advance(api, 60)

    assert ["SessionFirstPartyHangup", "SessionSecondPartyHangup", "SessionPartiesHangup"] == receiver.events()[3:]


@pytest.mark.parametrize("in_order", [False, True])
def test_receiver_of_another_session_that_hangs_holds_up_no_story(
    api: Api, receiver: Receiver, *, in_order: bool
) -> None:
    """A story waits for its own callbacks; those of the other session are still waiting."""
    other = create(api, 0, 1, callback_url=receiver.on("/hung", hang))
    call(api, other, manual=True)
    receiver.arrived("/hung")
    played = _triggered(api, "SessionPartiesHangup", f"{receiver.url}/cb", in_order=in_order, patience_s=8)
    waiting = good(control(api, "GET", "{w}/callbacks?state=waiting"))["callbacks"]

    assert ["delivered"] * 6 == [one["state"] for one in played["callbacks"]]
    assert {other} == {one["session_uuid"] for one in waiting}


def test_live_pair_is_not_refreshed_by_a_story(api: Api, receiver: Receiver) -> None:
    """It would send the session's callbacks elsewhere, so it is refused."""
    mine = create(api, 0, 1, callback_url=receiver.url)
    parties = {"first_party": PEOPLE[0], "second_party": PEOPLE[1]}
    refused = _refusal(api, "SessionTimeout", receiver.url, overrides=parties)

    assert (400, "overrides.first_party") == refused[:2]
    assert f"these two have a live session, {mine}" in refused[2]


_URL: Final = "http://127.0.0.1:9/"

_WRONG: Final[dict[str, tuple[str, str, dict[str, Any], str, str]]] = {
    "event": ("SessionTimout", _URL, {}, "event", "there is no event 'SessionTimout'; did you mean SessionTimeout?"),
    "case": ("sessiontimeout", _URL, {}, "event", "did you mean SessionTimeout?"),
    "short": ("PartiesHangup", _URL, {}, "event", "did you mean SessionPartiesHangup?"),
    "far": ("x", _URL, {}, "event", "the events are SessionFirstPartyAnswer, "),
    "to": ("SessionTimeout", "localhost:5000", {}, "to", "'localhost:5000' is not an http or https URL"),
    "no to": ("SessionTimeout", "", {}, "to", "'' is not an http or https URL"),
    "key": ("SessionTimeout", _URL, {"frist_party": "1"}, "overrides.frist_party", "did you mean first_party?"),
    "cause": ("SessionPartiesHangup", _URL, {"cause": "bored"}, "overrides.cause", "'bored' is none of normal, busy"),
    "other": ("SessionTimeout", _URL, {"cause": "busy"}, "overrides.cause", "unknown key"),
    "address": ("SessionTimeout", _URL, {"callback_url": _URL}, "overrides.callback_url", "said by `to`"),
    "need": ("SessionRecordingFailed", _URL, {"record": False}, "overrides.record", "needs it to be true"),
    "value": ("SessionTimeout", _URL, {"session_expiry": 5}, "overrides.session_expiry", "a whole number from 60"),
    "party": ("SessionTimeout", _URL, {"first_party": "x"}, "overrides.first_party", "an E.164 number"),
    "account": ("SessionTimeout", _URL, {"subaccount": "SA1"}, "overrides.subaccount", "is no account of this world"),
    "time": ("SessionPartiesHangup", _URL, {"talk_s": -1}, "overrides.talk_s", "minimum"),
    "caller": (
        *("SessionPinAuthenticationStatus", _URL, {"caller": "+14155550123", "first_party": "+14155550123"}),
        *("overrides.caller", "is a party"),
    ),
}


@pytest.mark.parametrize("name", _WRONG)
def test_what_makes_no_sense_is_refused_and_changes_nothing(api: Api, name: str) -> None:
    """One sentence that names the key."""
    event, to, overrides, field, reason = _WRONG[name]
    before = good(control(api, "GET", "{w}/journal"))["events"]
    refused = _refusal(api, event, to, overrides=overrides)

    assert (400, field) == refused[:2]
    assert reason in refused[2]
    assert before == good(control(api, "GET", "{w}/journal"))["events"]


def test_story_that_the_policy_forbids_is_refused(emulator: ServerThread) -> None:
    """Where a deleted session is not reported, or a hangup is that of a leg, not of a party."""
    entries = {"timeout_event_after_delete": False, "parties_hangup_event": False, "event_parties": "positions"}
    world = new_world(emulator.control, "policy", {"policy": entries})
    wishes = [
        ("SessionTimeout", {"ending": "deleted"}, "timeout_event_after_delete = true"),
        ("SessionPartiesHangup", {"cause": "normal"}, "parties_hangup_event = true"),
        ("SessionPartiesHangup", {"cause": "time_limit"}, "parties_hangup_event = true"),
        ("SessionFirstPartyHangup", {"cause": "busy"}, 'event_parties = "roles"'),
    ]
    for event, overrides, reason in wishes:
        with pytest.raises(ControlRefused, match=reason):
            world.control.post(f"{world.path}/trigger", {"event": event, "to": _URL, "overrides": overrides})
    journal = world.journal()
    emulator.control.delete(world.path)

    assert [] == journal


def test_number_that_cannot_be_replaced_is_a_refusal(small: Api) -> None:
    """A pool of one number has no other."""
    status, _, reason = _refusal(small, "SessionVirtualNumberReplaced", _URL)

    assert 400 == status
    assert "were dropped" in reason


def test_reset_ends_a_story_that_is_under_way(api: Api, receiver: Receiver) -> None:
    """Who waits for it is told; the receiver resets the world when it is first called."""

    def resetting(handler: Any) -> None:
        good(control(api, "POST", "{w}/reset"))
        status(200)(handler)

    refused = _refusal(api, "SessionPartiesHangup", receiver.on("/cb", resetting))

    assert 409 == refused[0]
    assert "reset" in refused[2]
