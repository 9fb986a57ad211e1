"""Judges: JSON Schemas together with jsonschema, which is loaded at the first judgement.

Loading it takes a quarter of a server's start, and a server that is only started, or only asked, judges nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError

Schema = Mapping[str, Any]


class Judge:
    """Judges values by one JSON Schema (draft 2020-12)."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def first(self, value: Any) -> "ValidationError | None":
        """What is found wrong first, for a schema of one value; None where nothing is."""
        return next(self._errors(value), None)

    def best(self, value: Any) -> "ValidationError | None":
        """What says most of all that is wrong, for a schema of a structure; None where nothing is."""
        from jsonschema.exceptions import best_match

        best: ValidationError | None = best_match(self._errors(value))
        return best

    @cached_property
    def _errors(self) -> "Callable[[Any], Iterator[ValidationError]]":
        from jsonschema import Draft202012Validator

        return Draft202012Validator(self._schema).iter_errors
