"""Allocation: which number a new session gets.

A rule that opens a number is shown by a session that got it, and contradicted by one that got a later number instead; a
rule that closes a number the other way round.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from masking_emulator.core.countries import calling_code
from masking_emulator.evidence.predicates.base import Testimony, agrees, disagrees, either, shows
from masking_emulator.evidence.predicates.births import (
    BIRTHS_MAX,
    CANADA,
    SURE_S,
    Allocations,
    Birth,
    Stay,
    allocations_of,
)
from masking_emulator.evidence.predicates.conversations import REPLACED, conversations_of
from masking_emulator.evidence.predicates.values import digits, integer, seconds_of
from masking_emulator.evidence.predicates.witness import Witness
from masking_emulator.plivo.refusals import POOL_EXHAUSTED


def _opens(witness: Witness, opened: Callable[[Allocations, Birth, str], bool]) -> Iterator[Testimony]:
    """The verdicts on a rule that opens numbers."""
    allocations = allocations_of(witness)
    for birth in allocations.births:
        missed = allocations.missed(birth, partial(opened, allocations, birth))
        if missed is not None:
            yield disagrees(birth.at, f"+{missed} fits, and it got {birth.number or 'none'}")
        elif birth.number and opened(allocations, birth, birth.number):
            yield agrees(birth.at)


def _closes(witness: Witness, why: str, only: Callable[[Birth, Stay], bool] | None = None) -> Iterator[Testimony]:
    """The verdicts on a rule that closes numbers; `only` where one of those who were there makes it so."""
    allocations = allocations_of(witness)

    def is_meant(number: str, birth: Birth) -> bool:
        stays = allocations.stays(number, birth) or ()
        return only is None or any(only(birth, stay) for stay in stays)

    for birth in allocations.births:
        if birth.number and why in (allocations.obstacles(birth.number, birth) or ()) and is_meant(birth.number, birth):
            yield disagrees(birth.at, f"it got +{birth.number}, which does not fit")
        elif (passed := allocations.passed_over(birth, why)) is not None and is_meant(passed, birth):
            yield agrees(birth.at)


def _live(allocations: Allocations, birth: Birth, number: str) -> Sequence[Stay]:
    return [stay for stay in allocations.stays(number, birth) or () if stay.ended_at is None]


def _ended(allocations: Allocations, birth: Birth, number: str) -> Sequence[Stay]:
    return [stay for stay in allocations.stays(number, birth) or () if stay.ended_at is not None]


@shows("pool_order")
def _pool_order(witness: Witness) -> Iterator[Testimony]:
    allocations = allocations_of(witness)
    for birth in allocations.births:
        missed = allocations.missed(birth, lambda _: True)
        if missed is not None:
            yield disagrees(birth.at, f"+{missed} fits and comes before {birth.number or 'none'}")
        elif birth.number and any(allocations.fits(other, birth) for other in allocations.others(birth)):
            yield agrees(birth.at)


@shows("one_number_many_pairs")
def _many_pairs(witness: Witness) -> Iterator[Testimony]:
    return _opens(witness, lambda known, birth, number: bool(_live(known, birth, number)))


@shows("party_blocks_number")
def _party_blocks(witness: Witness) -> Iterator[Testimony]:
    return _closes(witness, "party")


@shows("party_is_number")
def _party_is_number(witness: Witness) -> Iterator[Testimony]:
    return _closes(witness, "is party")


@shows("number_free_at_end")
def _free_at_end(witness: Witness) -> Iterator[Testimony]:
    def is_freed(known: Allocations, birth: Birth, number: str) -> bool:
        return any(not stay.cooloff_s and stay.parties & birth.parties for stay in _ended(known, birth, number))

    return _opens(witness, is_freed)


@shows("geomatch_country")
def _country(witness: Witness) -> Iterator[Testimony]:
    for birth in allocations_of(witness).births:
        if birth.number and birth.country is not None:
            is_so = calling_code(birth.number) == birth.country
            yield either(birth.at, is_so, f"+{birth.number} is not of +{birth.country}")


def _is_canadian(number: str) -> bool:
    return number.startswith("1") and number[1:4] in CANADA


@shows("geomatch_shared_code")
def _shared_code(witness: Witness) -> Iterator[Testimony]:
    def is_shared(known: Allocations, birth: Birth, number: str) -> bool:
        del known
        first = digits(birth.asked.fields.get("first_party"))
        is_one = birth.country == 1 and number.startswith("1") and first.startswith("1")
        return is_one and _is_canadian(number) != _is_canadian(first)

    return _opens(witness, is_shared)


@shows("geomatch_single_second_party")
def _single_second(witness: Witness) -> Iterator[Testimony]:
    for birth in allocations_of(witness).births:
        if birth.number and birth.country is not None and not digits(birth.asked.fields.get("first_party")):
            is_so = calling_code(birth.number) == birth.country
            yield either(birth.at, is_so, f"+{birth.number} is not of +{birth.country}")


@shows("geomatch_no_fallback")
def _no_fallback(witness: Witness) -> Iterator[Testimony]:
    """Only where the account's numbers were listed: then none of the country is hidden."""
    allocations = allocations_of(witness)
    for birth in allocations.births:
        own = [number for number, owner in allocations.listed.items() if owner == _owner_in_list(birth)]
        if own and birth.country is not None and all(calling_code(number) != birth.country for number in own):
            yield either(birth.at, not birth.number, f"it got +{birth.number} of another country")


def _owner_in_list(birth: Birth) -> str | None:
    """Under which subaccount a list has the owner's numbers."""
    return birth.owner if birth.owner.startswith("SA") else None


@shows("geomatch_off")
def _geomatch_off(witness: Witness) -> Iterator[Testimony]:
    def is_foreign(known: Allocations, birth: Birth, number: str) -> bool:
        del known
        first = digits(birth.asked.fields.get("first_party")) or digits(birth.asked.fields.get("second_party"))
        return birth.country is None and calling_code(first) != calling_code(number)

    return _opens(witness, is_foreign)


@shows("owner_numbers")
def _owner_numbers(witness: Witness) -> Iterator[Testimony]:
    allocations = allocations_of(witness)
    for birth in allocations.births:
        if birth.number in allocations.listed:
            owner = allocations.listed[birth.number]
            yield either(
                birth.at, owner == _owner_in_list(birth), f"+{birth.number} is of {owner or 'the main account'}"
            )


@shows("owner_without_numbers")
def _without_numbers(witness: Witness) -> Iterator[Testimony]:
    allocations = allocations_of(witness)
    for birth in allocations.births:
        if allocations.listed and _owner_in_list(birth) not in allocations.listed.values():
            yield either(birth.at, not birth.number, f"it got +{birth.number}")


@shows("pool_exhausted")
def _exhausted(witness: Witness) -> Iterator[Testimony]:
    for asked in witness.exchanges:
        error = asked.answer.get("error")
        if asked.operation == "create_session" and isinstance(error, str):
            words = error.lower()
            if "exhausted" in words or ("number" in words and "available" in words):
                yield either(asked.exchange, (asked.status, error) == (400, POOL_EXHAUSTED), f"{asked.status} {error}")


@shows("single_party_alone")
def _alone(witness: Witness) -> Iterator[Testimony]:
    return _closes(witness, "alone")


@shows("single_party_with_pin_shares")
def _shares(witness: Witness) -> Iterator[Testimony]:
    return _opens(witness, lambda known, birth, number: birth.single_with_pin and bool(_live(known, birth, number)))


@shows("single_party_completed")
def _completed(witness: Witness) -> Iterator[Testimony]:
    def is_open(known: Allocations, birth: Birth, number: str) -> bool:
        return any(stay.was_alone and not stay.alone for stay in _live(known, birth, number))

    return _opens(witness, is_open)


@shows("cooloff")
def _cooloff(witness: Witness) -> Iterator[Testimony]:
    return _closes(witness, "cooling")


@shows("cooloff_after_delete")
def _cooloff_after_delete(witness: Witness) -> Iterator[Testimony]:
    for verdict in _closes(witness, "cooling", lambda _, stay: stay.was_deleted and stay.cooloff_s > 0):
        yield (
            verdict if verdict.agrees else disagrees(verdict.at, f"{verdict.why}, as with cooloff_after_delete = false")
        )


@shows("cooloff_several")
def _several(witness: Witness) -> Iterator[Testimony]:
    """Of several cool-offs of a number one is over, and another one is not."""
    allocations = allocations_of(witness)
    for birth in allocations.births:
        for number in (birth.number, *allocations.others(birth)):
            now = allocations.now(birth) or 0.0
            left = [
                (stay.ended_at or 0) + stay.cooloff_s - now
                for stay in (_ended(allocations, birth, number) if number else ())
                if stay.cooloff_s and stay.pair != birth.pair
            ]
            if not left or not min(left) < -SURE_S or not max(left) > SURE_S:
                continue
            if number == birth.number:
                yield disagrees(birth.at, f"+{number} cools off for {max(left):g} seconds more")
            elif allocations.passed_over(birth, "cooling") == number:
                yield agrees(birth.at)


def _own(stay: Stay, birth: Birth, now: float) -> bool:
    """Whether a number cools off for the pair that wants it."""
    left = (stay.ended_at or 0) + stay.cooloff_s - now
    return stay.cooloff_s > 0 and stay.pair == birth.pair and stay.owner == birth.owner and left > SURE_S


def _cools_for_pair(known: Allocations, birth: Birth, number: str) -> bool:
    return any(_own(stay, birth, known.now(birth) or 0.0) for stay in _ended(known, birth, number))


@shows("cooloff_same_pair")
def _same_pair(witness: Witness) -> Iterator[Testimony]:
    return _opens(witness, _cools_for_pair)


@shows("cooloff_own_pair_order")
def _own_pair_order(witness: Witness) -> Iterator[Testimony]:
    allocations = allocations_of(witness)
    for birth in allocations.births:
        numbers = [birth.number, *allocations.others(birth)] if birth.number else []
        if any(_cools_for_pair(allocations, birth, number) for number in numbers):
            missed = allocations.missed(birth, lambda _: True)
            yield either(birth.at, missed is None, f"+{missed} fits and comes before +{birth.number}")


@shows("cooloff_pair_at_end")
def _pair_at_end(witness: Witness) -> Iterator[Testimony]:
    def is_theirs(known: Allocations, birth: Birth, number: str) -> bool:
        now = known.now(birth) or 0.0
        stays = _ended(known, birth, number)
        return any(_own(stay, birth, now) and stay.at_first != stay.parties for stay in stays)

    return _opens(witness, is_theirs)


@shows("cooloff_leaves_sessions")
def _leaves_sessions(witness: Witness) -> Iterator[Testimony]:
    """A session that is shown again after another one on its number has ended with a cool-off."""
    known = conversations_of(witness)
    ends = [
        (deleted.at, session, settings)
        for session, deleted in known.deleted.items()
        if integer((settings := known.settings(session, deleted.at)).get("virtual_number_cooloff_period"))
    ]
    for when, ended, settings in ends[:BIRTHS_MAX]:
        number = settings.get("virtual_number")
        for session in known.seen:
            before, after = known.before(session, when), next(known.after(session, when), None)
            if session == ended or before is None or after is None or before.session.get("virtual_number") != number:
                continue
            expiry, now = seconds_of(after.session.get("expiry_time")), known.now(after.when)
            deleted = known.deleted.get(session)
            lives = expiry is not None and now is not None and now < expiry - SURE_S
            if lives and (deleted is None or deleted.at > after.when) and before.session.get("status") != "expired":
                is_so = after.session.get("virtual_number") == number and after.session.get("status") != "expired"
                yield either(after.at, is_so, f"it is on {after.session.get('virtual_number')} now")


@shows("number_replaced")
def _replaced(witness: Witness) -> Iterator[Testimony]:
    known = conversations_of(witness)
    kept = ("first_party", "second_party", "session_uuid", "created_time", "expiry_time", "callback_url")
    for event in known.events:
        before, after = known.before(event.session, event.when), next(known.after(event.session, event.when), None)
        if event.name == REPLACED and before is not None and after is not None:
            is_new = digits(after.session.get("virtual_number")) == event.number("VirtualNumber")
            is_new = is_new and before.session.get("virtual_number") != after.session.get("virtual_number")
            is_read = after.asked.operation in ("get_session", "list_sessions")
            lost = [key for key in kept if before.session.get(key) != after.session.get(key)] if is_read else []
            yield either(after.at, is_new and not lost, f"{', '.join(lost) or 'its number'} is another")
