"""The verbs about a whole run: `snapshot`, `restore`, `replay` and `pool-report`. Part of the command line."""

import json
from pathlib import Path
from typing import Any

import click

from masking_emulator.cli.common import (
    EXIT_REFUSED,
    EXIT_USAGE,
    end,
    json_option,
    print_aligned,
    print_json,
    talking,
    world_option,
)
from masking_emulator.client import Control
from masking_emulator.wholefile import write_whole

_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@click.option("--keep", is_flag=True, help="Let the server write it to the file of `serve --state`.")
@world_option
def snapshot(out: Path | None, keep: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Print the whole state of the world, as JSON that can be edited and restored."""
    if out is not None and keep:
        raise click.UsageError("give --out or --keep, one of them")
    with talking():
        control = Control(url)
        path = f"{control.world(world)}/snapshot"
        answer = control.post(path) if keep else control.get(path)
    if keep:
        click.echo(f"wrote {answer['file']} now {answer['now']}")
    elif out is None:
        print_json(answer)
    else:
        try:
            write_whole(out, json.dumps(answer, indent=1))
        except OSError as error:
            end(EXIT_USAGE, f"{out}: {error.strerror}")
        click.echo(f"wrote {out} now {answer['clock']['now']}")


@click.command()
@click.argument("file", type=_THERE)
@world_option
def restore(file: Path, url: str, world: str | None) -> None:
    """Put the state in FILE, a snapshot, in place of the world's own. The world keeps its account."""
    given = _read(file)
    with talking():
        control = Control(url)
        answer = control.put(f"{control.world(world)}/snapshot", given)
    click.echo(f"restored {file} now {answer['now']}")


@click.command()
@click.argument("file", type=_THERE)
def replay(file: Path) -> None:
    """Play FILE, a recording of `serve --record`, once more, and report the first difference. Needs no server."""
    from masking_emulator.keeping.replay import BadRecording
    from masking_emulator.keeping.replay import replay as play

    try:
        result = play(file)
    except (BadRecording, OSError) as error:
        end(EXIT_USAGE, str(error))
    if result.difference is not None:
        end(EXIT_REFUSED, f"{file}: {result.difference.described()}")
    click.echo(f"the same: {result.commands} commands, {result.events} events")


@click.command(name="pool-report")
@json_option("The report as the control API answers it.")
@world_option
def pool_report(as_json: bool, url: str, world: str | None) -> None:  # noqa: FBT001  # click's way
    """Tell how many numbers, of which countries, would have served the run so far, and when it was tightest."""
    with talking():
        control = Control(url)
        report = control.get(f"{control.world(world)}/pool-report")
    if as_json:
        return print_json(report)
    print_aligned([("sessions", str(report["sessions_created"])), ("numbers needed", str(report["numbers_needed"]))])
    for group in report["numbers"]:
        tightest = f"{group['sessions_then']} sessions on {group['most_taken_at_once']} numbers"
        click.echo(
            f"{group['account']} +{group['calling_code']}: {group['needed']} needed, "
            f"tightest at {group['tightest_at']} with {tightest}"
        )
    busiest = report["busiest_party"]
    if busiest:
        click.echo(
            f"busiest {busiest['party']}: {busiest['sessions_at_once']} sessions at once; "
            f"the vendor's formula asks for {busiest['vendors_formula']} numbers"
        )
    if "note" in report:
        click.echo(f"note: {report['note']}")
    return None


def _read(file: Path) -> dict[str, Any]:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        end(EXIT_USAGE, f"{file}: {error}")
    if not isinstance(given, dict):
        end(EXIT_USAGE, f"{file}: it holds no object")
    return given
