"""World files: a world read from TOML, or from the same structure in JSON.

jsonschema validates the structure; what it cannot say (two accounts alike, a number of no country) is checked after
it. Every error names the file, the key and the reason.
"""

import tomllib
from collections.abc import Container, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from masking_emulator.core import instants
from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.core.rules import TARIFF_DEFAULT, Tariff, Telephony
from masking_emulator.plivo.policy import Limits, Policy
from masking_emulator.plivo.service import Account
from masking_emulator.plivo.validation import SchemaValidator, unknown_key
from masking_emulator.traffic.fault import BadFault, Fault, fault_of
from masking_emulator.world.schema import world_schema
from masking_emulator.world.spec import BadWorld, PoolNumber, WorldSpec, accounts_of, phone_of, pool_number

if TYPE_CHECKING:
    from jsonschema import ValidationError

DEMO_WORLD: Final = "demo"

#: A world without a seed has this one, so that it too gives the same bytes every time.
DEFAULT_SEED: Final = 1

#: The worlds that can be given by name; they ship with the package.
EXAMPLES: Final = Path(__file__).parent / "examples"


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
        # The examples are validated by a test; doing it here would take a quarter of every start.
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
    error = _world_validator().best(structure)
    if error is not None:
        raise _bad_structure(error)
    return _world(structure, taken)


def _world(structure: Mapping[str, Any], taken: Container[str]) -> WorldSpec:
    seed = _seed(structure.get("seed", DEFAULT_SEED))
    accounts = accounts_of(structure.get("account", {}), Chance(seed), taken)
    limits = Limits(**structure.get("limits", {}))
    numbers = _numbers(structure["numbers"], accounts) if "numbers" in structure else _demo_numbers()
    if len(numbers) > limits.numbers_max:
        raise BadWorld("numbers", f"there are {len(numbers)}, and limits.numbers_max is {limits.numbers_max}")
    phones = tuple(phone_of(phone, f"phones[{place}]") for place, phone in enumerate(structure.get("phones", ())))
    if len(phones) > limits.phones_max:
        raise BadWorld("phones", f"there are {len(phones)}, and limits.phones_max is {limits.phones_max}")
    clock = structure.get("clock", {})
    return WorldSpec(
        seed=seed,
        accounts=accounts,
        clock_start=_start(clock.get("start")),
        clock_rate=_rate(clock.get("rate", 1)),
        numbers=numbers,
        phones=phones,
        telephony=_telephony(structure.get("telephony", {})),
        tariff=_tariff(structure.get("billing", {})),
        egress=structure.get("egress", "local"),
        policy=Policy(**structure.get("policy", {})),
        limits=limits,
        faults=_faults(structure.get("faults", ()), limits),
    )


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
        unknown = min(name for name in error.instance if name not in known)
        return BadWorld(".".join(filter(None, (key, unknown))), unknown_key(unknown, known))
    return BadWorld(key, error.message[:300])


@cache
def _world_validator() -> SchemaValidator:
    return SchemaValidator(world_schema())


@cache
def _demo_numbers() -> tuple[PoolNumber, ...]:
    return tuple(number for number in load_world(DEMO_WORLD).numbers if number.owner == MAIN_ACCOUNT)


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
