"""The verb `verify`: our own story for a service, within its budget, which leaves nothing behind."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result
from masking_emulator.cli.verify import verify as verb
from masking_emulator.client import Control
from masking_emulator.evidence.captures import Capture, read_capture
from masking_emulator.evidence.story import FICTIONAL, Cast
from masking_emulator.evidence.upstream import Upstream
from masking_emulator.evidence.verifying import Asker, CannotVerify, Verification, verify
from masking_emulator.evidence.writing import CaptureWriter
from masking_emulator.plivo.ledger import LEDGER, Evidence
from masking_emulator.server.thread import ServerThread

from tests.plivo.ask import Api, api_of

#: How many requests the story may take by default, and how many assumed rows it asks about at least.
BUDGET: Final = 60
ROWS_MIN: Final = 60

TEMPLATE: Final = Path(__file__).parents[2] / ".github" / "ISSUE_TEMPLATE" / "differs-from-plivo.yml"

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
    assert "rows of the ledger agreed, 0 rows differed, of 0 rows nothing can be said" in done.output


def test_session_that_cannot_be_deleted_is_named(fresh_api: Api, tmp_path: Path) -> None:
    """So that a person can; exit 1."""
    fault = {"status": 500, "operation": "delete_session"}
    Control(fresh_api.url).post(f"/worlds/{fresh_api.auth_id}/faults", fault)

    done = call(fresh_api, tmp_path / "f", "--max-requests", "46")

    assert 1 == done.exit_code
    assert "not the whole story: the budget was spent" in done.output
    assert live(fresh_api) == done.output.count("NOT DELETED: the session ") > 0
    assert " rows of the ledger agreed, 0 rows differed" in done.output


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


#: The policies whose value shows in the story; the others show in calls and callbacks, or in a flood of requests.
POLICIES: Final[Mapping[str, Any]] = {
    "update_status": 202,
    "timer_defaults": "documented",
    "repeat_create": "refuse",
    "call_time_limit_out_of_range": "clamp",
    "incorrect_pin_play_required": True,
    "play_url_extension_required": True,
    "cooloff_after_delete": False,
    "list_window_exceeded": "clamp",
    "list_limit_out_of_range": "clamp",
    "list_single_underscore_filters": False,
    "list_paging": "cursor",
}


@pytest.fixture
def flipped(emulator: ServerThread, request: pytest.FixtureRequest) -> Iterator[Api]:
    """A service with this policy."""
    name = request.param
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": {"policy": {name: POLICIES[name]}}}))
    yield api
    emulator.control.delete(f"/worlds/{api.auth_id}")


@pytest.mark.parametrize(("flipped", "name"), [(name, name) for name in POLICIES], indirect=["flipped"])
def test_service_with_another_policy_is_named_with_its_row(flipped: Api, tmp_path: Path, name: str) -> None:
    """And with the policy that agrees; rows that have nothing to do with it agree."""
    done = call(flipped, tmp_path / "f", "--json")
    said = json.loads(done.output[done.output.index("{") :])

    assert 1 == done.exit_code
    assert any(name in finding["rows"] for finding in said["findings"])
    assert [{name: POLICIES[name]}] * len(said["findings"]) == [finding["policy"] for finding in said["findings"]]
    assert len(said["agreed"]) > 40


def test_report_has_what_the_issue_template_asks_for(emulator: ServerThread, tmp_path: Path) -> None:
    """The request, both answers, the row and the version; and no secret."""
    made = emulator.control.post("/worlds", {"world": {"policy": {"update_status": 202}}})
    api = api_of(emulator.url, made)

    done = call(api, tmp_path / "f", "--issue")
    emulator.control.delete(f"/worlds/{api.auth_id}")

    form = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    labels = [field["attributes"]["label"] for field in form["body"]]
    assert 5 == len(labels)
    assert [] == [label for label in labels if f"**{label}**" not in done.output]
    assert "update_status = 202" in done.output
    assert [] == [secret for secret in (api.auth_id, api.auth_token) if secret in done.output]
