"""The telephone numbering plan: which country a number belongs to, and whether it can be one at all."""

from functools import cache
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

#: Country calling codes have one to three digits, and none begins another.
_CODE_DIGITS_MAX: Final = 3

#: Calling codes as they are written: "07" begins a number as dialled at home, and is not 7.
_CODES: Final = {str(code): code for code in COUNTRY_CODE_TO_REGION_CODE}


def calling_code(digits: str) -> int | None:
    """The country calling code of an E.164 number without plus; None where no country has it."""
    prefixes = (digits[:length] for length in range(1, _CODE_DIGITS_MAX + 1))
    return next((_CODES[prefix] for prefix in prefixes if prefix in _CODES), None)


def is_possible(digits: str) -> bool:
    """Whether some country has numbers of this length: digits without plus, calling code first.

    Lengths are checked and ranges are not, so fictional numbers such as +1 555 555 0100 pass.
    """
    code = calling_code(digits)
    return code is not None and len(digits) - len(str(code)) in _lengths(code)


@cache  # a few hundred codes exist
def _lengths(code: int) -> frozenset[int]:
    lengths: set[int] = set()
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = (
            PhoneMetadata.metadata_for_nongeo_region(code)
            if region == "001"
            else PhoneMetadata.metadata_for_region(region)
        )
        if metadata is not None and metadata.general_desc is not None:
            lengths.update(metadata.general_desc.possible_length)
    return frozenset(lengths)
