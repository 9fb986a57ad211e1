"""URLs whose path a validator reads in a way of its own: parameters after a ";", and what is percent-encoded."""

from collections.abc import Mapping
from typing import Final

#: Path and query → what the emulator is asked to call. Each is sent as it stands.
PATHS: Final = (
    "/x;jsessionid=1",
    "/a;b/c;d?x=1",
    "/a;b/c",
    "/%C3%A9v/a%20b?n=%20",
    "/a%20b",
    "/a%2Fb;c",
    "/%E0%A4%A8/%3B",
    "/plain?x=1",
)

EVENT: Final[Mapping[str, str]] = {"EventName": "SessionTimeout", "SequenceNumber": "1"}
