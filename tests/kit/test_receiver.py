"""The receiver: what came, by GET and by POST, and whether its signatures fit."""

from http.client import HTTPConnection
from typing import Literal
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest
from masking_emulator.receiver import CannotReceive
from masking_emulator.testing import Masking, Receiver

from tests.kit.service import create
from tests.shell.raw import made_to_wait


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_callback_is_received_and_its_signatures_fit(world: Masking, receiver: Receiver, method: str) -> None:
    """Parameters from the query or from the form; a query of the URL's own is signed too."""
    session = create(world, callback_url=f"{receiver.url}events?tenant=7", callback_method=method)["session_uuid"]
    world.advance(1800)
    received = receiver.wait_for("SessionTimeout", session=session)

    assert (method, session, "") == (received.method, received.parameters["SessionUUID"], received.problem)
    assert "tenant=7" in received.url
    assert [] == receiver.problems()


def test_burst_of_callbacks_waits_for_nothing(receiver: Receiver) -> None:
    """A world may send many at once, each over a connection of its own."""
    assert 0 == made_to_wait(receiver.url, 300)


@pytest.mark.parametrize("target", ["signature", "parameter", "headers"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_callback_that_was_tampered_with_is_a_problem(
    world: Masking, receiver: Receiver, target: Literal["signature", "parameter", "headers"], method: str
) -> None:
    """Whatever was changed on the way."""
    world.callbacks.rules({"action": "tamper", "target": target})
    create(world, callback_url=receiver.url, callback_method=method)
    world.advance(1800)

    assert ["SessionTimeout"] == [problem.event for problem in receiver.problems()]
    assert _SAID[target] == receiver.problems()[0].problem


#: What the laboratory tampers with → what the receiver says of the signatures.
_SAID = {
    "signature": "SIGNATURE NOT OK (V3, V2, Ma-V3, Ma-V2 wrong)",
    "parameter": "SIGNATURE NOT OK (V3, Ma-V3 wrong; V2, Ma-V2 right)",
    "headers": "SIGNATURE NOT OK (V3, V2, Ma-V3, Ma-V2 missing)",
}


@pytest.mark.parametrize("path", ["/events", "events//of/7", "//events//?tenant=7"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signatures_fit_where_the_path_has_doubled_slashes(
    world: Masking, receiver: Receiver, method: str, path: str
) -> None:
    """`f"{receiver.url}/events"` begins with two: what is verified is the path as it was sent."""
    create(world, callback_url=f"{receiver.url}{path}", callback_method=method)
    world.advance(1800)
    received = receiver.wait_for("SessionTimeout")

    assert "" == received.problem
    assert received.url.startswith(f"{receiver.url}{path}")


def test_token_of_another_account_does_not_fit(world: Masking) -> None:
    """A receiver that expects another account's callbacks."""
    with Receiver("another-token") as receiver:
        create(world, callback_url=receiver.url)
        world.advance(1800)

    assert 1 == len(receiver.problems())


def test_receiver_without_tokens_judges_nothing(world: Masking) -> None:
    """For a test that is not about signatures."""
    with Receiver() as receiver:
        create(world, callback_url=receiver.url)
        world.advance(1800)

    assert (1, []) == (len(receiver.received), receiver.problems())
    assert "signature not checked" == receiver.received[0].judgement


def test_receiver_answers_what_it_is_told(world: Masking, receiver: Receiver) -> None:
    """A service that is down, and comes back for the replay."""
    receiver.status = 503
    create(world, callback_url=receiver.url)
    world.advance(1800)
    failed = world.callbacks.wait_for(state="failed")
    receiver.status = 200
    again = world.callbacks.replay(failed)

    assert [503] == [attempt.answer.status for attempt in failed.attempts if attempt.answer]
    assert again.id == world.callbacks.wait_for(event="SessionTimeout").id


def test_missing_callback_says_what_came(world: Masking, receiver: Receiver) -> None:
    """And that nothing came, where nothing came."""
    with pytest.raises(AssertionError, match="what came: nothing"):
        receiver.wait_for("SessionTimeout", timeout=0)
    create(world, callback_url=receiver.url)
    world.advance(1800)

    with pytest.raises(AssertionError, match=r"no SessionPartiesHangup came .* what came: SessionTimeout #1 of"):
        receiver.wait_for("SessionPartiesHangup", timeout=0)


@pytest.mark.parametrize("length", ["many", "-1"])
def test_request_of_no_readable_length_is_refused_and_the_receiver_goes_on(receiver: Receiver, length: str) -> None:
    """As the receiver of `listen` does: nobody knows where its form ends."""
    request = HttpRequest(receiver.url, b"EventName=A", {"Content-Length": length}, method="POST")  # ours

    with pytest.raises(HTTPError, match="411"):
        urlopen(request, timeout=5)  # ours
    with urlopen(receiver.url, b"EventName=B", timeout=5) as answer:  # ours
        assert 200 == answer.status
    assert ["B"] == [received.event for received in receiver.received]


def test_receiver_may_have_another_name_in_its_url(world: Masking) -> None:
    """Under which an emulator elsewhere reaches it: it listens on every address, and the URL has the name."""
    with Receiver(world.auth_token, host="0.0.0.0", url_host="localhost") as receiver:
        create(world, callback_url=receiver.url)
        world.advance(1800)

        assert "http://localhost:" == receiver.url[:17]
        assert "" == receiver.wait_for("SessionTimeout").problem


@pytest.mark.parametrize(("host", "named"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")])
def test_url_of_a_receiver_can_be_called(host: str, named: str) -> None:
    """The address that stands for all of them is nobody's own."""
    with Receiver(host=host) as receiver, urlopen(f"{receiver.url}x", timeout=5) as answer:  # ours
        assert 200 == answer.status
    assert f"http://{named}:" == receiver.url[: receiver.url.rindex(":") + 1]
    assert f"GET {receiver.url}x" == str(receiver.received[0])


def test_taken_port_is_one_sentence() -> None:
    """It names what to choose otherwise."""
    with Receiver() as receiver:
        port = int(receiver.url.rpartition(":")[2].strip("/"))
        with pytest.raises(CannotReceive, match=f"^cannot listen on 127.0.0.1:{port}: the port is taken$") as refused:
            Receiver(port=port)

    assert "port" == refused.value.field


def test_receiver_that_has_ended_answers_no_more() -> None:
    """Also where the client would have kept its connection."""
    with Receiver() as receiver:
        connection = HTTPConnection(receiver.url.split("/")[2], timeout=5)
        connection.request("GET", "/")
        connection.getresponse().read()

    with pytest.raises(ConnectionRefusedError):
        connection.request("GET", "/")
    assert 1 == len(receiver.received)
