"""The specification of a world, what makes one invalid, and how its parts are read.

What `account` leaves out is generated from the seed. The files are read in file.py.
"""

from collections.abc import Container, Mapping, Sequence
from itertools import count
from typing import Any, Final

from masking_emulator.callbacks.routes import CallbackRoute
from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.countries import calling_code, is_possible
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import Record, replace
from masking_emulator.core.records.calls import Habit, Phone
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.core.rules import Tariff, Telephony
from masking_emulator.plivo.policy import Limits, Policy
from masking_emulator.plivo.service import Account
from masking_emulator.traffic.fault import Fault

_AUTH_ID_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

#: So many characters at the end of an Auth ID are alike in an account and the subaccounts generated for it. Whatever
#: spreads worlds over several servers may look at them alone.
TAIL_CHARACTERS: Final = 10

#: What generated Auth IDs have between their kind and those characters.
_AUTH_ID_MARK: Final = "EMULATOR"


class BadWorld(Exception):
    """A world that cannot be made: `key` is where, the message says why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}" if key else reason)
        self.key = key
        self.reason = reason


class PoolNumber(Record):
    """A number of the pool; `owner` is the place of its account."""

    digits: str
    calling_code: int
    owner: int


class WorldSpec(Record):
    """Everything that a world starts from. `clock_start` None begins at real time."""

    seed: Seed
    accounts: tuple[Account, ...]
    clock_start: int | None
    clock_rate: float
    numbers: tuple[PoolNumber, ...]
    phones: tuple[Phone, ...]
    telephony: Telephony
    tariff: Tariff
    egress: str
    policy: Policy
    limits: Limits
    faults: tuple[Fault, ...]
    routes: tuple[CallbackRoute, ...]

    def with_accounts(self, accounts: Sequence[Account]) -> "WorldSpec":
        """The same world under other accounts."""
        return replace(self, accounts=tuple(accounts))


def e164(text: str, key: str) -> str:
    """The digits of a number. Raises BadWorld where it is no E.164 number."""
    digits = text.strip().removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and is_possible(digits)):
        raise BadWorld(key, f"{quoted(text)} is no E.164 number of any country")
    return digits


def phone_of(given: Mapping[str, Any], key: str) -> Phone:
    """How a phone behaves, from a structure with the keys of `[[phones]]`. Raises BadWorld."""
    return Phone(
        number=e164(given["number"], f"{key}.number".lstrip(".")),
        habit=Habit(given.get("outcome", Habit.ANSWER.value)),
        after_us=microseconds(given.get("answer_after_s")),
        hangup_after_us=microseconds(given.get("hangup_after_s")),
        digits=tuple(given.get("digits", ())),
    )


def microseconds(seconds: float | None) -> int | None:
    """A duration as the core has it; None stays None."""
    return None if seconds is None else round(seconds * SECOND_US)


def pool_number(text: str, key: str, owner: int) -> PoolNumber:
    """A number for the pool. Raises BadWorld where it is no E.164 number."""
    digits = e164(text, key)
    code = calling_code(digits)
    assert code is not None, "a possible number has a calling code"
    return PoolNumber(digits, code, owner)


def keeping_requests(spec: WorldSpec, least: int) -> WorldSpec:
    """The spec of a world that keeps at least so many requests, unless it is to keep none."""
    limits = spec.limits
    if not limits.requests_max or limits.requests_max >= least:
        return spec
    return replace(spec, limits=replace(limits, requests_max=least))


def generated_accounts(
    how_many: int, chance: Chance, taken: Container[str], beyond: Chance | None = None, *, main: str | None = None
) -> tuple[Account, ...]:
    """A main account and `how_many` - 1 subaccounts with new names and tokens, drawn as in `accounts_of`.

    `main` is the Auth ID of the main account, where it is chosen. Raises BadWorld where that is taken.
    """
    chosen = {} if main is None else {"auth_id": main}
    return accounts_of({**chosen, "subaccounts": [{} for _ in range(how_many - 1)]}, chance, taken, beyond)


def accounts_of(
    given: Mapping[str, Any], chance: Chance, taken: Container[str], beyond: Chance | None = None
) -> tuple[Account, ...]:
    """The accounts of a structure with the keys of `[account]`. Raises BadWorld where one of them is taken.

    What is left out is drawn from `chance`; instead of a name that is taken, one is drawn from `beyond` (without it,
    from `chance` again). A stream that outlives this world makes that cheap: it never repeats the names before. The
    name of a subaccount ends as its account's does.
    """
    structures = [given, *given.get("subaccounts", ())]
    known = {structure["auth_id"] for structure in structures if "auth_id" in structure}
    accounts: dict[str, Account] = {}
    for place, structure in enumerate(structures):
        auth_id = structure.get("auth_id")
        if auth_id is None and place == MAIN_ACCOUNT:
            auth_id = _new_main_auth_id(chance, beyond or chance, taken, known)
        elif auth_id is None:
            auth_id = _new_sub_auth_id(next(iter(accounts)), taken, known)
        if auth_id in taken or auth_id in accounts:
            key = "account.auth_id" if place == MAIN_ACCOUNT else f"account.subaccounts[{place - 1}].auth_id"
            raise BadWorld(key, f"{auth_id} is taken")
        token = structure.get("auth_token") or _new_auth_token(auth_id, chance)
        accounts[auth_id] = Account(place, auth_id, token)
    return tuple(accounts.values())


def _new_auth_token(auth_id: str, chance: Chance) -> str:
    # A stream for each Auth ID: worlds of one seed have other tokens where they have other names.
    return chance.text(f"auth_token of {auth_id}", length=40, alphabet="0123456789abcdef")


def _new_main_auth_id(chance: Chance, beyond: Chance, taken: Container[str], known: set[str]) -> str:
    # Well-formed for every SDK, and obviously not one of Plivo's.
    while True:
        tail = chance.text("auth_id", length=TAIL_CHARACTERS, alphabet=_AUTH_ID_CHARACTERS)
        auth_id = f"MA{_AUTH_ID_MARK}{tail}"
        if auth_id not in taken and auth_id not in known:
            known.add(auth_id)
            return auth_id
        chance = beyond


def _new_sub_auth_id(main: str, taken: Container[str], known: set[str]) -> str:
    for ordinal in count(1):
        end = "" if ordinal == 1 else str(ordinal)
        auth_id = f"SA{_AUTH_ID_MARK[: len(_AUTH_ID_MARK) - len(end)]}{end}{main[-TAIL_CHARACTERS:]}"
        if auth_id not in taken and auth_id not in known:
            known.add(auth_id)
            return auth_id
    raise AssertionError("there is always a further ordinal")
