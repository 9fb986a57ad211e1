"""How numbers are written, as the console asks for it: the rules are those of libphonenumber."""

import re

import phonenumbers
import pytest
from masking_emulator.core.countries import international_formats


def written(number: str, code: int) -> str:
    """The number by the rules, as the page applies them."""
    rest = number[1 + len(str(code)) :]
    for pattern, leading, form in international_formats(code):
        if (leading is None or re.match(leading, rest)) and re.fullmatch(pattern, rest):
            return f"+{code} {re.sub(pattern, form, rest)}"
    return f"+{code} {rest}"


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_rules_write_numbers_as_the_library_does(region: str) -> None:
    """Of every region that has an example number."""
    example = phonenumbers.example_number(region)
    assert example is not None
    plain = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    expected = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    assert example.country_code is not None
    assert expected == written(plain, example.country_code)


def test_code_of_no_country_has_no_rules() -> None:
    """The page shows such a number as it is sent."""
    assert [] == international_formats(999)
