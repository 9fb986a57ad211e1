"""Values in a snapshot, which people may have edited: whether each could be what the service makes.

A value is looked at by itself here; what it refers to, and how it goes with the others, is checked in
core/consistency.py. What a customer may ask for is asked of the same rules as in a request.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, Union, get_origin, get_type_hints

from masking_emulator.callbacks.laboratory import RANGES, Action, Rule
from masking_emulator.core import snapshot as core
from masking_emulator.core.countries import are_possible, calling_code, is_possible
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.quoting import quoted
from masking_emulator.core.readers import ALIKE, members_of
from masking_emulator.core.records.base import Choice, Struct, names
from masking_emulator.core.records.callbacks import Callback, Notice
from masking_emulator.core.records.calls import (
    SCRIPT_S_MAX,
    Call,
    History,
    Interaction,
    Leg,
    Phone,
    Pins,
    Recording,
    Script,
    Step,
)
from masking_emulator.core.records.sessions import Candidate, CoolOff, Number, Session, Settings
from masking_emulator.plivo.callbacks import EVENTS
from masking_emulator.plivo.parse import is_acceptable

#: Where a value is wrong, and why.
Wrong = tuple[str, str]

#: What is found wrong, and None wherever a long look may be interrupted.
Looking = Iterator[Wrong | None]

#: What a value has to be, in words, where it is not; None where it is.
_Check = Callable[[Any], str | None]


class _Field(NamedTuple):
    """A field in which something may be wrong: itself, by its check, or in what it may hold."""

    name: str
    check: _Check | None
    may_hold: bool


#: More than any count can come to, and few enough digits for every index and every query.
COUNT_MAX: Final = 10**11

#: So many records are looked at together: for half a millisecond.
_AT_ONCE: Final = 256

_LASTS_US_MAX: Final = SCRIPT_S_MAX * SECOND_US

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID_LINES: Final = re.compile(rf"({_UUID.pattern}\n)*")
_TYPED: Final = re.compile(r"[0-9*#]{0,32}")

#: The draws that an engine makes, by their purpose, and those of its world.
_ENGINE_DRAWS: Final = frozenset({"session", "leg", "recording", "pin"})
_WORLD_DRAWS: Final = frozenset({"api_id", "nonce", "laboratory"})
_FAULT_DRAWS: Final = "fault/"

_EVENTS: Final = frozenset(EVENTS.values())


def wrong_in_engine(engine: core.Snapshot) -> Looking:
    """What no engine would hold: the first that is found in each of its records."""
    right = set[int]()
    for name, check, _ in _fields(core.Snapshot):
        held = getattr(engine, name)
        if check is not None:
            yield from _named(f"engine.{name}", check(held))
        if isinstance(held, tuple):
            for start in range(0, len(held), _AT_ONCE):
                some = held[start : start + _AT_ONCE]
                yield None
                for at, item in () if _are_right(some, right) else enumerate(some, start):
                    wrong = _wrong(item, right)
                    yield None if wrong is None else (f"engine.{name}[{at}]{wrong[0]}", wrong[1])
    yield from _wrong_draws(engine.drawn, "engine.drawn", _ENGINE_DRAWS)
    for session, count in engine.sequences.items():
        yield from _named(f"engine.sequences.{session}", _uuid(session) or _count_from_one(count))


def wrong_in_world(journal_last: int, drawn: Mapping[str, int], rules: Sequence[Rule]) -> Iterator[Wrong]:
    """What no world would hold beside its engine."""
    yield from _named("journal_last", _count(journal_last))
    yield from _wrong_draws(drawn, "drawn", _WORLD_DRAWS)
    for at, rule in enumerate(rules):
        for name, check in _OF_RULES.items():
            yield from _named(f"laboratory[{at}].{name}", check(getattr(rule, name)))
        if rule.groups and rule.action is not Action.REORDER:
            yield f"laboratory[{at}].groups", "only a rule that reorders collects callbacks"
        for session, group in rule.groups.items():
            if not 0 < len(group) < rule.window:
                yield f"laboratory[{at}].groups.{session}", f"a group is let go at {rule.window}"


def _wrong_draws(drawn: Mapping[str, int], path: str, known: frozenset[str]) -> Iterator[Wrong]:
    for purpose, count in drawn.items():
        if purpose not in known and not (known is _WORLD_DRAWS and purpose.startswith(_FAULT_DRAWS)):
            yield f"{path}.{purpose}", f"nothing is drawn for this; known here are {', '.join(sorted(known))}"
        yield from _named(f"{path}.{purpose}", _count(count))


def _wrong(value: Any, right: set[int]) -> Wrong | None:
    """The first that is wrong in a value and in everything that it holds, with the way to it; None where nothing is.

    A hundred thousand sessions share few settings (core/readers.py), so those that were found `right` are not looked at
    again; it has their `id`.
    """
    if isinstance(value, Struct):
        if type(value) in ALIKE and id(value) in right:
            return None
        for name, check, _ in _fields(type(value)):
            held = getattr(value, name)
            reason = None if check is None else check(held)
            if reason is not None:
                return f".{name}", reason
            if isinstance(held, Struct | tuple) and held:
                wrong = _wrong(held, right)
                if wrong is not None:
                    return f".{name}{wrong[0]}", wrong[1]
        if type(value) in ALIKE:
            right.add(id(value))
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            wrong = _wrong(item, right)
            if wrong is not None:
                return f"[{at}]{wrong[0]}", wrong[1]
    return None


def _are_right(values: Collection[Any], right: set[int]) -> bool:
    """Whether nothing is wrong in any of these values, nor in what they hold.

    One field of all records is looked at after the other, and of equal values only one: that takes a quarter of the
    time. Where something is wrong, `_wrong` says what.
    """
    for kind, of_kind in _by_kind(values).items():
        if issubclass(kind, tuple):
            if not _are_right([item for value in of_kind for item in value], right):
                return False
        elif issubclass(kind, Struct):
            new = [value for value in of_kind if id(value) not in right] if kind in ALIKE else of_kind
            if new and not all(_is_right_in(field, new, right) for field in _fields(kind)):
                return False
            if kind in ALIKE:
                right.update(map(id, new))
    return True


def _is_right_in(field: _Field, records: Sequence[Struct], right: set[int]) -> bool:
    column = list(map(attrgetter(field.name), records))
    if field.check in _OF_MANY:
        return _OF_MANY[field.check](column)
    if field.check is not None and any(map(field.check, set(column))):
        return False
    return not field.may_hold or _are_right({id(held): held for held in column}.values(), right)


def _by_kind(values: Iterable[Any]) -> Mapping[type, list[Any]]:
    found: dict[type, list[Any]] = defaultdict(list)
    for value in values:
        found[type(value)].append(value)
    return found


def _are_uuids(values: Sequence[str]) -> bool:
    # The length says that no value is two of them.
    lines = "".join(f"{value}\n" for value in values)
    return len(lines) == 37 * len(values) and _UUID_LINES.fullmatch(lines) is not None


def _are_phones(values: Sequence[str]) -> bool:
    digits = "".join(values)
    return digits.isascii() and digits.isdigit() and are_possible(values)


def _are_phones_or_empty(values: Sequence[str]) -> bool:
    phones = list(filter(None, values))
    return not phones or _are_phones(phones)


def _are_counts_from_one(values: Sequence[int]) -> bool:
    return min(values) >= 1 and max(values) <= COUNT_MAX


@cache
def _fields(kind: type[Struct]) -> Sequence[_Field]:
    """The fields of a record that may hold something wrong, in their order, each with its check."""
    checks, hints = _OF_RECORDS.get(kind, {}), get_type_hints(kind)
    fields = (_Field(name, checks.get(name), may_hold=not _is_plain(hints[name])) for name in names(kind))
    return [field for field in fields if field.check is not None or field.may_hold]


def _is_plain(hint: Any) -> bool:
    return all(
        member in (str, int, float, bool, NoneType) or (isinstance(member, type) and issubclass(member, Choice))
        for member in (members_of(hint) if get_origin(hint) in (Union, UnionType) else [hint])
    )


def _named(path: str, reason: str | None) -> Iterator[Wrong]:
    if reason is not None:
        yield path, reason


def _between(least: float, most: float) -> _Check:
    return lambda value: None if least <= value <= most else f"{value:g} is not between {least:g} and {most:g}"


def _or_none(check: _Check) -> _Check:
    return lambda value: None if value is None else check(value)


def _or_empty(check: _Check) -> _Check:
    return lambda value: None if value == "" else check(value)


def _each(check: _Check) -> _Check:
    return lambda values: next(filter(None, map(check, values)), None)


def _asked(parameter: str) -> _Check:
    """What a request may say for this parameter."""
    return lambda value: None if is_acceptable(parameter, value) else f"{quoted(value)} is no {parameter}"


def _uuid(value: str) -> str | None:
    return None if _UUID.fullmatch(value) else f"{quoted(value)} is no UUID as the emulator makes them"


def _phone(value: str) -> str | None:
    fits = value.isascii() and value.isdigit() and is_possible(value)
    return None if fits else f"{quoted(value)} is no number of any country, written in digits only"


def _typed(value: str) -> str | None:
    return None if _TYPED.fullmatch(value) else f"{quoted(value)} is nothing that a phone can type"


def _url(value: str) -> str | None:
    return f"{quoted(value)} is no http or https URL" if not value else _asked("callback_url")(value)


def _event(value: str) -> str | None:
    return None if value in _EVENTS else f"{quoted(value)} is none of {', '.join(sorted(_EVENTS))}"


def _country(value: int) -> str | None:
    return None if calling_code(str(value)) == value else f"{value} is no calling code"


_count: Final = _between(0, COUNT_MAX)
_count_from_one: Final = _between(1, COUNT_MAX)
_lasts: Final = _or_none(_between(0, _LASTS_US_MAX))
_seconds: Final = _between(0, _LASTS_US_MAX)
_maybe_uuid: Final = _or_empty(_uuid)
_maybe_phone: Final = _or_empty(_phone)

#: Kind of record → field → what it may be. Fields that are not named may be whatever their type allows.
_OF_RECORDS: Final[Mapping[type, Mapping[str, _Check]]] = {
    core.Snapshot: dict.fromkeys(("ordinal", "call_ordinal", "recording_ordinal", "callback_ordinal"), _count),
    Number: {"digits": _phone, "calling_code": _country},
    CoolOff: {"number": _phone, "session": _uuid},
    Phone: {"number": _phone, "after_us": _lasts, "hangup_after_us": _lasts, "digits": _each(_typed)},
    Session: {
        "ordinal": _count_from_one,
        "uuid": _uuid,
        "first_party": _maybe_phone,
        "second_party": _maybe_phone,
        "number": _phone,
        "left": _each(_phone),
    },
    Settings: {
        "callback_url": _asked("callback_url"),
        "callback_method": _asked("callback_method"),
        "call_time_limit_s": _asked("call_time_limit"),
        "ring_timeout_s": _asked("ring_timeout"),
        "first_party_play": _asked("first_party_play_url"),
        "second_party_play": _asked("second_party_play_url"),
        "record_file_format": _asked("record_file_format"),
        "recording_callback_url": _asked("recording_callback_url"),
        "recording_callback_method": _asked("recording_callback_method"),
        "unknown_caller_play": _asked("unknown_caller_play"),
        "cooloff_s": _asked("virtual_number_cooloff_period"),
    },
    Pins: {
        "length": _asked("generate_pin_length"),
        "first": _asked("first_party_pin"),
        "second": _asked("second_party_pin"),
        "prompt_play": _asked("pin_prompt_play"),
        "retries": _asked("pin_retry"),
        "retry_wait_s": _asked("pin_retry_wait"),
        "incorrect_play": _asked("incorrect_pin_play"),
    },
    Candidate: {"number": _phone, "session": _or_none(_uuid)},
    History: {"counterpart": _maybe_phone, **dict.fromkeys(("legs", "billed_s", "amount_micros"), _count)},
    Interaction: {
        "call": _uuid,
        **dict.fromkeys(("first_leg", "second_leg", "recording"), _maybe_uuid),
        "legs": _between(1, 2),
        **dict.fromkeys(("duration_s", "billed_s", "amount_micros"), _count),
    },
    Script: {"after_us": _lasts, "talk_us": _lasts, "digits": _or_none(_each(_typed))},
    Step: {"digits": _typed},
    Leg: {
        "uuid": _uuid,
        "person": _phone,
        **dict.fromkeys(("duration_s", "billed_s", "amount_micros"), _count),
    },
    Call: {
        "ordinal": _count_from_one,
        "uuid": _uuid,
        "number": _phone,
        **dict.fromkeys(("session", "host", "recording"), _maybe_uuid),
        "caller": _phone,
        "callee": _maybe_phone,
        **dict.fromkeys(("ring_timeout_s", "time_limit_s"), _seconds),
        **dict.fromkeys(("prompts", "wrong_pins"), _between(0, 100)),
    },
    Recording: {
        "ordinal": _count_from_one,
        **dict.fromkeys(("uuid", "call", "session"), _uuid),
        "audio_format": _asked("record_file_format"),
    },
    Notice: {"retries": _between(0, 100)},
    Callback: {
        **dict.fromkeys(("ordinal", "sequence"), _count_from_one),
        "session": _uuid,
        "number": _phone,
        "url": _url,
        "method": _asked("callback_method"),
        "attempts": _between(0, 100),
        "copy_of": _or_none(_count_from_one),
    },
}

#: Check → the same of many values, which are at least one and of the type that the field has.
_OF_MANY: Final[Mapping[_Check | None, Callable[[Sequence[Any]], bool]]] = {
    _uuid: _are_uuids,
    _phone: _are_phones,
    _maybe_phone: _are_phones_or_empty,
    _count_from_one: _are_counts_from_one,
}

#: Field of a rule → what it may be.
_OF_RULES: Final[Mapping[str, _Check]] = {
    "event": _or_none(_event),
    **dict.fromkeys(("skip", "matched", "applied"), _count),
    "count": _or_none(_count_from_one),
    "chance": _between(0, 1),
    **{name: _between(*span) for name, span in RANGES.items()},
}
