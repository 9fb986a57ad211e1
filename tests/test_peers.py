"""The comparison with others: who is faster is said, and why, and who could not be had."""

import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from tests.bench import peers
from tests.bench.peer_list import BARE, OURS, PEERS
from tests.reference.peers import peers_table

_SLOW: Final = {
    "start_ms": 400.0,
    "idle_mb": 80.0,
    "loaded_mb": 90.0,
    "pairs_16": 100.0,
    "p99_ms": 20.0,
    "pairs_1": 50.0,
    "creates_16": 0.0,
    "creates_16_of_bare": 0.0,
    "pairs_16_of_bare": 0.1,
    "pairs_1_of_bare": 0.1,
    "start_ms_of_bare": 2.0,
    "p99_ms_of_bare": 3.0,
}


def _run(**peers_: dict[str, float]) -> dict[str, Any]:
    ours = {**_SLOW, "pairs_16_of_bare": 0.5, "pairs_1_of_bare": 0.6}
    return {
        "day": "2026-01-01",
        "revision": "abc1234",
        "machine": "Linux, 2 cores",
        "load_before": 0.1,
        "rounds": 5,
        "seconds": 3.0,
        "skipped": {"WireMock": "needs java"},
        "peers": {BARE: {**_SLOW, "pairs_16_of_bare": 1.0}, OURS: ours, **peers_},
    }


def test_faster_peer_is_named_with_why() -> None:
    """Where it is faster and where not, with its version."""
    text = peers_table(_run(emulate={**_SLOW, "pairs_1_of_bare": 0.7}, moto=_SLOW))

    assert "| emulate 0.12.2 | 100 (0.10) | 50 (0.70) |" in text
    assert "**emulate is faster on one connection**: messages of Twilio" in text
    assert "emulate is faster on 16" not in text
    assert "Slower on each of these are moto (items of DynamoDB" in text
    assert "Sooner to answer" not in text
    assert (
        "with masking-emulator at revision abc1234 on Linux, 2 cores; other processes kept the machine at a load of 0.1"
        in text
    )


def test_whatever_a_peer_does_better_is_said() -> None:
    """Creates alone, the first answer and memory count as much as pairs."""
    better = {**_SLOW, "creates_16": 200.0, "creates_16_of_bare": 1.5, "start_ms": 300.0, "loaded_mb": 70.0}
    text = peers_table(_run(WireMock=better, moto=_SLOW))

    assert "**WireMock is faster on creates**: the same answer to every request" in text
    assert "**Sooner to answer first than masking-emulator (400 ms)**: WireMock (300 ms); " in text
    assert "**Smaller after the load than masking-emulator (90 MB)**: WireMock (70 MB); " in text
    assert "Smaller when nothing was asked" not in text
    assert "Too slow is who did not have 20,000 records after 10 seconds." in text


def test_peer_that_cannot_be_had_is_named_with_the_reason() -> None:
    """It has no row."""
    text = peers_table(_run())

    assert "Left out: WireMock (needs java)." in text
    assert "not quiet" not in text
    assert "not quiet" in peers_table({**_run(), "load_before": 3.0})
    assert "| WireMock" not in text


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_client_counts_what_a_server_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over real sockets: every get is about the session that its create made, and nothing is refused."""
    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    peers.client()
    (ours,) = [peer for peer in PEERS if peer.name == OURS]
    found = peers.measured(ours, 0.2)

    assert found["pairs_16"] > 1
    assert found["pairs_1"] > 1
    assert 10 < found["idle_mb"] < 500


def test_peer_that_does_not_start_is_skipped_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the comparison learns which one it was."""
    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    (moto,) = [peer for peer in PEERS if peer.name == "moto"]
    (tmp_path / "moto" / "bin").mkdir(parents=True)
    (tmp_path / "moto" / "bin" / "moto_server").symlink_to(shutil.which("false") or "/bin/false")

    with pytest.raises(peers.Missing, match="it does not start"):
        peers.measured(moto, 0.1)
