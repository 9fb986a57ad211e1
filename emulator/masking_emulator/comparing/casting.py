"""Casting: the world in which a capture is replayed, read from the capture itself.

Its accounts are those whose credentials were accepted, under their stand-ins. Its pool is the numbers that were handed
out, in the order in which they were, each of the account that got it first: whether another number would have been
right shows from there on. Its clock begins where the capture does, moved by as much as the clock of the service was
off. A world that is given keeps its own tariff, times and policy, and its pool if it has one; it gets the accounts of
the capture.
"""

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any, Final

from msgspec import Struct, structs

from masking_emulator.comparing.names import moment
from masking_emulator.core.instants import SECOND_US, read
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Habit, Phone
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.evidence.captures import Capture, CapturedCallback, CapturedExchange
from masking_emulator.plivo.service import Account
from masking_emulator.world.file import load_world, structure_of_file, world_of
from masking_emulator.world.spec import BadWorld, PoolNumber, WorldSpec, pool_number

#: An instant of the service may be so many seconds off without its clock being another one.
_NEAR_S: Final = 2.0

#: In a body or in the parameters of a callback, what may be the number of somebody who is called.
_PEOPLE: Final = ("first_party", "second_party", "From", "To")

#: Of a pool with more countries than this, no other order is tried.
_COUNTRIES_MAX: Final = 3

_ACCOUNT: Final = re.compile("/v1/+Account/+([^/]+)")


class ReplayCast(Struct, frozen=True):
    """Who and what a replay needs: the world, how far the service's clock was off at each record, and whose it is.

    `main` is the Auth ID of the main account; requests of other main accounts are not replayed. `clock` has the second
    of the capture from which on the service's clock was so many seconds off.
    """

    spec: WorldSpec
    main: str
    began: int
    clock: Sequence[tuple[float, float]]

    def instant(self, at: float) -> int:
        """The instant of the service's clock so many seconds into the capture, in microseconds."""
        off = next((off for since, off in reversed(self.clock) if since <= at), self.clock[0][1])
        return self.began + round((at + off) * SECOND_US)

    def with_policy(self, changes: Mapping[str, Any]) -> "ReplayCast":
        """The same with these entries of the policy."""
        policy = replace(self.spec.policy, **changes)
        return structs.replace(self, spec=replace(self.spec, policy=policy))


def cast_of(capture: Capture, world: WorldSpec | None = None) -> ReplayCast:
    """The cast of a capture; `world` is the world to use instead of one that is read from it.

    A world without numbers gets those of the capture. Raises BadWorld where no world can begin when the capture does.
    """
    try:
        began = read(capture.header.began)
    except ValueError as error:
        raise BadWorld("began", str(error)) from None
    accounts = _accounts(capture)
    spec = world or world_of({"seed": "compare", "egress": "any"})
    main = accounts[MAIN_ACCOUNT].auth_id
    further = [replace(one, place=place) for place, one in enumerate(spec.accounts) if place >= len(accounts)]
    clock = list(_clock(capture, began / SECOND_US))
    spec = replace(
        spec.with_accounts([*accounts, *further]),
        egress="any",
        clock_start=began + round(clock[0][1] * SECOND_US),
        clock_rate=0.0,
        routes=(),
        faults=(),
        phones=tuple(_phones(capture)),
    )
    if world is None or not world.numbers:
        spec = replace(spec, numbers=tuple(_numbers(capture, accounts)))
    return ReplayCast(spec, main, began, clock)


def world_to_compare_with(source: str) -> WorldSpec:
    """The world of a file, or an example's. One that lists no numbers has none. Raises BadWorld."""
    spec = load_world(source)
    return spec if "numbers" in structure_of_file(source) else replace(spec, numbers=())


def credentials(exchange: CapturedExchange) -> tuple[str, str] | None:
    """Auth ID and token of a request with Basic credentials, as stand-ins; None without them."""
    value = next((value for name, value in exchange.request.headers if name.lower() == "authorization"), "")
    scheme, _, encoded = value.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        auth_id, colon, token = b64decode(encoded, validate=True).decode().partition(":")
    except (NoBase64, UnicodeError):
        return None
    return (auth_id, token) if colon else None


def session_of(body: Any) -> Mapping[str, Any]:
    """The session that an answer shows; an empty one where it shows none, or several."""
    if not isinstance(body, dict):
        return {}
    for key in ("session", "response"):
        shown = body.get(key)
        if isinstance(shown, dict) and "objects" not in shown:
            return shown
    return {}


def account_of(exchange: CapturedExchange) -> str:
    """The account in the path; "" where there is none."""
    found = _ACCOUNT.match(exchange.request.path)
    return found[1] if found else ""


def _accounts(capture: Capture) -> Sequence[Account]:
    """The main account, then the subaccounts, as far as the service accepted them."""
    tokens: dict[str, str] = {}
    uses: dict[str, int] = {}
    for exchange in capture.exchanges:
        named = credentials(exchange)
        if named is None or exchange.answer is None or exchange.answer.status == 401:
            continue
        tokens.setdefault(*named)
        uses[named[0]] = uses.get(named[0], 0) + 1
        if exchange.answer.status < 400:
            body = exchange.request.body
            asked_for = body.get("subaccount") if isinstance(body, dict) else None
            for other in (account_of(exchange), asked_for):
                if isinstance(other, str) and other.startswith("SA"):
                    tokens.setdefault(other, f"token of {other}")
    mains = sorted((name for name in uses if not name.startswith("SA")), key=lambda name: -uses[name])
    main = mains[0] if mains else "MASTANDIN99999999999"
    names = [main, *(name for name in tokens if name.startswith("SA"))]
    return [Account(place, name, tokens.get(name, "unknown")) for place, name in enumerate(names)]


def _numbers(capture: Capture, accounts: Sequence[Account]) -> Sequence[PoolNumber]:
    """The numbers that were handed out, in the order of the pool.

    One that is no number of any country cannot be in a pool.
    """
    places = {account.auth_id: account.place for account in accounts}
    owners: dict[str, int] = {}
    for digits, owner in _handed_out(capture):
        if digits.isdigit():
            owners.setdefault(digits, places.get(owner, MAIN_ACCOUNT))
    pool: list[PoolNumber] = []
    for digits, place in owners.items():
        try:
            pool.append(pool_number(digits, "numbers", place))
        except BadWorld:
            continue
    # Which country comes first shows where no country was asked for; within one, the first to be used comes first.
    preferred = list(_chosen_freely(capture, {number.digits: number.calling_code for number in pool}))
    return _by_country(pool, preferred)


def _by_country(pool: Sequence[PoolNumber], codes: Sequence[int]) -> Sequence[PoolNumber]:
    """The pool with the numbers of these countries first."""
    return sorted(
        pool, key=lambda number: codes.index(number.calling_code) if number.calling_code in codes else len(codes)
    )


def other_pools(cast: ReplayCast, capture: Capture) -> Iterator[ReplayCast]:
    """The same cast with its countries in other orders, where sessions without geomatch make that matter.

    A number of a country that comes later is given where those that come first have a party of the session, so what
    was given does not say which comes first.
    """
    pool = cast.spec.numbers
    codes = list(dict.fromkeys(number.calling_code for number in pool))
    free = any(_is_free(exchange) for exchange in capture.exchanges)
    if not free or not 1 < len(codes) <= _COUNTRIES_MAX:
        return
    for order in permutations(codes):
        if list(order) != codes:
            yield structs.replace(cast, spec=replace(cast.spec, numbers=tuple(_by_country(pool, order))))


def _is_free(exchange: CapturedExchange) -> bool:
    """Whether a create asks for a number of any country."""
    body = exchange.request.body
    return isinstance(body, dict) and str(body.get("geomatch", "")).lower() == "false"


def _handed_out(capture: Capture) -> Iterator[tuple[str, str]]:
    """Each number and the account that got it, as often as it is seen."""
    owners: dict[str, str] = {}
    events: list[tuple[float, str, str]] = []
    for exchange in capture.exchanges:
        answer = exchange.answer
        if answer is None or answer.status >= 300 or not isinstance(answer.body, dict):
            continue
        shown, request = session_of(answer.body), exchange.request
        number, uuid = shown.get("virtual_number"), shown.get("session_uuid")
        if isinstance(number, str) and isinstance(uuid, str):
            named = request.body.get("subaccount") if isinstance(request.body, dict) else None
            caller = credentials(exchange)
            owner = named or account_of(exchange) or (caller[0] if caller else "")
            owners.setdefault(uuid, str(owner))
            events.append((exchange.at, number.removeprefix("+"), owners[uuid]))
    for callback in capture.callbacks:
        params = dict(callback.params)
        number, owner = params.get("VirtualNumber", ""), owners.get(params.get("SessionUUID", ""))
        if owner is not None:
            events.append((callback.at, number.removeprefix("+"), owner))
    for _, number, owner in sorted(events, key=lambda event: event[0]):
        yield number, owner


def _chosen_freely(capture: Capture, codes: Mapping[str, int]) -> Iterator[int]:
    """The calling codes of numbers that new sessions without geomatch were given, the first first."""
    seen: set[int] = set()
    sessions: set[str] = set()
    for exchange in capture.exchanges:
        body, answer = exchange.request.body, exchange.answer
        if not isinstance(body, dict) or answer is None:
            continue
        session = session_of(answer.body)
        uuid = str(session.get("session_uuid", ""))
        is_new = uuid not in sessions  # a session that is refreshed keeps its number
        sessions.add(uuid)
        code = codes.get(str(session.get("virtual_number", "")).removeprefix("+"))
        if is_new and code not in seen and code is not None and _is_free(exchange):
            seen.add(code)
            yield code


def _phones(capture: Capture) -> Iterator[Phone]:
    """Every person, with a phone that waits to be told what happens; nobody, where no callback says what that is."""
    if not capture.callbacks:
        return
    people: dict[str, None] = {}
    for exchange in capture.exchanges:
        if isinstance(exchange.request.body, dict):
            people.update(dict.fromkeys(str(exchange.request.body.get(key, "")) for key in _PEOPLE))
    for callback in capture.callbacks:
        people.update(dict.fromkeys(value for name, value in callback.params if name in _PEOPLE))
    for person in dict.fromkeys(person.strip().removeprefix("+") for person in people):
        if person.isascii() and person.isdigit():
            yield waiting_phone(person)


def waiting_phone(person: str, habit: Habit = Habit.MANUAL) -> Phone:
    """The phone of somebody who does only what they are told."""
    return Phone(number=person, habit=habit, after_us=None, hangup_after_us=None, digits=())


def _clock(capture: Capture, began_s: float) -> Iterator[tuple[float, float]]:
    """From which second of the capture on the service's clock was how far off; one entry at least.

    It was set forward where an answer or a callback shows an instant that cannot be otherwise, as it happens to
    emulators. It never goes back, so what shows an earlier instant came late.
    """
    shown = [(at, now - began_s - at, took) for at, now, took in _instants_in(capture)]
    shown += [(one.at, now - began_s - one.at, 0.0) for one in capture.callbacks if (now := _now_of(one)) is not None]
    off: float | None = None
    for at, here, took in sorted(shown):
        # The instant is cut off to its second, and read at some moment of the exchange.
        if off is None:
            off = 0.0 if -1.0 - _NEAR_S <= here <= took + _NEAR_S else here
            yield 0.0, off
        elif here > off + took + _NEAR_S:
            off = here
            yield at, off
    if off is None:
        yield 0.0, 0.0


def _instants_in(capture: Capture) -> Iterator[tuple[float, float, float]]:
    """When the service's clock showed what, as far as answers say it: seconds of the capture, instant, and how long.

    A create and an update show when they happened. What a delete did not show, the session shows later; and one that
    has expired by itself shows that its expiry is over.
    """
    deletes: dict[str, CapturedExchange] = {}
    for exchange in capture.exchanges:
        answer, request = exchange.answer, exchange.request
        if answer is None or answer.status >= 300:
            continue
        if request.method == "DELETE":
            deletes[request.path.rstrip("/").rpartition("/")[2]] = exchange
            continue
        session = session_of(answer.body)
        modified, uuid = moment(str(session.get("modified_time", ""))), str(session.get("session_uuid", ""))
        if modified is not None and request.method == "POST":
            yield exchange.at, modified.timestamp(), exchange.took
        elif session.get("status") == "expired":
            deleted, over = deletes.get(uuid), moment(str(session.get("expiry_time", "")))
            if deleted is not None and modified is not None:
                yield deleted.at, modified.timestamp(), deleted.took
            elif deleted is None and over is not None:
                yield exchange.at, over.timestamp() + 1.0, exchange.took


def _now_of(callback: CapturedCallback) -> float | None:
    at = moment(next((value for name, value in callback.params if name == "EventTimestamp"), ""))
    return None if at is None else at.timestamp()
