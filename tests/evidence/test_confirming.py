"""Captures that people gave: what they confirm is observed, what they contradict named; emulators do not count."""

from pathlib import Path
from typing import Final

import pytest
from masking_emulator.evidence.captures import Capture, capture_lines
from masking_emulator.evidence.confirming import NoEvidence, confirmations, contradictions
from masking_emulator.plivo.ledger import LEDGER, Evidence, Row, by_row, evidence_of
from msgspec.structs import replace

from tests.evidence.acted import P1, A, B
from tests.evidence.acting import Stage
from tests.generated import CAPTURES

_PROVENANCE: Final = 'who = "Jane"\nwhen = "2026-11-26"\nsdk = "plivo-python 4.59.5"\n'


def _row(name: str) -> Row:
    return next(row for row in LEDGER if row.id == name)


def _given(folder: Path, capture: Capture, *, provenance: str = _PROVENANCE) -> Path:
    """A folder with this capture in it."""
    given = folder / "given"
    given.mkdir()
    (given / "janes.jsonl").write_text("".join(capture_lines(capture)), encoding="utf-8")
    if provenance:
        (given / "janes.toml").write_text(provenance, encoding="utf-8")
    return given


def _story(folder: Path, **world: object) -> Capture:
    """A capture that says of itself that the vendor's service answered."""
    with Stage(folder, P1, service="vendor", **world) as stage:
        session = stage.create(A, B)
        stage.update(session, record=True)
        stage.delete(session)
        return stage.capture()


def test_confirmed_row_is_observed(tmp_path: Path) -> None:
    """From one capture of the vendor's service on; who took it, when and with what stays with it."""
    found = by_row(confirmations(_given(tmp_path, _story(tmp_path))))
    row = _row("update_status")

    assert Evidence.DOCUMENTED is row.evidence
    assert Evidence.OBSERVED is evidence_of(row, found)
    assert [
        {
            "name": "janes",
            "who": "Jane",
            "when": "2026-11-26",
            "sdk": "plivo-python 4.59.5",
            "confirmed": 1,
            "contradicted": 0,
        }
    ] == found["update_status"]
    assert _row("repeat_create").evidence is evidence_of(_row("repeat_create"), found)


def test_contradicted_row_is_named_and_not_observed(tmp_path: Path) -> None:
    """With the place in the capture and what was seen."""
    given = _given(tmp_path, _story(tmp_path, policy={"update_status": 202}))
    named = [line for line in contradictions(given) if ": update_status: 202" in line]

    assert 1 == len(named)
    assert named[0].startswith("janes, second ")
    assert Evidence.DOCUMENTED is evidence_of(_row("update_status"), by_row(confirmations(given)))


@pytest.mark.parametrize("service", ["emulator", "other"])
def test_capture_of_another_service_is_refused(service: str, tmp_path: Path) -> None:
    """It would say nothing about the vendor's."""
    story = _story(tmp_path)
    given = _given(tmp_path, replace(story, header=replace(story.header, service=service)))

    with pytest.raises(NoEvidence, match=rf"janes\.jsonl: what {service} answered is no evidence"):
        confirmations(given)


@pytest.mark.parametrize(
    ("provenance", "why"),
    [
        ("", "No such file"),
        ('who = "Jane"\n', "when"),
        ("who =", "janes.toml"),
        (f'{_PROVENANCE}colour = "red"\n', "colour"),
    ],
    ids=["none", "without a day", "no TOML", "an unknown key"],
)
def test_capture_of_nobody_is_refused(provenance: str, why: str, tmp_path: Path) -> None:
    """Where it is from has to be said beside it."""
    given = _given(tmp_path, _story(tmp_path), provenance=provenance)

    with pytest.raises(NoEvidence, match=why):
        confirmations(given)


def test_no_capture_that_was_given_contradicts_the_ledger() -> None:
    """Where one does, the emulator is wrong, or the row needs a policy."""
    assert [] == list(contradictions(CAPTURES))
