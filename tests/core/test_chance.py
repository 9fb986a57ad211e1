"""Chance: named streams of one seed."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st
from masking_emulator.core.chance import Chance


def test_same_seed_gives_same_bits() -> None:
    """Two sources of one seed draw the same, and every draw differs from the one before."""
    one, other = Chance(7), Chance(7)

    drawn = [one.bits("pin") for _ in range(100)]
    assert drawn == [other.bits("pin") for _ in range(100)]
    assert len(set(drawn)) == 100


def test_bits_are_the_same_on_every_machine() -> None:
    """A saved seed must mean the same in years, so a few draws are written down."""
    chance = Chance("demo")

    assert chance.uuid("session") == "4d6b5b70-6c09-429a-bfc7-37bcb5ae4b07"
    assert chance.text("pin", length=8, alphabet="0123456789") == "70713661"


def test_seeds_and_purposes_have_streams_of_their_own() -> None:
    """Another seed, or another purpose, is another stream."""
    assert len({Chance(7).bits("pin"), Chance(8).bits("pin"), Chance(7).bits("uuid")}) == 3


def test_draw_for_one_purpose_moves_no_other() -> None:
    """What a stream gives does not depend on the draws of its neighbours."""
    alone, disturbed = Chance(7), Chance(7)
    for _ in range(5):
        disturbed.bits("uuid")

    assert alone.bits("pin") == disturbed.bits("pin")
    assert disturbed.drawn == {"uuid": 5, "pin": 1}


def test_copy_continues_alike_and_apart() -> None:
    """A copy draws what its original would have drawn, and drawing moves only the one that drew."""
    chance = Chance(7)
    chance.bits("pin")
    twin = chance.copy()

    assert chance.bits("pin") == twin.bits("pin")
    chance.bits("pin")
    assert chance.drawn == {"pin": 3}
    assert twin.drawn == {"pin": 2}


def test_draw_counts_restore_a_stream() -> None:
    """Seed and draw counts are the whole state, so a snapshot needs no more."""
    chance = Chance(7)
    chance.bits("pin")

    assert chance.bits("pin") == Chance(7, {"pin": 1}).bits("pin")


@given(st.integers() | st.text(), st.integers(1, 10**15))
def test_number_below_a_limit_is_below_it(seed: int | str, limit: int) -> None:
    """`below` keeps its limits for every seed."""
    assert 0 <= Chance(seed).below("pin", limit) < limit


@given(st.integers())
def test_uuid_is_a_random_uuid_of_rfc_4122(seed: int) -> None:
    """Version, variant and spelling are those of a version 4 UUID."""
    text = Chance(seed).uuid("session")

    assert text == str(UUID(text))
    assert UUID(text).version == 4
    assert UUID(text).variant == RFC_4122


@given(st.integers(), st.text(min_size=1, max_size=10), st.integers(0, 20))
def test_text_has_the_length_and_characters_asked_for(seed: int, alphabet: str, length: int) -> None:
    """`text` draws from its alphabet only."""
    drawn = Chance(seed).text("token", length=length, alphabet=alphabet)

    assert len(drawn) == length
    assert set(drawn) <= set(alphabet)


def test_what_was_drawn_since_a_mark_can_be_drawn_once_more() -> None:
    """Going back to a mark moves every stream, those too that had not begun."""
    chance = Chance(7)
    chance.bits("pin")
    mark = chance.mark()
    drawn = [chance.bits("pin"), chance.bits("uuid")]
    chance.back_to(mark)

    assert {"pin": 1} == chance.drawn
    assert drawn == [chance.bits("pin"), chance.bits("uuid")]
