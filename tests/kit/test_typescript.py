"""The npm package `masking-emulator`, as its users have it: packed, installed into an empty project, and run there by
each test runner with Plivo's own SDK.

What a runner runs beside the page's tests is in `emulator/typescript/test/`. The runners come from `tests/node`, of
which the project sees all packages; the client's own build tools from `emulator/typescript`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from masking_emulator import __version__
from masking_emulator.control.openapi import document
from masking_emulator.server.thread import ServerThread
from masking_emulator.testing.emulator import new_world

from tests.node.package import PACKAGE, missing, packed, run
from tests.snippets import snippets, write_files

_NODE: Final = Path(__file__).parents[1] / "node"
PAGE: Final = "docs/typescript.md"
COMMANDS: Final = [line for each in snippets(PAGE) if each.language == "sh" for line in each.code.splitlines()]
_TIMEOUT_S: Final = 120


def _reason() -> str | None:
    there = (_NODE / "node_modules" / "vitest").is_dir() and (_NODE / "node_modules" / "jest").is_dir()
    return missing() or (None if there else "the runners are missing: npm install --prefix tests/node")


needs_npm = pytest.mark.skipif(_reason() is not None, reason=str(_reason()))


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built and packed."""
    return packed(tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="module")
def project(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the package is installed, with the page's tests and ours."""
    around = tmp_path_factory.mktemp("typescript")
    (around / "node_modules").symlink_to(_NODE / "node_modules")
    folder = around / "project"
    shutil.copytree(PACKAGE / "test", folder)
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    run("npm", "install", "--offline", "--silent", "--no-package-lock", "--no-audit", str(tarball), folder=folder)
    write_files(PAGE, folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    """An emulator for those that connect to one; theirs alone, because they look at its list of worlds."""
    with ServerThread() as server:
        yield server


def _run(folder: Path, command: str, **variables: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MASKING_EMULATOR_URL", "PYTEST"))
    }
    done = subprocess.run(
        ["bash", "-euc", command],
        cwd=folder,
        env={**kept, "PATH": path, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def _of_page(word: str) -> str:
    (command,) = [line for line in COMMANDS if word in line]
    return command


@needs_npm
def test_client_works_in_node_test(project: Path) -> None:
    """As an ES module, with emulators that it starts: all that the client has, and the page's test."""
    printed = _run(project, f"{_of_page('node --test')} node.test.mjs", PYTHON=sys.executable)

    assert _number_of_tests(project, "node") == int(re.findall(r"pass (\d+)", printed)[0])


@needs_npm
def test_client_works_in_jest(project: Path, server: ServerThread) -> None:
    """As CommonJS, beside an emulator that runs, with the matcher; the page's test too."""
    printed = _run(project, f"{_of_page('npx jest')} '**/jest.test.cjs'", MASKING_EMULATOR_URL=server.url)

    assert f"{_number_of_tests(project, 'jest')} passed" in printed


@needs_npm
def test_client_works_in_vitest(project: Path, server: ServerThread) -> None:
    """In TypeScript with `await using`, beside an emulator that runs, with the matcher; the page's test too."""
    printed = _run(project, f"{_of_page('npx vitest')} vitest.test.ts --reporter=dot", MASKING_EMULATOR_URL=server.url)

    assert f"{_number_of_tests(project, 'vitest')} passed" in printed


def _number_of_tests(project: Path, runner: str) -> int:
    files = [file for file in project.iterdir() if f"{runner}.test." in file.name]
    assert 2 == len(files)
    return sum(len(re.findall(r"^test\(", file.read_text(encoding="utf-8"), flags=re.MULTILINE)) for file in files)


@needs_npm
def test_failures_read_as_those_of_the_kit_for_python(project: Path, server: ServerThread) -> None:
    """Word for word; the client for TypeScript then adds what was refused and what nothing read."""
    world = new_world(server.control, "words")
    made = server.control.get(world.path)
    world.client.masking_sessions.create_masking_session(
        first_party="+14155550123", second_party="+14155550145", callback_url="http://127.0.0.1:9/", session_expiry=600
    )
    world.trigger("SessionPartiesHangup", to="http://127.0.0.1:9/")
    world.advance(1800)
    with pytest.raises(AssertionError) as waited:
        world.callbacks.wait_for(event="SessionTimeout", timeout=0)
    with pytest.raises(AssertionError) as verified:
        world.requests.verify(operation="create_session", status=200, body={"session_expiry": 700, "first_party": "x"})
    report = world.report()
    printed = _run(project, f"node -e '{_FAILING}'", MASKING_EMULATOR_URL=server.url, WORLD=json.dumps(made))

    assert [str(waited.value), str(verified.value), report] == [text.rstrip("\n") for text in json.loads(printed)]


_FAILING: Final = """
const { Control, World } = require("masking-emulator");
const world = new World(new Control(process.env.MASKING_EMULATOR_URL), JSON.parse(process.env.WORLD));
const message = (promise) => promise.then(() => "", (error) => error.message);
Promise.all([
  message(world.callbacks.waitFor({ event: "SessionTimeout", timeout: 0 })),
  message(world.requests.verify({
    operation: "create_session", status: 200, body: { session_expiry: 700, first_party: "x" },
  })),
  world.report(),
]).then((texts) => console.log(JSON.stringify(texts)));
"""


@needs_npm
def test_strict_project_compiles(project: Path) -> None:
    """The page's test and ours, with the types of the client, of Vitest and of Plivo's SDK; a wrong key is an error."""
    options = {
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "noUncheckedIndexedAccess": True,
        "noEmit": True,
        "skipLibCheck": True,  # the SDK's own types are at fault
        "target": "es2022",
        "lib": ["es2022", "esnext.disposable"],
        "module": "nodenext",
        "types": ["node"],
    }
    (project / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": options, "include": ["*.ts"]}), encoding="utf-8"
    )
    wrong = project / "wrong.ts"
    wrong.write_text(_WRONG, encoding="utf-8")
    done = subprocess.run(
        [_NODE / "node_modules" / ".bin" / "tsc"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    wrong.unlink()

    errors = re.findall(r"^(\S+)\((\d+),\d+\): error", done.stdout, flags=re.MULTILINE)
    marked = [number for number, line in enumerate(_WRONG.splitlines(), 1) if "// wrong" in line]
    assert [("wrong.ts", str(number)) for number in marked] == errors, done.stdout


_WRONG: Final = """\
import type { World } from "masking-emulator";

export async function misspelt(world: World): Promise<void> {
  await world.trigger("SessionTimout", { to: "http://127.0.0.1/" }); // wrong
  await world.faults.add({ operation: "create_sesion", status: 503 }); // wrong
  await world.call("+14155550123", "+14155550100", { talk: 60 }); // wrong
  await world.callbacks.waitFor({ event: "SessionTimeout", state: "lost" }); // wrong
  const [event] = await world.advance(60);
  if (event?.event === "SessionExpired") {
    console.log(event.session.uuid, event.ending, event.hold); // wrong
  }
  const [callback] = await world.callbacks.all();
  console.log(callback.id); // wrong
}
"""


@needs_npm
def test_package_ships_the_build_and_its_types_alone(tarball: Path) -> None:
    """Both builds with types, no source, no dependency, and the emulator's own version."""
    with tarfile.open(tarball) as packed_files:
        names = {name.removeprefix("package/") for name in packed_files.getnames()}
        manifest = json.loads(packed_files.extractfile("package/package.json").read())  # type: ignore[union-attr]  # a file

    assert {"dist", "package.json", "README.md", "LICENSE"} == {name.partition("/")[0] for name in names}
    assert {"dist/esm/index.d.ts", "dist/cjs/index.d.ts", "dist/cjs/package.json"} <= names
    assert set(_targets(manifest["exports"])) <= {f"./{name}" for name in names}
    assert __version__ == manifest["version"]
    assert [] == [key for key in manifest if "ependencies" in key or key in ("private", "scripts")]


def _targets(exports: Any) -> Iterator[str]:
    if isinstance(exports, str):
        yield exports
    else:
        for each in exports.values():
            yield from _targets(each)


@needs_npm
def test_types_are_those_of_the_document(tarball: Path) -> None:
    """Every operation of the control API and every schema of an answer is in the generated types."""
    del tarball
    types = (PACKAGE / "src" / "control-api.ts").read_text(encoding="utf-8")
    whole = document()
    operations = {
        one["operationId"] for path, item in whole["paths"].items() if "/_emulator/" in path for one in item.values()
    }

    assert set() == operations - set(re.findall(r"^    (\w+): \{", types, flags=re.MULTILINE))
    assert set() == set(whole["components"]["schemas"]) - set(
        re.findall(r"^        (\w+): ", types, flags=re.MULTILINE)
    )


def test_nothing_of_the_client_names_a_registry_and_no_lock_file_is_kept() -> None:
    """Each tool at one version; a lock file would hold addresses of a registry."""
    manifest = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    tracked = run("git", "ls-files", "--", ".").splitlines()

    versions = [version.rpartition("@")[2] for version in manifest["devDependencies"].values()]
    assert all(version.replace(".", "").isdigit() for version in versions)
    assert [] == [name for name in tracked if "lock" in name or name.startswith(("dist/", "node_modules/"))]
