"""Callback routes in the kit: a public URL that a test's receiver gets."""

from typing import Final

import pytest
from masking_emulator.client import ControlRefused
from masking_emulator.testing import Masking, Receiver, RouteView

from tests.kit.service import api_of, create

_SHOP: Final = "https://shop.example.com/in"


@pytest.mark.parametrize("path", ["", "app"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_receiver_gets_what_is_signed_for_a_public_url(
    world: Masking, receiver: Receiver, method: str, path: str
) -> None:
    """It verifies against the public URL, which its request says, whatever the path is here."""
    route = world.route(_SHOP, f"{receiver.url}{path}")
    session = create(world, callback_url=f"{_SHOP}/events?a=1", callback_method=method)
    api_of(world).ask("DELETE", api_of(world).session(session["session_uuid"]))
    callback = world.callbacks.wait_for(event="SessionTimeout")
    got = receiver.wait_for("SessionTimeout")

    assert RouteView(_SHOP, f"{receiver.url}{path}".rstrip("/")) == route
    assert callback.url.startswith(_SHOP)
    assert callback.attempts[0].url.startswith(f"{receiver.url}{path}".rstrip("/"))
    assert got.url.startswith(f"{_SHOP}/events?a=1")
    assert got.is_genuine
    assert [] == list(receiver.problems())


def test_routes_are_listed_and_cleared(world: Masking) -> None:
    """One by its URL, or all."""
    world.route(_SHOP, "http://127.0.0.1:5000")
    other = world.routes.add("https://other.example.com", "http://127.0.0.1:6000/")
    both = world.routes.all()
    world.routes.clear(f"{_SHOP}/")
    left = world.routes.all()
    world.routes.clear(other)

    assert [RouteView(_SHOP, "http://127.0.0.1:5000"), other] == both
    assert [other] == left
    assert [] == world.routes.all()


def test_route_that_makes_no_sense_is_refused(world: Masking) -> None:
    """With the server's reason, and a route that is not there is named."""
    with pytest.raises(ControlRefused, match="leads back"):
        world.route(_SHOP, f"{_SHOP}/x")
    with pytest.raises(KeyError, match="has no route; the routes are none"):
        world.routes.clear(_SHOP)
    assert [] == world.routes.all()
