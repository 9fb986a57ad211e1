"""Control of worlds as a whole: make, read, remove, reset, fork."""

from collections.abc import Container, Iterator, Mapping, Sequence
from operator import attrgetter
from re import fullmatch
from typing import Any, Final

from starlette.responses import Response

from masking_emulator.control.clock import clock_json
from masking_emulator.control.kernel import (
    WHOLE,
    ControlAnswer,
    ControlError,
    ControlRequest,
    Operation,
    W,
    body_schema,
)
from masking_emulator.control.past import not_kept
from masking_emulator.control.pieces import response_in_pieces
from masking_emulator.core.chance import Chance
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import asdict, names
from masking_emulator.plivo.credentials import Credentials
from masking_emulator.plivo.http import json_response
from masking_emulator.world.file import world_like, world_of
from masking_emulator.world.history import NotKept
from masking_emulator.world.hub import Hub
from masking_emulator.world.schema import CLOCK_SCHEMA, SEED_SCHEMA
from masking_emulator.world.spec import TAIL_CHARACTERS, BadWorld, WorldSpec
from masking_emulator.world.turns import politely
from masking_emulator.world.world import World

#: The header of an answer that made a world, or found the one that was to be made: its Auth ID.
WORLD_HEADER: Final = "X-Emulator-World"

#: The header by which a balancer says at which Auth ID it will look for the world or the copy that a request makes: one
#: that it has chosen, or that of the path. It looks at the last ten characters alone, of subaccounts' Auth IDs too.
NEW_WORLD_HEADER: Final = "X-Emulator-New-World"


#: Where a body names the main account.
_MAIN_KEY: Final = "world.account.auth_id"


async def list_worlds(asked: ControlRequest) -> Response:
    """The worlds of this server, oldest first. Kept ones that have not been read yet are not among them."""
    hub = asked.hub
    worlds = [world for world in hub.all() if world.auth_id not in hub.returning]
    return await response_in_pieces(asked, {"worlds": map(_world, worlds)})


async def add_world(asked: ControlRequest) -> Response:
    """A new world from a structure as in a world file. `seed` and `clock` beside it take precedence over its own.

    With `example` its keys take the place of those of an example world, whose accounts are new ones.
    """
    hub, main = asked.hub, _chosen(asked)
    if main is not None:
        _require_none_given(asked.body)
    await _kept_returned(hub, asked.body, main)
    return _made(_added(hub, _spec(asked.body, hub, hub.chance, main=main)))


async def put_world(asked: ControlRequest) -> Response:
    """The world of this Auth ID, made (201) where there is none yet. The body is that of `POST /_emulator/worlds`.

    A world that was made from the same body is answered as it stands (200), so that a request may be sent again and by
    several programs. One that was made from another is refused (409), and stays as it is. Auth IDs of subaccounts that
    are left out end in the same ten characters as that of the account.
    """
    hub, auth_id = asked.hub, asked.path["auth_id"]
    _require_auth_id(auth_id, "auth_id")
    account = _account(asked.body)
    if account.get("auth_id", auth_id) != auth_id:
        raise ControlError(400, f"it is not the Auth ID of the path, {auth_id}", _MAIN_KEY)
    if _chosen(asked) is not None:
        _require_alike(asked.body, auth_id)
    await _kept_returned(hub, asked.body, auth_id)
    there = hub.find(auth_id)
    spec = _spec(asked.body, _TakenByOthers(hub.credentials, there), main=auth_id)
    if there is None:
        return _made(_added(hub, spec))
    different = [name for name in names(WorldSpec) if getattr(spec, name) != getattr(there.spec, name)]
    if different:
        reason = f"{auth_id} is there, made with other {_list(different)}; remove it first, or take another Auth ID"
        raise ControlError(409, reason, "auth_id")
    return _made(there, 200)


def _chosen(asked: ControlRequest) -> str | None:
    """The Auth ID at which a balancer will look for a new world; None where there is no balancer."""
    auth_id = asked.headers.get(NEW_WORLD_HEADER)
    if auth_id is not None:
        _require_auth_id(auth_id, NEW_WORLD_HEADER)
    return auth_id


def _require_auth_id(auth_id: str, field: str) -> None:
    if not fullmatch(r"MA[A-Z0-9]{18}", auth_id):
        reason = f"{quoted(auth_id)} is no Auth ID of an account: MA and 18 capitals and digits"
        raise ControlError(400, reason, field)


def _require_none_given(body: Mapping[str, Any]) -> None:
    """Refuse Auth IDs in a body whose world a balancer has named already. Raises ControlError."""
    for key, auth_id in _given(body):
        if key == _MAIN_KEY:
            path = f"/_emulator/worlds/{auth_id[:60]}"
            reason = f"behind a balancer make it by PUT {path}; by POST, another server might make a second one"
        else:
            reason = (
                f"{quoted(auth_id)} would not be found, as the balancer names the world of a POST; leave it out, or "
                f"make the world by PUT under an Auth ID with the same last {TAIL_CHARACTERS} characters"
            )
        raise ControlError(400, reason, key)


def _require_alike(body: Mapping[str, Any], main: str) -> None:
    """Refuse Auth IDs by which a balancer would look for the world in another server. Raises ControlError."""
    tail = main[-TAIL_CHARACTERS:]
    for key, auth_id in _given(body):
        if not auth_id.endswith(tail):
            reason = (
                f"{quoted(auth_id)} does not end in {tail} as {main} does; the balancer finds the server of both by "
                f"these last {TAIL_CHARACTERS} characters"
            )
            raise ControlError(400, reason, key)


def _given(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The Auth IDs that a body gives, each after its key. What is none is refused with the rest of the structure."""
    account = _account(body)
    subaccounts = account.get("subaccounts", ())
    structures: list[tuple[str, Any]] = [(_MAIN_KEY, account)]
    if isinstance(subaccounts, Sequence):
        structures += [(f"world.account.subaccounts[{n}].auth_id", one) for n, one in enumerate(subaccounts)]
    for key, structure in structures:
        if isinstance(structure, Mapping) and isinstance(auth_id := structure.get("auth_id"), str):
            yield key, auth_id


def _account(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The account of a body; an empty one where it is none, which is refused with the rest of the structure."""
    account = body.get("world", {}).get("account", {})
    return account if isinstance(account, Mapping) else {}


async def _kept_returned(hub: Hub, body: Mapping[str, Any], main: str | None) -> None:
    """Return once those kept worlds are there that may have an Auth ID of the world that a body describes.

    What is generated for it avoids the names of the others. Raises StillAway.
    """
    given = dict(_given(body))
    main = given.pop(_MAIN_KEY, main)
    if main is not None:
        await hub.returning.alike(main)
    for auth_id in given.values():
        await hub.account_returned(auth_id)


def _spec(
    body: Mapping[str, Any], taken: Container[str], beyond: Chance | None = None, *, main: str | None
) -> WorldSpec:
    """What a body describes, with the main account of this Auth ID unless it has another. Raises ControlError."""
    beside = {key: value for key, value in body.items() if key not in ("world", "example")}
    structure, example = {**body.get("world", {}), **beside}, body.get("example")
    account = structure.get("account", {})
    if main is not None and isinstance(account, Mapping) and ("account" in structure or example is None):
        structure["account"] = {"auth_id": main, **account}
    try:
        if example is None:
            return world_of(structure, taken, beyond)
        return world_like(example, structure, taken, beyond, main=main)
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


async def remove_world(asked: ControlRequest) -> ControlAnswer:
    """The world and its accounts are gone."""
    async with asked.door_held(attrgetter("file_door")) as world:
        await world.entered()
        asked.hub.remove(world.auth_id)
    return 200, {"removed": world.auth_id}


def reset_world(asked: ControlRequest) -> ControlAnswer:
    """The world is as it was at its start."""
    asked.world.reset()
    return 200, _world(asked.world)


async def fork_world(asked: ControlRequest) -> Response:
    """A copy of the world as it stands, under a new Auth ID.

    `at` copies it as it stood after that event, at the end of what the event belongs to: its journal goes on from
    there, its clock shows that instant and runs at the same rate, and callbacks that were open then are dropped. It
    has no requests; faults, routes and the laboratory are as they are now.
    """
    main = _chosen(asked)
    if main is not None:
        await asked.hub.returning.alike(main)
    world = asked.world
    try:
        async with asked.door_held():
            twin = await politely(asked.hub.forking(world.auth_id, asked.body.get("at"), main), world.turn_s)
    except NotKept as missing:
        raise not_kept(world, missing, "at") from None
    except BadWorld as bad:
        raise ControlError(400, bad.reason, NEW_WORLD_HEADER) from None
    return _made(twin)


def _made(world: World, status: int = 201) -> Response:
    """The answer to whoever made a world, which names it in a header: a balancer that reads no bodies learns it so."""
    return json_response(status, _world(world), {WORLD_HEADER: world.auth_id})


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
        "history": {"first": world.history.first, "last": world.journal.last},
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
    Operation(
        "POST",
        f"{W}/fork",
        "Copy a world under a new Auth ID",
        fork_world,
        body_schema(at={**WHOLE, "description": "The sequence number of an event; left out, as the world stands."}),
    ),
)
