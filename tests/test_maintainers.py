"""What maintainers rely on: files that the guide names exist, CI runs what is said, templates ask for enough."""

import re
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = ROOT / "emulator" / "masking_emulator"
GITHUB: Final = ROOT / ".github"
GUIDE: Final = (GITHUB / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")

#: What the guide's paths begin with where they are not below the package.
_OUTSIDE: Final = ("emulator/", "tests/", "fixtures/", "docs/", ".github/")


def _place(name: str) -> Path:
    return (ROOT if name.startswith(_OUTSIDE) else PACKAGE) / name


def _followed() -> list[tuple[str, str, tuple[str, ...]]]:
    """Each file of each list of the guide: the list's title, the file, and the examples of which it knows one."""
    found = []
    for section in GUIDE.split("\n### ")[1:]:
        title = section.partition("\n")[0]
        (sentence,) = re.findall(r"^Follow (.+)\.$", section, flags=re.MULTILINE)
        examples = tuple(re.findall(r"`([^`]+)`", sentence))
        found += [(title, name, examples) for name in re.findall(r"^- `([^`]+)`", section, flags=re.MULTILINE)]
    return found


@cache
def _workflow() -> Any:
    return yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text(encoding="utf-8"))


def _commands() -> list[str]:
    return [step["run"] for job in _workflow()["jobs"].values() for step in job["steps"] if "run" in step]


def test_guide_has_its_lists() -> None:
    """A list for each usual change, so that the tests below cannot pass over nothing."""
    titles = {title for title, _, _ in _followed()}

    assert 6 == len(titles)
    assert all(any(word in title for title in titles) for word in ("parameter", "control", "callback", "verb", "row"))


@pytest.mark.parametrize(("title", "name", "examples"), _followed())
def test_file_of_the_guide_knows_the_example(title: str, name: str, examples: tuple[str, ...]) -> None:
    """Whoever follows the example finds it in every file that the guide names."""
    place = _place(name)
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    known = [file for file in files if any(_knows(file, example) for example in examples)]

    assert known, f"{title}: {name} knows none of {examples}"


#: List of the guide → what knows its example and need not be touched: what this one does, prose, and tests that use it.
_NEED_NOT_KNOW: Final[Mapping[str, tuple[str, ...]]] = {
    "A parameter of the API": (
        *("core/books/sessions.py", "core/decisions/calls.py", "plivo/ledger/routing.py", "evidence/predicates/r*"),
        *("tests/core/*", "tests/plivo/test_readings.py", "tests/scenario.py", "tests/sdk/programs/life.py"),
        *("docs/fidelity.md", "docs/kit.md", "fixtures/wire/*", "tests/evidence/*"),
    ),
    "A control operation": (
        "core/engine.py",
        "docs/control-api.md",
        "docs/typescript.md",
        "fixtures/callbacks/*",
        "tests/evidence/*",
    ),
    "A command of the core": (
        *("world/trigger.py", "tests/plivo/test_refusals.py", "tests/test_replay.py", "tests/trace.py"),
        *("tests/shell/runs.py", "tests/shell/test_life.py", "tests/shell/test_poolreport.py"),
        *("tests/shell/test_snapshot_mutations.py", "tests/evidence/*"),
    ),
    "A callback": (
        *("plivo/ledger/allocation.py", "plivo/ledger/calls.py", "evidence/predicates/*", "docs/*", "tests/evidence/*"),
    ),
    "A verb of the command line": (
        *(
            "core/*",
            "keeping/*",
            "control/about.py",
            "control/answers/*",
            "control/views/past.py",
            "cli/calls.py",
            "cli/runs.py",
            "cli/status.py",
            "comparing/rows.py",
        ),
        *(
            "tests/farm/*",
            "tests/fuzz/*",
            "tests/scenario.py",
            "tests/sdk/*",
            "tests/test_wire.py",
            "tests/wire.py",
            "tests/shell/test_cli_*",
        ),
        *(
            "tests/shell/test_byte_order_marks.py",
            "tests/shell/test_control.py",
            "tests/shell/test_files_of_servers.py",
        ),
        *("tests/shell/test_files_of_servers.py", "tests/shell/test_recorder.py"),
        *("tests/shell/test_recording.py", "docs/*"),
    ),
    "A ledger row, and a policy": (
        *("tests/core/test_sessions.py", "tests/evidence/*", "tests/shell/test_worldfile.py"),
        "docs/*",
    ),
}


@cache
def _all_files() -> list[Path]:
    roots = (PACKAGE, ROOT / "tests", ROOT / "fixtures", ROOT / "docs")
    found = (file for root in roots for file in root.rglob("*") if "node_modules" not in file.parts)
    return [file for file in found if file.suffix in (".py", ".js", ".md", ".json", ".toml") and file != Path(__file__)]


@pytest.mark.parametrize("title", _NEED_NOT_KNOW)
def test_guide_names_every_file_that_knows_the_example(title: str) -> None:
    """Whoever adds another one finds each place where this one stands, but for those that need none."""
    listed = [(_place(name), examples) for each, name, examples in _followed() if each == title]
    places = [place for place, _ in listed]
    known = (file for file in _all_files() if any(_knows(file, example) for example in listed[0][1]))
    missing = [_name(file) for file in known if not any(file == place or place in file.parents for place in places)]

    assert [] == [name for name in missing if not any(fnmatchcase(name, one) for one in _NEED_NOT_KNOW[title])]


def _name(file: Path) -> str:
    """The path as the guide writes it."""
    return file.relative_to(PACKAGE if file.is_relative_to(PACKAGE) else ROOT).as_posix()


def test_every_list_of_the_guide_is_compared() -> None:
    """The table of exceptions has the titles of the guide."""
    assert {title for title, _, _ in _followed()} == set(_NEED_NOT_KNOW)


def _knows(file: Path, example: str) -> bool:
    """Whether the text has the example."""
    pattern = re.escape(example).replace(r"\-", "[-_]")
    return re.search(pattern, f"{file}\n{file.read_text(encoding='utf-8')}") is not None


def test_other_files_of_the_guide_exist() -> None:
    """Those that it names in passing."""
    named = {name for name in re.findall(r"`([\w./-]+/[\w./-]*)`", GUIDE) if "{" not in name}

    assert set() == {name for name in named if not _place(name).exists()}


def test_files_that_architecture_names_exist() -> None:
    """Whoever follows it finds the file, and no file that is gone."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## One request")[2]
    named = set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?|[a-z_]+\.py)`", text)) - {"plivo/"}

    assert len(named) > 30
    assert set() == {name for name in named if not _place(name).exists()}


def test_make_targets_of_the_guide_and_of_ci_exist() -> None:
    """Each `make TARGET`."""
    text = "\n".join([GUIDE, *_commands()])
    named = set(re.findall(r"\bmake ([a-z-]+)", text.replace("make it", "")))

    assert {"check", "test", "generated", "coverage"} <= named
    assert set() == {target for target in named if f"\n{target}:" not in MAKEFILE}


def test_every_python_is_run_on_every_system() -> None:
    """The Pythons of CI are those that the package says it supports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = [line.rpartition(" ")[2] for line in project["classifiers"] if line.startswith("Programming Language")]
    jobs = _workflow()["jobs"]

    assert said == jobs["tests"]["strategy"]["matrix"]["python"] == jobs["windows"]["strategy"]["matrix"]["python"]
    assert {"ubuntu-latest", "macos-latest"} == set(jobs["tests"]["strategy"]["matrix"]["os"])
    assert "windows-latest" == jobs["windows"]["runs-on"]
    assert f">={said[0]}" == project["requires-python"]


def test_tests_that_ci_names_exist() -> None:
    """On Windows a part of the suite is run, by name."""
    named = {word for command in _commands() for word in command.split() if word.startswith("tests/")}

    assert named
    assert set() == {name for name in named if not (ROOT / name).exists()}


def test_template_asks_what_both_answered() -> None:
    """A difference from the service needs the request and both answers."""
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / "differs-from-plivo.yml").read_text(encoding="utf-8"))
    required = {field["id"] for field in form["body"] if field.get("validations", {}).get("required")}

    assert {"request", "plivo", "emulator"} <= required


def test_hooks_run_what_make_check_runs() -> None:
    """What a commit is checked for, CI checks too, and the other way round for all that `make check` says in Python."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook["entry"].replace(".venv/bin", "$(BIN)") for repo in config["repos"] for hook in repo["hooks"]]
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", MAKEFILE, flags=re.MULTILINE)

    assert recipe is not None
    checks = [line.strip() for line in recipe[1].splitlines()]
    assert [line for line in checks if line.startswith("$(BIN)")] == hooks


def test_deadlines_of_hypothesis_are_said_once() -> None:
    """No deadline depends on who pays for a first import: the profile says so, and no test says it again."""
    saying = [path.name for path in (ROOT / "tests").rglob("*.py") if "deadline=" + "None" in path.read_text("utf-8")]

    assert ["conftest.py"] == saying
