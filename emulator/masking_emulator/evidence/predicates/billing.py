"""What calls cost and how they are summed up: in records, in interactions and in a session's totals."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from masking_emulator.evidence.predicates.base import Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.conversations import HANGUPS, Conversations, LegRecord, Seen, conversations_of
from masking_emulator.evidence.predicates.values import (
    JsonObject,
    amount,
    digits,
    integer,
    is_close,
    last_part,
    objects,
    seconds_of,
)
from masking_emulator.evidence.predicates.witness import Witness

_PULSE_S: Final = 60
_PRICE: Final = "0.01650"
_LEGS: Final = ("first_party_resource_url", "second_party_resource_url")


def _pulses(seconds: int) -> int:
    return -(-seconds // _PULSE_S) * _PULSE_S


@shows("leg_billed_in_pulses")
def _billed(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for leg in known.every_leg:
        lasted, billed = integer(leg.record.get("bill_duration")), integer(leg.record.get("billed_duration"))
        if lasted is not None and billed is not None:
            expected = 0 if leg.answered is None else max(_pulses(lasted), _PULSE_S)
            yield either(leg.at, billed == expected, f"of {lasted} seconds {billed} are billed")
    for event in known.events:
        lasted, billed = integer(event.params.get("Duration")), integer(event.params.get("BilledDuration"))
        if event.name in HANGUPS and lasted and billed is not None:
            yield either(event.at, billed == _pulses(lasted), f"of {lasted} seconds {billed} are billed")


@shows("price_per_minute")
def _price(witness: Witness) -> Iterator[Testimony]:
    for leg in conversations_of(witness).every_leg:
        rate = leg.record.get("total_rate")
        yield either(leg.at, is_close(amount(rate), float(_PRICE)), f"total_rate is {rate!r}")


def _legs_of(known: Conversations, interaction: JsonObject) -> Sequence[LegRecord] | None:
    """The records of its legs; None where one of them is not in the capture."""
    uuids = [last_part(interaction[key]) for key in _LEGS if key in interaction]
    legs = [known.legs[uuid] for uuid in uuids if uuid in known.legs]
    return legs if uuids and len(legs) == len(uuids) else None


@shows("interaction_duration", "interaction_duration_shown")
def _duration(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for seen, interaction in known.interactions:
        legs = _legs_of(known, interaction)
        if legs is not None:
            total, shown = (
                sum(integer(leg.record.get("bill_duration")) or 0 for leg in legs),
                interaction.get("duration"),
            )
            yield either(seen.at, shown == total, f"duration is {shown!r}, that of the legs {total}")


@shows("call_count_counts_legs")
def _count(witness: Witness) -> Iterator[Testimony]:
    for seen, interaction in conversations_of(witness).interactions:
        legs, shown = sum(key in interaction for key in _LEGS), interaction.get("total_call_count")
        yield either(seen.at, shown == legs, f"total_call_count is {shown!r}, and there are {legs} legs")


def _histories(witness: Witness) -> Iterator[tuple[Seen, Sequence[JsonObject]]]:
    """Every session with interactions that an answer shows."""
    for every in conversations_of(witness).seen.values():
        for seen in every:
            interactions = list(objects(seen.session.get("interaction")))
            if interactions:
                yield seen, interactions


@shows("session_totals", "session_totals_shown")
def _totals(witness: Witness) -> Iterator[Testimony]:
    for seen, interactions in _histories(witness):
        sums = {
            "total_call_amount": sum(amount(each.get("total_call_amount")) or 0 for each in interactions),
            "total_session_amount": sum(amount(each.get("total_call_amount")) or 0 for each in interactions),
            "total_call_count": sum(integer(each.get("total_call_count")) or 0 for each in interactions),
            "total_call_billed_duration": sum(integer(each.get("call_billed_duration")) or 0 for each in interactions),
        }
        wrong = [
            f"{key} is {seen.session.get(key)!r}, the sum {total:g}"
            for key, total in sums.items()
            if not is_close(amount(seen.session.get(key)), total)
        ]
        yield either(seen.at, not wrong, "; ".join(wrong))


@shows("last_interaction_time")
def _last_time(witness: Witness) -> Iterator[Testimony]:
    for seen, interactions in _histories(witness):
        ends = [end for each in interactions if (end := seconds_of(each.get("end_time"))) is not None]
        shown = seconds_of(seen.session.get("last_interaction_time"))
        if ends:
            yield either(seen.at, shown == max(ends), f"it is {seen.session.get('last_interaction_time')!r}")


@shows("interactions_oldest_first", "interaction_order")
def _oldest_first(witness: Witness) -> Iterator[Testimony]:
    for seen, interactions in _histories(witness):
        for before, after in pairwise(interactions):
            ends = seconds_of(before.get("end_time")), seconds_of(after.get("end_time"))
            if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
                yield either(seen.at, ends[0] < ends[1], f"{before.get('end_time')} is before {after.get('end_time')}")


@shows("interaction_legs_by_party", "interaction_parties")
def _by_party(witness: Witness) -> Iterator[Testimony]:
    """Only a call of the second party tells parties from positions, but each shows whose leg is whose."""
    known = conversations_of(witness)
    for seen, interaction in known.interactions:
        for key, role in zip(_LEGS, ("first_party", "second_party"), strict=True):
            leg, party = known.legs.get(last_part(interaction.get(key))), digits(seen.session.get(role))
            other = digits(seen.session.get("second_party" if role == "first_party" else "first_party"))
            if leg is not None and party and leg.person in (party, other):
                yield either(seen.at, leg.person == party, f"{key} is the leg of {leg.person}")


def _unconnected(known: Conversations) -> Iterator[LegRecord]:
    """Legs of callers who were answered by the virtual number alone and are no party of a session on it."""
    for leg in known.legs.values():
        if leg.inbound and leg.answered is not None and leg.uuid not in known.children:
            parties = {
                digits(seen.session.get(role))
                for every in known.seen.values()
                for seen in every
                for role in ("first_party", "second_party")
                if digits(seen.session.get("virtual_number")) == leg.number
            }
            if parties and leg.person and leg.person not in parties:
                yield leg


@shows("unconnected_call_billed")
def _unconnected_billed(witness: Witness) -> Iterator[Testimony]:
    for leg in _unconnected(conversations_of(witness)):
        billed = integer(leg.record.get("billed_duration"))
        if billed is not None and leg.record.get("bill_duration") != 0:
            yield either(leg.at, billed > 0, "it is not billed")


@shows("interaction_unknown")
def _unknown(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    for leg in _unconnected(known):
        session = known.session_of_leg.get(leg.uuid)
        if session is not None:
            yield disagrees(leg.at, f"it is an interaction of {session}, as with interaction_unknown = true")
        elif any(
            digits(seen.session.get("virtual_number")) == leg.number and (known.now(seen.when) or 0) > (leg.ended or 0)
            for every in known.seen.values()
            for seen in every
        ):
            yield agrees(leg.at)
