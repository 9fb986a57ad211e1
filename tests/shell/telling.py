"""What the tests of callbacks do with a world: make something to tell, let time pass, and look at what was told."""

from typing import Any, Final

from tests.plivo.ask import Api
from tests.shell.asking import PEOPLE, control, create, good

#: The two events that a call tells of at once, and all of a call that goes well.
BEGINNING: Final = ["SessionFirstPartyAnswer", "SessionSecondPartyRing"]
WHOLE_CALL: Final = [
    *BEGINNING,
    "SessionSecondPartyAnswer",
    "SessionFirstPartyHangup",
    "SessionSecondPartyHangup",
    "SessionPartiesHangup",
]


def end(api: Api, url: str, first: int = 0, second: int = 1, **fields: Any) -> str:
    """A session that is deleted at once, which tells one SessionTimeout. Its UUID."""
    uuid = create(api, first, second, callback_url=url, **fields)
    good(api.ask("DELETE", api.session(uuid)), 200)
    return uuid


def call(api: Api, uuid: str, *, caller: int = 0, **script: Any) -> Any:
    """Somebody calls the number of a session."""
    number = good(api.ask("GET", api.session(uuid)))["response"]["virtual_number"]
    return good(control(api, "POST", "{w}/calls", {"from": PEOPLE[caller], "to": number, **script}), 201)


def begin_call(api: Api, url: str, first: int = 0, second: int = 1, **fields: Any) -> str:
    """A session whose first party calls and waits, which tells two events. Its UUID."""
    uuid = create(api, first, second, callback_url=url, **fields)
    call(api, uuid, caller=first, manual=True)
    return uuid


def advance(api: Api, seconds: float = 0, patience_s: float = 20) -> Any:
    """Let time pass, and callbacks be answered."""
    return good(control(api, "POST", "{w}/clock/advance", {"seconds": seconds, "patience_s": patience_s}))


def callbacks(api: Api, query: str = "") -> list[Any]:
    """What the log of callbacks shows."""
    found: list[Any] = good(control(api, "GET", f"{{w}}/callbacks?{query}"))["callbacks"]
    return found


def states(api: Api, query: str = "") -> list[str]:
    """How far each callback has come."""
    return [one["state"] for one in callbacks(api, query)]


def waited(api: Api, query: str) -> list[Any]:
    """The callbacks that were waited for."""
    found: list[Any] = good(control(api, "GET", f"{{w}}/callbacks/wait?{query}"))["callbacks"]
    return found


def policy(api: Api, *rules: dict[str, Any], **more: Any) -> Any:
    """Set the laboratory's rules."""
    return good(control(api, "PUT", "{w}/callbacks/policy", {"rules": list(rules), **more}))
