"""Programs that ask the signature validators of an official SDK, unmodified: a question a line, and its answer."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any, Final

import pytest

from tests.sdk.ways import JAVA, JAVA_SDK

_TESTS: Final = Path(__file__).parent.parent

#: Asks an SDK about one signature: true, false, or the name of an exception.
Validate = Callable[..., Any]


def validator_command(sdk: str, folders: pytest.TempPathFactory) -> Sequence[str]:
    """The program that asks this SDK; a test without its tools is skipped."""
    if sdk == "node":
        if which("node") is None or not (_TESTS / "node" / "node_modules" / "plivo").is_dir():
            pytest.skip("needs Node and `npm install --prefix tests/node`")
        return ["node", str(_TESTS / "node" / "validate.cjs")]
    if sdk == "java":
        if which("java") is None or not (JAVA / "libraries").is_dir():
            pytest.skip("needs Java and `mvn -f tests/java/pom.xml package`")
        return [*JAVA_SDK, "Validate"]
    if which("go") is None:
        pytest.skip("needs go")
    program = folders.mktemp("go") / "validate"
    subprocess.run(["go", "build", "-o", str(program), "./validate"], cwd=_TESTS / "go", check=True)
    return [str(program)]


@contextmanager
def validator(command: Sequence[str]) -> Iterator[Validate]:
    """A program that answers a question a line, for as long as the context lasts."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield lambda **question: _ask(process, question)
        finally:
            process.kill()


def _ask(process: "subprocess.Popen[str]", question: dict[str, Any]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(question)}\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, "the program ended; its error is printed above"
    return json.loads(answer)
