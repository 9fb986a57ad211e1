"""The verb `verify`: our own story for a service, within its budget, which leaves nothing behind."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result
from masking_emulator.cli.verify import verify as verb
from masking_emulator.client import Control
from masking_emulator.evidence.captures import Capture, CapturedExchange, read_capture
from masking_emulator.evidence.story import FICTIONAL
from masking_emulator.evidence.twins import compared, with_policies
from masking_emulator.evidence.verifying import CannotVerify
from masking_emulator.plivo.ledger import LEDGER, Evidence
from masking_emulator.server.thread import ServerThread

from tests.evidence.mutants import MUTANTS, Mutant, named
from tests.evidence.playing import BUDGET, play
from tests.plivo.ask import Api, api_of
from tests.rooms import PACKAGE

#: How many assumed rows the story asks about at least.
ROWS_MIN: Final = 60

TEMPLATE: Final = Path(__file__).parents[2] / ".github" / "ISSUE_TEMPLATE" / "differs-from-plivo.yml"

ASSUMED: Final = {row.id for row in LEDGER if row.evidence is Evidence.ASSUMED}


def live(api: Api) -> int:
    """How many sessions live."""
    return int(api.list(status="active").json["response"]["meta"]["total_count"])


def _session(exchange: CapturedExchange) -> Any:
    """The session of an answer."""
    assert exchange.answer is not None
    body: Any = exchange.answer.body
    return body["response"]


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


def test_calls_and_waits_come_last_and_are_cleared_away_too(fresh_api: Api, tmp_path: Path) -> None:
    """Where they are allowed: a call that runs while its session is deleted, and a session that ends by itself."""
    outcome = play(fresh_api, tmp_path / "f", requests_max=BUDGET + 10, whole=True)

    *_, running, ended, over, _, last = [
        exchange for exchange in read_capture(tmp_path / "f").exchanges if exchange.about
    ]
    assert (None, ()) == (outcome.cut_short, outcome.left_over)
    assert [["status_in_progress"], ["delete_during_call"]] == [list(running.about or ()), list(ended.about or ())]
    assert [["session_expiring_in_call"], ["expiry_instant"]] == [list(over.about or ()), list(last.about or ())]
    assert "in-progress" == _session(running)["status"]
    assert "expired" == _session(over)["status"]
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


@contextmanager
def world(emulator: ServerThread, policy: Mapping[str, Any]) -> Iterator[Api]:
    """A world with this policy."""
    api = api_of(emulator.url, emulator.control.post("/worlds", {"world": {"policy": dict(policy)}}))
    yield api
    emulator.control.delete(f"/worlds/{api.auth_id}")


@pytest.mark.parametrize("name", POLICIES)
def test_service_with_another_policy_is_named_with_its_row(emulator: ServerThread, tmp_path: Path, name: str) -> None:
    """And with the policy that agrees; rows that have nothing to do with it agree."""
    files = (tmp_path / str(place) for place in count())

    def story(policy: Mapping[str, Any]) -> Capture:
        file = next(files)
        with world(emulator, policy) as api:
            play(api, file)
        return read_capture(file)

    service = story({name: POLICIES[name]})
    found = with_policies(compared(service, story({})), service, story)

    assert name in found.contradicted
    assert [{name: POLICIES[name]}] * len(found.findings) == [finding.policy for finding in found.findings]
    assert len(found.agreed) > 40


def test_report_has_what_the_issue_template_asks_for(emulator: ServerThread, tmp_path: Path) -> None:
    """The request, both answers, the row and the version; and no secret."""
    with world(emulator, {"update_status": 202}) as api:
        done = call(api, tmp_path / "f", "--issue")

    form = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    labels = [field["attributes"]["label"] for field in form["body"]]
    assert 5 == len(labels)
    assert [] == [label for label in labels if f"**{label}**" not in done.output]
    assert "update_status = 202" in done.output
    assert [] == [secret for secret in (api.auth_id, api.auth_token) if secret in done.output]


def test_programs_are_given_json(emulator: ServerThread, tmp_path: Path) -> None:
    """All that was found, with both exchanges."""
    with world(emulator, {"list_limit_out_of_range": "clamp"}) as api:
        done = call(api, tmp_path / "f", "--json")

    said = json.loads(done.output[done.output.index("{") :])
    assert 1 == done.exit_code
    assert [{"list_limit_out_of_range": "clamp"}] == [finding["policy"] for finding in said["findings"]]
    assert [(200, 400)] == [
        (finding["service"]["answer"]["status"], finding["emulator"]["answer"]["status"])
        for finding in said["findings"]
    ]


def test_every_mutant_can_be_made() -> None:
    """What each replaces is still there, and each row is one of the ledger's."""
    rows = {row.id for row in LEDGER}

    assert [] == [one for one in MUTANTS if one.old not in (PACKAGE / one.file).read_text(encoding="utf-8")]
    assert [] == [row for one in MUTANTS for row in one.rows if row not in rows]
    assert len(MUTANTS) >= 50


@pytest.mark.parametrize("mutant", [MUTANTS[0], MUTANTS[-1]], ids=lambda mutant: mutant.rows[0])
def test_wrong_build_is_named_with_its_row(mutant: Mutant, fresh_api: Api) -> None:
    """`python -m tests.evidence.mutants` runs all of them."""
    assert named(mutant, fresh_api) & set(mutant.rows)
