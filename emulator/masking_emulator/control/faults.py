"""Control of what goes wrong: the faults of a world, listed, added, taken away."""

from collections.abc import Sequence
from typing import Final

from masking_emulator.control.kernel import ControlAnswer, ControlError, ControlRequest, Operation, W
from masking_emulator.control.views.faults import fault_json, note_on
from masking_emulator.core.quoting import quoted
from masking_emulator.traffic.fault import FAULT_SCHEMA, BadFault, fault_of


def list_faults(asked: ControlRequest) -> ControlAnswer:
    """The faults in the order in which a request meets them, each with its state and how often it was applied."""
    world = asked.world
    return 200, {"faults": [fault_json(placed, world.clock.now()) for placed in world.faults]}


def add_fault(asked: ControlRequest) -> ControlAnswer:
    """Add a fault. `note` says where the official SDKs would hide it from an application.

    It selects by `operation`, `method`, `path` and the world's clock (`from`, `until`, `for_s`), counts with `skip`,
    `count`, `chance` and `limit`, and makes one of these of an answer: an error (`status`, `text`, `headers`), another
    `body`, the end of the `connection`; or it only holds it up (`delay_s`).
    """
    world = asked.world
    if len(world.faults) >= world.spec.limits.faults_max:
        raise ControlError(409, f"the world has {len(world.faults)} faults, its limit (limits.faults_max); clear some")
    try:
        fault = fault_of(asked.body)
    except BadFault as bad:
        raise ControlError(400, bad.reason, bad.field or None) from None
    now, note = world.clock.now(), note_on(fault)
    return 201, fault_json(world.faults.add(fault, now), now) | ({"note": note} if note else {})


def clear_faults(asked: ControlRequest) -> ControlAnswer:
    """Remove all faults."""
    return 200, {"removed": asked.world.faults.clear()}


def remove_fault(asked: ControlRequest) -> ControlAnswer:
    """Remove a fault."""
    name = asked.path["fault_id"]
    if not asked.world.faults.remove(name):
        raise ControlError(404, f"the world has no fault {quoted(name)}", "fault_id")
    return 200, {"removed": name}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation("GET", f"{W}/faults", "What goes wrong", list_faults),
    Operation("POST", f"{W}/faults", "Let something go wrong", add_fault, FAULT_SCHEMA),
    Operation("DELETE", f"{W}/faults", "Let nothing go wrong any more", clear_faults),
    Operation("DELETE", f"{W}/faults/{{fault_id}}", "Take one fault away", remove_fault),
)
