"""Control of worlds as a whole: make, read, remove, reset, fork."""

from collections.abc import Container, Mapping, Sequence
from re import fullmatch
from typing import Any, Final

from masking_emulator.control.clock import clock_json
from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest, Operation, W, body_schema
from masking_emulator.core.chance import Chance
from masking_emulator.core.records.base import asdict, names
from masking_emulator.plivo.credentials import Credentials
from masking_emulator.world.file import world_like, world_of
from masking_emulator.world.hub import Hub
from masking_emulator.world.schema import CLOCK_SCHEMA, SEED_SCHEMA
from masking_emulator.world.spec import BadWorld, WorldSpec
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World


def list_worlds(asked: ControlRequest) -> ControlAnswer:
    """The worlds of this server, oldest first."""
    return 200, {"worlds": [_world(world) for world in asked.hub.all()]}


def add_world(asked: ControlRequest) -> ControlAnswer:
    """A new world from a structure as in a world file. `seed` and `clock` beside it take precedence over its own.

    With `example` its keys take the place of those of an example world, whose accounts are new ones.
    """
    hub = asked.hub
    return 201, _world(_added(hub, _spec(asked.body, hub.credentials, hub.chance)))


def put_world(asked: ControlRequest) -> ControlAnswer:
    """The world of this Auth ID, made (201) where there is none yet. The body is that of `POST /_emulator/worlds`.

    A world that was made from the same body is answered as it stands (200), so that a request may be sent again and by
    several programs. One that was made from another is refused (409), and stays as it is. Auth IDs of subaccounts that
    are left out end in the same ten characters as that of the account.
    """
    hub, auth_id = asked.hub, asked.path["auth_id"]
    if not fullmatch(r"MA[A-Z0-9]{18}", auth_id):
        raise ControlError(
            400, f"{auth_id[:60]!r} is no Auth ID of an account: MA and 18 capitals and digits", "auth_id"
        )
    there = hub.find(auth_id)
    spec = _spec(_under(auth_id, asked.body), _TakenByOthers(hub.credentials, there))
    if there is None:
        return 201, _world(_added(hub, spec))
    different = [name for name in names(WorldSpec) if getattr(spec, name) != getattr(there.spec, name)]
    if different:
        reason = f"{auth_id} is there, made with other {_list(different)}; remove it first, or take another Auth ID"
        raise ControlError(409, reason, "auth_id")
    return 200, _world(there)


def _under(auth_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body, with the main account of this Auth ID. Raises ControlError where it names another."""
    world = body.get("world", {})
    account = world.get("account", {})
    if not isinstance(account, Mapping):
        return dict(body)  # refused with the rest of the structure
    if account.get("auth_id", auth_id) != auth_id:
        raise ControlError(400, f"it is not the Auth ID of the path, {auth_id}", "world.account.auth_id")
    return {**body, "world": {**world, "account": {**account, "auth_id": auth_id}}}


def _spec(body: Mapping[str, Any], taken: Container[str], beyond: Chance | None = None) -> WorldSpec:
    """What a body describes. Raises ControlError."""
    beside = {key: value for key, value in body.items() if key not in ("world", "example")}
    structure, example = {**body.get("world", {}), **beside}, body.get("example")
    try:
        return world_of(structure, taken, beyond) if example is None else world_like(example, structure, taken, beyond)
    except BadWorld as bad:
        raise ControlError(400, bad.reason, bad.key or None) from None


def _added(hub: Hub, spec: WorldSpec) -> World:
    try:
        return hub.add(spec)
    except BadWorld as bad:
        raise ControlError(400, bad.reason, bad.key or None) from None


class _TakenByOthers:
    """The Auth IDs of every world but one."""

    def __init__(self, credentials: Credentials[World], but: World | None) -> None:
        self._credentials, self._but = credentials, but

    def __contains__(self, auth_id: object) -> bool:
        caller = self._credentials.named(str(auth_id))
        return caller is not None and caller.service is not self._but


def _list(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


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


#: How a body describes a world.
_WORLD_BODY: Final = body_schema(
    world={"type": "object"}, example={"type": "string"}, seed=SEED_SCHEMA, clock=CLOCK_SCHEMA
)

OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", "/worlds", "The worlds of this server", list_worlds),
    Operation("POST", "/worlds", "Make a world", add_world, _WORLD_BODY),
    Operation("GET", W, "Read a world", show_world),
    Operation("PUT", W, "Make a world under this Auth ID", put_world, _WORLD_BODY, makes_world=True),
    Operation("DELETE", W, "Remove a world", remove_world),
    Operation("POST", f"{W}/reset", "Put a world back to its start", reset_world),
    Operation("POST", f"{W}/fork", "Copy a world under a new Auth ID", fork_world),
)
