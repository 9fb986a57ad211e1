"""Files that are never half written, and what is in their place already."""

import os
from pathlib import Path

import pytest
from masking_emulator.wholefile import write_whole


def test_text_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    """The file has the new text, and nothing lies beside it."""
    file = tmp_path / "state.json"
    file.write_text("old", encoding="utf-8")

    write_whole(file, "new")

    assert ("new", [file]) == (file.read_text(encoding="utf-8"), list(tmp_path.iterdir()))


def test_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written."""
    file, link = tmp_path / "state.json", tmp_path / "link.json"
    link.symlink_to(file)

    write_whole(link, "new")

    assert (True, "new") == (link.is_symlink(), file.read_text(encoding="utf-8"))


def test_pipe_is_refused_and_stays(tmp_path: Path) -> None:
    """Moving a file over a pipe or a device would take it away from everybody."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(OSError, match="it is a pipe and no file"):
        write_whole(pipe, "new")

    assert [pipe] == list(tmp_path.iterdir())
    assert pipe.is_fifo()
