"""World files: a world read from TOML, or from the same structure in JSON.

jsonschema validates the structure; what it cannot say (two accounts alike, a number of no country) is checked after
it. Every error names the file, the key and the reason.
"""

import re
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date, time
from functools import cache
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from masking_emulator.callbacks.egress import obstacle
from masking_emulator.callbacks.routes import BadRoute, CallbackRoute, RouteTable, mistakes, route_of
from masking_emulator.clock import read_duration
from masking_emulator.core import instants
from masking_emulator.core.chance import Chance, Seed
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.quoting import quoted
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.calls import Phone
from masking_emulator.core.records.sessions import MAIN_ACCOUNT
from masking_emulator.core.rules import TARIFF_DEFAULT, Tariff, Telephony
from masking_emulator.plivo.amounts import micros
from masking_emulator.plivo.policy import Limits, Policy
from masking_emulator.plivo.reasons import reason_of, unknown_keys
from masking_emulator.plivo.service import Account
from masking_emulator.plivo.validation import SchemaValidator, hint, unknown_key
from masking_emulator.traffic.fault import BadFault, Fault, fault_of
from masking_emulator.wholefile import read_file, text_of
from masking_emulator.world.mistakes import Mistake, key_of, line_of, long_texts, path_of
from masking_emulator.world.schema import DURATION_S_MAX, world_schema
from masking_emulator.world.spec import (
    BadWorld,
    PoolNumber,
    WorldSpec,
    accounts_of,
    generated_accounts,
    phone_of,
    pool_number,
)

if TYPE_CHECKING:
    from jsonschema import ValidationError

DEMO_WORLD: Final = "demo"

#: A world without a seed has this one, so that it too gives the same bytes every time.
DEFAULT_SEED: Final = 1

#: The worlds that can be given by name; they ship with the package.
EXAMPLES: Final = Path(__file__).parent / "examples"

#: Their files by their names, read at once: a test may show this process other files later.
_EXAMPLES_TOML: Final = {path.stem: path.read_bytes() for path in sorted(EXAMPLES.glob("*.toml"))}


def world_names() -> list[str]:
    """The example worlds that can be given by name."""
    return list(_EXAMPLES_TOML)


def load_world(source: str, *, seed: Seed | None = None) -> WorldSpec:
    """The world of a TOML file, or of an example by name. Raises BadWorld, whose message names the file."""
    is_example = source in world_names()
    path = EXAMPLES / f"{source}.toml" if is_example else Path(source)
    text = ""
    try:
        text = text_of(_EXAMPLES_TOML[source] if is_example else read_file(path))
        structure = tomllib.loads(text)
    except FileNotFoundError:
        raise BadWorld("", _no_such_world(source)) from None
    except OSError as error:
        raise BadWorld("", f"{path}: {error.strerror}") from None
    except UnicodeError as error:
        raise BadWorld("", f"{path}: {error}") from None
    except (ValueError, RecursionError):
        (mistake,) = mistakes_in(text)
        raise BadWorld("", f"{path}:{mistake.line}: {mistake.sentence}") from None
    structure = structure if seed is None else structure | {"seed": seed}
    try:
        # The examples are validated by a test; doing it here would take a quarter of every start.
        return _world(_in_seconds(_plain(structure)), ()) if is_example else world_of(structure)
    except BadWorld as bad:
        found = mistakes_in(text) or [Mistake(line_of(text, path_of(bad.key)), bad.key, bad.reason)]
        raise BadWorld("", "\n".join(f"{path}:{mistake.line}: {mistake.sentence}" for mistake in found)) from None


def world_like(
    example: str, changes: Mapping[str, Any], taken: Container[str], beyond: Chance | None = None, *, main: str | None
) -> WorldSpec:
    """An example world with these keys in place of its own; its accounts are new ones, unless they are given.

    `main` is then the Auth ID of the first, if it is chosen. Names that are `taken` are avoided as in `world_of`.
    Raises BadWorld.
    """
    if example not in world_names():
        known = f"{', '.join(world_names())}{hint(example[:60], world_names())}"
        raise BadWorld("example", f"{quoted(example)} is none; the example worlds are {known}")
    structure = {**structure_of_file(example), **changes}
    if "account" in changes:
        return world_of(structure, taken, beyond)
    spec = world_of(structure)
    return spec.with_accounts(generated_accounts(len(spec.accounts), Chance(spec.seed), taken, beyond, main=main))


def read_ahead() -> None:
    """Read now what would else be read when the first world is made, for a process whose files are about to change."""
    _world_validator().all({})
    _demo_numbers()


def structure_of_file(source: str) -> dict[str, Any]:
    """What a TOML file or an example says, for a server that validates it. Raises BadWorld."""
    path = EXAMPLES / f"{source}.toml" if source in world_names() else Path(source)
    try:
        content = _EXAMPLES_TOML.get(source) or read_file(path)
        structure: dict[str, Any] = _plain(tomllib.loads(text_of(content)))
    except FileNotFoundError:
        raise BadWorld("", _no_such_world(source)) from None
    except OSError as error:
        raise BadWorld("", f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadWorld("", f"{path}: {error}") from None
    return structure


def _no_such_world(source: str) -> str:
    known = ", ".join(world_names())
    return f"{source}: there is no such file, and the example worlds are {known}{hint(source[:60], world_names())}"


def mistakes_in(text: str) -> list[Mistake]:
    """Every mistake in the text of a world file, by line."""
    try:
        structure = _plain(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        return [Mistake(int(line[1]) if line else text.count("\n") + 1, "", f"it is no TOML: {error}")]
    bad: list[BadWorld] = []
    refused: set[str | int] = set()
    for wrong in _world_validator().all(structure):
        bad += _bad_structures(wrong)
        refused.add(wrong.absolute_path[0] if wrong.absolute_path else "")
        refused.update(unknown_keys(wrong) if wrong.validator == "additionalProperties" else ())
    # What the schema cannot say is asked of the sections that it accepts.
    accepted = {name: value for name, value in structure.items() if name not in refused}
    try:
        _world(_in_seconds(accepted), (), bad.append)
    except BadWorld as error:
        bad.append(error)
    found = {(one.key, one.reason): one for one in bad}.values()
    mistakes = [Mistake(line_of(text, path_of(one.key)), one.key, one.reason) for one in found]
    return sorted(mistakes, key=lambda mistake: mistake.line)


def notes_in(text: str) -> list[Mistake]:
    """What the author of a world file without mistakes wants to know of it, by line: how its routes work together."""
    spec = world_of(tomllib.loads(text))
    notes = [Mistake(line_of(text, ("routes", place)), f"routes[{place}]", why) for place, why in _route_notes(spec)]
    return sorted(notes, key=lambda note: note.line)


def _route_notes(spec: WorldSpec) -> Iterator[tuple[int, str]]:
    yield from RouteTable(spec.routes).overlaps()
    for place, route in enumerate(spec.routes):
        if spec.egress == "local" and (forbidden := obstacle(route.host)):
            yield place, f"nothing is delivered to {route.target}: {forbidden}"


def world_of(structure: Mapping[str, Any], taken: Container[str] = (), beyond: Chance | None = None) -> WorldSpec:
    """The world of a structure as in a world file; generated Auth IDs avoid those that are `taken`.

    Instead of one that is taken, another is drawn from `beyond`, or from the world's own seed where there is none.
    Raises BadWorld with the key and the reason.
    """
    try:
        structure = _plain(structure)
    except RecursionError:
        raise BadWorld("", "it is nested too deeply to be a world") from None
    for path, reason in long_texts(structure):
        raise BadWorld(key_of(path), reason)
    error = _world_validator().best(structure)
    if error is not None:
        raise next(_bad_structures(error))
    return _world(_in_seconds(structure), taken, beyond=beyond)


def _refuse(bad: BadWorld) -> None:
    raise bad


def _world(
    structure: Mapping[str, Any],
    taken: Container[str],
    report: Callable[[BadWorld], None] = _refuse,
    *,
    beyond: Chance | None = None,
) -> WorldSpec:
    """The world; `report` is handed what is wrong with one of many, and may raise it or go on without that one."""
    seed = _seed(structure.get("seed", DEFAULT_SEED))
    accounts = accounts_of(structure.get("account", {}), Chance(seed), taken, beyond)
    limits = Limits(**structure.get("limits", {}))
    numbers = _numbers(structure["numbers"], accounts, report) if "numbers" in structure else _demo_numbers()
    if len(numbers) > limits.numbers_max:
        raise BadWorld("numbers", f"there are {len(numbers)}, and limits.numbers_max is {limits.numbers_max}")
    phones = tuple(_phones(structure.get("phones", ()), report))
    if len(phones) > limits.phones_max:
        raise BadWorld("phones", f"there are {len(phones)}, and limits.phones_max is {limits.phones_max}")
    clock = structure.get("clock", {})
    return WorldSpec(
        seed=seed,
        accounts=accounts,
        clock_start=_start(clock.get("start")),
        clock_rate=clock.get("rate", 1),
        numbers=numbers,
        phones=phones,
        telephony=_telephony(structure.get("telephony", {})),
        tariff=_tariff(structure.get("billing", {})),
        egress=structure.get("egress", "local"),
        policy=Policy(**structure.get("policy", {})),
        limits=limits,
        faults=_faults(structure.get("faults", ()), limits, report),
        routes=_routes(structure.get("routes", ()), report),
    )


def with_routes(spec: WorldSpec, pairs: Sequence[tuple[str, str]]) -> WorldSpec:
    """The world with these routes more, each a pair of public URL and target. Raises BadWorld."""
    if not pairs:
        return spec
    given = [*(route.as_json() for route in spec.routes), *({"from": public, "to": target} for public, target in pairs)]
    error = _world_validator().best({"routes": given})
    if error is not None:
        raise next(_bad_structures(error))
    return replace(spec, routes=_routes(given, _refuse))


def _plain(value: Any) -> Any:
    """TOML has instants of its own, which are text here, as in JSON; 2.0 is the integer 2, as JSON Schema has it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_seconds(value: Any, key: str = "") -> Any:
    """The structure with its lengths of time in seconds: keys that end in `_s` may say `90s` or `1h30m` too."""
    if isinstance(value, Mapping):
        return {
            name: _seconds(item, f"{key}.{name}".lstrip("."))
            if name.endswith("_s") and isinstance(item, str)
            else _in_seconds(item, f"{key}.{name}".lstrip("."))
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_in_seconds(item, f"{key}[{place}]") for place, item in enumerate(value)]
    if isinstance(value, float) and isnan(value):  # TOML has it, and it is neither below a minimum nor above a maximum
        raise BadWorld(key, "nan is not a number")
    return value


def _seconds(text: str, key: str) -> float:
    try:
        seconds = read_duration(text)
    except ValueError as error:
        raise BadWorld(key, str(error)) from None
    if seconds > DURATION_S_MAX:
        raise BadWorld(key, f"{text} is longer than {DURATION_S_MAX} seconds")
    return int(seconds) if seconds.is_integer() else seconds


def _bad_structures(error: "ValidationError") -> Iterator[BadWorld]:
    """What is wrong with a structure: one of these for each unknown key, else one."""
    key = key_of(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        for name in unknown_keys(error):
            yield BadWorld(".".join(filter(None, (key, name))), unknown_key(name, known))
    elif form := _FORMS.get(key):
        yield BadWorld(key, form)
    elif match := re.fullmatch(r"numbers\[\d+\]", key):
        yield BadWorld(
            match[0],
            'each number is a table of its own: [[numbers]] and number = "+14155550100"'
            if isinstance(error.instance, str)
            else reason_of(error),
        )
    else:
        yield BadWorld(key, reason_of(error))


#: Lists of tables that are easily written another way → how they are written.
_FORMS: Final[Mapping[str, str]] = {
    name: f"it is a list of tables; begin each with [[{name}]]" for name in ("numbers", "phones", "faults", "routes")
}


@cache
def _world_validator() -> SchemaValidator:
    return SchemaValidator(world_schema())


@cache
def _demo_numbers() -> tuple[PoolNumber, ...]:
    return tuple(number for number in load_world(DEMO_WORLD).numbers if number.owner == MAIN_ACCOUNT)


def _numbers(
    given: Sequence[Mapping[str, str]], accounts: Sequence[Account], report: Callable[[BadWorld], None]
) -> tuple[PoolNumber, ...]:
    places = {account.auth_id: account.place for account in accounts}
    numbers: list[PoolNumber] = []
    known: set[str] = set()
    for index, structure in enumerate(given):
        key, owner = f"numbers[{index}]", structure.get("subaccount")
        if owner is not None and places.get(owner, MAIN_ACCOUNT) == MAIN_ACCOUNT:
            report(BadWorld(f"{key}.subaccount", f"{owner} is no subaccount of this world"))
        try:
            number = pool_number(structure["number"], f"{key}.number", places.get(owner or "", MAIN_ACCOUNT))
        except BadWorld as bad:
            report(bad)
            continue
        if number.digits in known:
            report(BadWorld(f"{key}.number", f"+{number.digits} is in the pool already"))
        known.add(number.digits)
        numbers.append(number)
    return tuple(numbers)


def _phones(given: Sequence[Mapping[str, Any]], report: Callable[[BadWorld], None]) -> Iterator[Phone]:
    for index, structure in enumerate(given):
        try:
            yield phone_of(structure, f"phones[{index}]")
        except BadWorld as bad:
            report(bad)


def _telephony(given: Mapping[str, float]) -> Telephony:
    return Telephony(**{f"{name.removesuffix('_s')}_us": round(seconds * SECOND_US) for name, seconds in given.items()})


def _tariff(given: Mapping[str, Any]) -> Tariff:
    return Tariff(
        given.get("pulse_s", TARIFF_DEFAULT.pulse_s),
        micros(given["price_per_minute"]) if "price_per_minute" in given else TARIFF_DEFAULT.minute_micros,
    )


def _seed(given: Seed) -> Seed:
    try:
        str(given).encode()
    except ValueError as error:  # half of a surrogate pair, or more digits than Python writes down
        raise BadWorld("seed", f"it cannot be written down: {error}") from None
    return given


def _faults(
    given: Sequence[Mapping[str, Any]], limits: Limits, report: Callable[[BadWorld], None]
) -> tuple[Fault, ...]:
    if len(given) > limits.faults_max:
        raise BadWorld("faults", f"there are {len(given)}, and limits.faults_max is {limits.faults_max}")
    faults = []
    for index, structure in enumerate(given):
        try:
            faults.append(fault_of(structure))
        except BadFault as bad:
            report(BadWorld(f"faults[{index}]" + (f".{bad.field}" if bad.field else ""), bad.reason))
    return tuple(faults)


def _routes(given: Sequence[Mapping[str, str]], report: Callable[[BadWorld], None]) -> tuple[CallbackRoute, ...]:
    routes = {}
    for place, structure in enumerate(given):
        try:
            routes[place] = route_of(structure, place)
        except BadRoute as bad:
            report(_bad_route(bad))
    for wrong in mistakes(routes):
        report(_bad_route(wrong))
    return tuple(routes.values())


def _bad_route(bad: BadRoute) -> BadWorld:
    return BadWorld(f"routes[{bad.place}].{bad.key}", bad.reason)


def _start(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return instants.read(text)
    except ValueError as error:
        raise BadWorld("clock.start", str(error)) from None
