"""World files: what a world is made of, as TOML or as the same structure in JSON.

jsonschema judges the structure; what it cannot say (two accounts alike, a number of no country) is checked after
it. Every error names the file, the key and the reason. What `account` leaves out is generated from the seed.
"""

import tomllib
from collections.abc import Container, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from masking_emulator.clock import RATE_MAX
from masking_emulator.core import instants
from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.countries import calling_code, is_possible
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import Record, names, replace
from masking_emulator.core.records.calls import Habit, Phone
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.core.rules import TARIFF_DEFAULT, Tariff, Telephony
from masking_emulator.plivo.judge import Judge
from masking_emulator.plivo.policy import Limits, Policy, policy_choices
from masking_emulator.plivo.service import Account
from masking_emulator.traffic.fault import FAULT_SCHEMA, BadFault, Fault, fault_of

if TYPE_CHECKING:
    from jsonschema import ValidationError

DEMO_WORLD: Final = "demo"

#: A world without a seed has this one, so that it too gives the same bytes every time.
DEFAULT_SEED: Final = 1

#: The worlds that can be given by name; they ship with the package.
EXAMPLES: Final = Path(__file__).parent / "examples"

_AUTH_ID_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


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

    def with_accounts(self, accounts: Sequence[Account]) -> "WorldSpec":
        """The same world under other accounts."""
        return replace(self, accounts=tuple(accounts))


_AUTH_ID: Final = {"type": "string", "pattern": "^[A-Z0-9]{20}$(?!\\n)"}
_TOKEN: Final = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]*$(?!\\n)"}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


CLOCK_SCHEMA: Final = _object(
    {
        "start": {"type": "string", "description": "Where the clock starts, ISO 8601; left out: real time."},
        "rate": {"type": "number", "minimum": 0, "maximum": RATE_MAX, "description": "World seconds a real second."},
    }
)

_SECONDS: Final = {"type": "number", "minimum": 0, "maximum": 86_400}
_DIGITS: Final = {"type": "string", "pattern": "^[0-9*#]{0,32}$(?!\\n)"}

#: How a phone behaves; a call's script has the same keys.
HABIT_SCHEMAS: Final[Mapping[str, Any]] = {
    "outcome": {"enum": [habit.value for habit in Habit], "description": "What it does when it is called."},
    "answer_after_s": {**_SECONDS, "description": "How long until then."},
    "digits": {"type": "array", "maxItems": 100, "items": _DIGITS, "description": "One entry for each prompt."},
}

_PHONE: Final = _object(
    {"number": {"type": "string"}, **HABIT_SCHEMAS, "hangup_after_s": {**_SECONDS, "description": "Of talking."}},
    "number",
)

_TELEPHONY: Final = _object(
    {
        "answer_after_s": {**_SECONDS, "description": "How long a phone rings before its outcome."},
        "talk_s": {**_SECONDS, "description": "How long people talk."},
        "message_s": {**_SECONDS, "description": "How long a message plays."},
        "typing_s": {**_SECONDS, "description": "How long it takes to type a PIN after the prompt."},
        "initiate_after_s": {**_SECONDS, "description": "How long after a create the first party is called."},
        "input_timeout_s": {**_SECONDS, "description": "How long a PIN is waited for after the prompt."},
    }
)

_BILLING: Final = _object(
    {
        "pulse_s": {"type": "integer", "minimum": 1, "maximum": 3600, "description": "Legs are billed in these."},
        "price_per_minute": {
            "type": "string",
            "pattern": "^[0-9]{1,4}([.][0-9]{1,6})?$(?!\\n)",
            "description": "Of a leg, a decimal number with at most six places.",
        },
    }
)

EGRESS_CHOICES: Final = ("local", "any")

SEED_SCHEMA: Final = {"type": ["integer", "string"], "description": "Same seed and same inputs give the same bytes."}


#: Limits that may be 0, which turns off what they limit.
_LEAST: Final = {"requests_max": 0, "request_body_bytes_max": 0}


def world_schema() -> dict[str, Any]:
    """The JSON Schema of a world."""
    account = {"auth_id": _AUTH_ID, "auth_token": _TOKEN}
    number = {"number": {"type": "string"}, "subaccount": _AUTH_ID}
    limits = {
        name: {"type": "integer", "minimum": _LEAST.get(name, 1), "maximum": 10_000_000} for name in names(Limits)
    }
    return _object(
        {
            "seed": SEED_SCHEMA,
            "account": _object(
                {**account, "subaccounts": {"type": "array", "maxItems": 1000, "items": _object(account)}}
            ),
            "clock": CLOCK_SCHEMA,
            "numbers": {"type": "array", "maxItems": 100_000, "items": _object(number, "number")},
            "phones": {"type": "array", "maxItems": 10_000, "items": _PHONE},
            "telephony": _TELEPHONY,
            "billing": _BILLING,
            "egress": {"enum": list(EGRESS_CHOICES), "description": "Where callbacks and media fetches may go."},
            "policy": _object({name: {"enum": list(values)} for name, values in policy_choices().items()}),
            "limits": _object(limits),
            "faults": {"type": "array", "maxItems": 10_000, "items": FAULT_SCHEMA},
        }
    )


def world_names() -> list[str]:
    """The example worlds that can be given by name."""
    return sorted(path.stem for path in EXAMPLES.glob("*.toml"))


def load_world(source: str, *, seed: Seed | None = None) -> WorldSpec:
    """The world of a TOML file, or of an example by name. Raises BadWorld, whose message names the file."""
    is_example = source in world_names()
    path = EXAMPLES / f"{source}.toml" if is_example else Path(source)
    try:
        structure = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        examples = ", ".join(world_names())
        raise BadWorld("", f"{source}: there is no such file, and the example worlds are {examples}") from None
    except OSError as error:
        raise BadWorld("", f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadWorld("", f"{path}: {error}") from None
    try:
        structure = structure if seed is None else structure | {"seed": seed}
        # An example was judged when it was made; judging it at every start would be a quarter of the start.
        return _world(_plain(structure), ()) if is_example else world_of(structure)
    except BadWorld as bad:
        raise BadWorld("", f"{path}: {bad}") from None


def world_of(structure: Mapping[str, Any], taken: Container[str] = ()) -> WorldSpec:
    """The world of a structure as in a world file; generated Auth IDs avoid those that are `taken`.

    Raises BadWorld with the key and the reason.
    """
    try:
        structure = _plain(structure)
    except RecursionError:
        raise BadWorld("", "it is nested too deeply to be a world") from None
    error = _judge().best(structure)
    if error is not None:
        raise _bad_structure(error)
    return _world(structure, taken)


def _world(structure: Mapping[str, Any], taken: Container[str]) -> WorldSpec:
    seed = _seed(structure.get("seed", DEFAULT_SEED))
    accounts = _accounts(structure.get("account", {}), Chance(seed), taken)
    limits = Limits(**structure.get("limits", {}))
    numbers = _numbers(structure["numbers"], accounts) if "numbers" in structure else _demo_numbers()
    if len(numbers) > limits.numbers_max:
        raise BadWorld("numbers", f"there are {len(numbers)}, and limits.numbers_max is {limits.numbers_max}")
    clock = structure.get("clock", {})
    return WorldSpec(
        seed=seed,
        accounts=accounts,
        clock_start=_start(clock.get("start")),
        clock_rate=_rate(clock.get("rate", 1)),
        numbers=numbers,
        phones=tuple(phone_of(phone, f"phones[{place}]") for place, phone in enumerate(structure.get("phones", ()))),
        telephony=_telephony(structure.get("telephony", {})),
        tariff=_tariff(structure.get("billing", {})),
        egress=structure.get("egress", "local"),
        policy=Policy(**structure.get("policy", {})),
        limits=limits,
        faults=_faults(structure.get("faults", ()), limits),
    )


def generated_accounts(count: int, chance: Chance, taken: Container[str]) -> tuple[Account, ...]:
    """A main account and `count` - 1 subaccounts with new names and tokens."""
    return _accounts({"subaccounts": [{} for _ in range(count - 1)]}, chance, taken)


def e164(text: str, key: str) -> str:
    """The digits of a number. Raises BadWorld where it is no E.164 number."""
    digits = text.strip().removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and is_possible(digits)):
        raise BadWorld(key, f"{text[:60]!r} is no E.164 number of any country")
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


def _plain(value: Any) -> Any:
    """TOML has instants of its own, which are text here, as in JSON; 2.0 is the integer 2, as JSON Schema has it."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bad_structure(error: "ValidationError") -> BadWorld:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).lstrip(".")
    if error.validator == "additionalProperties":
        assert isinstance(error.schema, Mapping), "an object's schema refused a key"
        assert isinstance(error.instance, Mapping), "only an object has keys"
        known = error.schema["properties"]
        unknown = ", ".join(sorted(name for name in error.instance if name not in known))
        return BadWorld(".".join(filter(None, (key, unknown))), f"unknown key; known here are {', '.join(known)}")
    return BadWorld(key, error.message[:300])


def _accounts(given: Mapping[str, Any], chance: Chance, taken: Container[str]) -> tuple[Account, ...]:
    structures = [given, *given.get("subaccounts", ())]
    known = {structure["auth_id"] for structure in structures if "auth_id" in structure}
    accounts: dict[str, Account] = {}
    for place, structure in enumerate(structures):
        auth_id = structure.get("auth_id")
        if auth_id is None:
            auth_id = _new_auth_id("MA" if place == MAIN_ACCOUNT else "SA", chance, taken, known)
        if auth_id in taken or auth_id in accounts:
            key = "account.auth_id" if place == MAIN_ACCOUNT else f"account.subaccounts[{place - 1}].auth_id"
            raise BadWorld(key, f"{auth_id} is taken")
        token = structure.get("auth_token") or chance.text("auth_token", length=40, alphabet="0123456789abcdef")
        accounts[auth_id] = Account(place, auth_id, token)
    return tuple(accounts.values())


def _new_auth_id(kind: str, chance: Chance, taken: Container[str], known: set[str]) -> str:
    # Well-formed for every SDK, and plainly not one of Plivo's.
    while True:
        auth_id = f"{kind}EMULATOR" + chance.text("auth_id", length=10, alphabet=_AUTH_ID_SIGNS)
        if auth_id not in taken and auth_id not in known:
            known.add(auth_id)
            return auth_id


def _numbers(given: Sequence[Mapping[str, str]], accounts: Sequence[Account]) -> tuple[PoolNumber, ...]:
    places = {account.auth_id: account.place for account in accounts}
    numbers: list[PoolNumber] = []
    known: set[str] = set()
    for index, structure in enumerate(given):
        key, owner = f"numbers[{index}]", structure.get("subaccount")
        if owner is not None and places.get(owner, MAIN_ACCOUNT) == MAIN_ACCOUNT:
            raise BadWorld(f"{key}.subaccount", f"{owner} is no subaccount of this world")
        number = pool_number(structure["number"], f"{key}.number", places.get(owner or "", MAIN_ACCOUNT))
        if number.digits in known:
            raise BadWorld(f"{key}.number", f"+{number.digits} is in the pool already")
        known.add(number.digits)
        numbers.append(number)
    return tuple(numbers)


@cache
def _judge() -> Judge:
    return Judge(world_schema())


@cache
def _demo_numbers() -> tuple[PoolNumber, ...]:
    return tuple(number for number in load_world(DEMO_WORLD).numbers if number.owner == MAIN_ACCOUNT)


def _telephony(given: Mapping[str, float]) -> Telephony:
    return Telephony(**{f"{name.removesuffix('_s')}_us": round(seconds * SECOND_US) for name, seconds in given.items()})


def _tariff(given: Mapping[str, Any]) -> Tariff:
    price = given.get("price_per_minute")
    minute_micros = TARIFF_DEFAULT.minute_micros if price is None else int(Decimal(price) * 1_000_000)
    return Tariff(given.get("pulse_s", TARIFF_DEFAULT.pulse_s), minute_micros)


def _seed(given: Seed) -> Seed:
    try:
        str(given).encode()
    except ValueError as error:  # half of a surrogate pair, or more digits than Python writes down
        raise BadWorld("seed", f"it cannot be written down: {error}") from None
    return given


def _rate(given: float) -> float:
    if isnan(given):  # TOML has it, and it is neither below a minimum nor above a maximum
        raise BadWorld("clock.rate", "nan is not a number")
    return given


def _faults(given: Sequence[Mapping[str, Any]], limits: Limits) -> tuple[Fault, ...]:
    if len(given) > limits.faults_max:
        raise BadWorld("faults", f"there are {len(given)}, and limits.faults_max is {limits.faults_max}")
    faults = []
    for index, structure in enumerate(given):
        try:
            faults.append(fault_of(structure))
        except BadFault as bad:
            raise BadWorld(f"faults[{index}]" + (f".{bad.field}" if bad.field else ""), bad.reason) from None
    return tuple(faults)


def _start(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return instants.read(text)
    except ValueError as error:
        raise BadWorld("clock.start", str(error)) from None
