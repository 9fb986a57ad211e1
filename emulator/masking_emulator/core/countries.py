"""The telephone numbering plan: which country a number belongs to, whether it can be one at all, how it is written."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from masking_emulator.core.numbering_plan import NATIONAL_LENGTHS

#: Country calling codes have one to three digits, and none begins another.
_CODE_DIGITS_MAX: Final = 3

#: Calling codes as they are written: "07" begins a number as dialled at home, and is not 7.
_CODES: Final = {str(code): code for code in NATIONAL_LENGTHS}


def calling_code(digits: str) -> int | None:
    """The country calling code of an E.164 number without plus; None where no country has it."""
    return _code_of(digits[:_CODE_DIGITS_MAX])


# There are a thousand beginnings, and every number that is asked about has one of them.
@lru_cache(maxsize=1024)
def _code_of(beginning: str) -> int | None:
    prefixes = (beginning[:length] for length in range(1, _CODE_DIGITS_MAX + 1))
    return next((_CODES[prefix] for prefix in prefixes if prefix in _CODES), None)


def is_possible(digits: str) -> bool:
    """Whether some country has numbers of this length: digits without plus, calling code first.

    Lengths are checked and ranges are not, so fictional numbers such as +1 555 555 0100 pass.
    """
    return _has_length(digits[:_CODE_DIGITS_MAX], len(digits))


def are_possible(numbers: Iterable[str]) -> bool:
    """Whether all of these are; of those with one beginning and one length, one is looked at."""
    return all(map(is_possible, {(digits[:_CODE_DIGITS_MAX], len(digits)): digits for digits in numbers}.values()))


# Remembered for the same reason; of most beginnings, all numbers have one length.
@lru_cache(maxsize=2048)
def _has_length(beginning: str, length: int) -> bool:
    code = _code_of(beginning)
    return code is not None and length - len(str(code)) in NATIONAL_LENGTHS[code]


def international_formats(code: int) -> list[tuple[str, str | None, str]]:
    """How numbers of a calling code are written internationally; empty where no country has the code.

    Each is a pattern of the whole national number, a pattern of its beginning or None where any will do, and the
    form, which names the pattern's groups as a backslash and a digit. The first that fits a number is its own. They
    are the rules of libphonenumber, for whoever formats numbers elsewhere.
    """
    # Imported here: every start of a server would pay for it, and the console asks seldom.
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    region = COUNTRY_CODE_TO_REGION_CODE.get(code, ("",))[0]
    if region == "001":  # the region of codes that no country has
        metadata = PhoneMetadata.metadata_for_nongeo_region(code)
    else:
        metadata = PhoneMetadata.metadata_for_region(region) if region else None
    if metadata is None:
        return []
    return [
        (rule.pattern, rule.leading_digits_pattern[-1] if rule.leading_digits_pattern else None, rule.format)
        for rule in metadata.intl_number_format or metadata.number_format
        if rule.pattern is not None and rule.format is not None
    ]
