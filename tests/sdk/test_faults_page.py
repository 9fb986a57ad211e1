"""The page of the SDKs' own faults names tests that exist, one for each fault."""

import pytest

from tests.nodes import exists
from tests.sdk.faults import FAULTS, Fault
from tests.sdk.ways import WAYS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.sdk}-{fault.what[:40]}")
def test_fault_has_a_test_and_a_remedy(fault: Fault) -> None:
    """In sentences, of an SDK that is run here."""
    assert exists(fault.test)
    assert fault.what.endswith(".")
    assert fault.remedy
    assert fault.sdk in {way.name for way in WAYS if way.command}


def test_fault_stands_once() -> None:
    """Two lines with the same words would be one."""
    assert len(FAULTS) == len({(fault.sdk, fault.what) for fault in FAULTS})
