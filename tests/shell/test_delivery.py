"""Delivery: callbacks over real sockets to a real receiver, however badly it behaves."""

import asyncio
import signal
import socket
from typing import Any, Final

import pytest
from masking_emulator import __version__
from masking_emulator.core.commands import DeleteSession
from masking_emulator.core.events import SessionCreated
from masking_emulator.core.records.base import replace
from masking_emulator.world.file import world_of
from masking_emulator.world.hub import Hub

from tests import receiver as behaviours
from tests.plivo.ask import Api, api_of
from tests.receiver import FLOODS, PATIENCE_S, Behaviour, Received, Receiver, calling, first, hang, status
from tests.shell.asking import control, create, good
from tests.shell.process import serving
from tests.shell.telling import (
    BEGINNING,
    WHOLE_CALL,
    advance,
    begin_call,
    call,
    callbacks,
    end,
    states,
    waited,
)
from tests.shell.worlds import create as create_command
from tests.shell.worlds import structure

#: What a receiver does, and what comes of it: state, outcome, status, and a word of the error.
_FATES: Final[dict[str, tuple[Behaviour, str, str, int | None, str]]] = {
    "200": (status(200, content=b"thanks"), "delivered", "ok", 200, ""),
    "204": (status(204), "delivered", "ok", 204, ""),
    "404": (status(404), "failed", "client_error", 404, ""),
    "500": (status(500), "failed", "server_error", 500, ""),
    "redirect": (status(302, Location="/elsewhere"), "failed", "redirect", 302, ""),
    "hang": (hang, "failed", "no_answer", None, "nothing came for 0.2 seconds"),
    "reset": (behaviours.reset, "failed", "broken", None, "the connection was closed by the other side"),
    "close": (behaviours.close, "failed", "broken", None, "without sending a response"),
    "garbage": (behaviours.garbage, "failed", "broken", None, r"illegal status line: '\x00\xff what is this?'"),
    "half a body": (behaviours.half, "failed", "broken", 200, "without sending complete message body"),
    "body gets stuck": (behaviours.stuck_body, "failed", "broken", 200, "nothing came for 0.2 seconds"),
    "endless body": (behaviours.endless, "delivered", "ok", 200, ""),
    "endless headers": (behaviours.endless_headers, "failed", "broken", None, "more than 16384 bytes"),
    "endless 100": (FLOODS["endless 100"], "failed", "broken", None, "more than 16384 bytes"),
    "endless 103": (FLOODS["endless 103"], "failed", "broken", None, "more than 16384 bytes"),
    "endless reason": (FLOODS["endless reason"], "failed", "broken", None, "more than 16384 bytes"),
    "chunks of a byte": (FLOODS["chunks of a byte"], "delivered", "ok", 200, ""),
    "endless extension": (FLOODS["endless extension"], "failed", "broken", 200, "more than 65536 bytes"),
    "extensions": (FLOODS["extensions"], "failed", "broken", 200, "more than 65536 bytes"),
}


@pytest.mark.parametrize("name", _FATES)
def test_whatever_a_receiver_does_has_an_outcome(api: Api, receiver: Receiver, name: str) -> None:
    """One attempt, the outcome of the table, and an advance that waits for it and is not held up."""
    behaviour, state, outcome, code, word = _FATES[name]
    end(api, receiver.on("/cb", behaviour) + "#rt=200&rc=0")
    advanced = advance(api)
    (told,) = callbacks(api)
    (attempt,) = told["attempts"]

    assert "callbacks_out" not in advanced
    assert (state, outcome) == (told["state"], attempt["outcome"])
    assert code == (attempt["response"] or {}).get("status")
    assert word in (attempt["error"] or "")
    assert [("POST", "/cb")] == [(one.method, one.path) for one in receiver.received]


def test_nobody_listens(api: Api, receiver: Receiver) -> None:
    """A refused connection is an outcome like the others."""
    receiver.stop()
    end(api, receiver.url + "/cb#rc=0")
    advance(api)
    (told,) = callbacks(api)

    assert ("failed", "not_connected") == (told["state"], told["attempts"][0]["outcome"])
    assert "connection refused: nothing listens there" == told["attempts"][0]["error"]


def test_receiver_that_speaks_no_tls_is_not_connected(api: Api, receiver: Receiver) -> None:
    """A connection without its handshake is none."""
    end(api, f"https://127.0.0.1:{receiver.port}/cb#rc=0")
    advance(api)
    (attempt,) = callbacks(api)[0]["attempts"]

    assert ("not_connected", True) == (attempt["outcome"], attempt["error"].startswith("TLS failed: "))


def test_receiver_that_never_begins_tls_is_not_connected(api: Api) -> None:
    """And is not said to be unreachable: it took the connection."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        end(api, f"https://127.0.0.1:{silent.getsockname()[1]}/cb#ct=100&rc=0")
        advance(api)
    (attempt,) = callbacks(api)[0]["attempts"]

    assert "not_connected" == attempt["outcome"]
    assert "the other side did not begin TLS within 0.1 seconds" == attempt["error"]


def test_answer_is_kept_up_to_a_limit(api: Api, receiver: Receiver) -> None:
    """A huge body is cut, and what was read of it is shown with status and headers."""
    end(api, receiver.on("/cb", status(200, content=b"y" * 1_000_000, X_Trace="7")))
    advance(api)
    response = callbacks(api)[0]["attempts"][0]["response"]

    assert ("y" * 16_384, 16_384) == (response["body"], response["body_cut_after_bytes"])
    assert "7" == response["headers"]["x-trace"]


def test_total_time_limits_a_body_that_trickles(api: Api, receiver: Receiver) -> None:
    """The read time-out is long, but the whole exchange has a limit of its own."""
    end(api, receiver.on("/cb", behaviours.stuck_body) + "#tt=100&rc=0")
    advance(api)
    (attempt,) = callbacks(api)[0]["attempts"]

    assert ("broken", "it took longer than 0.1 seconds in all") == (attempt["outcome"], attempt["error"])


def test_what_arrives_is_what_the_log_shows(api: Api, receiver: Receiver) -> None:
    """Nothing is added to the request on its way: method, target, every header and the body."""
    end(api, receiver.url + "/cb?tenant=7")
    advance(api)
    request, (got,) = callbacks(api)[0]["request"], receiver.received

    assert {name.lower(): value for name, value in request["headers"].items()} == dict(got.headers)
    assert (request["method"], request["url"], request["body"]) == (got.method, got.url, got.body.decode())
    assert f"masking-emulator/{__version__}" == got.headers["user-agent"]
    assert "application/x-www-form-urlencoded" == got.headers["content-type"]


def test_redirect_is_not_followed(api: Api, receiver: Receiver) -> None:
    """Not even to the same server."""
    end(api, receiver.on("/cb", status(307, Location=f"{receiver.url}/other")))
    advance(api)

    assert ["/cb"] == [one.path for one in receiver.received]


def test_callbacks_of_a_session_arrive_in_order(api: Api, receiver: Receiver) -> None:
    """One after the other, as they are numbered."""
    uuid = create(api, 0, 1, callback_url=receiver.url + "/cb")
    call(api, uuid, answer_after_s=3, talk_s=20)
    advance(api, 60)

    assert WHOLE_CALL == receiver.events()
    assert [str(number) for number in range(1, 7)] == [one.parameters["SequenceNumber"] for one in receiver.received]


def test_session_that_hangs_delays_no_other_and_no_answer_of_the_api(api: Api, receiver: Receiver) -> None:
    """While one receiver is silent, another session's call is told to its end, and the API answers."""
    silent = begin_call(api, receiver.on("/silent", hang))
    receiver.arrived("/silent")
    other = create(api, 2, 3, callback_url=receiver.url + "/other")
    call(api, other, caller=2, answer_after_s=3, talk_s=20)
    advanced = advance(api, 60, patience_s=0)
    waited(api, f"session={other}&count=6&timeout_s=20")

    assert WHOLE_CALL == receiver.events("/other")
    assert BEGINNING[:1] == receiver.events("/silent")
    assert advanced["callbacks_out"]
    assert ["waiting"] * 2 == states(api, f"session={silent}")[:2]


def test_many_sessions_that_hang_leave_room_for_another_receiver(api: Api, receiver: Receiver) -> None:
    """More silent sessions than may be under way to one receiver."""
    numbers = [{"number": f"+1415555{number:04}"} for number in range(200, 330)]
    for number in numbers:
        good(control(api, "POST", "{w}/numbers", number), 201)
    receiver.on("/silent", hang)
    silent = create(api, 0, 1, callback_url=receiver.url + "/silent")
    for _ in range(130):
        good(api.ask("DELETE", api.session(silent)))
        silent = create(api, 0, 1, callback_url=receiver.url + "/silent")
    with behaviours.receiving() as other:
        end_of_other = create(api, 2, 3, callback_url=other.url + "/cb")
        good(api.ask("DELETE", api.session(end_of_other)))
        told = waited(api, f"session={end_of_other}&timeout_s=20")

    assert ["SessionTimeout"] == [one["event"] for one in told]
    assert 0 < len(receiver.received) <= 100


def test_advance_gives_up_on_a_silent_receiver(api: Api, receiver: Receiver) -> None:
    """Its patience is for all of its way; then it says which callback is still out, and time has passed anyway."""
    uuid = create(api, 0, 1, callback_url=receiver.on("/cb", hang))
    call(api, uuid, answer_after_s=3, talk_s=20)
    before = good(control(api, "GET", "{w}/clock"))["now"]
    advanced = advance(api, 60, patience_s=0.1)
    (out,) = advanced["callbacks_out"]
    unsettled = states(api)
    receiver.release()
    advance(api)

    assert ("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z") == (before, advanced["now"])
    assert (callbacks(api)[0]["id"], ["waiting"] * 6) == (out, unsettled)
    assert ["delivered"] * 6 == states(api)
    assert WHOLE_CALL == receiver.events()


def test_advance_says_what_was_sent_even_if_it_was_dropped_meanwhile(api: Api, receiver: Receiver) -> None:
    """And not what waits behind it, of which the receiver knows nothing yet."""
    begin_call(api, receiver.on("/cb", hang))
    receiver.arrived("/cb")
    sent, _ = (one["id"] for one in callbacks(api))
    good(control(api, "POST", f"{{w}}/callbacks/{sent}/drop"))

    assert [sent] == advance(api, 0, patience_s=0)["callbacks_out"]
    assert 1 == len(receiver.received)


def test_receiver_may_call_the_api_from_inside_a_callback(api: Api, receiver: Receiver) -> None:
    """It creates a session, reads it, and reads its callback, which is under way."""
    answers: list[Any] = []

    def call_back(_: Received) -> None:
        uuid = create(api, 2, 3)
        answers.append(good(api.ask("GET", api.session(uuid)))["response"]["session_uuid"] == uuid)
        answers.extend(states(api))

    end(api, receiver.on("/cb", calling(call_back)))
    advance(api)

    assert [True, "waiting"] == answers
    assert ["delivered"] == states(api)


def test_receiver_may_advance_the_clock_from_inside_a_callback(api: Api, receiver: Receiver) -> None:
    """While an advance waits for it, another one does not wait, and both come to their end."""
    instants: list[str] = []
    receiver.on("/cb", first(calling(lambda _: instants.append(advance(api, 60)["now"])), status(200)))
    uuid = create(api, 0, 1, callback_url=receiver.url + "/cb")
    good(control(api, "PUT", "{w}/callbacks/policy", {"rules": [{"action": "delay", "delay_s": 1}]}))
    call(api, uuid, manual=True)
    advanced = advance(api, 30)

    assert ["2026-01-01T00:01:01Z"] == instants
    assert "2026-01-01T00:01:01Z" == advanced["now"]
    assert ["delivered"] * len(states(api)) == states(api)


def test_receiver_without_patience_may_advance_the_clock_at_any_time(api: Api, receiver: Receiver) -> None:
    """The callback was sent outside an advance, and the receiver says that nobody is to wait for it."""
    instants: list[str] = []
    end(api, receiver.on("/cb", calling(lambda _: instants.append(advance(api, 60, patience_s=0)["now"]))))
    waited(api, "timeout_s=20")

    assert ["2026-01-01T00:01:00Z"] == instants


@pytest.mark.parametrize(
    ("settings", "behaviour", "outcomes"),
    [
        ("", hang, ["no_answer"] * 2),
        ("&rc=0", hang, ["no_answer"]),
        ("&rc=3", hang, ["no_answer"] * 4),
        ("", status(500), ["server_error"]),
        ("&rc=2&rp=5xx", status(500), ["server_error"] * 3),
        ("&rc=2&rp=5xx", status(404), ["client_error"]),
        ("&rc=2&rp=4xx", status(404), ["client_error"] * 3),
        ("&rc=2&rp=ct", hang, ["no_answer"]),
        ("&rc=2&rp=all", first(status(500), status(404), hang), ["server_error", "client_error", "no_answer"]),
        ("&rc=5&rp=all", first(status(500), status(200)), ["server_error", "ok"]),
        ("&rc=5&rp=all", behaviours.half, ["broken"]),
        ("&rc=5&rp=all", status(302), ["redirect"]),
    ],
)
def test_failed_attempts_are_repeated_as_the_url_says(
    api: Api, receiver: Receiver, settings: str, behaviour: Behaviour, outcomes: list[str]
) -> None:
    """By default once, and only what got no answer."""
    end(api, receiver.on("/cb", behaviour) + f"#rt=100{settings}")
    advance(api, 100)

    assert outcomes == [attempt["outcome"] for attempt in callbacks(api)[0]["attempts"]]


def test_pause_before_a_retry_is_doubled_on_the_clock_of_the_world(api: Api, receiver: Receiver) -> None:
    """After 1, 2, 4, 8 and 16 seconds of the world's time, with the same request each time."""
    end(api, receiver.on("/cb", status(500)) + "#rc=5&rp=5xx")
    advance(api, 31)
    told = callbacks(api)[0]
    seconds = [attempt["at"][-3:-1] for attempt in told["attempts"]]

    assert ["00", "01", "03", "07", "15", "31"] == seconds
    assert 1 == len({(one.body, one.headers["x-plivo-signature-v3"]) for one in receiver.received})


def test_order_is_kept_while_the_first_callback_is_tried_again(api: Api, receiver: Receiver) -> None:
    """The next one waits for its turn."""
    begin_call(api, receiver.on("/cb", first(status(500), status(500), status(200))) + "#rc=2&rp=5xx")
    advance(api)
    before = states(api)
    advance(api, 10)

    assert ["retrying", "waiting"] == before
    assert [*BEGINNING[:1] * 3, *BEGINNING[1:]] == receiver.events()
    assert ["delivered"] * 2 == states(api)


def test_world_in_real_time_delivers_by_itself(api: Api, receiver: Receiver) -> None:
    """Without any advance, retries included."""
    good(control(api, "PUT", "{w}/clock", {"rate": 100}))
    uuid = create(api, 0, 1, callback_url=receiver.on("/cb", first(status(500), status(200))) + "#rp=5xx")
    call(api, uuid, answer_after_s=3, talk_s=20)
    waited(api, f"session={uuid}&count=6&timeout_s=20")

    assert [WHOLE_CALL[0], *WHOLE_CALL] == receiver.events()


def test_reset_lets_callbacks_go_that_are_under_way(api: Api, receiver: Receiver) -> None:
    """Their answers change nothing in the world's new life, which tells its own callbacks."""
    begin_call(api, receiver.on("/silent", hang))
    receiver.arrived("/silent")
    good(control(api, "POST", "{w}/reset"))
    after_reset = callbacks(api)
    receiver.release()
    end(api, receiver.url + "/cb")
    advance(api)

    assert [] == after_reset
    assert [("SessionTimeout", 1, "delivered")] == [(one["event"], one["id"], one["state"]) for one in callbacks(api)]
    assert BEGINNING[:1] == receiver.events("/silent")


def test_removed_world_sends_nothing_more(api: Api, receiver: Receiver) -> None:
    """A callback that is under way is let go, and the next one never leaves."""
    world = {"clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
    other = api_of(api.url, good(control(api, "POST", "/worlds", {"world": world}), 201))
    begin_call(other, receiver.on("/silent", hang))
    receiver.arrived("/silent")
    good(control(other, "DELETE", "{w}"))
    receiver.release()
    end(api, receiver.url + "/cb")
    advance(api)

    assert BEGINNING[:1] == receiver.events("/silent")


def test_fork_leaves_to_the_original_what_is_under_way(api: Api, receiver: Receiver) -> None:
    """The copy shows what was to be sent as dropped, and sends what happens in it."""
    uuid = begin_call(api, receiver.on("/cb", first(hang, status(200))))
    receiver.arrived("/cb")
    twin = api_of(api.url, good(control(api, "POST", "{w}/fork"), 201))
    dropped = states(twin)
    good(twin.ask("DELETE", twin.session(uuid)))
    advance(twin)
    own = states(twin)
    receiver.release()
    advance(api)
    good(control(twin, "DELETE", "{w}"))

    assert (["dropped"] * 2, "delivered") == (dropped, own[2])
    assert ["delivered"] * 2 == states(api)
    assert [BEGINNING[0], "SessionTimeout", BEGINNING[1]] == receiver.events()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_cleanly_with_callbacks_under_way(receiver: Receiver, ending: signal.Signals) -> None:
    """Exit code 0, and not a word on either stream, though a receiver hangs and others wait for their turn."""
    with serving() as (process, url):
        demo = Api(url, "MAEMULATOR0000000001", "emulator-token", "MAEMULATOR0000000001")
        begin_call(demo, receiver.on("/cb", hang))
        receiver.arrived("/cb")
        process.send_signal(ending)
        output = process.communicate(timeout=PATIENCE_S)

    assert (0, ("", "")) == (process.returncode, output)


def test_end_of_the_server_ends_an_advance_that_waits(receiver: Receiver) -> None:
    """The receiver hangs, nobody waits for its time-out, and time does not pass in a world that has ended."""

    async def play() -> tuple[int, int]:
        hub = Hub()
        world = hub.add(world_of(structure()))
        created = create_command()
        told = replace(created, settings=replace(created.settings, callback_url=receiver.on("/cb", hang)))
        (event, *_) = world.do(told)
        assert isinstance(event, SessionCreated)
        world.do(DeleteSession(None, event.session.uuid))
        before = world.clock.now()
        advance = asyncio.create_task(world.advance_to(before + 60_000_000, patience_s=PATIENCE_S))
        await asyncio.to_thread(receiver.arrived, "/cb")
        async with asyncio.timeout(PATIENCE_S / 2):
            await hub.close()
            await advance
        return before, world.clock.now()

    before, after = asyncio.run(play())
    assert before == after
