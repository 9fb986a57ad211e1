"""The verbs of worlds: `worlds list|create|show|at|fork|reset|remove`, and `world check|schema` of their files."""

import json
from pathlib import Path
from typing import Any

import click

from masking_emulator.cli.common import (
    EXIT_USAGE,
    WHOLE,
    AccountClient,
    Noun,
    Output,
    account_options,
    aligned,
    counted,
    end,
    given,
    output_options,
    table,
    url_option,
)
from masking_emulator.client import segment
from masking_emulator.wholefile import read_file, text_of


@click.group(cls=Noun)
def worlds() -> None:
    """Make, look at, copy, reset and remove worlds. Each is an account of its own.

    \b
    masking-emulator worlds list
    masking-emulator worlds create --world tiny-pool --seed 7
    masking-emulator worlds create --auth-id MACHECKOUTTEAM000001
    masking-emulator worlds fork
    masking-emulator worlds at 12
    masking-emulator worlds reset
    """


@worlds.command(name="list")
@output_options
@url_option
def list_(url: str, **output: bool) -> None:
    """Print the worlds of the server, newest last."""
    answer = AccountClient(url).control.get("/worlds")
    rows = [
        (world["auth_id"], world["clock"]["now"], _pace(world), counted(world["sessions"]["live"], "live session"))
        for world in answer["worlds"]
    ]
    Output(**output).show_list(answer, table(rows))


@worlds.command()
@click.option("--world", help="A world file (TOML), or an example's name.")
@click.option("--seed", help="The world's seed; same seed, same bytes.")
@click.option("--auth-id", help="The world's Auth ID, MA and 18 capitals and digits; left out, a new one.")
@output_options
@url_option
def create(url: str, world: str | None, seed: str | None, auth_id: str | None, **output: bool) -> None:
    """Make a world, and print its credentials.

    With --auth-id, a world that was made before in the same way is printed as it stands.
    """
    from masking_emulator.config import read_seed
    from masking_emulator.world.file import structure_of_file
    from masking_emulator.world.spec import BadWorld

    try:
        structure = {} if world is None else structure_of_file(world)
    except BadWorld as error:
        end(EXIT_USAGE, str(error))
    if world is not None:
        structure.pop("account", None)  # the file's account is mostly the one that the server serves already
    body = given(world=structure or None, seed=read_seed(seed))
    control = AccountClient(url).control
    made = control.post("/worlds", body) if auth_id is None else control.put(f"/worlds/{segment(auth_id)}", body)
    _show(made, **output)


@worlds.command()
@output_options
@account_options
def show(url: str, account: str | None, **output: bool) -> None:
    """Print what a world is and holds."""
    _show(AccountClient(url, account).get(""), **output)


@worlds.command()
@click.option("--at", type=WHOLE, help="As it stood after the event of this number; left out, as it stands.")
@output_options
@account_options
def fork(at: int | None, url: str, account: str | None, **output: bool) -> None:
    """Copy a world under a new Auth ID, and print its credentials. The copy goes on from there."""
    _show(AccountClient(url, account).post("/fork", given(at=at)), **output)


@worlds.command()
@click.argument("sequence", type=WHOLE, required=False)
@click.option("--since", type=WHOLE, help="Print what changed since the event of this number instead.")
@output_options
@account_options
def at(sequence: int | None, since: int | None, url: str, account: str | None, **output: bool) -> None:
    """Print the world as it stood after the event SEQUENCE of its journal; left out, the newest one.

    Nothing in the world changes. 0 is before anything happened.
    """
    from masking_emulator.cli.past import change_lines, moment_lines

    server, which, out = AccountClient(url, account), given(sequence=sequence), Output(**output)
    if since is None:
        answer = server.get("/at", **which)
        out.show(answer, moment_lines(answer))
    else:
        answer = server.get("/at/changes", since=since, **which)
        out.show_list(answer, change_lines(answer["changes"]), nothing="nothing changed")


@worlds.command()
@output_options
@account_options
def reset(url: str, account: str | None, **output: bool) -> None:
    """Put a world back to its start: clock, sessions, journal, chance."""
    answer = AccountClient(url, account).post("/reset")
    Output(**output).show(answer, [f"reset {answer['auth_id']} now {answer['clock']['now']}"])


@worlds.command()
@click.argument("auth_id")
@output_options
@url_option
def remove(auth_id: str, url: str, **output: bool) -> None:
    """Remove the world of AUTH_ID, with all that is in it."""
    answer = AccountClient(url, auth_id).delete("")
    Output(**output).show(answer, [f"removed {answer['removed']}"])


def _show(answer: dict[str, Any], **output: bool) -> None:
    rows = [
        ("auth_id", answer["auth_id"]),
        ("auth_token", answer["auth_token"]),
        *((f"subaccount {place}", f"{sub['auth_id']} {sub['auth_token']}") for place, sub in _numbered(answer)),
        ("seed", str(answer["seed"])),
        ("clock", f"{answer['clock']['now']}, {_pace(answer)}"),
        ("numbers", str(answer["numbers"])),
        ("sessions", f"{answer['sessions']['live']} live, {answer['sessions']['kept']} kept"),
        ("events", str(answer["journal"]["last"])),
    ]
    Output(**output).show(answer, aligned(rows))


def _numbered(answer: dict[str, Any]) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(answer["subaccounts"], 1))


def _pace(world: dict[str, Any]) -> str:
    rate = world["clock"]["rate"]
    return "stands still" if rate == 0 else f"rate {rate:g}"


@click.group(cls=Noun)
def world() -> None:
    """Check a world file, or print the schema that describes one. Needs no server."""


@world.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@output_options
def check(file: Path, **output: bool) -> None:
    """Find every mistake in FILE at once, each with its line. Exit code 2 where there is one.

    Where there is none, notes say which of its callback routes is asked before which, and which lead nowhere.
    """
    from masking_emulator.world.file import mistakes_in, notes_in

    out = Output(**output)
    try:
        text = text_of(read_file(file))
    except OSError as error:
        end(EXIT_USAGE, f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        end(EXIT_USAGE, f"{file}: it is no UTF-8 text")
    except UnicodeError as error:
        end(EXIT_USAGE, f"{file}: {error}")
    found = mistakes_in(text)
    notes = [] if found else notes_in(text)
    out.show(
        {
            "file": str(file),
            "mistakes": [mistake.as_json() for mistake in found],
            "notes": [note.as_json() for note in notes],
        },
        [
            *([f"{file}:{mistake.line}: {mistake.sentence}" for mistake in found] or [f"{file}: no mistakes"]),
            *(f"{file}:{note.line}: note: {note.sentence}" for note in notes),
        ],
    )
    if found:
        click.get_current_context().exit(EXIT_USAGE)


@world.command()
@output_options
def schema(**output: bool) -> None:
    """Print the JSON Schema of a world file, for editors.

    \b
    masking-emulator world schema > world.schema.json
    and in the first line of a world file:
    #:schema ./world.schema.json
    """
    from masking_emulator.world.schema import world_schema

    known = world_schema()
    Output(**output).show(known, [json.dumps(known, indent=2)])
