"""The faults of a world, as a test has them: API requests that go wrong on demand."""

from collections.abc import Mapping
from typing import Final, Literal, TypedDict, Unpack

from masking_emulator.client import Control, segment
from masking_emulator.testing.exchanges import FaultView


class FaultWish(TypedDict, total=False):
    """What goes wrong, and when. `POST W/faults` tells what each may be; what is left out does not matter.

    `operation`, `method` and `path` select, `skip`, `count`, `chance` and `limit` (requests, seconds) count, `from_`,
    `until` and `for_s` are on the world's clock. `status` with `text` and `headers`, `body` or `connection` is what
    becomes of the answer, `delay_s` holds it up, and `when` says whether the change is made first.
    """

    operation: str
    method: str
    path: str
    skip: int
    count: int
    chance: float
    limit: tuple[int, float]
    from_: str
    until: str
    for_s: float
    when: Literal["before", "after"]
    status: int
    text: str
    headers: Mapping[str, str]
    body: Literal["truncated", "malformed", "empty"]
    connection: Literal["drop", "reset"]
    delay_s: float


class Faults:
    """What goes wrong with the API requests of a world."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/faults"

    def all(self) -> list[FaultView]:
        """The faults in the order in which a request meets them, with how often each came to work."""
        return [FaultView.of(fault) for fault in self._control.get(self._path)["faults"]]

    def add(self, **wish: Unpack[FaultWish]) -> FaultView:
        """One fault more, such as `add(operation="create_session", status=503, count=3)`. Raises ControlRefused.

        The official SDKs repeat what is answered 5xx; `note` says where that would hide the fault.
        """
        body = {_NAMES.get(name, name): value for name, value in wish.items()}
        if "limit" in wish:
            requests, seconds = wish["limit"]
            body["limit"] = {"requests": requests, "per_s": seconds}
        return FaultView.of(self._control.post(self._path, body))

    def clear(self, fault: FaultView | str | None = None) -> None:
        """Take a fault away; without one, all of them. Raises ControlRefused."""
        name = fault.id if isinstance(fault, FaultView) else fault
        self._control.delete(self._path if name is None else f"{self._path}/{segment(name)}")


#: Python's word → the control API's.
_NAMES: Final = {"from_": "from"}
