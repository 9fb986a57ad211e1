"""What the routes need of a world. The world itself is in a room above this one and is passed in."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from masking_emulator.core.commands import Command
from masking_emulator.core.engine import Engine
from masking_emulator.core.events import Event
from masking_emulator.core.records.base import Record
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.plivo.policy import Policy


class Account(Record):
    """An account of a world. `place` 0 is the main account; the others are its subaccounts."""

    place: int
    auth_id: str
    auth_token: str

    @property
    def is_main(self) -> bool:
        """Whether it may see and use the other accounts of its world."""
        return self.place == MAIN_ACCOUNT


class Service(Protocol):
    """A world as the routes use it. A Protocol, because this room may not import worlds."""

    @property
    def accounts(self) -> Sequence[Account]: ...

    @property
    def policy(self) -> Policy: ...

    def do(self, command: Command) -> Sequence[Event]:
        """Advance to now, then apply the command. Raises Refused."""
        ...

    def caught_up(self) -> Engine:
        """The engine, advanced to now, to read."""
        ...

    def draw_api_id(self) -> str:
        """A fresh api_id."""
        ...


#: A world, or what stands for one.
ServiceT_co = TypeVar("ServiceT_co", bound=Service, covariant=True)


class Caller(Record, Generic[ServiceT_co]):
    """Who sent a request: an account, and the world that it is in."""

    service: ServiceT_co
    account: Account
