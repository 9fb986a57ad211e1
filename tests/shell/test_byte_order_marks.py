"""Files and bodies as Windows writes them: a byte-order mark is read over, and UTF-16 is refused by its name."""

import codecs
import json
from pathlib import Path
from typing import Final

import pytest

from tests.plivo.ask import Api
from tests.shell.asking import control, create, good
from tests.shell.process import run, sentence, serving

_WORLD: Final = '[[numbers]]\nnumber = "+14155550100"\n'


@pytest.mark.parametrize("name", ["world", "snapshot", "recording", "restored"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_file_with_a_mark_is_read_and_one_in_utf_16_is_refused(tmp_path: Path, name: str, encoding: str) -> None:
    """World files, states, recordings and snapshots alike."""
    state, recording, world = tmp_path / "state.json", tmp_path / "recording.jsonl", tmp_path / "world.toml"
    world.write_text(_WORLD, encoding=encoding if name == "world" else "utf-8")
    if name == "world" and encoding != "utf-8-sig":
        assert "UTF-16" in sentence(run("serve", "--port", "0", "--world", str(world)), 2)
        return
    with serving("--world", str(world), "--state", str(state), "--record", str(recording)) as (process, url):
        assert 0 == run("advance", "1", "--url", url).returncode
        process.terminate()
        process.wait()
    for path in (state, recording):
        path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    if name == "snapshot" and encoding == "utf-8-sig":
        with serving("--state", str(state)) as (_, url):
            assert 0 == run("journal", "--url", url).returncode
    elif name == "snapshot":
        assert "UTF-16" in sentence(run("serve", "--port", "0", "--state", str(state)), 2)
    elif name == "recording":
        done = run("recording", "replay", str(recording))
        assert (0 if encoding == "utf-8-sig" else 1) == min(1, done.returncode), done.stderr
        assert ("UTF-16" in done.stderr) is (encoding != "utf-8-sig")
    elif name == "restored":
        with serving("--world", str(world)) as (_, url):
            done = run("snapshot", "load", str(state), "--url", url)
        assert (0 if encoding == "utf-8-sig" else 1) == min(1, done.returncode), done.stderr
        assert ("UTF-16" in done.stderr) is (encoding != "utf-8-sig")


def test_body_of_the_control_api_with_a_mark_is_read(api: Api) -> None:
    """Empty ones too; in UTF-16 it is refused by name and changes nothing."""
    create(api, 0, 1)
    body = json.dumps({"operation": "create_session"})
    good(control(api, "POST", "{w}/requests/verify", codecs.BOM_UTF8 + body.encode()))
    refused = [control(api, "POST", "{w}/requests/verify", body.encode(name)) for name in ("utf-16", "utf-16-be")]

    assert [400, 400] == [reply.status for reply in refused]
    assert all("UTF-16" in reply.json["error"] for reply in refused)
    good(control(api, "POST", "{w}/reset", codecs.BOM_UTF8))


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_long_body_may_begin_with_any_letter(api: Api, mark: bytes) -> None:
    """Its first bytes are looked at, and they may be half a letter."""
    body = json.dumps({"é": "x" * 1_100_000}, ensure_ascii=False).encode()
    reply = control(api, "PUT", "{w}/snapshot", mark + body)

    assert 400 == reply.status
    assert "no JSON" not in reply.json["error"]


def test_body_of_the_emulated_api_with_a_mark_is_no_json(api: Api) -> None:
    """As the vendor's decoder has it: JSON begins with no mark."""
    body = json.dumps({"first_party": "+14155550123", "second_party": "+14155550145"}).encode()

    assert 400 == api.ask("POST", api.sessions, codecs.BOM_UTF8 + body).status
