"""What a create or an update gives for a parameter, and what its answer makes of it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from masking_emulator.core.countries import is_possible
from masking_emulator.evidence.predicates.values import digits, flag, integer
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo import parse
from masking_emulator.plivo.parameters import CREATE, SYNONYMS, UPDATE, Kind
from masking_emulator.plivo.refusals import NOT_AN_AUDIO_FILE

#: What a text about one malformed parameter goes on with behind the parameter's name.
_COMPLAINTS: Final = ("is not ", "is outside ", "should be ", "allowed values ")


class GivenParameter(Struct, frozen=True):
    """A parameter of a request: what was given, and whether it is what the vendor's page allows for it."""

    asked: Asked
    name: str
    value: Any
    fits: bool

    @property
    def is_shown(self) -> bool:
        """Whether the answer has a session that shows the parameter."""
        return self.name in self.asked.session

    @property
    def is_as_given(self) -> bool:
        """Whether the session shows what was given, however it was spelt."""
        return is_same(self.name, self.value, self.asked.session.get(self.name))

    @property
    def is_refused(self) -> bool:
        """Whether the answer complains about this parameter."""
        return complains_about(self.asked, self.name)


def table_of(asked: Asked) -> Mapping[str, Any]:
    """The parameters that the operation has, in the order of the vendor's page; empty for any other operation."""
    return {"create_session": CREATE, "update_session": UPDATE}.get(asked.operation, {})


def given(asked: Asked, name: str) -> Any:
    """What was given for the parameter; None where nothing was, which null and an empty text count as."""
    spellings = (name, *(other for other, meant in SYNONYMS.items() if meant == name))
    value = next((asked.fields[each] for each in spellings if each in asked.fields), None)
    return None if value == "" else value


def every_given(witness: Witness, name: str) -> Iterator[GivenParameter]:
    """Every time that a create, or an update that can change it, gives the parameter."""
    for asked in witness.asked("create_session", "update_session"):
        value = given(asked, name)
        if value is not None and name in table_of(asked):
            yield GivenParameter(asked, name, value, fits(name, value))


def is_decided(asked: Asked) -> bool:
    """Whether the answer is one to the parameters: it was taken, or refused for what they are."""
    is_json = (asked.sent("content-type") or "application/json").lower().startswith("application/json")
    is_object = isinstance(asked.exchange.request.body, dict)
    return 200 <= asked.status < 300 or (asked.status == 400 and is_json and is_object)


def unfit(asked: Asked) -> list[str]:
    """The parameters that were given and are not what the page allows, in its order; those of PINs only with PINs."""
    has_pins = flag(given(asked, "is_pin_authentication_required")) is True
    return [
        name
        for name, parameter in table_of(asked).items()
        if (has_pins or not parameter.pin_group) and (value := given(asked, name)) is not None and not fits(name, value)
    ]


def fits(name: str, value: Any) -> bool:
    """Whether the vendor's page allows the value, in any spelling that an SDK may send."""
    parameter = CREATE[name]
    match parameter.kind:
        case Kind.FLAG:
            return flag(value) is not None
        case Kind.INTEGER:
            number = whole(value)
            return number is not None and (
                (number == 0 and parameter.zero_is_default) or parse.is_acceptable(name, number)
            )
        case Kind.PHONE:
            return is_possible(digits(value)) if isinstance(value, str | int) else False
        case Kind.PIN:
            return (
                isinstance(value, str | int) and not isinstance(value, bool) and parse.is_acceptable(name, str(value))
            )
        case _:
            return isinstance(value, str) and parse.is_acceptable(name, value)


def whole(value: Any) -> int | None:
    """A whole number in any spelling; None for what is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else integer(value)


def is_same(name: str, value: Any, shown: Any) -> bool:
    """Whether a shown value is the one that was given, however that was spelt."""
    match CREATE[name].kind:
        case Kind.FLAG:
            return type(shown) is bool and shown is flag(value)
        case Kind.INTEGER:
            return type(shown) is int and shown == whole(value)
        case Kind.PHONE:
            return digits(shown) == digits(value) != ""
        case _:
            return bool(shown == str(value))


def complains_about(asked: Asked, name: str) -> bool:
    """Whether the answer says that this parameter is malformed."""
    beginning = f"Invalid parameter. {name} "
    error = asked.error
    if asked.status != 400 or not isinstance(error, str) or error == NOT_AN_AUDIO_FILE.format(name=name):
        return False
    return error.startswith(beginning) and error.removeprefix(beginning).startswith(_COMPLAINTS)
