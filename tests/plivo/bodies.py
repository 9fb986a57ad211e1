"""Bodies for the parser's tests, and short ways to have them parsed."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import pytest
from masking_emulator.core.commands import CreateSession, UpdateSession
from masking_emulator.plivo import parse
from masking_emulator.plivo.policy import Policy
from masking_emulator.plivo.refusals import ApiError
from masking_emulator.plivo.render import Links

from tests.plivo.ask import FIRST, SECOND

Parsed = TypeVar("Parsed")

SUBACCOUNT: Final = "SAEMULATORPARSE00001"
PAIR: Final[Mapping[str, Any]] = {"first_party": FIRST, "second_party": SECOND}
PINS: Final[Mapping[str, Any]] = {
    **PAIR,
    "is_pin_authentication_required": True,
    "first_party_pin": "1234",
    "second_party_pin": "4321",
    "pin_prompt_play": "https://example.com/prompt.wav",
}
GENERATED: Final[Mapping[str, Any]] = {
    **PAIR,
    "is_pin_authentication_required": True,
    "generate_pin": True,
    "pin_prompt_play": "https://example.com/prompt.wav",
}


def owner_of(auth_id: str) -> int:
    """The place of the one subaccount that there is."""
    if auth_id != SUBACCOUNT:
        raise ApiError(400, f"no subaccount {auth_id}")
    return 1


def home(owner: int) -> tuple[str, str]:
    """Base and Auth ID of what an account owns."""
    return "http://127.0.0.1:8080", ("MAEMULATORPARSE00001", SUBACCOUNT)[owner]


#: The links of an answer where every recording is there.
LINKS: Final = Links(home, lambda _: True)


def created(fields: Mapping[str, Any], **policy: Any) -> CreateSession:
    """The command of a create by the main account. Raises ApiError."""
    return parse.create_session(fields, owner_of, 0, Policy(**policy))


def updated(fields: Mapping[str, Any], **policy: Any) -> UpdateSession:
    """The command of an update by the main account. Raises ApiError."""
    return parse.update_session(fields, "some-uuid", None, Policy(**policy))


def refusal(fields: Mapping[str, Any], **policy: Any) -> str:
    """The text that refuses a create."""
    return _text(lambda: created(fields, **policy))


def update_refusal(fields: Mapping[str, Any], **policy: Any) -> str:
    """The text that refuses an update."""
    return _text(lambda: updated(fields, **policy))


def outcome(parsed: Callable[[], Parsed]) -> Parsed | ApiError:
    """What was parsed, or the ApiError that refused it; anything else that is raised stays raised."""
    try:
        return parsed()
    except ApiError as error:
        return error


def _text(parsed: Callable[[], object]) -> str:
    with pytest.raises(ApiError) as refused:
        parsed()
    assert refused.value.status == 400
    return refused.value.text
