"""The smallest user of the API: creates over plain HTTP, as the world's account."""

from typing import Any

from masking_emulator.testing import Masking

from tests.plivo.ask import Api, Reply

ANNA, BEN, CARA = "+12025550111", "+12025550112", "+12025550113"


def api_of(world: Masking) -> Api:
    """The API of the world's main account."""
    return Api(world.url, world.auth_id, world.auth_token, world.auth_id)


def create(world: Masking, first: str = ANNA, second: str = BEN, **fields: Any) -> dict[str, Any]:
    """The session of a create that must succeed."""
    reply = try_create(world, first, second, **fields)
    assert reply.status == 201, reply.content
    session: dict[str, Any] = reply.json["session"]
    return session


def try_create(world: Masking, first: str = ANNA, second: str = BEN, **fields: Any) -> Reply:
    """The answer to a create."""
    return api_of(world).create(first_party=first, second_party=second, **fields)
