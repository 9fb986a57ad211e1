"""The verb `init`: a world file, a test that runs and a CI job, written into a folder. Nothing is overwritten."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from masking_emulator.cli.common import EXIT_USAGE, Output, Verb, end, output_options

_TEMPLATES: Final = Path(__file__).parent / "templates"

_JOB: Final = ".github/workflows/masking.yml"

#: For whom → file that is written → template that it is made of.
_FILES: Final[Mapping[str, Mapping[str, str]]] = {
    "pytest": {
        "world.toml": "world.toml",
        "test_masking.py": "pytest/test_masking.py.tmpl",
        _JOB: "pytest/masking.yml",
    },
    "node": {
        "world.toml": "world.toml",
        "masking.test.cjs": "node/masking.test.cjs",
        _JOB: "node/masking.yml",
    },
    "compose": {"world.toml": "world.toml", "compose.yaml": "compose/compose.yaml"},
}

#: For whom → what to run then.
_NEXT: Final[Mapping[str, str]] = {
    "pytest": "pytest test_masking.py",
    "node": "npm install plivo && masking-emulator run --world world.toml -- node --test masking.test.cjs",
    "compose": "docker compose up",
}


@click.command(cls=Verb)
@click.argument("kind", type=click.Choice(list(_FILES)))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@output_options
def init(kind: str, folder: Path, **output: bool) -> None:
    """Write a commented world file, a test that runs and a CI job into FOLDER. A file that is there stays.

    \b
    masking-emulator init pytest
    masking-emulator init node
    masking-emulator init compose
    """
    written, kept = [], []
    for name, template in _FILES[kind].items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write((_TEMPLATES / template).read_text(encoding="utf-8"))
        except FileExistsError:
            kept.append(name)
        except OSError as error:
            end(EXIT_USAGE, f"{path}: {error.strerror}")
        else:
            written.append(name)
    lines = [*(f"wrote  {name}" for name in written), *(f"kept   {name}, which is there" for name in kept)]
    answer = {"written": written, "kept": kept, "next": _NEXT[kind]}
    Output(**output).show(answer, [*lines, f"next   {_NEXT[kind]}"])
