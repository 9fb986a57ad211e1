"""Faults as the control API shows them."""

from typing import Any, Final

from masking_emulator.core.instants import written
from masking_emulator.traffic.fault import Fault
from masking_emulator.traffic.placed import PlacedFault

#: A request is tried so often by every official SDK where the answer is 500 or above.
SDK_TRIES: Final = 3


def fault_json(placed: PlacedFault, now: int) -> dict[str, Any]:
    """A fault with its name, its state and its counts; `until` where `for_s` set it."""
    shown = {"id": placed.name, **placed.fault.given}
    if placed.ends is not None:
        shown["until"] = written(placed.ends)
    return shown | {"state": placed.state(now), "matched": placed.matched, "applied": placed.applied}


def note_on(fault: Fault) -> str | None:
    """What its user should know: that the official SDKs would hide it."""
    if fault.status is None or fault.status < 500 or fault.count is None or fault.count >= SDK_TRIES:
        return None
    return (
        f"the official SDKs repeat a request that is answered {fault.status} up to two times, at once and in silence, "
        f"so an application does not see count = {fault.count}; give count = {SDK_TRIES} for one call to fail"
    )
