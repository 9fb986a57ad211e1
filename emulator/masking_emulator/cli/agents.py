"""The verbs for agents: `mcp` speaks the Model Context Protocol on stdin and stdout, `skill` prints instructions."""

from pathlib import Path
from typing import Final

import click

from masking_emulator.cli.common import EXIT_USAGE, Verb, account_options, end

_SKILL: Final = Path(__file__).parent / "templates" / "skill" / "SKILL.md"


@click.command(cls=Verb)
@click.option("--allow-writes", is_flag=True, help="Also offer the tools that change something.")
@account_options
def mcp(allow_writes: bool, url: str, account: str | None) -> None:  # noqa: FBT001  # click's way
    """Offer a running emulator to an agent: tools, resources and a prompt, over stdin and stdout.

    Needs the extra `mcp`. It is what an agent's configuration names; a server with `serve --mcp` offers the same over
    HTTP.

    \b
    masking-emulator mcp
    masking-emulator mcp --allow-writes --url http://127.0.0.1:8080
    """
    try:
        from masking_emulator.agents.protocol import speak
    except ModuleNotFoundError as missing:
        end(EXIT_USAGE, f"{missing.name} is not installed; pip install 'masking-emulator[mcp]'")
    speak(url, account=account, allow_writes=allow_writes)


@click.command(cls=Verb)
def skill() -> None:
    """Print a SKILL.md: how an agent writes and debugs a test with the emulator.

    \b
    masking-emulator skill > .claude/skills/masking-emulator/SKILL.md
    """
    click.echo(_SKILL.read_text(encoding="utf-8"), nl=False)
