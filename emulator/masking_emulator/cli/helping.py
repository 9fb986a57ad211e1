"""The verbs that explain the command itself: `help` and `completion`."""

from collections.abc import Mapping
from typing import Final

import click

from masking_emulator.cli.common import EXIT_CODES, Verb

_SHELLS: Final = ("bash", "zsh", "fish")

_TIMES: Final = """\
Wherever a verb or a world file takes a length of time, these are the same:
  5400     seconds, also 0.5
  90m      minutes
  1h30m    hours and minutes; d are days
The control API takes numbers of seconds."""


def _exit_codes() -> str:
    return "\n".join(f"{code:>4}  {meaning}" for code, meaning in EXIT_CODES.items())


_TOPICS: Final[Mapping[str, str]] = {"exit-codes": _exit_codes(), "durations": _TIMES}


@click.command(name="help", cls=Verb)
@click.argument("topic", nargs=-1)
@click.pass_context
def help_(ctx: click.Context, topic: tuple[str, ...]) -> None:
    """Explain a verb, or a topic: exit-codes, durations."""
    root = ctx.find_root()
    if not topic:
        click.echo(root.get_help())
        return
    if topic[0] in _TOPICS:
        click.echo(_TOPICS[topic[0]])
        return
    here, command = root, root.command
    for word in topic:
        found = command.get_command(here, word) if isinstance(command, click.Group) else None
        if found is None:
            from masking_emulator.plivo.validation import hint

            known = [*command.list_commands(here), *_TOPICS] if isinstance(command, click.Group) else ()
            meant = hint(word, known) or f"; topics are {', '.join(_TOPICS)}"
            raise click.UsageError(f"no verb and no topic {' '.join(topic)!r}{meant}")
        here, command = click.Context(found, info_name=word, parent=here), found
    click.echo(command.get_help(here))


@click.command(cls=Verb)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what completes verbs and options in your shell.

    \b
    eval "$(masking-emulator completion bash)"
    eval "$(masking-emulator completion zsh)"
    masking-emulator completion fish | source
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, "click knows these shells"
    click.echo(kind(ctx.find_root().command, {}, "masking-emulator", "_MASKING_EMULATOR_COMPLETE").source())
