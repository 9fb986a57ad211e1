"""Egress: what may leave the machine, as it is judged and as it is over real sockets."""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any, Final

import pytest
from masking_emulator.callbacks.egress import Blocked, addresses, checked, obstacle
from masking_emulator.callbacks.names import NameService

from tests import receiver as behaviours
from tests.plivo.ask import Api, api_of
from tests.receiver import Behaviour, Receiver, status
from tests.shell.asking import control, create, good
from tests.shell.telling import WHOLE_CALL, advance, call, callbacks, end, states

#: Host → what is said of it: "" for sent, a word of the reason for blocked, None for looked up first.
_HOSTS: Final[dict[str, str | None]] = {
    "127.0.0.1": "",
    "127.8.9.10": "",
    "10.1.2.3": "",
    "172.16.0.1": "",
    "172.31.255.255": "",
    "192.168.1.1": "",
    "::1": "",
    "fd12:3456::1": "",
    "::ffff:127.0.0.1": "",
    "localhost": "",
    "LocalHost": "",
    "localhost.": "",
    "shop.localhost": "",
    "8.8.8.8": "no loopback or private address",
    "172.32.0.1": "no loopback or private address",
    "169.254.169.254": "no loopback or private address",
    "169.254.1.1": "no loopback or private address",
    "100.64.0.1": "no loopback or private address",
    "192.0.2.1": "no loopback or private address",
    "198.18.0.1": "no loopback or private address",
    "0.0.0.0": "",
    "0": "",
    "224.0.0.1": "no loopback or private address",
    "255.255.255.255": "no loopback or private address",
    "2001:4860:4860::8888": "no loopback or private address",
    "fe80::1": "no loopback or private address",
    "fd00:ec2::254": "no loopback or private address",
    "::": "",
    "fd00::1%eth0": "",
    "fd00:ec2::254%eth0": "no loopback or private address",
    "fe80::1%eth0": "no loopback or private address",
    "2001:4860:4860::8888%1": "no loopback or private address",
    "::ffff:8.8.8.8%1": "no loopback or private address",
    "::ffff:8.8.8.8": "no loopback or private address",
    "::ffff:169.254.169.254": "no loopback or private address",
    "64:ff9b::8.8.8.8": "no loopback or private address",
    # The spellings that a connection takes are judged by what they mean.
    "127.1": "",
    "2130706433": "",
    "0x7f000001": "",
    "0177.0.0.1": "",
    "134744072": "no loopback or private address",
    "0x08.0x08.0x08.0x08": "no loopback or private address",
    "010.8.8.8": "no loopback or private address",
    "8.8": "no loopback or private address",
    "2852039166": "no loopback or private address",
    "example.com": "public name",
    "localhost.example.com": "public name",
    "127.0.0.1.nip.io": "public name",
    "internal": None,
    "receiver": None,
    "host.docker.internal": None,
    "shop.test": None,
    "printer.local": None,
    "nas.lan.": None,
    "notinternal.com": "public name",
}


@pytest.mark.parametrize("host", _HOSTS)
def test_host_is_judged_by_what_it_is(host: str) -> None:
    """Without an event loop, hence without a question to any name server."""
    expected, found = _HOSTS[host], obstacle(host)

    if expected:
        assert expected in (found or "")
    else:
        assert expected == found


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", ("127.0.0.1", "::1")), ("127.1", ("127.0.0.1",)), ("2130706433", ("127.0.0.1",)), ("::1", ("::1",))],
)
def test_what_is_judged_is_what_is_connected_to(host: str, expected: tuple[str, ...]) -> None:
    """Nobody reads the spelling a second time."""
    assert expected == asyncio.run(addresses(host, NameService()))


def test_name_is_judged_by_every_address_that_is_found() -> None:
    """One that is not nearby is enough, wherever it stands."""
    assert ("10.0.0.1", "::1") == checked("receiver", ["10.0.0.1", "::1", "10.0.0.1"])
    with pytest.raises(Blocked, match=r"receiver is 8\.8\.8\.8, which is no loopback or private address"):
        checked("receiver", ["10.0.0.1", "8.8.8.8"])


def test_public_address_is_not_looked_up_either() -> None:
    """The rule has the last word where a connection is made, too."""
    with pytest.raises(Blocked, match="public name"):
        asyncio.run(addresses("example.com", NameService()))


def test_blocked_callbacks_are_visible_and_stop_nothing(api: Api) -> None:
    """Every callback of a call, several of them due at one instant, with the reason and how to lift it."""
    uuid = create(api, 0, 1, callback_url="https://example.com/cb")
    call(api, uuid, answer_after_s=3, talk_s=20)
    advance(api, 60)
    told = callbacks(api)
    reasons = {attempt["error"] for one in told for attempt in one["attempts"]}

    assert WHOLE_CALL == [one["event"] for one in told]
    assert [("blocked", "blocked")] * 6 == [(one["state"], one["attempts"][0]["outcome"]) for one in told]
    (reason,) = reasons
    assert reason.startswith("example.com is a public name; for a test, give a URL on this machine")
    assert "deliver this one there with `masking-emulator routes add`; " in reason
    assert reason.endswith('egress = "any" in the world file lifts this')


def test_blocked_callback_is_not_tried_again(api: Api) -> None:
    """Whatever its URL says."""
    end(api, "https://example.com/cb#rc=5&rp=all")
    advance(api, 100)

    assert 1 == len(callbacks(api)[0]["attempts"])


@pytest.fixture
def open_api(api: Api) -> Iterator[Api]:
    """A world whose callbacks may go anywhere."""
    world = {"egress": "any", "clock": {"start": "2026-01-01T00:00:00Z", "rate": 0}}
    other = api_of(api.url, good(control(api, "POST", "/worlds", {"world": world}), 201))
    yield other
    good(control(other, "DELETE", "{w}"))


def test_world_file_lifts_the_rule(api: Api, open_api: Api) -> None:
    """A connection is tried then. To the broadcast address the system refuses it, so nothing leaves the machine."""
    url = "http://255.255.255.255:9/cb#rc=0"
    for one in (api, open_api):
        end(one, url)
        advance(one)

    assert (["blocked"], ["failed"]) == (states(api), states(open_api))


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "shop.localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"]
)
def test_receiver_is_reached_under_every_name_of_this_machine(api: Api, receiver: Receiver, host: str) -> None:
    """The Host header keeps the spelling of the URL, in small letters."""
    end(api, f"http://{host}:{receiver.port}/cb")
    advance(api)

    assert ["delivered"] == states(api)
    assert f"{host.lower()}:{receiver.port}" == receiver.received[0].headers["host"]


def test_user_and_password_go_into_the_header_that_is_for_them(api: Api, receiver: Receiver) -> None:
    """They are no part of the host that is judged, nor of the Host header."""
    end(api, f"http://us%40er:secret@127.0.0.1:{receiver.port}/cb")
    end(api, "http://127.0.0.1:secret@example.com/cb")
    advance(api)
    headers = receiver.received[0].headers

    assert "Basic " + base64.b64encode(b"us@er:secret").decode() == headers["authorization"]
    assert f"127.0.0.1:{receiver.port}" == headers["host"]
    assert ["delivered", "blocked"] == states(api)


def test_name_that_cannot_be_looked_up_is_not_connected(api: Api) -> None:
    """The attempt fails like one to a machine that is off."""
    end(api, f"http://{'x' * 64}.test/cb#rc=0")
    advance(api)
    (attempt,) = callbacks(api)[0]["attempts"]

    assert "not_connected" == attempt["outcome"]


#: What a media server does → what the journal says of it.
_MEDIA: Final[dict[str, tuple[Behaviour, str]]] = {
    "found": (status(200, content=b"12345", Content_Type="audio/mpeg"), "200, audio/mpeg, 5 bytes"),
    "not found": (status(404), "404, no content type, 0 bytes"),
    "elsewhere": (status(302, Location="/other"), "302, no content type, 0 bytes"),
    "silent": (behaviours.hang, "no_answer: nothing came for 0.1 seconds"),
    "broken": (behaviours.reset, "broken: "),
    "endless": (behaviours.endless, "200, no content type, more than 16384 bytes"),
}


def _played(api: Api, url: str) -> tuple[list[str], Any]:
    """What the journal says of a message's file, and the call that played it."""
    uuid = create(api, 0, 1, first_party_play_url=url)
    placed = call(api, uuid, answer_after_s=3, talk_s=20)
    advance(api, 60)
    events = good(control(api, "GET", "{w}/journal"))["events"]
    outcomes = [event["outcome"] for event in events if event["event"] == "MediaChecked"]
    return outcomes, good(control(api, "GET", f"{{w}}/calls/{placed['call_uuid']}"))


@pytest.mark.parametrize("name", _MEDIA)
def test_media_file_is_looked_at_and_the_call_goes_on(api: Api, receiver: Receiver, name: str) -> None:
    """Whatever comes of it is in the journal, and the two parties talk."""
    behaviour, expected = _MEDIA[name]
    (outcome,), played = _played(api, receiver.on("/hello.mp3", behaviour) + "#rt=100")

    assert outcome.startswith(expected)
    assert ["GET"] == [one.method for one in receiver.received]
    assert ("ended", 20) == (played["phase"], played["legs"][1]["duration_s"])


def test_media_file_is_under_the_same_rule(api: Api) -> None:
    """Nothing is fetched from elsewhere, and the journal says why."""
    (outcome,), played = _played(api, "https://example.com/hello.mp3")

    assert outcome.startswith("blocked: example.com is a public name")
    assert "ended" == played["phase"]


@pytest.mark.parametrize("host", ["0.0.0.0", "0"])
def test_address_that_a_server_listens_on_means_this_machine(api: Api, receiver: Receiver, host: str) -> None:
    """Frameworks print it; the callback is delivered, with a note."""
    end(api, f"http://{host}:{receiver.port}/events")
    advance(api)
    (told,) = callbacks(api)

    assert ("delivered", 1) == (told["state"], len(receiver.received))
    assert "it is taken for this machine" in told["note"]


@pytest.mark.parametrize(("host", "expected"), [("0.0.0.0", ("127.0.0.1",)), ("::", ("::1",)), ("0", ("127.0.0.1",))])
def test_unspecified_address_is_reached_by_loopback(host: str, expected: tuple[str, ...]) -> None:
    """Of its own kind."""
    assert expected == asyncio.run(addresses(host, NameService()))
