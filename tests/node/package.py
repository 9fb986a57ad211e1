"""The npm package in `emulator/typescript/`: its types made of the OpenAPI document, built, and packed.

`python -m tests.node.package FOLDER` puts the tarball into FOLDER, for `npm install FOLDER/masking-emulator-….tgz`.
What builds it comes from npm: `npm install --prefix emulator/typescript --no-package-lock`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from masking_emulator import __version__
from masking_emulator.control import PREFIX
from masking_emulator.control.openapi import document

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "emulator" / "typescript"

#: What builds and checks. The generator of types needs an older TypeScript, which takes ten times as long.
TSC: Final = PACKAGE / "node_modules" / "typescript-7" / "bin" / "tsc"
_GENERATOR: Final = PACKAGE / "node_modules" / "openapi-typescript" / "bin" / "cli.js"

#: The one operation of the emulated API whose types the client has: what a create takes.
_CREATE: Final = "/v1/Account/{auth_id}/Masking/Session/"

_TIMEOUT_S: Final = 240


def missing() -> str | None:
    """Why nothing can be built here, and what to do; None where everything is there."""
    if TSC.exists() and _GENERATOR.exists():
        return None
    return "the npm package cannot be built: npm install --prefix emulator/typescript --no-package-lock"


def write_types() -> None:
    """Generate `src/control-api.ts`, unless it is there already for this very document."""
    described = json.dumps(_described(), indent=1)
    source, made = PACKAGE / "openapi.json", PACKAGE / "src" / "control-api.ts"
    if made.exists() and source.exists() and described == source.read_text(encoding="utf-8"):
        return
    with TemporaryDirectory(dir=PACKAGE) as folder:  # others may be reading what is there
        given, types = Path(folder) / "openapi.json", Path(folder) / "control-api.ts"
        given.write_text(described, encoding="utf-8")
        run("node", str(_GENERATOR), str(given), "--output", str(types), *_OF_TYPES)
        types.replace(made)
        given.replace(source)


#: A value with a default may be left out, and an object of which nothing is said may hold anything.
_OF_TYPES: Final = ("--default-non-nullable=false", "--empty-objects-unknown")


def packed(folder: Path) -> Path:
    """The tarball, built from the sources as they are, in this folder."""
    write_types()
    shutil.rmtree(PACKAGE / "dist", ignore_errors=True)
    for project in ("tsconfig.json", "tsconfig.cjs.json"):
        run("node", str(TSC), "--project", project)
    run("node", "finish.mjs")
    with TemporaryDirectory() as staged:
        _stage(Path(staged))
        run("npm", "pack", "--silent", "--pack-destination", str(folder), folder=Path(staged))
    return folder / f"masking-emulator-{__version__}.tgz"


def _stage(folder: Path) -> None:
    """Put into the folder what is packed. The version is the emulator's, which stands in one place only."""
    manifest = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    published = {name: value for name, value in manifest.items() if name not in ("private", "devDependencies")}
    whole = json.dumps({**published, "version": __version__}, indent=2)
    (folder / "package.json").write_text(whole, encoding="utf-8")
    for name in ("README.md", "LICENSE"):
        place = PACKAGE if (PACKAGE / name).exists() else ROOT
        shutil.copy(place / name, folder / name)
    shutil.copytree(PACKAGE / "dist", folder / "dist")


def run(*command: str, folder: Path = PACKAGE) -> str:
    """Run it, and return what it printed. An AssertionError has all of that where it fails."""
    words = [shutil.which(command[0]) or command[0], *command[1:]]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def _described() -> Mapping[str, Any]:
    whole = document()
    paths = {path: item for path, item in whole["paths"].items() if path.startswith(f"{PREFIX}/")}
    create = {_CREATE: {"post": whole["paths"][_CREATE]["post"]}}
    # Without the version, which is in no type.
    return {**whole, "info": {"title": whole["info"]["title"], "version": ""}, "paths": paths | create, "webhooks": {}}


if __name__ == "__main__":
    reason = missing()
    if reason is not None:
        sys.exit(reason)
    destination = Path(sys.argv[1]).absolute()
    destination.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{packed(destination)}\n")
