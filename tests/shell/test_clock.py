"""The clock of a world: base + rate times elapsed real time, forward only."""

import pytest
from freezegun import freeze_time
from masking_emulator.clock import RATE_MAX, WorldClock, looks, real_now
from masking_emulator.core.instants import INSTANT_MAX, SECOND_US, read

START = read("2026-01-01T00:00:00Z")


def test_clock_without_start_begins_at_the_real_instant() -> None:
    """A world that names no start begins now."""
    with freeze_time("2026-05-05T05:05:05"):
        assert read("2026-05-05T05:05:05Z") == WorldClock(start=None, rate=1).now() == real_now()


@pytest.mark.parametrize(("rate", "seconds"), [(1, 60), (0, 0), (0.5, 30), (1000, 60_000)])
def test_clock_runs_at_its_rate(rate: float, seconds: int) -> None:
    """A minute of real time is rate minutes of the world's."""
    with freeze_time("2026-05-05") as frozen:
        clock = WorldClock(start=START, rate=rate)
        frozen.tick(60)

        assert START + seconds * SECOND_US == clock.now()


def test_clock_keeps_what_passed_at_the_old_rate() -> None:
    """Another rate counts from the moment that it is set."""
    with freeze_time("2026-05-05") as frozen:
        clock = WorldClock(start=START, rate=10)
        frozen.tick(1)
        clock.run(0)
        frozen.tick(1)

        assert START + 10 * SECOND_US == clock.now()
        assert 0 == clock.rate


def test_clock_holds_while_real_time_goes_back() -> None:
    """A system clock that is set back holds the world, and what passes afterwards counts again."""
    with freeze_time("2026-05-05") as frozen:
        clock = WorldClock(start=START, rate=1)
        frozen.tick(-3600)
        held = clock.now()
        frozen.tick(2)

        assert START == held
        assert START + 2 * SECOND_US == clock.now()


def test_freezing_and_thawing_real_time_is_no_passing_of_time() -> None:
    """Only ticks count: neither the jump into frozen time nor the jump out of it moves a world by more than a blink."""
    clock = WorldClock(start=START, rate=1)
    with freeze_time("2099-01-01") as frozen:
        clock.now()
        frozen.tick(1800)
        clock.now()

    assert 1800 <= (clock.now() - START) / SECOND_US < 1860


def test_jump_goes_forward_only() -> None:
    """A jump to an instant that has passed changes nothing."""
    clock = WorldClock(start=START, rate=0)

    clock.jump_to(START + 5)
    clock.jump_to(START)
    assert START + 5 == clock.now()


def test_clock_stops_at_the_end_of_the_year_9999() -> None:
    """An instant that cannot be written down is never shown."""
    with freeze_time("2026-05-05") as frozen:
        clock = WorldClock(start=START, rate=RATE_MAX)
        frozen.tick(20_000)

        assert INSTANT_MAX == clock.now()


def test_copy_shows_the_same_instant_and_then_goes_its_own_way() -> None:
    """A copied clock is independent."""
    clock = WorldClock(start=START, rate=0)
    twin = clock.copy()
    twin.jump_to(START + 7)

    assert (START, START + 7) == (clock.now(), twin.now())


@pytest.mark.parametrize(("rate", "seconds"), [(0, None), (1, 60), (2, 30), (1e-300, float("6e301"))])
def test_real_seconds_until_an_instant_follow_the_rate(rate: float, seconds: float | None) -> None:
    """How long to sleep depends on the rate, and a clock that stands still never gets there."""
    with freeze_time("2026-05-05"):
        clock = WorldClock(start=START, rate=rate)

        assert pytest.approx(seconds) == clock.real_seconds_until(START + 60 * SECOND_US)
        assert (None if rate == 0 else 0.0) == clock.real_seconds_until(START - 1)


def test_looking_happens_at_least_once() -> None:
    """Without any time there is still one look."""
    assert 1 == len(list(looks(timeout_s=0, pause_s=1)))


@pytest.mark.parametrize("timeout_s", [-1.0, float("nan")])
def test_looking_ends_for_every_timeout(timeout_s: float) -> None:
    """A timeout that is no time at all is no endless loop."""
    assert 1 == len(list(looks(timeout_s=timeout_s, pause_s=1)))


def test_looking_goes_on_until_time_is_up() -> None:
    """There is a look after every pause, and the last pause is cut short."""
    assert 2 <= len(list(looks(timeout_s=0.02, pause_s=0.015))) <= 3
