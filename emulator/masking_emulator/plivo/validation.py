"""Validation of values by JSON Schemas, in which the library jsonschema has the say; it is loaded when first asked.

Loading it takes a quarter of a server's start, and asking it took 9 of the 141 microseconds of a create or get. So the
valid values of a plain schema are recognised without it: what a few lines of our own accept, it accepts too, and about
everything else it is asked.
"""

import math
import re
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
        return None if self.recognises(value) else next(self._errors(value), None)

    @cached_property
    def recognises(self) -> Callable[[Any], bool]:
        """Says yes to valid values only, and not to all of them; without jsonschema."""
        return _recogniser(self._schema)

    def best(self, value: Any) -> "ValidationError | None":
        """The error that explains most, None for a valid value. For schemas of nested values."""
        # Imported here: a start would pay for it, and most values are recognised as valid without it.
        from jsonschema.exceptions import best_match

        best: ValidationError | None = best_match(self._errors(value))
        return best

    def all(self, value: Any) -> "Iterator[ValidationError]":
        """Everything that is wrong."""
        return self._errors(value)

    @cached_property
    def _errors(self) -> "Callable[[Any], Iterator[ValidationError]]":
        # Imported here: a start would pay for it, and most values are recognised as valid without it.
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self._schema).iter_errors


def _recogniser(schema: Schema) -> Callable[[Any], bool]:
    match schema:
        case {"type": "boolean", **rest} if not rest:
            return lambda value: value is True or value is False
        case {"type": "integer", "minimum": low, "maximum": high, **rest} if not rest:
            return lambda value: type(value) is int and low <= value <= high
        case {"type": "string", "enum": choices, **rest} if not rest:
            return lambda value: type(value) is str and value in choices
        case {"type": "string", **rest} if rest.keys() <= {"pattern", "maxLength"}:
            fits, longest = re.compile(rest.get("pattern", "")).search, rest.get("maxLength", math.inf)
            return lambda value: type(value) is str and len(value) <= longest and fits(value) is not None
    return lambda value: False  # noqa: ARG005  # nothing is known of any value


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
    keys = list(known)
    meant = _CALLED[name] if _CALLED.get(name) in keys else nearest(name, keys)
    return (
        f"unknown key; did you mean {meant}?" if meant else f"unknown key; known here are {', '.join(keys) or 'none'}"
    )


def hint(word: str, known: Iterable[str]) -> str:
    """`; did you mean list?` where a known word is near, else nothing."""
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is probably meant; None where none is near."""
    # Imported here: only who misspells a word needs it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1)), None)
