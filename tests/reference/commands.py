"""The reference of the command line, from what click knows of it."""

import inspect
import re
from collections.abc import Iterator
from typing import Final

import click
from masking_emulator.cli.main import main

from tests.reference.tables import table

NAME: Final = "masking-emulator"


def commands_page() -> str:
    """Every command: what it does, how it is called, and its options."""
    return "\n".join(_described(name, command) for name, command in every_command())


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, those of a group after it."""
    yield from _below(NAME, main)


def _below(name: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=name)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None, "a command that is listed is there"
        yield f"{name} {word}", command
        if isinstance(command, click.Group):
            yield from _below(f"{name} {word}", command)


def _described(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=200)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    records = [parameter.get_help_record(context) for parameter in command.params]
    lines = [(f"`{record[0]}`", _spaced(record[1])) for record in records if record is not None]
    parts = [f"### {name.removeprefix(f'{NAME} ')}", _text(command.help or ""), f"```text\n{usage}\n```"]
    return "\n\n".join([*parts, table(("option", "meaning"), lines)] if lines else parts) + "\n"


def _text(help_text: str) -> str:
    """The help as Markdown: paragraphs flow, what click leaves as it is becomes a block."""
    paragraphs = inspect.cleandoc(help_text).split("\n\n")
    return "\n\n".join(_block(each) if each.startswith("\b") else " ".join(each.split()) for each in paragraphs)


def _block(paragraph: str) -> str:
    lines = paragraph.split("\n")[1:]
    if all(line.startswith("    ") for line in lines if line) or not any(line.startswith("    ") for line in lines):
        return f"```text\n{inspect.cleandoc(chr(10).join(lines))}\n```"
    return "```text\n" + "\n".join(lines) + "\n```"


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("  [", " [")


#: Every verb → its options, and every noun → its verbs; by full name.
_COMMANDS: Final = dict(every_command())
VERBS: Final = {name.split()[1] for name in _COMMANDS}


def is_our_command(words: list[str]) -> bool:
    """Whether the verbs and options of this line of the shell are there."""
    words = words if words[0] == NAME else [NAME, *words]
    if f"{NAME} {words[1]}" not in _COMMANDS:
        return words[1] not in VERBS and not words[1].isalpha()
    depth = 3 if " ".join(words[:3]) in _COMMANDS else 2
    command = _COMMANDS[" ".join(words[:depth])]
    verb = words[2] if depth == 2 and len(words) > 2 else ""
    if hasattr(command, "commands") and re.fullmatch("[a-z]+", verb):
        return False
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return {word.partition("=")[0] for word in words[depth:] if word.startswith("--")} <= options
