"""The numbering plan: countries and lengths."""

import pytest
from masking_emulator.core.countries import calling_code, is_possible


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("14155550100", 1),
        ("16135550100", 1),  # Canada shares its code with the United States
        ("447911123456", 44),
        ("919876543210", 91),
        ("35312345678", 353),
        ("80012345678", 800),  # international freephone, no country
        ("999123456789", None),
        ("9", None),
        ("", None),
        ("07911123456", None),  # a British number as dialled at home, not 7 for Russia
        ("0014155550100", None),
    ],
)
def test_first_digits_name_the_country(digits: str, code: int | None) -> None:
    """The calling code is the one that begins the number, as written: a leading zero begins none."""
    assert code == calling_code(digits)


@pytest.mark.parametrize("digits", ["14155550100", "15555550100", "919876543210", "80012345678"])
def test_number_of_a_length_of_its_country_is_possible(digits: str) -> None:
    """Lengths are checked, ranges are not, so made-up numbers of tests pass."""
    assert is_possible(digits)


@pytest.mark.parametrize("digits", ["1415555010", "141555501000", "8001234567", "999123456789", "07911123456", "1", ""])
def test_number_of_another_length_or_no_country_is_not_possible(digits: str) -> None:
    """Too short, too long, of no country, or without a country code."""
    assert not is_possible(digits)
