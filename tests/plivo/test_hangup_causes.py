"""The table of hangup causes, against the vendor's page (ledger: hangup_attributes)."""

import ast
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from masking_emulator.plivo import hangup_causes
from masking_emulator.plivo.hangup_causes import HANGUP_CAUSES

#: The page's codes by their thousands.
_CODES: Final = {
    0: [0],
    1: [1000, 1010, 1020],
    2: [2000, 2010, 2020, 2030, 2040, 2050, 2060, 2070],
    3: [3000, 3010, 3020, 3030, 3040, 3050, 3070, 3080, 3090, 3100, 3110, 3120, 3130, 3140],
    4: [4000, 4010, 4020, 4030],
    5: [5000, 5010, 5020],
    6: [6000, 6010, 6020],
    7: [7011, 7012, 7013, 7014, 7022, 7023, 7024, 7032, 7033, 7034],
    8: [8011, 8012, 8013, 8014],
    9: [9000, 9100, 9110],
}


def test_codes_are_those_of_the_page() -> None:
    """All of them, in its order."""
    assert [code for codes in _CODES.values() for code in codes] == list(HANGUP_CAUSES)


def test_no_code_is_written_twice() -> None:
    """A dict would keep the last without a word."""
    module = ast.parse(Path(hangup_causes.__file__).read_text(encoding="utf-8"))
    keys = [key for node in ast.walk(module) if isinstance(node, ast.Dict) for key in node.keys]
    codes = [key.value for key in keys if isinstance(key, ast.Constant)]

    assert list(HANGUP_CAUSES) == codes


@pytest.mark.parametrize("code", HANGUP_CAUSES)
def test_name_is_words_and_belongs_to_one_code(code: int) -> None:
    """A receiver may go by the name as well as by the code."""
    name = HANGUP_CAUSES[code]

    assert name == name.strip() != ""
    assert 1 == Counter(HANGUP_CAUSES.values())[name]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1000, "Canceled"),
        (2000, "Invalid Destination Address"),
        (2010, "Destination Out Of Service"),
        (3000, "No Answer"),
        (3010, "Busy Line"),
        (3020, "Rejected"),
        (4000, "Normal Hangup"),
        (5010, "Internal Error"),
        (6000, "Scheduled Hangup"),
        (6010, "Ring Timeout Reached"),
    ],
)
def test_causes_of_masked_calls_have_the_names_of_the_page(code: int, name: str) -> None:
    """Those that a simulated call ends with."""
    assert name == HANGUP_CAUSES[code]
