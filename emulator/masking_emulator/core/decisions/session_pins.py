"""PINs: which may be used together, and which are generated.

Both PINs of a session differ, and generated ones also differ from all that are in use on the number, because an
unknown caller's PIN alone must tell session and party (ledger: pins_differ, generated_pins_unused).
"""

from collections.abc import Callable

from masking_emulator.core.chance import Chance
from masking_emulator.core.commands import PinWish
from masking_emulator.core.records.calls import Pins
from masking_emulator.core.refusals import Reason, Refused


def check_pins(wish: PinWish) -> None:
    """Raises Refused(PINS_EQUAL) where both PINs are given and the same."""
    if wish.first is not None and wish.first == wish.second:
        raise Refused(Reason.PINS_EQUAL)


def settle_pins(wish: PinWish, chance: Chance, taken: Callable[[str], bool]) -> Pins:
    """The PINs of a session: those that were given, and generated ones for the rest.

    `taken` returns whether a PIN is already in use on the number. Raises Refused(PINS_EXHAUSTED) where no PIN is left.
    """
    first = wish.first or _generate(wish.length, chance, lambda pin: taken(pin) or pin == wish.second)
    second = wish.second or _generate(wish.length, chance, lambda pin: taken(pin) or pin == first)
    return Pins(
        generated=wish.generate,
        length=wish.length,
        first=first,
        second=second,
        prompt_play=wish.prompt_play,
        retries=wish.retries,
        retry_wait_s=wish.retry_wait_s,
        incorrect_play=wish.incorrect_play,
        forced=wish.forced,
    )


def _generate(length: int, chance: Chance, taken: Callable[[str], bool]) -> str:
    """A PIN by chance, or the next free one above it. Ends after as many steps as there are PINs in use."""
    space = 10**length
    drawn = chance.below("pin", space)
    candidates = (f"{(drawn + step) % space:0{length}}" for step in range(space))
    for pin in candidates:
        if not taken(pin):
            return pin
    raise Refused(Reason.PINS_EXHAUSTED, length=length)
