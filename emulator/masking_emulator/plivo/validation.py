"""Validation of values by JSON Schemas. The library for it, jsonschema, is loaded when the first value is validated.

Loading it takes a quarter of a server's start, and a server that gets no request with a body never needs it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema import ValidationError

Schema = Mapping[str, Any]


class SchemaValidator:
    """Validates values against one JSON Schema (draft 2020-12)."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def first(self, value: Any) -> "ValidationError | None":
        """The first error, None for a valid value. For schemas of a single value."""
        return next(self._errors(value), None)

    def best(self, value: Any) -> "ValidationError | None":
        """The error that explains most, None for a valid value. For schemas of nested values."""
        from jsonschema.exceptions import best_match

        best: ValidationError | None = best_match(self._errors(value))
        return best

    def all(self, value: Any) -> "Iterator[ValidationError]":
        """Everything that is wrong."""
        return self._errors(value)

    @cached_property
    def _errors(self) -> "Callable[[Any], Iterator[ValidationError]]":
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self._schema).iter_errors


#: What people call a key that is spelt quite differently here.
_CALLED: Final[Mapping[str, str]] = {
    "caller": "from",
    "callee": "to",
    "exactly": "count",
    "max": "at_most",
    "maximum": "at_most",
    "min": "at_least",
    "minimum": "at_least",
    "number": "to",
    "reason": "text",
    "result": "outcome",
    "times": "count",
    "uuid": "session",
}


def unknown_key(name: str, known: Iterable[str]) -> str:
    """What there is to say of an unknown key: the known one that is probably meant, or all of them."""
    from difflib import get_close_matches

    keys = list(known)
    meant = [_CALLED[name]] if _CALLED.get(name) in keys else get_close_matches(name, keys, n=1)
    return (
        f"unknown key; did you mean {meant[0]}?"
        if meant
        else f"unknown key; known here are {', '.join(keys) or 'none'}"
    )
