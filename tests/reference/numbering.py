"""The module that says which lengths the numbers of each country have: libphonenumber's table, as it is now."""

from textwrap import fill
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_MODULE: Final = '''\
"""Calling codes, and the lengths that national numbers have there: libphonenumber's own table. Generated.

It stands here because the library loads formatters, parsers and a regular expression for each of its rules with it:
17 of the 169 ms that a server took to load all its modules (best of nine).
"""

from typing import Final

#: Calling code:lengths, separated by commas.
_LENGTHS: Final = """
{table}
"""

#: Calling code → the possible lengths of national numbers.
NATIONAL_LENGTHS: Final = {{
    int(code): frozenset(map(int, lengths.split(",")))
    for code, _, lengths in (entry.partition(":") for entry in _LENGTHS.split())
}}
'''


def numbering_plan() -> str:
    """The text of the module."""
    entries = (f"{code}:{','.join(map(str, sorted(_lengths(code))))}" for code in sorted(COUNTRY_CODE_TO_REGION_CODE))
    return _MODULE.format(table=fill(" ".join(entries), width=118, break_on_hyphens=False))


def _lengths(code: int) -> set[int]:
    """The lengths of a calling code's numbers; "001" is the region of codes that no country has."""
    lengths: set[int] = set()
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        nowhere = region == "001"
        of_region, of_code = PhoneMetadata.metadata_for_region, PhoneMetadata.metadata_for_nongeo_region
        metadata = of_code(code) if nowhere else of_region(region)
        if metadata is not None and metadata.general_desc is not None:
            lengths.update(metadata.general_desc.possible_length)
    return lengths
