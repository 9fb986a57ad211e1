"""Sessions and numbers under random commands, against the model of plain lists."""

from itertools import permutations
from typing import ClassVar, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import MultipleResults, multiple, rule
from masking_emulator.core.books.index import Range
from masking_emulator.core.books.session_query import SessionQuery
from masking_emulator.core.commands import PinWish
from masking_emulator.core.instants import SECOND_US
from masking_emulator.core.records.base import replace
from masking_emulator.core.rules import Rules

from tests.core.machine import COOLOFFS, EXPIRIES, OWNERS, PEOPLE, Machine
from tests.core.play import ANNA, BEN, CARA, RAVI, START, A, B, creation, naive_select, pin_wish

_PAIRS: Final = st.sampled_from([*permutations([ANNA, BEN, CARA, RAVI, ""], 2), (ANNA, ANNA)])
_PINS: Final = st.sampled_from(
    [None, None, pin_wish(length=1), pin_wish("1", length=1), pin_wish("1", "2"), pin_wish("1", "1")]
)
_WAITS: Final = st.sampled_from([0, 1, 500_000, 30 * SECOND_US, 60 * SECOND_US, 3600 * SECOND_US])
_NUMBERS: Final = st.sampled_from([A, *(f"1415555019{digit}" for digit in range(9)), "911155550190"])
_RANGES: Final = st.sampled_from(
    [Range(), Range(), Range(low=START + 60 * SECOND_US), Range(high=START + 60 * SECOND_US)]
)


class EngineMachine(Machine):
    """Sessions with every pair, owner and PIN, and questions about them."""

    @rule(
        target=Machine.sessions,
        owner=OWNERS,
        pair=_PAIRS,
        geomatch=st.booleans(),
        expiry_s=EXPIRIES,
        cooloff_s=COOLOFFS,
        pins=_PINS,
    )
    def create(
        self,
        owner: int,
        pair: tuple[str, str],
        geomatch: bool,  # noqa: FBT001
        expiry_s: int,
        cooloff_s: int,
        pins: PinWish | None,
    ) -> str | MultipleResults[str]:
        command = creation(*pair, owner=owner, geomatch=geomatch, expiry_s=expiry_s, cooloff_s=cooloff_s, pins=pins)
        return self.create_or_refresh(command) or multiple()

    @rule(uuid=Machine.sessions, expiry_s=EXPIRIES, cooloff_s=COOLOFFS, pins=_PINS)
    def create_again(self, uuid: str, expiry_s: int, cooloff_s: int, pins: PinWish | None) -> None:
        if (known := self.model.sessions.get(uuid)) is not None:
            _, first, second = known.pair
            self.create_or_refresh(
                creation(first, second, owner=known.owner, expiry_s=expiry_s, cooloff_s=cooloff_s, pins=pins)
            )

    @rule(microseconds=_WAITS)
    def let_time_pass(self, microseconds: int) -> None:
        self.wait(microseconds)

    @rule(number=_NUMBERS, owner=OWNERS)
    def add_any_number(self, number: str, owner: int) -> None:
        self.add_number(number, owner)

    @rule(
        owner=st.none() | OWNERS,
        first=st.none() | PEOPLE,
        second=st.none() | PEOPLE,
        number=st.none() | st.sampled_from([A, B]),
        live=st.none() | st.booleans(),
        created=_RANGES,
        expires=_RANGES,
        offset=st.integers(0, 3),
    )
    def select(
        self,
        owner: int | None,
        first: str | None,
        second: str | None,
        number: str | None,
        live: bool | None,  # noqa: FBT001
        created: Range,
        expires: Range,
        offset: int,
    ) -> None:
        query = SessionQuery(3, offset, owner, first, second, number, live, created, expires)
        assert naive_select(self.world.engine.state.book.all(), query) == self.world.engine.select(query)


class TinyEngineMachine(EngineMachine):
    """The same where hardly anything is remembered."""

    rules_of_world: ClassVar[Rules] = replace(EngineMachine.rules_of_world, sessions_ended_max=3, sessions_live_max=4)


EngineMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=50)
TinyEngineMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=50)
test_engine_does_what_the_model_says = EngineMachine.TestCase
test_engine_with_tiny_limits_does_what_the_model_says = TinyEngineMachine.TestCase
