"""The smallest pool, against runs that were worked out by hand."""

from typing import Any, Final

from masking_emulator.control.views.pool_report import pool_report
from masking_emulator.core.commands import DeleteSession, ReplaceNumber, UpdateSession
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.refusals import Refused
from masking_emulator.core.work import finished
from masking_emulator.world.file import world_of
from masking_emulator.world.world import World

from tests.core.play import creation
from tests.shell.runs import PEOPLE, new_world
from tests.shell.worlds import structure

#: Enough numbers that nothing is refused, whatever the report says.
_NUMBERS: Final = [{"number": f"+1415555{n:04}"} for n in range(100, 130)]

ANNA, BEN, CARA, DAVE, EVE, FINN = PEOPLE


def _world(*numbers: str, **limits: int) -> World:
    wanted = [{"number": number} for number in numbers] or _NUMBERS
    return World(world_of(structure(numbers=wanted, limits=limits)))


def _report(world: World) -> dict[str, Any]:
    world.caught_up()
    journal = world.journal
    events = (event for _, event in journal.after(0, journal.last))
    return finished(pool_report(events, world.accounts, complete=journal.first == 1))


def _create(world: World, first: str, second: str = "", **fields: Any) -> str:
    event = world.do(creation(first, second, **fields))[0]
    uuid: str = event.session.uuid  # type: ignore[union-attr]  # a create begins with its session
    return uuid


def _wait(world: World, seconds: int) -> None:
    world.clock.jump_to(world.clock.now() + seconds * SECOND_US)
    world.caught_up()


def _needed(world: World) -> int:
    needed: int = _report(world)["numbers_needed"]
    return needed


def test_nothing_happened_needs_nothing() -> None:
    """No number, and nobody is busiest."""
    report = _report(_world())

    assert (0, 0, None, []) == (
        report["sessions_created"],
        report["numbers_needed"],
        report["busiest_party"],
        report["numbers"],
    )


def test_disjoint_pairs_share_a_number() -> None:
    """Three pairs at once, six people, one number."""
    world = _world()
    for pair in ((ANNA, BEN), (CARA, DAVE), (EVE, FINN)):
        _create(world, *pair)

    assert 1 == _needed(world)


def test_busiest_party_and_the_vendors_formula() -> None:
    """A party in n sessions at once asks for 2n - 1 numbers by the formula; first fit needs n where others share."""
    world = _world()
    for k in range(4):
        _create(world, ANNA, f"1303555{k:04}")
        _create(world, BEN, f"1404555{k:04}")
    report = _report(world)

    assert (4, 7) == (report["busiest_party"]["sessions_at_once"], report["busiest_party"]["vendors_formula"])
    assert 4 == report["numbers_needed"]


def test_worst_case_of_the_formula_is_reached() -> None:
    """n = 2: Anna is on the first number, Ben on the second, and then they meet: 2n - 1 = 3."""
    world = _world()
    _create(world, ANNA, CARA)
    _create(world, CARA, BEN)
    _create(world, ANNA, BEN)
    report = _report(world)

    assert (3, 3) == (report["numbers_needed"], report["busiest_party"]["vendors_formula"])


def test_sessions_one_after_the_other_need_one_number() -> None:
    """What has ended is free again."""
    world = _world()
    for _ in range(3):
        _create(world, ANNA, BEN, expiry_s=60)
        _wait(world, 60)

    assert 1 == _needed(world)


def test_cooloff_holds_a_number_back() -> None:
    """For another pair; the same pair may have it back at once."""
    world = _world()
    _create(world, ANNA, BEN, expiry_s=60, cooloff_s=600)
    _wait(world, 60)
    _create(world, ANNA, BEN, expiry_s=60, cooloff_s=600)
    same_pair = _needed(world)
    _wait(world, 60)
    _create(world, CARA, DAVE)
    other_pair = _needed(world)
    _wait(world, 600)
    _create(world, EVE, FINN)

    assert (1, 2, 2) == (same_pair, other_pair, _needed(world))


def test_single_party_needs_a_number_to_itself() -> None:
    """Anybody who calls it reaches that party."""
    world = _world()
    _create(world, ANNA)
    _create(world, CARA, DAVE)

    assert 2 == _needed(world)


def test_countries_are_counted_apart() -> None:
    """With geomatch each country needs its own; the report names them, and when each was tightest."""
    world = _world("+14155550100", "+442079460001", "+442079460002")
    _create(world, ANNA, BEN)
    _wait(world, 60)
    _create(world, "442079460011", ANNA)
    _create(world, "442079460011", CARA)
    report = _report(world)

    assert [(1, 1, "2026-01-01T00:00:00Z"), (44, 2, "2026-01-01T00:01:00Z")] == [
        (group["calling_code"], group["needed"], group["tightest_at"]) for group in report["numbers"]
    ]


def test_subaccounts_are_counted_apart() -> None:
    """A number of one owner serves nobody else."""
    world = new_world()
    _create(world, ANNA, BEN)
    _create(world, CARA, DAVE, owner=1, geomatch=False)
    report = _report(world)

    assert [world.accounts[0].auth_id, world.accounts[1].auth_id] == [group["account"] for group in report["numbers"]]
    assert 2 == report["numbers_needed"]


def test_numbers_that_were_bad_are_not_counted() -> None:
    """A pool without bad numbers would not have needed others."""
    world = _world()
    _create(world, ANNA, BEN)
    world.do(ReplaceNumber("14155550100"))
    _create(world, CARA, DAVE)

    assert 1 == _needed(world)


def test_deleted_and_updated_sessions_count_as_they_were() -> None:
    """A single party that finds its second one shares its number from then on."""
    world = _world()
    uuid = _create(world, ANNA)
    world.do(UpdateSession(None, uuid, None, BEN, None, {}))
    _create(world, CARA, DAVE)
    other = _create(world, ANNA, CARA)
    world.do(DeleteSession(None, other))

    assert 2 == _needed(world)
    assert 3 == _report(world)["sessions_created"]


def test_journal_that_no_longer_has_the_beginning_says_so() -> None:
    """What it tells is a lower bound."""
    world = _world(journal_events_max=2)
    for pair in ((ANNA, BEN), (ANNA, CARA), (ANNA, DAVE)):
        _create(world, *pair)
    report = _report(world)

    assert (False, 2) == (report["complete"], report["numbers_needed"])
    assert "limits.journal_events_max" in report["note"]


def test_pool_of_the_reported_size_serves_the_run() -> None:
    """The same creates in a world with so many numbers are all served, and with one fewer they are not."""
    pairs = [(ANNA, BEN), (ANNA, CARA), (BEN, CARA), (DAVE, ANNA), (DAVE, EVE), (BEN, DAVE)]
    world = _world()
    for pair in pairs:
        _create(world, *pair)
    needed = _needed(world)

    def served(count: int) -> bool:
        small = _world(*(number["number"] for number in _NUMBERS[:count]))
        try:
            for pair in pairs:
                _create(small, *pair)
        except Refused:
            return False
        return True

    assert (True, False) == (served(needed), served(needed - 1))
