"""Answers that a model can read: below a named size, and where something was cut, they say what and how to get it."""

import json
from collections.abc import Iterator
from typing import Any, Final

#: The most characters of what a tool returns.
ANSWER_CHARS_MAX: Final = 24_000

#: The most characters of a resource.
RESOURCE_CHARS_MAX: Final = 100_000

_NARROWER: Final = "ask for less: a filter, a limit, or what comes after the last one here"


def bounded(answer: Any, chars_max: int = ANSWER_CHARS_MAX) -> str:
    """The answer as JSON of at most so many characters. Its longest lists lose their last items first."""
    text = _json(answer)
    if len(text) <= chars_max:
        return text
    if isinstance(answer, dict):
        answer, cut = json.loads(text), {}
        for path, items in sorted(_lists(answer), key=lambda found: -len(_json(found[1]))):
            whole = list(items)
            cut[path] = ""
            kept = _most(answer, items, whole, cut, path, chars_max)
            if kept is not None:
                return kept
    note = f"\n… cut: {len(text):,} characters; {_NARROWER}"
    return text[: chars_max - len(note)] + note


def _most(
    answer: dict[str, Any], items: list[Any], whole: list[Any], cut: dict[str, str], path: str, chars_max: int
) -> str | None:
    """The answer with as many of the items as fit; None, and none of them, where that does not help."""
    low, high, best = 0, len(whole), None
    while low < high:
        count = (low + high) // 2
        items[:] = whole[:count]
        cut[path] = f"the first {count:,} of {len(whole):,}; {_NARROWER}"
        text = _json(answer | {"cut": cut})
        if len(text) <= chars_max:
            best, low = text, count + 1
        else:
            high = count
    if best is None:
        items.clear()
        cut[path] = f"0 of {len(whole):,}; {_NARROWER}"
    return best


def _lists(value: Any, path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """The lists in an answer that lie in no other list, each with its path."""
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _lists(member, f"{path}.{key}" if path else key)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
