"""Control of worlds as a whole: make, read, remove, reset, fork."""

from collections.abc import Sequence
from typing import Any, Final

from masking_emulator.control.clock import clock_json
from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest, Operation, W, body_schema
from masking_emulator.core.records.base import asdict
from masking_emulator.world.file import world_like, world_of
from masking_emulator.world.schema import CLOCK_SCHEMA, SEED_SCHEMA
from masking_emulator.world.spec import BadWorld
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World


def list_worlds(asked: ControlRequest) -> ControlAnswer:
    """The worlds of this server, oldest first."""
    return 200, {"worlds": [_world(world) for world in asked.hub.all()]}


def add_world(asked: ControlRequest) -> ControlAnswer:
    """A new world from a structure as in a world file. `seed` and `clock` beside it take precedence over its own.

    With `example` its keys take the place of those of an example world, whose accounts are new ones.
    """
    beside = {key: value for key, value in asked.body.items() if key not in ("world", "example")}
    structure, hub = {**asked.body.get("world", {}), **beside}, asked.hub
    example = asked.body.get("example")
    try:
        if example is None:
            spec = world_of(structure, hub.credentials, hub.chance)
        else:
            spec = world_like(example, structure, hub.credentials, hub.chance)
        return 201, _world(hub.add(spec))
    except BadWorld as bad:
        raise ControlError(400, bad.reason, bad.key or None) from None


def show_world(asked: ControlRequest) -> ControlAnswer:
    """What the world is and holds."""
    return 200, _world(asked.world)


def remove_world(asked: ControlRequest) -> ControlAnswer:
    """The world and its accounts are gone."""
    asked.hub.remove(asked.path["auth_id"])
    return 200, {"removed": asked.path["auth_id"]}


def reset_world(asked: ControlRequest) -> ControlAnswer:
    """The world is as it was at its start."""
    asked.world.reset()
    return 200, _world(asked.world)


async def fork_world(asked: ControlRequest) -> ControlAnswer:
    """A copy of the world as it stands, under a new Auth ID."""
    world = asked.world
    async with world.door.held():
        twin = await politely(asked.hub.forking(world.auth_id), world.turn_s)
    return 201, _world(twin)


def _world(world: World) -> dict[str, Any]:
    engine = world.caught_up()
    main, *subaccounts = world.accounts
    return {
        "auth_id": main.auth_id,
        "auth_token": main.auth_token,
        "subaccounts": [{"auth_id": sub.auth_id, "auth_token": sub.auth_token} for sub in subaccounts],
        "seed": world.spec.seed,
        "clock": clock_json(world),
        "numbers": len(engine.pool),
        "sessions": {"live": engine.sessions_live, "kept": engine.sessions_kept},
        "journal": {"first": world.journal.first, "last": world.journal.last},
        "policy": asdict(world.policy),
        "limits": asdict(world.spec.limits),
    }


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/worlds", "The worlds of this server", list_worlds),
    Operation(
        "POST",
        "/worlds",
        "Make a world",
        add_world,
        body_schema(world={"type": "object"}, example={"type": "string"}, seed=SEED_SCHEMA, clock=CLOCK_SCHEMA),
    ),
    Operation("GET", W, "Read a world", show_world),
    Operation("DELETE", W, "Remove a world", remove_world),
    Operation("POST", f"{W}/reset", "Put a world back to its start", reset_world),
    Operation("POST", f"{W}/fork", "Copy a world under a new Auth ID", fork_world),
)
