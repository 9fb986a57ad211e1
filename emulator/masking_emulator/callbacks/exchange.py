"""Exchange: a request as it goes to a customer's server, and the answer that comes back."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from masking_emulator.core.records.base import Record
from masking_emulator.core.records.callbacks import Outcome

#: An answer is read and kept up to this size.
BODY_BYTES_MAX: Final = 16_384


class Outgoing(Record):
    """A request that is to be sent, whole: nothing is added to it on its way.

    `url` is percent-encoded and has neither user nor fragment; `host` is the host in it.
    """

    method: str
    url: str
    host: str
    headers: Mapping[str, str]
    content: bytes
    connect_timeout_s: float
    read_timeout_s: float
    total_timeout_s: float


class Answer(Struct):
    """The answer to a request, filled in as it arrives. `status` is None where none came, `took_ms` is real time."""

    outcome: Outcome = Outcome.NO_ANSWER
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    body_cut: bool = False
    error: str = ""
    took_ms: float = 0.0
