"""Births: the creates of a capture, and what may be said of each number for each of them.

Nobody tells a capture what the pool's order is. It follows from a list of the account's numbers, or from what was
chosen before: if a session got one number while another one would have fitted too, the first comes first.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from masking_emulator.core.countries import calling_code
from masking_emulator.evidence.captures import CapturedExchange
from masking_emulator.evidence.predicates.conversations import REPLACED, Conversations, conversations_of
from masking_emulator.evidence.predicates.values import digits, flag, integer, seconds_of
from masking_emulator.evidence.predicates.witness import Asked, Witness
from masking_emulator.plivo.refusals import POOL_EXHAUSTED

#: Of a longer capture only the first creates are looked at, as each is compared with those before it.
BIRTHS_MAX: Final = 500

#: How far the service's clock may be from what we think, in seconds.
SURE_S: Final = 2.0

#: Areas of Canada, which shares the calling code 1 with the United States.
CANADA: Final = frozenset(
    re.findall(
        r"\d{3}",
        "204 226 236 249 250 263 289 306 343 354 365 367 368 382 403 416 418 428 "
        "431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 "
        "672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 ",
    )
)


class Stay(Struct, frozen=True):
    """A session on its number at some instant: its parties then, and what decides who else may have the number."""

    session: str
    owner: str
    number: str
    pair: tuple[str, str]
    parties: frozenset[str]
    at_first: frozenset[str]
    alone: bool
    was_alone: bool
    cooloff_s: int
    ended_at: float | None
    was_deleted: bool


class Birth(Struct, frozen=True):
    """A create: what it wished, and the number that it got; "" where the pool was exhausted."""

    asked: Asked
    owner: str
    number: str
    pair: tuple[str, str]
    parties: frozenset[str]
    country: int | None
    alone: bool
    single_with_pin: bool

    @property
    def at(self) -> CapturedExchange:
        """The exchange."""
        return self.asked.exchange


#: What holds of a number for a birth: the name of a rule → whether it fits by that rule, None where nobody can say.
Reasons = Mapping[str, bool | None]


class Allocations:
    """The creates of a capture, and what may be said of each number for each of them."""

    def __init__(self, witness: Witness) -> None:
        """Nothing is read before it is asked for."""
        self._witness = witness
        self._known: Conversations = conversations_of(witness)
        self._fitting: dict[tuple[int, str], bool | None] = {}
        self._stays: dict[tuple[int, str], Sequence[Stay] | None] = {}
        self._obstacles: dict[tuple[int, str], frozenset[str] | None] = {}

    @cached_property
    def births(self) -> Sequence[Birth]:
        """The creates of new sessions and those that found no number, in order."""
        found: list[Birth] = []
        taken: set[str] = set()
        for asked in self._witness.exchanges:
            if asked.operation != "create_session" or not asked.fields:
                continue
            session = asked.answer.get("session")
            uuid = asked.answer.get("session_uuid")
            if asked.status == 400 and asked.answer.get("error") == POOL_EXHAUSTED:
                found.append(_birth(asked, ""))
            elif 200 <= asked.status < 300 and isinstance(session, dict) and isinstance(uuid, str):
                is_new = uuid not in taken and session.get("created_time") == session.get("modified_time")
                taken.add(uuid)
                if is_new and digits(session.get("virtual_number")):
                    found.append(_birth(asked, digits(session.get("virtual_number"))))
        return found[:BIRTHS_MAX]

    @cached_property
    def listed(self) -> Mapping[str, str | None]:
        """The account's numbers in the order of the pool, with their subaccounts, by the first list that has all."""
        for asked in self._witness.asked("list_numbers"):
            records, is_narrowed = asked.objects, bool(asked.query.keys() - {"limit", "offset"})
            has_all = asked.account.startswith("MA") and asked.meta.get("total_count") == len(records)
            if asked.status == 200 and has_all and not is_narrowed:
                return {digits(each.get("number")): _text(each.get("sub_account")) for each in records}
        return {}

    @cached_property
    def pools(self) -> Mapping[str, Sequence[str]]:
        """Owner → the numbers that are known to be its own."""
        found: dict[str, dict[str, None]] = {}
        for birth in self.births:
            if birth.number:
                found.setdefault(birth.owner, {})[birth.number] = None
        for number, owner in self.listed.items():
            for each in found:
                if each == owner or (owner is None and each.startswith("MA")):
                    found[each][number] = None
        return {owner: list(numbers) for owner, numbers in found.items()}

    @cached_property
    def _suspended(self) -> frozenset[str]:
        """Numbers that were replaced."""
        return frozenset(
            digits(seen.session.get("virtual_number"))
            for event in self._known.events
            if event.name == REPLACED and (seen := self._known.before(event.session, event.when)) is not None
        )

    @cached_property
    def _by_number(self) -> Mapping[str, Sequence[str]]:
        """Number → the sessions that were ever shown on it."""
        found: dict[str, dict[str, None]] = {}
        for session, every in self._known.seen.items():
            for seen in every:
                found.setdefault(digits(seen.session.get("virtual_number")), {})[session] = None
        return {number: list(sessions) for number, sessions in found.items()}

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        return {str(birth.asked.answer.get("session_uuid")): birth.owner for birth in self.births if birth.number}

    def now(self, birth: Birth) -> float | None:
        """What time it is for the service at a create."""
        return self._known.now(birth.at.at)

    def stays(self, number: str, birth: Birth) -> Sequence[Stay] | None:
        """Who lives on a number at a create and who has lived there; None where nobody can say."""
        key = (birth.at.n, number)
        if key not in self._stays:
            self._stays[key] = self._find_stays(number, birth)
        return self._stays[key]

    def _find_stays(self, number: str, birth: Birth) -> Sequence[Stay] | None:
        now, found = self.now(birth), []
        if now is None:
            return None
        for session in self._by_number.get(number, ()):
            every = self._known.seen[session]
            before = self._known.before(session, birth.at.at)
            if before is None or session == birth.asked.answer.get("session_uuid"):
                continue
            if digits(before.session.get("virtual_number")) != number:
                return None
            deleted, expiry = self._known.deleted.get(session), seconds_of(before.session.get("expiry_time"))
            is_deleted = deleted is not None and deleted.at < birth.at.at
            if expiry is None or (not is_deleted and abs(now - expiry) < SURE_S):
                return None
            # The service's clock is known to the second only: a delete before the create is not after it.
            end = min(self._known.now(deleted.at) or now, now) if is_deleted and deleted is not None else float(expiry)
            if before.session.get("status") == "expired" and not is_deleted:
                end = float(expiry)
            found.append(
                Stay(
                    session=session,
                    owner=self._owners.get(session, ""),
                    number=number,
                    pair=pair_of(before.session),
                    parties=parties_of(before.session),
                    at_first=parties_of(every[0].session),
                    alone=is_alone(before.session),
                    was_alone=is_alone(every[0].session),
                    cooloff_s=integer(before.session.get("virtual_number_cooloff_period")) or 0,
                    ended_at=end if end <= now else None,
                    was_deleted=is_deleted,
                )
            )
        return found

    def fits(self, number: str, birth: Birth) -> bool | None:
        """Whether a number of the owner fits a create; None where nobody can say."""
        key = (birth.at.n, number)
        if key not in self._fitting:
            obstacles = self.obstacles(number, birth)
            self._fitting[key] = None if obstacles is None else not obstacles
        return self._fitting[key]

    def obstacles(self, number: str, birth: Birth) -> frozenset[str] | None:
        """Why a number does not fit: `country`, `is party`, `party`, `alone`, `cooling`; None where nobody can say."""
        key = (birth.at.n, number)
        if key not in self._obstacles:
            self._obstacles[key] = self._find_obstacles(number, birth)
        return self._obstacles[key]

    def _find_obstacles(self, number: str, birth: Birth) -> frozenset[str] | None:
        stays, now = self.stays(number, birth), self.now(birth)
        if stays is None or now is None or number in self._suspended:
            return None
        found = set()
        if birth.country is not None and calling_code(number) != birth.country:
            found.add("country")
        if number in birth.parties:
            found.add("is party")
        live = [stay for stay in stays if stay.ended_at is None]
        if any(stay.parties & birth.parties for stay in live):
            found.add("party")
        if any(stay.alone for stay in live) or (birth.alone and live):
            found.add("alone")
        for stay in stays:
            left = None if stay.ended_at is None else stay.ended_at + stay.cooloff_s - now
            if left is not None and stay.cooloff_s and (stay.pair != birth.pair or stay.owner != birth.owner):
                if abs(left) < SURE_S:
                    return None
                if left > 0:
                    found.add("cooling")
        return frozenset(found)

    @cached_property
    def _order(self) -> frozenset[tuple[str, str]]:
        """Pairs of numbers of which the first is known to come before the second, by what was chosen."""
        return frozenset(
            (birth.number, other)
            for birth in self.births
            if birth.number
            for other in self.pools[birth.owner]
            if other != birth.number and self.fits(other, birth)
        )

    def is_before(self, one: str, other: str) -> bool:
        """Whether a number is known to come before another one; a list decides where both are in it."""
        if one in self.listed and other in self.listed:
            order = list(self.listed)
            return order.index(one) < order.index(other)
        return (one, other) in self._order and (other, one) not in self._order

    def others(self, birth: Birth) -> Iterator[str]:
        """The other numbers of the owner."""
        return (number for number in self.pools.get(birth.owner, ()) if number != birth.number)

    def missed(self, birth: Birth, opened: Callable[[str], bool]) -> str | None:
        """A number that this rule opens and that would have been next, but was not given."""
        return next(
            (
                number
                for number in self.others(birth)
                if opened(number)
                and self.fits(number, birth)
                and (not birth.number or self._comes_first(number, birth.number))
            ),
            None,
        )

    def _comes_first(self, one: str, other: str) -> bool:
        """As is_before, but a choice that is in question itself is no proof of the contrary."""
        if one in self.listed and other in self.listed:
            return self.is_before(one, other)
        return (one, other) in self._order

    def passed_over(self, birth: Birth, why: str) -> str | None:
        """A number that this obstacle alone closes and that would have been next."""
        return next(
            (
                number
                for number in self.others(birth)
                if self.obstacles(number, birth) == frozenset((why,))
                and (not birth.number or self._comes_first(number, birth.number))
            ),
            None,
        )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def parties_of(session: Mapping[str, Any]) -> frozenset[str]:
    """The parties of a session, or of a create, in digits."""
    return frozenset(digits(session.get(role)) for role in ("first_party", "second_party")) - {""}


def pair_of(session: Mapping[str, Any]) -> tuple[str, str]:
    """The parties in their order, "" for a missing one: the other way round it is another pair."""
    return digits(session.get("first_party")), digits(session.get("second_party"))


def is_alone(session: Mapping[str, Any]) -> bool:
    """Whether a session needs its number for itself: it has one party and no PIN."""
    return len(parties_of(session)) == 1 and flag(session.get("is_pin_authentication_required")) is not True


def _birth(asked: Asked, number: str) -> Birth:
    fields, subaccount = asked.fields, asked.fields.get("subaccount")
    parties = parties_of(fields)
    first = digits(fields.get("first_party")) or digits(fields.get("second_party"))
    has_pin = flag(fields.get("is_pin_authentication_required", fields.get("is_pin_authentication"))) is True
    return Birth(
        asked=asked,
        owner=str(subaccount) if subaccount else asked.account,
        number=number,
        pair=pair_of(fields),
        parties=parties,
        country=None if flag(fields.get("geomatch")) is False else calling_code(first),
        alone=len(parties) == 1 and not has_pin,
        single_with_pin=len(parties) == 1 and has_pin,
    )


def allocations_of(witness: Witness) -> Allocations:
    """What this capture shows of creates and numbers."""
    if "allocations" not in witness.kept:
        witness.kept["allocations"] = Allocations(witness)
    kept: Allocations = witness.kept["allocations"]
    return kept
