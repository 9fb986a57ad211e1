"""Explanations: every candidate for a session's number, with the reason that it was dropped or chosen."""

from typing import Any

from masking_emulator.control.views.numbers import explanation, number_json
from masking_emulator.core.commands import AddNumber, Command, CreateSession, DeleteSession
from masking_emulator.core.events import SessionCreated
from masking_emulator.core.records.sessions import Session
from masking_emulator.world.world import World

from tests.core.play import creation
from tests.shell.worlds import ANNA, BEN, CARA, DAVE, create, still_world

#: Two of the main account's, one of another country, one of the subaccount's, and one that is never needed.
NUMBERS = [
    {"number": "+912269000001"},
    {"number": "+14155550190", "subaccount": "SAEMULATORSHELLTEST1"},
    {"number": "+14155550100"},
    {"number": "+14155550101"},
    {"number": "+14155550102"},
]

ACCOUNT = {"auth_id": "MAEMULATORSHELLTEST1", "subaccounts": [{"auth_id": "SAEMULATORSHELLTEST1"}]}


def _world() -> World:
    return still_world(account=ACCOUNT, numbers=NUMBERS)


def _session(world: World, command: Command) -> Session:
    event = world.do(command)[0]
    assert isinstance(event, SessionCreated)
    return event.session


def _explained(world: World, session: Session) -> dict[str, Any]:
    return explanation(session, world.caught_up().pool, world.accounts)


def _verdicts(world: World, session: Session) -> list[tuple[str, str, str]]:
    candidates = _explained(world, session)["candidates"]
    return [(candidate["number"], candidate["verdict"], candidate["why"]) for candidate in candidates]


def test_first_session_gets_the_first_number_that_fits() -> None:
    """Every number has its verdict, in pool order."""
    world = _world()

    assert [
        ("+912269000001", "dropped", "its calling code is 91"),
        ("+14155550190", "dropped", "it belongs to another account"),
        ("+14155550100", "chosen", "the first number in pool order that fits"),
        ("+14155550101", "not needed", "a number before it fits"),
        ("+14155550102", "not needed", "a number before it fits"),
    ] == _verdicts(world, _session(world, create()))


def test_busy_party_is_told_with_its_session() -> None:
    """A number on which a party is already is dropped, and the session in the way is named."""
    world = _world()
    busy = _session(world, create(ANNA, BEN))
    dropped = _explained(world, _session(world, create(ANNA, CARA)))["candidates"][2]

    assert {
        "number": "+14155550100",
        "verdict": "dropped",
        "why": "a party is in another live session on this number",
        "session_uuid": busy.uuid,
    } == dropped


def test_cooling_number_is_told_with_its_end() -> None:
    """A number that cools off after another pair is dropped, and until when."""
    world = _world()
    ended = _session(world, create(ANNA, BEN, cooloff_s=600))
    world.do(DeleteSession(None, ended.uuid))
    dropped = _explained(world, _session(world, create(CARA, DAVE)))["candidates"][2]

    assert ("dropped", "cooling off after a session of another pair") == (dropped["verdict"], dropped["why"])
    assert (ended.uuid, "2026-01-01T00:10:00Z") == (dropped["session_uuid"], dropped["until"])


def test_exclusive_and_occupied_numbers_are_told() -> None:
    """A single-party session has its number to itself, and cannot join one that is in use."""
    world = _world()
    alone = _session(world, _single(ANNA))
    second = _session(world, create(BEN, CARA))
    third = _session(world, _single(DAVE))

    assert ["a single-party session without PIN has it to itself"] == [_verdicts(world, second)[2][2]]
    assert [
        "a single-party session without PIN has it to itself",
        "other sessions are on it, and this session needs it to itself",
        "the first number in pool order that fits",
    ] == [why for _, _, why in _verdicts(world, third)[2:]]
    assert alone.uuid == _explained(world, third)["candidates"][2]["session_uuid"]
    assert _explained(world, third)["wanted"]["number_alone"]


def _single(party: str) -> CreateSession:
    return creation(party, "")


def test_explanation_says_what_was_wanted() -> None:
    """Whose numbers, of which country, and whether alone; without geomatch any country."""
    world = _world()
    session = _session(world, creation(ANNA, BEN, geomatch=False))

    explained = _explained(world, session)
    assert {"owner": world.auth_id, "calling_code": None, "number_alone": False} == explained["wanted"]
    assert "+912269000001" == explained["virtual_number"]
    assert session.uuid == explained["session_uuid"]


def test_explanation_keeps_the_pool_of_its_day() -> None:
    """A number that came later is no candidate."""
    world = _world()
    session = _session(world, create())
    world.do(AddNumber("14155550103", 1, 0))

    assert 5 == len(_explained(world, session)["candidates"])


def test_explanation_names_the_first_dropped_numbers_and_counts_the_rest() -> None:
    """With a long pool only the first fifty reasons are kept."""
    world = still_world(numbers=[{"number": f"+1415555{number:04}"} for number in range(60)])
    for number in range(55):
        world.do(create(ANNA, f"1303555{number:04}"))
    explained = _explained(world, _session(world, create(ANNA, BEN)))

    assert 5 == explained["dropped_unlisted"]
    reasons = [candidate["why"] for candidate in explained["candidates"]]
    assert 50 == reasons.count("a party is in another live session on this number")
    assert 5 == reasons.count("not recorded: only the first numbers passed over are")
    assert 4 == reasons.count("a number before it fits")


def test_number_is_told_with_its_use() -> None:
    """Sessions, the one that has it alone, and cool-offs."""
    world = _world()
    ended = _session(world, create(cooloff_s=60))
    world.do(DeleteSession(None, ended.uuid))
    alone = _session(world, _single(DAVE))
    pool = world.caught_up().pool
    told = [number_json(number, pool.use(number.digits), world.accounts) for number in pool.numbers()]

    assert [{"session": ended.uuid, "until": "2026-01-01T00:01:00Z"}] == told[2]["cooling"]
    assert (1, alone.uuid) == (told[3]["live_sessions"], told[3]["exclusive_to"])
    assert {
        "number": "+14155550190",
        "calling_code": 1,
        "owner": "SAEMULATORSHELLTEST1",
        "live_sessions": 0,
        "exclusive_to": None,
        "suspended": False,
        "cooling": [],
    } == told[1]
