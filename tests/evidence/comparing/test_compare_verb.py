"""The verb `compare`: what it prints and writes, and its exit codes."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from masking_emulator.cli.compare import compare
from masking_emulator.world.file import load_world

from tests.evidence.comparing.stage import PEOPLE, Stage, staged
from tests.evidence.playing import play
from tests.plivo.ask import Api

ANNA, BEN, *_ = PEOPLE


async def _story(stage: Stage) -> None:
    session = await stage.create(ANNA, BEN)
    await stage.ask("POST", f"Masking/Session/{session}/", body={"ring_timeout": 10})
    await stage.ask("DELETE", f"Masking/Session/{session}/")


_OTHER: Final[Mapping[str, Any]] = {"update_status": 202, "timer_defaults": "documented"}


def call(*words: object) -> Result:
    """The verb."""
    return CliRunner().invoke(compare, list(map(str, words)))


def test_agreeing_capture_is_exit_code_0(tmp_path: Path) -> None:
    """And what was compared is said."""
    file = tmp_path / "f"
    staged(file, _story)

    done = call(file)
    assert (0, "") == (done.exit_code, done.stderr)
    assert f"{file}: 3 exchanges and 1 callback of an emulator of ours compared" in done.output


def test_comparison_opens_no_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for requests nor for callbacks, and no name is looked up."""
    file = tmp_path / "f"
    staged(file, _story, **_OTHER)

    def forbidden(*_: object) -> None:
        raise AssertionError("a socket was used")

    for name in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, name, forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)

    done = call(file)
    assert 1 == done.exit_code, done.output
    assert 2 == done.output.count("differs: ")


def test_policy_that_agrees_is_written_and_agrees(tmp_path: Path) -> None:
    """As a world file, with which nothing differs any more."""
    file, policy = tmp_path / "f", tmp_path / "policy.toml"
    staged(file, _story, **_OTHER)

    done = call(file, "--write-policy", policy)
    assert 1 == done.exit_code
    assert "the policy that agrees: update_status = 202" in done.output
    assert "    contradicted: update_status" in done.output
    assert 202 == load_world(str(policy)).policy.update_status
    assert "documented" == load_world(str(policy)).policy.timer_defaults
    assert 0 == call(file, "--world", policy).exit_code


def test_policy_file_is_never_overwritten(tmp_path: Path) -> None:
    """It may be somebody's world."""
    file = tmp_path / "f"
    staged(file, _story)

    done = call(file, "--write-policy", file)
    assert (2, True) == (done.exit_code, "is there already" in done.output)


def test_programs_are_given_json(tmp_path: Path) -> None:
    """Each finding with both sides, the rows by service, and all that was left out."""
    file = tmp_path / "f"
    staged(file, _story, service="vendor", update_status=202)

    said = json.loads(call(file, "--json").output)
    (capture,) = said["captures"]
    (finding,) = capture["findings"]
    assert (False, "vendor", 3, 1) == (said["agrees"], capture["service"], capture["exchanges"], capture["callbacks"])
    assert (["update_status"], {"update_status": 202}) == (finding["rows"], finding["policy"])
    assert (202, 200) == (finding["theirs"]["answer"]["status"], finding["ours"]["status"])
    assert ["vendor"] == list(said["rows"])
    assert {"update_status": 1} == said["rows"]["vendor"]["contradicted"]
    assert 1 == said["rows"]["vendor"]["confirmed"]["create_status"]
    assert "list_envelope" in said["rows"]["vendor"]["not_exercised"]


def test_page_loads_nothing_and_escapes_what_it_shows(tmp_path: Path) -> None:
    """What a service says is text on the page, whatever is in it."""
    file, page = tmp_path / "f", tmp_path / "page.html"
    staged(file, _story)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    lines[1]["answer"]["body"]["message"] = "<script>alert(1)</script>"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert 1 == call(file, "--html", page, "--quiet").exit_code
    text = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "create_envelope" in text


@pytest.mark.parametrize(
    ("content", "part"),
    [(None, "No such file"), ("", "it is no capture"), ('{"kind": "capture", "version": 9, "service": "other"}', "9")],
)
def test_file_that_is_no_capture_is_a_wrong_call(content: str | None, part: str, tmp_path: Path) -> None:
    """It is named with the reason, and nothing is compared."""
    file = tmp_path / "f"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    done = call(file)
    assert (2, True) == (done.exit_code, str(file) in done.output and part in done.output), done.output


def test_world_that_is_none_is_a_wrong_call(tmp_path: Path) -> None:
    """The key and the reason are named."""
    file, world = tmp_path / "f", tmp_path / "w.toml"
    staged(file, _story)
    world.write_text("[policy]\nupdate_status = 3\n", encoding="utf-8")

    done = call(file, "--world", world)
    assert (2, True) == (done.exit_code, "policy.update_status" in done.output), done.output


def test_answers_of_two_services_are_not_added_up(tmp_path: Path) -> None:
    """A line for each of them."""
    for service in ("vendor", "emulator"):
        staged(tmp_path / service, _story, service=service)

    said = json.loads(call(tmp_path / "vendor", tmp_path / "emulator", "--json").output)
    assert ["vendor", "emulator"] == list(said["rows"])
    assert (True, 2) == (said["agrees"], len(said["captures"]))


def test_capture_of_verify_agrees(fresh_api: Api, tmp_path: Path) -> None:
    """All that the story of `verify` asks can be replayed."""
    play(fresh_api, tmp_path / "f")

    done = call(tmp_path / "f")
    assert 0 == done.exit_code, done.output
    assert "left out" not in done.output
