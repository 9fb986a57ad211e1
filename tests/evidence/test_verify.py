"""The verb `verify`: our own story for a service, within its budget, which leaves nothing behind."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from masking_emulator.cli.verify import verify as verb
from masking_emulator.client import Control
from masking_emulator.evidence.captures import Capture, read_capture
from masking_emulator.evidence.story import FICTIONAL, Cast
from masking_emulator.evidence.upstream import Upstream
from masking_emulator.evidence.verifying import Asker, CannotVerify, Verification, verify
from masking_emulator.evidence.writing import CaptureWriter
from masking_emulator.plivo.ledger import LEDGER, Evidence

from tests.plivo.ask import Api

#: How many requests the story may take by default, and how many assumed rows it asks about at least.
BUDGET: Final = 60
ROWS_MIN: Final = 60

ASSUMED: Final = {row.id for row in LEDGER if row.evidence is Evidence.ASSUMED}


def play(
    api: Api, file: Path, *, requests_max: int = BUDGET, while_it_plays: Callable[[Asker], bool] = lambda _: False
) -> Verification:
    """The story in this world. It is cancelled as soon as `while_it_plays` says so."""

    async def playing() -> Verification:
        upstream = Upstream(api.url, timeout_s=30)
        with CaptureWriter(file, service="emulator", made_with={}, began=0) as writer:
            asker = Asker(upstream, writer, auth_id=api.auth_id, auth_token=api.auth_token, requests_max=requests_max)
            task = asyncio.ensure_future(verify(asker, Cast(FICTIONAL, api.auth_id)))
            while not task.done() and not while_it_plays(asker):
                await asyncio.sleep(0)
            task.cancel()
            try:
                return await task
            finally:
                await upstream.close()

    return asyncio.run(playing())


def live(api: Api) -> int:
    """How many sessions live."""
    return int(api.list(status="active").json["response"]["meta"]["total_count"])


def rows_of(capture: Capture) -> set[str]:
    """The rows for which something was asked."""
    return {row for exchange in capture.exchanges for row in exchange.about or ()}


def test_story_asks_about_many_rows_within_its_budget(fresh_api: Api, tmp_path: Path) -> None:
    """The whole story fits, nothing of it fails, and no session is left."""
    outcome = play(fresh_api, tmp_path / "f")

    read = read_capture(tmp_path / "f")
    assert (None, ()) == (outcome.cut_short, outcome.left_over)
    assert len(read.exchanges) == outcome.requests <= BUDGET
    assert ROWS_MIN <= len(rows_of(read) & ASSUMED)
    assert set() == rows_of(read) - {row.id for row in LEDGER}
    assert all(exchange.answer is not None and exchange.answer.status < 500 for exchange in read.exchanges)
    assert 0 == live(fresh_api)


@pytest.mark.parametrize("budget", [10, 45, 50])
def test_budget_is_kept_and_what_was_made_is_deleted(fresh_api: Api, tmp_path: Path, budget: int) -> None:
    """Clearing away is part of the budget."""
    outcome = play(fresh_api, tmp_path / "f", requests_max=budget)

    assert ("the budget was spent", ()) == (outcome.cut_short, outcome.left_over)
    assert len(read_capture(tmp_path / "f").exchanges) == outcome.requests <= budget
    assert 0 == live(fresh_api)


@pytest.mark.parametrize("requests", [3, 40, 52])
def test_interrupted_story_leaves_nothing(fresh_api: Api, tmp_path: Path, requests: int) -> None:
    """Neither where it is in the midst of a create: its session is looked for."""
    outcome = play(fresh_api, tmp_path / "f", while_it_plays=lambda asker: asker.requests == requests)

    assert ("it was interrupted", ()) == (outcome.cut_short, outcome.left_over)
    assert 0 == live(fresh_api)


def test_session_whose_answer_was_lost_is_found_and_deleted(fresh_api: Api, tmp_path: Path) -> None:
    """The connection breaks after the service has made it."""
    Control(fresh_api.url).post(
        f"/worlds/{fresh_api.auth_id}/faults",
        {"connection": "drop", "when": "after", "count": 1, "operation": "create_session", "skip": 12},
    )

    outcome = play(fresh_api, tmp_path / "f")

    read = read_capture(tmp_path / "f")
    assert 1 == sum(exchange.answer is None for exchange in read.exchanges)
    assert () == outcome.left_over
    assert 0 == live(fresh_api)


def test_account_that_uses_the_numbers_is_left_alone(fresh_api: Api, tmp_path: Path) -> None:
    """A live session of theirs would be changed, and deleted in the end."""
    fresh_api.create(first_party=FICTIONAL[2], second_party="+12025550199")

    with pytest.raises(CannotVerify, match=r"\+12025550167 is in a live session"):
        play(fresh_api, tmp_path / "f")
    assert 1 == live(fresh_api)
    assert 1 == len(read_capture(tmp_path / "f").exchanges)


def call(api: Api, file: Path, *words: str, **variables: str) -> Result:
    """The verb."""
    account = {"PLIVO_AUTH_ID": api.auth_id, "PLIVO_AUTH_TOKEN": api.auth_token, **variables}
    return CliRunner().invoke(verb, [str(file), "--upstream", api.url, "--max-wait", "0", *words], env=account)


def test_verb_says_what_it_found_out(fresh_api: Api, tmp_path: Path) -> None:
    """How many exchanges, and where they are."""
    done = call(fresh_api, tmp_path / "f")

    assert 0 == done.exit_code, done.output
    assert f" exchanges and 0 callbacks in {tmp_path / 'f'}" in done.output


def test_session_that_cannot_be_deleted_is_named(fresh_api: Api, tmp_path: Path) -> None:
    """So that a person can; exit 1."""
    fault = {"status": 500, "operation": "delete_session"}
    Control(fresh_api.url).post(f"/worlds/{fresh_api.auth_id}/faults", fault)

    done = call(fresh_api, tmp_path / "f")

    assert 1 == done.exit_code
    assert live(fresh_api) == done.output.count("NOT DELETED: the session ") > 0


def test_account_that_is_refused_is_named_at_once(fresh_api: Api, tmp_path: Path) -> None:
    """A story in which everything answers 401 says nothing."""
    done = call(fresh_api, tmp_path / "f", "--auth-token", "wrong")

    assert (1, True) == (done.exit_code, "the service refused its first request: Authentication" in done.output)
    assert 1 == len(read_capture(tmp_path / "f").exchanges)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--allow-calls"], "--allow-calls needs --first-party and --second-party"),
        (["--first-party", "12"], "--first-party"),
        (["--max-requests", "9"], "--max-requests"),
        (["--upstream", "https://api.plivo.com"], "costs money"),
    ],
)
def test_wrong_call_is_refused(fresh_api: Api, tmp_path: Path, words: list[str], part: str) -> None:
    """Before anything is asked."""
    done = call(fresh_api, tmp_path / "f", *words)

    assert (2, True) == (done.exit_code, part in done.output), done.output
    assert not (tmp_path / "f").exists()
