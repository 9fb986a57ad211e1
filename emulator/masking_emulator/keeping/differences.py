"""Differences: where two values of JSON differ, named by their paths."""

from collections.abc import Iterator, Mapping
from typing import Any


def differing(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The places at which two values differ, each with what is there in the old and in the new one."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from differing(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differing(one, other, f"{path}[{at}]")
    elif old != new:
        yield path, old, new
