"""The verb `compare`: where a capture of a service and the emulator differ. Part of the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from masking_emulator.cli.common import EXIT_REFUSED, EXIT_USAGE, FILE, Output, Verb, end, output_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from masking_emulator.comparing.report import ComparedCapture
    from masking_emulator.world.spec import WorldSpec


@click.command(cls=Verb)
@click.option("--world", help="The world (TOML, or an example's name) to compare with.  [default: read from FILE]")
@click.option("--write-policy", type=FILE, help="Write a world file with the policy that agrees; a new file.")
@click.option("--html", type=FILE, help="Write a page about it too.")
@output_options
@click.argument("files", type=FILE, nargs=-1, required=True)
def compare(files: tuple[Path, ...], **options: Any) -> None:
    """Play the requests of captures to an emulator of our own, and say where the two differ.

    \b
        masking-emulator compare capture.jsonl

    Nothing is sent anywhere: each FILE is replayed in this process, at its own times on the emulator's clock, and what
    people did in calls is read from its callbacks. Ids, numbers and instants are compared by meaning. Each difference
    is named by its row of the ledger, with the policy that agrees, where one does. Exits with 1 where one differs.
    """
    from masking_emulator.wholefile import CannotKeepFile, write_whole

    policy_file: Path | None = options["write_policy"]
    if policy_file is not None and policy_file.exists():
        end(EXIT_USAGE, f"--write-policy: {policy_file} is there already; name a new file")
    world = None if options["world"] is None else _world(options["world"])
    captures = [_compared(file, world) for file in files]
    _show(captures, options)
    try:
        if options["html"] is not None:
            from masking_emulator.comparing.page import page

            write_whole(options["html"], page(captures, _rows()), private=False)
        if policy_file is not None:
            from masking_emulator.comparing.wording import world_file

            write_whole(policy_file, world_file(_policy(captures)), private=False)
    except CannotKeepFile as error:
        end(EXIT_USAGE, str(error))
    except OSError as error:
        end(EXIT_USAGE, f"{error.filename}: {error.strerror}")
    if not all(one.agrees for one in captures):
        raise SystemExit(EXIT_REFUSED)


def _world(source: str) -> "WorldSpec":
    from masking_emulator.comparing.casting import world_to_compare_with
    from masking_emulator.world.spec import BadWorld

    try:
        return world_to_compare_with(source)
    except BadWorld as bad:
        end(EXIT_USAGE, f"--world: {bad}")


def _compared(file: Path, world: "WorldSpec | None") -> "ComparedCapture":
    from masking_emulator.comparing.report import compared
    from masking_emulator.evidence.captures import NoCapture, read_capture
    from masking_emulator.world.spec import BadWorld

    try:
        return compared(read_capture(file), str(file), world=world)
    except NoCapture as error:
        end(EXIT_USAGE, str(error))
    except BadWorld as bad:
        end(EXIT_USAGE, f"{file}: no world can be made of it: {bad}")


def _show(captures: "Sequence[ComparedCapture]", options: Mapping[str, Any]) -> None:
    from masking_emulator.comparing.wording import lines_of, report_json, summary

    rows = _rows()
    lines = [line for one in captures for line in lines_of(one)]
    output = Output(as_json=options["as_json"], quiet=options["quiet"])
    output.show(report_json(captures, rows), [*lines, *summary(captures, rows)])


def _rows() -> "Sequence[str]":
    """Every row of the ledger that a capture can show."""
    from masking_emulator.evidence.predicates.reading import PREDICATES, UNSHOWABLE
    from masking_emulator.plivo.ledger import LEDGER

    return [row.id for row in LEDGER if row.id in PREDICATES and row.id not in UNSHOWABLE]


def _policy(captures: "Sequence[ComparedCapture]") -> Mapping[str, Any]:
    """The policy that agrees with all captures. Ends with exit code 1 where two want different values."""
    policy: dict[str, Any] = {}
    for one in captures:
        for name, value in one.policy.items():
            if policy.setdefault(name, value) != value:
                end(EXIT_REFUSED, f"--write-policy: the captures do not agree with each other on {name}")
    return policy
