"""Equal settings and allocations are kept once."""

from masking_emulator.core.books.alike import REMEMBERED_MAX, Alike
from masking_emulator.core.records.base import replace
from masking_emulator.core.records.sessions import Settings

from tests.core.play import ANNA, BEN, CARA, DAVE, SETTINGS, World


def _equal_settings() -> Settings:
    return replace(SETTINGS, cooloff_s=SETTINGS.cooloff_s)


def test_sessions_share_equal_settings_and_allocations(world: World) -> None:
    """Two sessions that were created alike hold the same records, not copies of them."""
    first = world.create(ANNA, BEN, settings=_equal_settings())
    second = world.create(CARA, DAVE, settings=_equal_settings())

    assert first.settings is second.settings
    assert first.allocation is second.allocation


def test_changed_session_leaves_the_settings_of_others(world: World) -> None:
    """An update gives the session settings of its own; who shared the old ones keeps them."""
    first = world.create(ANNA, BEN, settings=_equal_settings())
    second = world.create(CARA, DAVE, settings=_equal_settings())
    updated = world.update(first, record=not SETTINGS.record)

    assert updated.settings.record is not SETTINGS.record
    assert SETTINGS == world.now(second).settings


def test_no_more_records_are_remembered_than_the_limit() -> None:
    """Where every session has a URL of its own, the first ones are forgotten: memory stays flat."""
    alike = Alike[Settings]()
    first = alike.one_of(_equal_settings())
    for ordinal in range(REMEMBERED_MAX):
        alike.one_of(replace(SETTINGS, callback_url=f"https://example.com/{ordinal}"))
    again = _equal_settings()

    assert first == again
    assert alike.one_of(again) is again
