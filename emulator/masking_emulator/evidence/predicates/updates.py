"""Updates: what they change, what they leave, and what is refused."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from masking_emulator.evidence.predicates.base import Testimony, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import Seen
from masking_emulator.evidence.predicates.given import (
    fits,
    given,
    is_decided,
    is_same,
    unfit,
    whole,
)
from masking_emulator.evidence.predicates.pairs import (
    PARTIES,
    asked_pair,
    has_passed,
    last_seen,
    pair_of,
    seen_before,
    states_of,
)
from masking_emulator.evidence.predicates.values import JsonObject, digits, flag
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo.parameters import CREATE, UPDATE, Kind

_EXPIRED: Final = "Session already expired"
_EXISTS: Final = "A session already exists for first_party and second_party."
_EQUAL: Final = "Invalid parameter. first_party and second_party should be different."
_TIMERS: Final = ("session_expiry", "call_time_limit", "ring_timeout")


class _Change(Struct, frozen=True):
    """A decided update of a session that is alive, and what was seen of it before."""

    asked: Asked
    before: Seen

    @property
    def session(self) -> JsonObject:
        """What it became; empty where it was refused."""
        return self.asked.session


def _changes(witness: Witness) -> Iterator[_Change]:
    for asked in witness.asked("update_session"):
        before = seen_before(witness, asked.uuid, asked)
        if before is not None and is_decided(asked) and asked.error != _EXPIRED:
            yield _Change(asked, before)


@shows("update_changes")
def _update_changes(witness: Witness) -> Iterator[Testimony]:
    for change in _changes(witness):
        if not change.session:
            continue
        kept = [
            name
            for name in UPDATE
            if given(change.asked, name) is None and name in change.session and name in change.before.session
            if CREATE[name].kind is not Kind.URL or change.asked.fields.get(name) != ""
        ]
        wrong = [name for name in kept if change.session[name] != change.before.session[name]]
        yield either(change.asked.exchange, not wrong, f"it changed {', '.join(wrong)}, which it did not name")


@shows("update_what")
def _update_what(witness: Witness) -> Iterator[Testimony]:
    for change in _changes(witness):
        for name in (name for name in UPDATE if name not in PARTIES):
            value = given(change.asked, name)
            if value is None or not fits(name, value) or (name in _TIMERS and whole(value) == 0):
                continue
            if name in change.session:
                shown = change.session[name]
                yield either(change.asked.exchange, is_same(name, value, shown), f"{name} {value!r} became {shown!r}")


@shows("update_fixed_ignored")
def _fixed_ignored(witness: Witness) -> Iterator[Testimony]:
    for change in _changes(witness):
        for name in (name for name in CREATE if name not in UPDATE and name != "subaccount"):
            if name not in change.asked.fields or name not in (*change.before.session, "geomatch"):
                continue
            if change.session:
                is_so = change.session.get(name) == change.before.session.get(name)
                yield either(change.asked.exchange, is_so, f"{name} became {change.session.get(name)!r}")
            elif f" {name} " in str(change.asked.error):
                yield disagrees(change.asked.exchange, f"it was refused: {change.asked.error}")


@shows("update_zero_timers")
def _update_zero(witness: Witness) -> Iterator[Testimony]:
    for change in _changes(witness):
        for name in _TIMERS:
            value = given(change.asked, name)
            if value is None or isinstance(value, bool) or whole(value) != 0:
                continue
            key = "expiry_time" if name == "session_expiry" else name
            if change.session:
                is_so = change.session.get(key) == change.before.session.get(key)
                yield either(change.asked.exchange, is_so, f"{key} became {change.session.get(key)!r}")
            elif f" {name} " in str(change.asked.error):
                yield disagrees(change.asked.exchange, f"it was refused: {change.asked.error}")


@shows("update_record_false")
def _record_false(witness: Witness) -> Iterator[Testimony]:
    for change in _changes(witness):
        if flag(given(change.asked, "record")) is False and change.session:
            shown = change.session.get("record")
            yield either(change.asked.exchange, shown is False, f"record is {shown!r}")


@shows("update_modified")
def _update_modified(witness: Witness) -> Iterator[Testimony]:
    for change in _changes(witness):
        passed = has_passed(change.before, change.asked) if change.session else None
        if passed is not None:
            yield either(change.asked.exchange, passed, f"modified_time is {change.session.get('modified_time')}")


def _is_single_session(seen: Seen) -> bool | None:
    shown = seen.session.get("create_session_with_single_party", "")
    return shown is True if shown is None or isinstance(shown, bool) else None


def _new_pair(change: _Change) -> tuple[str, str]:
    """The parties that the update asks for, in digits; what it does not name stays."""
    before, asked = pair_of(change.before.session), asked_pair(change.asked)
    return (asked[0] or before[0], asked[1] or before[1])


def _party_changes(witness: Witness) -> Iterator[tuple[_Change, tuple[str, str]]]:
    """Updates that name a party, and nothing that is malformed; and the pair that they ask for."""
    for change in _changes(witness):
        if any(given(change.asked, name) is not None for name in PARTIES) and not unfit(change.asked):
            yield change, _new_pair(change)


def _live_elsewhere(witness: Witness, change: _Change) -> list[JsonObject]:
    """The other sessions of the account that are alive for sure."""
    uuid = change.before.session.get("session_uuid")
    return [
        seen.session
        for seen, _ in last_seen(witness, change.asked)
        if seen.session.get("session_uuid") != uuid and states_of(witness, seen, change.asked)[1]
    ]


@shows("update_parties")
def _update_parties(witness: Witness) -> Iterator[Testimony]:
    for change, pair in _party_changes(witness):
        if _is_single_session(change.before) and change.session:
            is_so = pair_of(change.session) == pair
            yield either(change.asked.exchange, is_so, f"its parties are {pair_of(change.session)}")


@shows("update_parties_fixed")
def _parties_fixed(witness: Witness) -> Iterator[Testimony]:
    for change, pair in _party_changes(witness):
        if _is_single_session(change.before) is False:
            is_same_pair = pair == pair_of(change.before.session)
            is_so = bool(change.session) is is_same_pair and (is_same_pair or change.asked.status == 400)
            seen = f"{'the same' if is_same_pair else 'other'} parties were answered with {change.asked.status}"
            yield either(change.asked.exchange, is_so, seen)


def _party_refusal(change: _Change, text: str) -> Testimony:
    asked = change.asked
    is_so = asked.status == 400 and asked.error == text
    return either(asked.exchange, is_so, f"it was answered with {asked.status} {asked.error!r}")


@shows("update_parties_equal")
def _parties_equal(witness: Witness) -> Iterator[Testimony]:
    for change, pair in _party_changes(witness):
        if _is_single_session(change.before) and pair[0] == pair[1] != "":
            yield _party_refusal(change, _EQUAL)


@shows("update_party_is_number")
def _party_is_number(witness: Witness) -> Iterator[Testimony]:
    for change, pair in _party_changes(witness):
        number = digits(change.before.session.get("virtual_number"))
        if _is_single_session(change.before) and number in pair and pair[0] != pair[1]:
            yield _party_refusal(change, f"Invalid parameter. {number} is the virtual number of this session.")


@shows("update_party_busy")
def _party_busy(witness: Witness) -> Iterator[Testimony]:
    for change, pair in _party_changes(witness):
        number = change.before.session.get("virtual_number")
        new = [party for party in pair if party and party not in pair_of(change.before.session)]
        others = _live_elsewhere(witness, change)
        beside = {party for other in others if other.get("virtual_number") == number for party in pair_of(other)}
        has_pair = any(pair_of(other) == pair for other in others)
        busy = [party for party in new if party in beside]
        if _is_single_session(change.before) and busy and not has_pair and pair[0] != pair[1]:
            yield _party_refusal(
                change, f"Invalid parameter. {busy[0]} is already in a session on this virtual number."
            )


@shows("update_pair_busy")
def _pair_busy(witness: Witness) -> Iterator[Testimony]:
    for change, pair in _party_changes(witness):
        is_other = pair != pair_of(change.before.session)
        if _is_single_session(change.before) and is_other and pair[0] != pair[1]:
            busy = pair in map(pair_of, _live_elsewhere(witness, change))
            yield from [_party_refusal(change, _EXISTS)] if busy else []
