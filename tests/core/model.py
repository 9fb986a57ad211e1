"""What the engine must do with sessions and numbers, said once more with plain lists and linear scans.

The machines ask the model before each command: which number a create gets, what becomes of a call, whose PIN it
is, or why it is refused. What happens by itself is told to the model, and it must have been possible.
"""

from dataclasses import dataclass, field

from masking_emulator.core.commands import CreateSession, PinWish
from masking_emulator.core.countries import calling_code
from masking_emulator.core.events import (
    CallBegan,
    CallEnded,
    Ending,
    Event,
    PinChecked,
    SessionExpired,
    SessionsForgotten,
)
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.calls import Call, History, Interaction, PinVerdict, Role, Route
from masking_emulator.core.records.sessions import Pair, Session, Settings, Status
from masking_emulator.core.refusals import Reason
from masking_emulator.core.rules import Rules

from tests.core.play import START

#: Route, the session whose call or whose messages it is, and who is called.
Way = tuple[Route, str, str]


@dataclass
class Known:
    """A session as the model knows it. `pins` are the first party's and the second's, or none."""

    uuid: str
    owner: int
    first: str
    second: str
    number: str
    country: int | None
    expires_at: int
    settings: Settings
    pins: tuple[str, ...]
    forced: bool
    live: bool = True
    running: int = 0
    counterpart: str = ""
    left: set[str] = field(default_factory=set)
    interactions: list[Interaction] = field(default_factory=list)

    @property
    def pair(self) -> Pair:
        return (self.owner, self.first, self.second)

    @property
    def parties(self) -> set[str]:
        return {self.first, self.second} - {""}

    @property
    def alone(self) -> bool:
        return not self.pins and len(self.parties) == 1

    @property
    def status(self) -> Status:
        if self.live:
            return Status.IN_PROGRESS if self.running else Status.ACTIVE
        return Status.EXPIRED

    def history(self, interactions_max: int) -> History:
        """What its ended calls left, added up."""
        calls = self.interactions
        return History(
            interactions=tuple(calls[-interactions_max:]),
            legs=sum(call.legs for call in calls),
            billed_s=sum(call.billed_s for call in calls),
            amount_micros=sum(call.amount_micros for call in calls),
            last_at=calls[-1].ended_at if calls else None,
            counterpart=self.counterpart,
        )

    def role(self, person: str) -> Role:
        return Role.FIRST if person == self.first else Role.SECOND

    def other_side(self, person: str) -> str:
        """Whom this party reaches; "" where there is nobody."""
        callee = self.second if person == self.first else self.first
        return callee or (self.counterpart if self.counterpart != person else "")

    def saw(self, call: Call) -> None:
        """One of its calls has ended."""
        legs = {leg.role: leg for leg in call.legs}
        missing = legs.get(Role.SECOND if self.first else Role.FIRST)
        if missing is not None:
            self.counterpart = missing.person
        assert call.ended_at is not None, "a call that ended has an end"
        self.interactions.append(
            Interaction(
                call=call.uuid,
                first_leg=legs[Role.FIRST].uuid if Role.FIRST in legs else "",
                second_leg=legs[Role.SECOND].uuid if Role.SECOND in legs else "",
                recording=call.recording,
                started_at=call.started_at,
                ended_at=call.ended_at,
                legs=len(call.legs),
                duration_s=sum(leg.duration_s for leg in call.legs),
                billed_s=sum(leg.billed_s for leg in call.legs),
                amount_micros=sum(leg.amount_micros for leg in call.legs),
            )
        )


@dataclass
class Model:
    """Sessions, oldest first; numbers in pool order with owner and calling code; cool-offs (number, pair, until).

    `initiates` says when the service will call a session's first party.
    """

    rules: Rules
    now: int = START
    sessions: dict[str, Known] = field(default_factory=dict)
    numbers: list[tuple[str, int, int]] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    cool_offs: list[tuple[str, Pair, int]] = field(default_factory=list)
    initiates: dict[str, int] = field(default_factory=dict)
    ended_last: str = ""

    def live(self) -> list[Known]:
        return [session for session in self.sessions.values() if session.live]

    def on(self, number: str) -> list[Known]:
        return [session for session in self.live() if session.number == number]

    def open_on(self, number: str) -> list[Known]:
        """The sessions on a number that take calls: one that only waits for the end of its calls does not."""
        return [session for session in self.on(number) if session.expires_at > self.now]

    def reached_by(self, number: str) -> list[Known]:
        """The sessions that take calls and are on a number, or were when somebody dialled it."""
        there = [session for session in self.live() if number == session.number or number in session.left]
        return [session for session in there if session.expires_at > self.now]

    def live_pair(self, pair: Pair) -> Known | None:
        return next((session for session in self.live() if session.pair == pair), None)

    def create(self, wish: CreateSession) -> str | Reason:
        """The number that this create must get, or the reason for which it must be refused."""
        if wish.first_party == wish.second_party:
            return Reason.PARTIES_EQUAL
        if wish.pins and wish.pins.first and wish.pins.first == wish.pins.second:
            return Reason.PINS_EQUAL
        pair = (wish.owner, wish.first_party, wish.second_party)
        known = self.live_pair(pair)
        if known is None and len(self.live()) >= self.rules.sessions_live_max:
            return Reason.SESSIONS_FULL
        alone = wish.pins is None and "" in pair
        if known is not None:
            number = None if alone and len(self.on(known.number)) > 1 else known.number
        else:
            number = self._first_fit(pair, country_of(wish), alone=alone)
        if number is None:
            return Reason.POOL_EXHAUSTED
        return Reason.PINS_EXHAUSTED if wish.pins and self._no_pin_left(number, wish.pins) else number

    def created(self, wish: CreateSession, session: Session) -> None:
        """A session was created, or refreshed."""
        known = self.sessions.get(session.uuid)
        fresh = Known(
            uuid=session.uuid,
            owner=wish.owner,
            first=wish.first_party,
            second=wish.second_party,
            number=session.number,
            country=country_of(wish),
            expires_at=self.now + wish.expiry_s * SECOND_US,
            settings=wish.settings,
            pins=(session.pins.first, session.pins.second) if session.pins else (),
            forced=wish.pins is not None and wish.pins.forced,
        )
        if known is not None:
            fresh.running, fresh.counterpart, fresh.interactions = known.running, known.counterpart, known.interactions
            fresh.country, fresh.left = known.country, known.left
        self.sessions[session.uuid] = fresh
        if wish.settings.initiate_call:
            self.initiates[session.uuid] = self.now + self.rules.telephony.initiate_after_us
        else:
            self.initiates.pop(session.uuid, None)

    def update(self, uuid: str, caller: int | None, first: str | None, second: str | None) -> Reason | None:
        """The reason for which this update must be refused; None where it must not."""
        if (reason := self.end(uuid, caller)) is not None:
            return reason
        session = self.sessions[uuid]
        pair = (session.owner, first or session.first, second or session.second)
        joining = {pair[1], pair[2]} - session.parties
        if pair == session.pair:
            return None
        if not session.settings.single_party:
            return Reason.PARTY_FIXED
        if pair[1] == pair[2]:
            return Reason.PARTIES_EQUAL
        if session.number in pair:
            return Reason.PARTY_IS_NUMBER
        if any(joining & other.parties for other in self.on(session.number)):
            return Reason.PARTY_BUSY
        return Reason.PAIR_BUSY if self.live_pair(pair) else None

    def end(self, uuid: str, caller: int | None) -> Reason | None:
        """The reason for which this session must not be ended; None where it may."""
        if uuid not in self.sessions or caller not in (None, self.sessions[uuid].owner):
            return Reason.SESSION_NOT_FOUND
        return None if self.sessions[uuid].live else Reason.SESSION_EXPIRED

    def replace_number(self, digits: str) -> dict[str, str] | Reason:
        """Where the sessions of a bad number must go, or the reason for which it must be refused."""
        if digits not in [number for number, _, _ in self.numbers]:
            return Reason.NUMBER_UNKNOWN
        if digits in self.suspended:
            return Reason.NUMBER_SUSPENDED
        moves: dict[str, str] = {}
        for session in self.on(digits):
            number = self._first_fit(session.pair, session.country, alone=session.alone)
            if number is None:
                return Reason.POOL_EXHAUSTED
            moves[session.uuid] = number
        return moves

    def moved(self, digits: str, moves: dict[str, str]) -> None:
        """A bad number's sessions have gone to others."""
        self.suspended.add(digits)
        for uuid, number in moves.items():
            self.sessions[uuid].number = number
            self.sessions[uuid].left.add(digits)

    def way(self, caller: str, number: str) -> Way:
        """What must become of a call (ledger: route_first_party, route_pin, route_unknown_play, route_single_party)."""
        there = self.open_on(number)
        for session in there:
            if caller in session.parties:
                callee = session.other_side(caller)
                if callee:
                    return (Route.ASK_PIN if session.forced else Route.CONNECT, session.uuid, callee)
                plays = session.settings.unknown_caller_play and not session.pins
                return (Route.ANNOUNCE if plays else Route.REFUSE, session.uuid, "")
        for session in reversed(there):
            if session.pins:
                return (Route.ASK_PIN, session.uuid, "")
        for session in there:
            if session.alone:
                return (Route.ANYONE, session.uuid, session.first or session.second)
        for session in reversed(there):
            if session.settings.unknown_caller_play:
                return (Route.ANNOUNCE, session.uuid, "")
        return (Route.REFUSE if self.on(number) else Route.APPLICATION, "", "")

    def pin(self, call: Call, digits: str) -> tuple[str, Role, str] | None:
        """Whose call it must be that typed these digits, as which party, and to whom; None where they are wrong.

        A registered caller has a PIN of their own; anybody else is the party whose PIN it is
        (ledger: route_forced_own_pin).
        """
        host = self.sessions.get(call.host)
        asked = [host] if host is not None and call.caller in host.parties else self.reached_by(call.number)
        for session in reversed(asked):
            if not session.live or session.expires_at <= self.now or digits not in session.pins:
                continue
            role = Role.FIRST if digits == session.pins[0] else Role.SECOND
            if call.caller in session.parties:
                callee = session.other_side(call.caller)
                own = role is session.role(call.caller)
                return (session.uuid, role, callee) if own and callee else None
            if len(session.parties) == 1:
                role = Role.SECOND if session.first else Role.FIRST
            return (session.uuid, role, session.second if role is Role.FIRST else session.first)
        return None

    def initiated(self, uuid: str, running: int) -> str | None:
        """Whom the service must connect with the first party, whom it calls itself; None where it must not."""
        session = self.sessions.get(uuid)
        full = running >= self.rules.calls_running_max
        if session is None or not session.live or session.running or full or not session.first:
            return None
        return session.other_side(session.first) or None

    def see(self, event: Event) -> None:
        """Something happened to a session."""
        match event:
            case SessionExpired():
                session = self.sessions[event.session.uuid]
                assert session.live, "a session ends once"
                deleted = event.ending is Ending.DELETED
                waited = self.rules.expiry_waits and session.expires_at < event.at
                assert deleted or waited or session.expires_at == event.at, "it ends at its expiry, or when it may"
                assert deleted or not (self.rules.expiry_waits and session.running), "it waits for its calls"
                self.ended_last = session.uuid
                self.initiates.pop(session.uuid, None)
                session.live, session.expires_at = False, event.at if deleted else session.expires_at
                if session.settings.cooloff_s:
                    until = event.at + session.settings.cooloff_s * SECOND_US
                    self.cool_offs.append((session.number, session.pair, until))
            case SessionsForgotten():
                over = [s for s in self.sessions.values() if not s.live and not s.running]
                over.sort(key=lambda session: session.expires_at)
                ended = [session.uuid for session in over if session.uuid != self.ended_last]
                assert event.uuids, "what makes room is something"
                assert tuple(ended[: len(event.uuids)]) == event.uuids, "the sessions that ended first make room"
                for uuid in event.uuids:
                    del self.sessions[uuid]
            case CallBegan() | PinChecked() if event.call.session:
                begins = isinstance(event, CallBegan) or event.verdict is PinVerdict.RIGHT
                self.sessions[event.call.session].running += begins
            case CallEnded() if event.call.session:
                session = self.sessions[event.call.session]
                session.running -= 1
                session.saw(event.call)

    def waited(self, instant: int) -> None:
        """So late it is now; cool-offs are over by themselves."""
        self.now = instant
        self.cool_offs = [cool_off for cool_off in self.cool_offs if cool_off[2] > instant]
        self.initiates = {uuid: at for uuid, at in self.initiates.items() if at > instant}

    def _first_fit(self, pair: Pair, country: int | None, *, alone: bool) -> str | None:
        return next((n for n, owner, code in self.numbers if self._fits(n, owner, code, pair, country, alone)), None)

    def _fits(
        self,
        number: str,
        owner: int,
        code: int,
        pair: Pair,
        country: int | None,
        alone: bool,  # noqa: FBT001
    ) -> bool:
        parties = {pair[1], pair[2]} - {""}
        there = self.on(number)
        return (
            owner == pair[0]
            and country in (None, code)
            and number not in self.suspended
            and number not in parties
            and not any(session.alone or session.parties & parties for session in there)
            and not any(held == number and holder != pair for held, holder, _ in self.cool_offs)
            and not (alone and there)
        )

    def _no_pin_left(self, number: str, wish: PinWish) -> bool:
        wanted = [wish.first, wish.second].count(None)
        taken = {pin for session in self.on(number) for pin in session.pins} | {wish.first, wish.second}
        free = int(10**wish.length) - sum(pin is not None and len(pin) == wish.length for pin in taken)
        return free < wanted


def country_of(wish: CreateSession) -> int | None:
    """The calling code that the number must have; None where any will do."""
    return calling_code(wish.first_party or wish.second_party) if wish.geomatch else None
