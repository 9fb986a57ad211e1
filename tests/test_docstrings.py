"""What docstrings name exists: a reader who follows them finds it."""

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from functools import cache

from masking_emulator.core.refusals import Reason

from tests.rooms import trees


@cache
def nodes() -> Sequence[tuple[str, ast.AST]]:
    """Each node of the package with the file it stands in."""
    return [(file, node) for file, tree in trees().items() for node in ast.walk(tree)]


def known() -> set[str]:
    """Classes of ours, what is taken from libraries, errors of the standard library, and the reasons of refusals."""
    return (
        {node.name for _, node in nodes() if isinstance(node, ast.ClassDef)}
        | {alias.name for _, node in nodes() if isinstance(node, ast.ImportFrom) for alias in node.names}
        | {node.attr for _, node in nodes() if isinstance(node, ast.Attribute)}
        | set(vars(builtins))
        | {reason.name for reason in Reason}
    )


def raised(text: str) -> Iterator[str]:
    """The names behind each "Raises" of a text, up to the end of the sentence: CamelCase, or CAPITALS_WITH_LINES."""
    for sentence in re.findall(r"\b[Rr]aises (.*?)(?:\.(?:\s|$)|\s(?:for|where|which)\s|$)", text, flags=re.DOTALL):
        yield from re.findall(r"\b(?:[A-Z][a-z]+(?:[A-Z]\w*)?|[A-Z]+_[A-Z_]+)\b", sentence)


def test_errors_that_docstrings_name_exist() -> None:
    """Whoever catches what "Raises" says has a name to import."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [(file, ast.get_docstring(node) or "") for file, node in nodes() if isinstance(node, documented)]
    named = [(file, name) for file, text in texts for name in raised(text)]

    assert 150 < len(named)
    names = known()
    assert [] == [(file, name) for file, name in named if name not in names]


def test_names_behind_raises_are_found() -> None:
    """All of a list, over the end of a line, and none of the sentence that follows."""
    text = "Raises BadWorld, NoSuch (SESSION_GONE)\nand a PIN, ConnectionError at once. Nothing More."

    assert ["BadWorld", "NoSuch", "SESSION_GONE", "ConnectionError"] == list(raised(text))
