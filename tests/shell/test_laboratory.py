"""The callback laboratory over the control API: what its rules do to callbacks that a real receiver gets."""

from typing import Any, Final

import pytest

from tests import receiver as behaviours
from tests.plivo.ask import Api, api_of
from tests.receiver import Behaviour, Received, Receiver, calling, hang, status
from tests.shell.asking import control, create, good
from tests.shell.telling import (
    BEGINNING,
    WHOLE_CALL,
    advance,
    begin_call,
    call,
    callbacks,
    end,
    policy,
    states,
)


def _whole_call(api: Api, receiver: Receiver, first: int = 0, second: int = 1) -> str:
    uuid = create(api, first, second, callback_url=receiver.url + "/cb")
    call(api, uuid, caller=first, answer_after_s=3, talk_s=20)
    advance(api, 60)
    return uuid


def test_held_callbacks_go_when_they_are_released(api: Api, receiver: Receiver) -> None:
    """All at once in the order in which they were due; a rule is no bar to them any more."""
    policy(api, {"action": "hold"})
    _whole_call(api, receiver)
    before = states(api), receiver.events()
    released = good(control(api, "POST", "{w}/callbacks/release", {}))

    assert (["held"] * 6, []) == before
    assert [1, 2, 3, 4, 5, 6] == released["released"]
    assert [(event, "delivered") for event in WHOLE_CALL] == [(o["event"], o["state"]) for o in released["callbacks"]]
    assert WHOLE_CALL == receiver.events()


def test_held_callbacks_go_in_the_order_that_is_asked_for(api: Api, receiver: Receiver) -> None:
    """Some of them, one by one, or dropped."""
    policy(api, {"action": "hold"})
    _whole_call(api, receiver)
    good(control(api, "POST", "{w}/callbacks/release", {"ids": [5, 2]}))
    good(control(api, "POST", "{w}/callbacks/1/release"))
    good(control(api, "POST", "{w}/callbacks/3/drop"))
    advance(api)

    assert [WHOLE_CALL[4], WHOLE_CALL[1], WHOLE_CALL[0]] == receiver.events()
    assert ["delivered", "delivered", "dropped", "held", "delivered", "held"] == states(api)


def test_held_callback_holds_nobody_up(api: Api, receiver: Receiver) -> None:
    """Later ones overtake it."""
    policy(api, {"action": "hold", "event": "SessionSecondPartyRing"})
    _whole_call(api, receiver)

    assert [WHOLE_CALL[0], *WHOLE_CALL[2:]] == receiver.events()


def test_dropped_callback_never_arrives(api: Api, receiver: Receiver) -> None:
    """And the log says what did it."""
    policy(api, {"action": "drop", "event": "SessionFirstPartyHangup"})
    _whole_call(api, receiver)
    (dropped,) = callbacks(api, "state=dropped")

    assert [event for event in WHOLE_CALL if event != "SessionFirstPartyHangup"] == receiver.events()
    assert ("SessionFirstPartyHangup", ["drop"], []) == (dropped["event"], dropped["laboratory"], dropped["attempts"])


def test_rule_has_its_way_before_a_blocked_receiver_has(api: Api) -> None:
    """Every callback of one instant is treated before the first of them is settled."""
    policy(api, {"action": "drop", "event": "SessionPartiesHangup"})
    uuid = create(api, 0, 1, callback_url="https://example.com/cb")
    call(api, uuid, answer_after_s=3, talk_s=20)
    advance(api, 60)

    assert [*["blocked"] * 5, "dropped"] == states(api)


def test_duplicated_callback_arrives_again_and_again(api: Api, receiver: Receiver) -> None:
    """The same parameters, nonces of its own; a copy says what it is one of."""
    policy(api, {"action": "duplicate", "copies": 2})
    end(api, receiver.url + "/cb")
    advance(api)

    assert 1 == len({one.body for one in receiver.received})
    assert 3 == len({one.headers["x-plivo-signature-v3-nonce"] for one in receiver.received})
    assert [None, 1, 1] == [one["copy_of"] for one in callbacks(api)]


def test_delayed_callback_arrives_later_by_the_clock_of_the_world(api: Api, receiver: Receiver) -> None:
    """And tells of the instant at which it was due."""
    policy(api, {"action": "delay", "delay_s": 90})
    end(api, receiver.url + "/cb")
    advance(api, 89)
    before = receiver.events()
    advance(api, 1)

    assert ([], ["SessionTimeout"]) == (before, receiver.events())
    assert "2026-01-01 00:00:00" == receiver.received[0].form["EventTimestamp"]
    assert "2026-01-01T00:01:30Z" == callbacks(api)[0]["attempts"][0]["at"]


def test_delayed_callback_may_be_released_before(api: Api, receiver: Receiver) -> None:
    """Then its time means nothing any more."""
    policy(api, {"action": "delay", "delay_s": 90})
    end(api, receiver.url + "/cb")
    good(control(api, "POST", "{w}/callbacks/1/release"))
    advance(api, 100)

    assert ["SessionTimeout"] == receiver.events()


def test_callbacks_are_reversed_in_groups(api: Api, receiver: Receiver) -> None:
    """What is left of the last group goes when the call is over."""
    policy(api, {"action": "reorder", "window": 4})
    _whole_call(api, receiver)

    assert [*WHOLE_CALL[3::-1], *WHOLE_CALL[:3:-1]] == receiver.events()
    assert ["delivered"] * 6 == states(api)


def test_short_group_waits_for_the_end_of_the_call(api: Api, receiver: Receiver) -> None:
    """As long as it goes on, more may come."""
    policy(api, {"action": "reorder", "window": 4})
    begin_call(api, receiver.url + "/cb")
    advance(api, 10)

    assert ["held"] * 2 == states(api)
    advance(api, 60)
    assert ["SessionFirstPartyHangup", "SessionSecondPartyHangup"] == sorted(receiver.events()[:2])
    assert "held" not in states(api)


@pytest.mark.parametrize("order", ["reverse", "shuffle"])
def test_group_goes_when_its_session_has_ended(api: Api, receiver: Receiver, order: str) -> None:
    """Its last callback comes behind its end, and is not left behind."""
    policy(api, {"action": "reorder", "window": 3, "order": order})
    end(api, receiver.url + "/cb")
    advance(api)

    assert (["SessionTimeout"], ["delivered"]) == (receiver.events(), states(api))


def test_group_of_a_session_waits_while_another_call_of_it_runs(api: Api, receiver: Receiver) -> None:
    """The first of two calls is over, and the other tells more."""
    policy(api, {"action": "reorder", "window": 50})
    uuid = create(api, 0, 1, callback_url=receiver.url + "/cb")
    call(api, uuid, caller=0, answer_after_s=1, talk_s=5)
    call(api, uuid, caller=1, answer_after_s=1, talk_s=20)
    advance(api, 10)
    assert {"held"} == set(states(api))

    advance(api, 60)
    assert {"delivered"} == set(states(api))
    assert 2 == receiver.events().count("SessionPartiesHangup")


def test_shuffle_follows_from_the_seed(api: Api, receiver: Receiver) -> None:
    """The same world shuffles in the same way again, and not in the order of the calls."""
    orders = []
    for _ in range(2):
        good(control(api, "POST", "{w}/reset"))
        policy(api, {"action": "reorder", "window": 6, "order": "shuffle"})
        receiver.received.clear()
        _whole_call(api, receiver)
        orders.append(receiver.events())

    assert orders[0] == orders[1] != WHOLE_CALL
    assert sorted(WHOLE_CALL) == sorted(orders[0])


def test_rule_skips_and_counts(api: Api, receiver: Receiver) -> None:
    """The first two pass, the next two are dropped, the others pass; and the rule says so."""
    shown = policy(api, {"action": "drop", "skip": 2, "count": 2})
    _whole_call(api, receiver)
    (rule,) = good(control(api, "GET", "{w}/callbacks/policy"))["rules"]

    assert [*WHOLE_CALL[:2], *WHOLE_CALL[4:]] == receiver.events()
    assert ((0, 0), (6, 2)) == (
        (shown["rules"][0]["matched"], shown["rules"][0]["applied"]),
        (rule["matched"], rule["applied"]),
    )


def test_rule_of_a_session_leaves_the_others_alone(api: Api, receiver: Receiver) -> None:
    """By the session's UUID."""
    first = create(api, 0, 1, callback_url=receiver.url + "/first")
    second = create(api, 2, 3, callback_url=receiver.url + "/second")
    policy(api, {"action": "drop", "session_uuid": first})
    for uuid in (first, second):
        good(api.ask("DELETE", api.session(uuid)))
    advance(api)

    assert ["/second"] == [one.path for one in receiver.received]


def test_chance_of_a_rule_follows_from_the_seed(api: Api, receiver: Receiver) -> None:
    """Some are dropped, others not, and in a second life of the world the same ones."""
    fates = []
    for _ in range(2):
        good(control(api, "POST", "{w}/reset"))
        policy(api, {"action": "drop", "chance": 0.5})
        _whole_call(api, receiver)
        _whole_call(api, receiver, 2, 3)
        fates.append(states(api))

    assert fates[0] == fates[1]
    assert {"delivered", "dropped"} == set(fates[0])


def test_first_rule_that_takes_a_callback_treats_it(api: Api, receiver: Receiver) -> None:
    """The next one does not see it."""
    policy(api, {"action": "drop", "count": 1}, {"action": "duplicate"})
    begin_call(api, receiver.url + "/cb")
    advance(api)

    assert [BEGINNING[1]] * 2 == receiver.events()


def test_delivery_can_be_switched_off(api: Api, receiver: Receiver) -> None:
    """Callbacks are made, counted and signed, and kept."""
    shown = policy(api, deliver=False)
    uuid = _whole_call(api, receiver)
    kept = callbacks(api)
    policy(api, deliver=True)
    good(api.ask("DELETE", api.session(uuid)))
    advance(api)

    assert shown["deliver"] is False
    assert [("kept", [])] * 6 == [(one["state"], one["attempts"]) for one in kept]
    assert "X-Plivo-Signature-V3" in kept[0]["request"]["headers"]
    assert [("SessionTimeout", "7")] == [
        (one.form["EventName"], one.form["SequenceNumber"]) for one in receiver.received
    ]


def test_replay_sends_the_same_again(api: Api, receiver: Receiver) -> None:
    """Later, and even while delivery is off: the parameters of then, under fresh nonces."""
    policy(api, deliver=False)
    end(api, receiver.url + "/cb")
    advance(api, 60)
    replayed = good(control(api, "POST", "{w}/callbacks/1/replay"), 201)
    advance(api)
    original = callbacks(api)[0]

    assert (2, 1, original["parameters"]) == (replayed["id"], replayed["copy_of"], replayed["parameters"])
    assert original["request"]["headers"] != replayed["request"]["headers"]
    assert ["kept", "delivered"] == states(api)
    assert [replayed["request"]["body"]] == [one.body.decode() for one in receiver.received]


@pytest.mark.parametrize(
    ("behaviour", "state"), [(status(200), "delivered"), (status(500), "failed"), (behaviours.reset, "failed")]
)
@pytest.mark.parametrize("path", ["release", "1/release", "1/replay"])
def test_release_and_replay_answer_when_it_has_been_answered(
    api: Api, receiver: Receiver, path: str, behaviour: Behaviour, state: str
) -> None:
    """Whatever comes of it, it is in the answer, as with an advance."""
    policy(api, {"action": "hold"})
    end(api, receiver.on("/cb", behaviour))
    answered = control(api, "POST", f"{{w}}/callbacks/{path}", {}).json
    told = answered["callbacks"][0] if "callbacks" in answered else answered

    assert (state, 1) == (told["state"], len(told["attempts"]))


def test_release_and_replay_have_a_patience(api: Api, receiver: Receiver) -> None:
    """Past it they answer what there is."""
    policy(api, {"action": "hold"})
    end(api, receiver.on("/cb", hang))
    released = good(control(api, "POST", "{w}/callbacks/1/release", {"patience_s": 0.05}))
    replayed = good(control(api, "POST", "{w}/callbacks/1/replay", {"patience_s": 0}), 201)

    assert ("waiting", "waiting") == (released["state"], replayed["state"])


def test_release_waits_for_nothing_that_is_not_under_way(api: Api, receiver: Receiver) -> None:
    """Behind a callback that pauses on a clock that stands, nothing would ever come."""
    end(api, receiver.on("/cb", status(500)) + "#rp=5xx&rc=5")
    advance(api)
    replayed = good(control(api, "POST", "{w}/callbacks/1/replay", {"patience_s": 60}), 201)

    assert (["retrying", "waiting"], "waiting") == (states(api), replayed["state"])


def test_receiver_may_replay_from_inside_a_callback(api: Api, receiver: Receiver) -> None:
    """While an advance waits for it, nobody waits for the copy: it comes behind."""
    replays: list[Any] = []

    def replay(_: Received) -> None:
        if not replays:
            replays.append(good(control(api, "POST", "{w}/callbacks/1/replay"), 201))

    create(api, 0, 1, callback_url=receiver.on("/cb", calling(replay)), session_expiry=60)
    advance(api, 60)

    assert ["waiting"] == [one["state"] for one in replays]
    assert ["delivered"] * 2 == states(api)


@pytest.mark.parametrize(
    ("code", "fragment", "why"),
    [
        (500, "", "5xx needs #rp=5xx in the URL"),
        (404, "#rp=5xx", "4xx needs #rp=4xx in the URL"),
        (302, "#rp=all", "no setting repeats such an attempt"),
        (500, "#rp=5xx&rc=0", "1 attempts are all that #rc=0 allows"),
        (200, "", None),
    ],
)
def test_failed_callback_says_why_it_is_not_tried_again(
    api: Api, receiver: Receiver, code: int, fragment: str, why: str | None
) -> None:
    """In the words of the URL's fragment that would repeat it."""
    end(api, receiver.on("/cb", status(code, Location="/")) + fragment)
    advance(api)

    assert why == callbacks(api)[0]["why_not_again"]


def test_replay_of_a_replay_is_a_copy_of_the_original(api: Api, receiver: Receiver) -> None:
    """However often."""
    end(api, receiver.url + "/cb")
    for ordinal in (1, 2, 3):
        good(control(api, "POST", f"{{w}}/callbacks/{ordinal}/replay"), 201)
    advance(api)

    assert [None, 1, 1, 1] == [one["copy_of"] for one in callbacks(api)]


def test_reset_forgets_rules_and_switches_delivery_on(api: Api, receiver: Receiver) -> None:
    """The world is as it was at its start."""
    policy(api, {"action": "drop"}, deliver=False)
    good(control(api, "POST", "{w}/reset"))
    end(api, receiver.url + "/cb")
    advance(api)

    assert {"deliver": True, "rules": []} == good(control(api, "GET", "{w}/callbacks/policy"))
    assert ["delivered"] == states(api)


def test_fork_copies_rules_where_they_stand(api: Api, receiver: Receiver) -> None:
    """With their counts, and the switch; from then on each world counts for itself."""
    policy(api, {"action": "drop", "count": 2})
    end(api, receiver.url + "/cb")
    before = good(control(api, "GET", "{w}/callbacks/policy"))
    twin = api_of(api.url, good(control(api, "POST", "{w}/fork"), 201))
    copied = good(control(twin, "GET", "{w}/callbacks/policy"))
    for _ in range(2):
        end(twin, receiver.url + "/cb")
    advance(twin)
    fates = states(twin)
    after = good(control(api, "GET", "{w}/callbacks/policy"))
    good(control(twin, "DELETE", "{w}"))

    assert before == copied == after
    assert ["dropped", "dropped", "delivered"] == fates


def _refused(api: Api, method: str, path: str, body: Any = None) -> tuple[int, str | None]:
    reply = control(api, method, path, body)
    assert reply.json["error"]
    return reply.status, reply.json.get("field")


_BAD_RULES: Final[list[tuple[dict[str, Any], str]]] = [
    ({}, "rules.0"),
    ({"action": "explode"}, "rules.0.action"),
    ({"action": "drop", "event": "SessionNothing"}, "rules.0.event"),
    ({"action": "drop", "chance": 2}, "rules.0.chance"),
    ({"action": "drop", "count": 0}, "rules.0.count"),
    ({"action": "drop", "skip": -1}, "rules.0.skip"),
    ({"action": "drop", "delay_s": 3}, "rules.0.delay_s"),
    ({"action": "hold", "target": "signature"}, "rules.0.target"),
    ({"action": "delay"}, "rules.0.delay_s"),
    ({"action": "delay", "delay_s": 90_000}, "rules.0.delay_s"),
    ({"action": "duplicate", "copies": 11}, "rules.0.copies"),
    ({"action": "reorder", "window": 1}, "rules.0.window"),
    ({"action": "reorder", "order": "random"}, "rules.0.order"),
    ({"action": "tamper", "target": "body"}, "rules.0.target"),
    ({"action": "drop", "session": "x"}, "rules.0.session"),
]


@pytest.mark.parametrize(("rule", "field"), _BAD_RULES, ids=lambda part: str(part))
def test_bad_rule_is_refused_and_changes_nothing(api: Api, rule: dict[str, Any], field: str) -> None:
    """The field is named, and the rules and the switch before stay."""
    policy(api, {"action": "hold"})

    assert (400, field) == _refused(api, "PUT", "{w}/callbacks/policy", {"rules": [rule], "deliver": False})
    shown = good(control(api, "GET", "{w}/callbacks/policy"))
    assert (True, "hold") == (shown["deliver"], shown["rules"][0]["action"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "{w}/callbacks/77", None, 404, "id"),
        ("POST", "{w}/callbacks/77/replay", None, 404, "id"),
        ("POST", "{w}/callbacks/x/release", None, 400, "id"),
        ("POST", "{w}/callbacks/1/release", None, 409, None),
        ("POST", "{w}/callbacks/1/drop", None, 409, None),
        ("POST", "{w}/callbacks/release", {"ids": [1]}, 409, "ids"),
        ("POST", "{w}/callbacks/release", {"ids": [1, 1]}, 400, "ids"),
        ("PUT", "{w}/callbacks/policy", {"deliver": "no"}, 400, "deliver"),
        ("GET", "{w}/callbacks?event=Nothing", None, 400, "event"),
        ("GET", "{w}/callbacks?state=gone", None, 400, "state"),
        ("GET", "{w}/callbacks?after=-1", None, 400, "after"),
        ("GET", "{w}/callbacks?limit=many", None, 400, "limit"),
        ("GET", "{w}/callbacks?session_uuid=x", None, 400, "session_uuid"),
        ("GET", "{w}/callbacks/wait?timeout_s=soon", None, 400, "timeout_s"),
        ("GET", "{w}/callbacks/wait?timeout_s=nan", None, 400, "timeout_s"),
        ("GET", "{w}/callbacks/wait?timeout_s=301", None, 400, "timeout_s"),
        ("GET", "{w}/callbacks/wait?count=0", None, 400, "count"),
        ("GET", "{w}/callbacks/wait?count=1001", None, 400, "count"),
        ("GET", "{w}/callbacks/wait?evnet=SessionTimeout", None, 400, "evnet"),
    ],
)
def test_refusal_names_the_field(
    api: Api, receiver: Receiver, method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    """There is one callback, which is delivered."""
    end(api, receiver.url + "/cb")
    advance(api)

    assert (status, field) == _refused(api, method, path, body)
