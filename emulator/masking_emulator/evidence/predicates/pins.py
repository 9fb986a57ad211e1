"""PINs: the parameters about them, and the PINs that the service makes."""

import re
from collections.abc import Iterator
from typing import Any, Final

from masking_emulator.evidence.predicates.base import Testimony, either, shows
from masking_emulator.evidence.predicates.conversations import Seen, conversations_of
from masking_emulator.evidence.predicates.values import digits, flag, integer, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo import refusals

_SWITCHES: Final = ("is_pin_authentication_required", "is_pin_authentication")
_PINS: Final = ("first_party_pin", "second_party_pin")
_SETTINGS: Final = (
    *("generate_pin", "generate_pin_length", *_PINS, "pin_prompt_play", "pin_retry"),
    *("pin_retry_wait", "incorrect_pin_play"),
)
_EQUAL: Final = "Invalid parameter. first_party_pin and second_party_pin should be different."
_ABOUT: Final = re.compile(r"(?:Invalid parameter|Mandatory parameter missing)\. (\w+)")


def _given(asked: Asked, name: str) -> Any:
    """What the body has for it; None where it is not given, as null and "" are not."""
    value = asked.fields.get(name)
    return None if value == "" else value


def _creates(witness: Witness, *, pin: bool | None = True) -> Iterator[Asked]:
    """The creates that were accepted or refused for what they say, with PIN authentication on, or off."""
    for asked in witness.exchanges:
        if asked.operation == "create_session" and asked.fields and asked.status in (200, 201, 400):
            values = [flag(value) for name in _SWITCHES if (value := _given(asked, name)) is not None]
            if pin is None or (values or [False]) == [pin]:
                yield asked


def _session(asked: Asked) -> dict[str, Any]:
    """The new session of a create; empty where it was refused, or refreshed one that was there."""
    session = asked.answer.get("session")
    if asked.status not in (200, 201) or not isinstance(session, dict):
        return {}
    return session if session.get("created_time") == session.get("modified_time") else {}


def _refusal(asked: Asked, text: str, name: str) -> Iterator[Testimony]:
    """Whether a create that has to be refused is; nothing where it was refused for another parameter."""
    error = asked.answer.get("error")
    about = _ABOUT.match(error) if isinstance(error, str) else None
    is_other = about is not None or not isinstance(error, str) or name not in error
    if asked.status == 400 and (about is None or about[1] != name) and error != text and is_other:
        return
    yield either(
        asked.exchange, (asked.status, error) == (400, text), f"it is answered with {asked.status} {error or ''}"
    )


def _shown(asked: Asked, name: str, expected: Any) -> Iterator[Testimony]:
    session = _session(asked)
    if name in session:
        seen = session[name]
        is_so = type(seen) is type(expected) and seen == expected
        yield either(asked.exchange, is_so, f"{name} is {seen!r} and not {expected!r}")


def _flag(witness: Witness, name: str, *, pin: bool | None) -> Iterator[Testimony]:
    """A boolean that is false by default."""
    for asked in _creates(witness, pin=pin):
        value = _given(asked, name)
        if value is None:
            yield from _shown(asked, name, expected=False)
        elif flag(value) is not None:
            yield from _shown(asked, name, flag(value))
        else:
            yield from _refusal(asked, refusals.NOT_ALLOWED.format(name=name, values="true or false"), name)


@shows("is_pin_authentication_required")
def _required_flag(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness, pin=None):
        values = [value for name in _SWITCHES if (value := _given(asked, name)) is not None]
        if not values:
            yield from _shown(asked, _SWITCHES[0], expected=False)
        elif len(values) == 1 and flag(values[0]) is not None:
            yield from _shown(asked, _SWITCHES[0], flag(values[0]))


@shows("generate_pin")
def _generate(witness: Witness) -> Iterator[Testimony]:
    return _flag(witness, "generate_pin", pin=True)


@shows("force_pin_authentication")
def _force(witness: Witness) -> Iterator[Testimony]:
    return _flag(witness, "force_pin_authentication", pin=True)


def _ranged(witness: Witness, name: str, lowest: int, highest: int, default: int) -> Iterator[Testimony]:
    for asked in _creates(witness):
        value = _given(asked, name)
        number = integer(value)
        if value is None:
            yield from _shown(asked, name, default)
        elif number is not None and lowest <= number <= highest:
            yield from _shown(asked, name, number)
        elif number is not None:
            yield from _refusal(asked, refusals.OUT_OF_RANGE.format(name=name), name)


@shows("generate_pin_length")
def _length(witness: Witness) -> Iterator[Testimony]:
    return _ranged(witness, "generate_pin_length", 4, 15, 4)


@shows("pin_retry")
def _retry(witness: Witness) -> Iterator[Testimony]:
    return _ranged(witness, "pin_retry", 0, 5, 1)


@shows("pin_retry_wait")
def _retry_wait(witness: Witness) -> Iterator[Testimony]:
    return _ranged(witness, "pin_retry_wait", 5, 10, 5)


@shows("pin_integers_zero")
def _zero(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness):
        for name in ("generate_pin_length", "pin_retry_wait"):
            if integer(_given(asked, name)) == 0:
                yield from _refusal(asked, refusals.OUT_OF_RANGE.format(name=name), name)


def _is_pin(value: Any) -> bool:
    return re.fullmatch(r"[0-9]{4,15}", str(value)) is not None and not isinstance(value, bool | float)


def _pin(witness: Witness, name: str) -> Iterator[Testimony]:
    for asked in _creates(witness):
        value = _given(asked, name)
        if value is not None and _is_pin(value):
            yield from _shown(asked, name, str(value))


@shows("first_party_pin")
def _first_pin(witness: Witness) -> Iterator[Testimony]:
    return _pin(witness, "first_party_pin")


@shows("second_party_pin")
def _second_pin(witness: Witness) -> Iterator[Testimony]:
    return _pin(witness, "second_party_pin")


@shows("pin_as_number")
def _pin_as_number(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness):
        for name in _PINS:
            value = _given(asked, name)
            if type(value) is int and _is_pin(value):
                if asked.status == 400:
                    yield from _refused_for(asked, name)
                else:
                    yield from _shown(asked, name, str(value))


def _refused_for(asked: Asked, name: str) -> Iterator[Testimony]:
    error = str(asked.answer.get("error"))
    if name in error:
        yield either(asked.exchange, is_so=False, otherwise=f"it is refused: {error}")


@shows("text_pin")
def _text_pin(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness):
        wrong = [name for name in _PINS if (value := _given(asked, name)) is not None and not _is_pin(value)]
        if wrong:
            yield from _refusal(asked, refusals.NOT_A_PIN.format(name=wrong[0]), wrong[0])


def _url(witness: Witness, name: str) -> Iterator[Testimony]:
    for asked in _creates(witness):
        value = _given(asked, name)
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            yield from _shown(asked, name, value)
        elif isinstance(value, str) and "://" not in value:
            yield from _refusal(asked, refusals.NOT_A_URL.format(name=name), name)


@shows("pin_prompt_play")
def _prompt(witness: Witness) -> Iterator[Testimony]:
    return _url(witness, "pin_prompt_play")


@shows("incorrect_pin_play")
def _incorrect(witness: Witness) -> Iterator[Testimony]:
    return _url(witness, "incorrect_pin_play")


def _missing(witness: Witness, name: str) -> Iterator[Asked]:
    return (asked for asked in _creates(witness) if _given(asked, name) is None)


@shows("pins_required")
def _pins_required(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness):
        missing = [name for name in _PINS if _given(asked, name) is None]
        single = flag(_given(asked, "create_session_with_single_party"))
        if missing and not single and not flag(_given(asked, "generate_pin")):
            yield from _refusal(asked, refusals.MISSING.format(name=missing[0]), missing[0])


@shows("pin_prompt_play_required")
def _prompt_required(witness: Witness) -> Iterator[Testimony]:
    for asked in _missing(witness, "pin_prompt_play"):
        yield from _refusal(asked, refusals.MISSING.format(name="pin_prompt_play"), "pin_prompt_play")


@shows("incorrect_pin_play_required")
def _incorrect_required(witness: Witness) -> Iterator[Testimony]:
    for asked in _missing(witness, "incorrect_pin_play"):
        error = str(asked.answer.get("error"))
        if asked.status != 400 or "incorrect_pin_play" in error:
            why = f"it is refused: {error}, as with incorrect_pin_play_required = true"
            yield either(asked.exchange, asked.status != 400, why)


def _equal(witness: Witness) -> Iterator[Asked]:
    for asked in _creates(witness):
        first, second = (_given(asked, name) for name in _PINS)
        if first is not None and str(first) == str(second) and _is_pin(first):
            yield asked


@shows("pins_differ")
def _pins_differ(witness: Witness) -> Iterator[Testimony]:
    for asked in _equal(witness):
        yield either(asked.exchange, asked.status == 400, f"it is answered with {asked.status}")


@shows("pins_differ_text")
def _pins_differ_text(witness: Witness) -> Iterator[Testimony]:
    for asked in _equal(witness):
        yield from _refusal(asked, _EQUAL, "first_party_pin")


def _generated(witness: Witness) -> Iterator[tuple[Asked, dict[str, Any], list[str]]]:
    """New sessions with the names of the PINs that the service made."""
    for asked in _creates(witness):
        session = _session(asked)
        names = [name for name in _PINS if _given(asked, name) is None and isinstance(session.get(name), str)]
        if session and names and flag(_given(asked, "generate_pin")):
            yield asked, session, names


@shows("generated_pins_length")
def _generated_length(witness: Witness) -> Iterator[Testimony]:
    for asked, session, names in _generated(witness):
        length = integer(_given(asked, "generate_pin_length")) or 4
        is_so = all(re.fullmatch(rf"[0-9]{{{length}}}", session[name]) for name in names)
        yield either(asked.exchange, is_so, f"not all have {length} digits")


@shows("generated_pins_differ")
def _generated_differ(witness: Witness) -> Iterator[Testimony]:
    for asked, session, names in _generated(witness):
        if len(names) == len(_PINS):
            yield either(asked.exchange, session[_PINS[0]] != session[_PINS[1]], "both are the same")


def _live_pins(witness: Witness, asked: Asked, number: str) -> set[str]:
    """The PINs of the other sessions that live on the number at the time of a create."""
    known, now = conversations_of(witness), conversations_of(witness).now(asked.exchange.at)
    pins: set[str] = set()
    for session in known.seen:
        before: Seen | None = known.before(session, asked.exchange.at)
        if (
            before is None
            or session == asked.answer.get("session_uuid")
            or digits(before.session.get("virtual_number")) != number
        ):
            continue
        deleted, expiry = known.deleted.get(session), seconds_of(before.session.get("expiry_time"))
        is_over = expiry is None or now is None or now > expiry - 2
        if not is_over and (deleted is None or deleted.at > asked.exchange.at):
            pins |= {str(before.session.get(name)) for name in _PINS if before.session.get(name)}
    return pins


@shows("generated_pins_unused")
def _generated_unused(witness: Witness) -> Iterator[Testimony]:
    for asked, session, names in _generated(witness):
        taken = _live_pins(witness, asked, digits(session.get("virtual_number")))
        if taken:
            used = [session[name] for name in names if session[name] in taken]
            yield either(asked.exchange, not used, f"{', '.join(used)} is that of another session on the number")


@shows("given_pins_may_collide")
def _may_collide(witness: Witness) -> Iterator[Testimony]:
    """A create with PINs that another live session has; it need not get that session's number."""
    for asked in _creates(witness):
        given = {str(value) for name in _PINS if (value := _given(asked, name)) is not None}
        if not given or (asked.status != 400 and not _session(asked)):
            continue
        if asked.status == 400:
            numbers = {
                digits(seen.session.get("virtual_number"))
                for every in conversations_of(witness).seen.values()
                for seen in every
            }
            collides = any(given & _live_pins(witness, asked, number) for number in numbers)
            error = str(asked.answer.get("error"))
            if collides and len(given) == len(_PINS) and "pin" in error and "different" not in error:
                yield either(asked.exchange, is_so=False, otherwise=f"it is refused: {error}")
        elif given & _live_pins(witness, asked, digits(_session(asked).get("virtual_number"))):
            yield either(asked.exchange, is_so=True, otherwise="")


@shows("given_pin_wins")
def _given_wins(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness):
        session = _session(asked)
        given = {name: str(value) for name in _PINS if (value := _given(asked, name)) is not None and _is_pin(value)}
        if session and given and flag(_given(asked, "generate_pin")):
            is_so = all(session.get(name) == value for name, value in given.items())
            is_so = is_so and all(isinstance(session.get(name), str) for name in _PINS)
            yield either(asked.exchange, is_so, "a PIN that was given is not there, or the other is missing")


@shows("pin_group_ignored")
def _ignored(witness: Witness) -> Iterator[Testimony]:
    for asked in _creates(witness, pin=False):
        given = [name for name in _SETTINGS if _given(asked, name) is not None]
        if not given:
            continue
        if asked.status == 400:
            for name in given:
                yield from _refused_for(asked, name)
        elif session := _session(asked):
            kept = [name for name in given if session.get(name) is not None]
            yield either(asked.exchange, not kept, f"{', '.join(kept)} is kept")


@shows("refresh_generates_again")
def _refresh(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for every in known.seen.values():
        for number, seen in enumerate(every[1:], start=1):
            asked, before = seen.asked, every[number - 1].session
            if asked.operation != "create_session" or not flag(_given(asked, "generate_pin")):
                continue
            made = [
                name for name in _PINS if _given(asked, name) is None and before.get(name) and seen.session.get(name)
            ]
            # One PIN of four digits may be drawn again by chance, once in ten thousand times.
            if made:
                same = [name for name in made if before[name] == seen.session[name]]
                yield either(asked.exchange, len(same) < len(made), "the PINs are those of before")


#: Rows that no capture can show, and why.
UNSHOWABLE: Final = {
    "generated_pins_exhausted": "It takes thousands of sessions that live on one number at once.",
}
