"""The verbs of a whole run: `snapshot save|load`, and `recording replay`."""

import json
from pathlib import Path
from typing import Any, NoReturn

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    EXIT_USAGE,
    LONG_S,
    AccountClient,
    Noun,
    Output,
    account_options,
    counted,
    end,
    output_options,
)
from masking_emulator.cli.progress import progress, shown_while
from masking_emulator.wholefile import read_file, require_file, text_of, write_whole

_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(cls=Noun)
def snapshot() -> None:
    """Keep the whole state of a world in a file, and put it back.

    \b
    masking-emulator snapshot save state.json
    masking-emulator snapshot load state.json
    """


@snapshot.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False)
@click.option("--keep", is_flag=True, help="Let the server write it to the file of `serve --state`.")
@output_options
@account_options
def save(file: Path | None, keep: bool, url: str, account: str | None, **output: bool) -> None:  # noqa: FBT001  # click's way
    """Write the whole state of the world to FILE, as JSON that can be edited; without FILE, print it."""
    if file is not None and keep:
        raise click.UsageError("give FILE or --keep, one of them")
    server, out = AccountClient(url, account, timeout_s=LONG_S), Output(**output)
    if keep:
        answer = shown_while("snapshot", lambda: server.post("/snapshot"), quiet=out.quiet)
        return out.show(answer, [f"wrote {answer['file']} now {answer['now']}"])
    answer = shown_while("snapshot", lambda: server.get("/snapshot"), quiet=out.quiet)
    if file is None or str(file) == "-":
        return out.say(json.dumps(answer, indent=2))
    if not file.absolute().parent.is_dir():
        end(EXIT_USAGE, f"{file}: there is no folder {file.parent}")
    try:
        write_whole(file, json.dumps(answer, indent=1))
    except OSError as error:
        end(EXIT_USAGE, f"{file}: {error.strerror}")
    written = {"file": str(file), "now": answer["clock"]["now"]}
    return out.show(written, [f"wrote {file} now {written['now']}"])


@snapshot.command()
@click.argument("file", type=_THERE)
@output_options
@account_options
def load(file: Path, url: str, account: str | None, **output: bool) -> None:
    """Put the state in FILE, a snapshot, in place of the world's own. The world keeps its account."""
    server, out = AccountClient(url, account, timeout_s=LONG_S), Output(**output)
    state = _read(file)
    answer = shown_while("restore", lambda: server.put("/snapshot", state), quiet=out.quiet)
    out.show(answer, [f"loaded {file} now {answer['now']}"])


@click.group(cls=Noun)
def recording() -> None:
    """Play a recording of `serve --record` once more."""


@recording.command()
@click.argument("file", type=_THERE)
@output_options
def replay(file: Path, **output: bool) -> None:
    """Play FILE once more, and report the first difference. Needs no server.

    Exit code 1 where there is one, 2 where FILE is no recording, or ends in the middle of a command because its server
    was killed; then it says whether everything before agrees.
    """
    from masking_emulator.keeping.replay import BadRecording
    from masking_emulator.keeping.replay import replay as play

    try:
        require_file(file, or_pipe=True)
        out = Output(**output)
        with progress("replay", file.stat().st_size if file.is_file() else None, quiet=out.quiet) as reached:
            result = play(file, lambda place: reached(place, ""))
    except BadRecording as error:
        end(EXIT_USAGE, str(error))
    except OSError as error:
        end(EXIT_USAGE, f"{file}: {error.strerror}")
    if result.difference is not None:
        end(EXIT_REFUSED, f"{file}: {result.difference.described()}")
    played = f"{counted(result.commands, 'command')}, {counted(result.events, 'event')}"
    if result.cut is not None:
        end(EXIT_USAGE, f"{file}: the recording ends {result.cut}; everything before agrees: {played}")
    out.show({"commands": result.commands, "events": result.events}, [f"the same: {played}"])


def _read(file: Path) -> dict[str, Any]:
    try:
        given = json.loads(text_of(read_file(file)))
    except OSError as error:
        end(EXIT_USAGE, f"{file}: {error.strerror}")
    except UnicodeDecodeError as error:
        _end_without_snapshot(file, f"it is no UTF-8 (byte {error.start})")
    except UnicodeError as error:
        end(EXIT_USAGE, f"{file}: {error}")
    except json.JSONDecodeError as error:
        _end_without_snapshot(file, f"it is no JSON: {error}" if error.doc.strip() else "it is empty")
    except ValueError as error:
        _end_without_snapshot(file, f"it is no JSON: {error}")
    except RecursionError:
        _end_without_snapshot(file, "it is nested too deeply")
    if not isinstance(given, dict):
        _end_without_snapshot(file, "it holds no object")
    return given


def _end_without_snapshot(file: Path, why: str) -> NoReturn:
    end(EXIT_USAGE, f"{file}: {why}; a snapshot is what `snapshot save` writes")
