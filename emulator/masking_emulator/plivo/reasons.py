"""Reasons: what is wrong with a value that a JSON Schema refuses, in words for people. Pure.

jsonschema's own messages print regular expressions and Python lists. A schema that has a pattern says in its
`title` what the value has to be, and the sentence is made of that.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from masking_emulator.core.quoting import QUOTED_MAX, quoted
from masking_emulator.plivo.validation import hint, unknown_key

if TYPE_CHECKING:
    from jsonschema import ValidationError

#: A sentence is as long as this at most.
_SENTENCE_MAX: Final = 300


def reason_of(error: "ValidationError") -> str:
    """The sentence for one error."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    value: Any = error.instance
    match error.validator:
        case "required":
            missing = [name for name in schema["required"] if name not in value]
            return f"{' and '.join(missing)} must be given"
        case "pattern":
            return f"{quoted(value)} is not {schema.get('title') or 'of the right form'}"
        case "enum":
            known = list(map(str, schema["enum"]))
            word = value[:QUOTED_MAX] if isinstance(value, str) else quoted(value)
            return f"{quoted(value)} is none of {', '.join(known)}{hint(word, known)}"
        case "oneOf" if isinstance(value, Mapping) and (choice := _choice(schema["oneOf"])):
            given = " and ".join(name for name in choice if name in value)
            return f"give one of {', '.join(choice)}" + (f", not {given}" if given else "")
        case "additionalProperties" if isinstance(value, Mapping):
            return unknown_key(unknown_keys(error)[0], schema.get("properties", {}))
    return error.message[:_SENTENCE_MAX]


def unknown_keys(error: "ValidationError") -> list[str]:
    """The keys that a refused object should not have."""
    assert isinstance(error.schema, Mapping), "an object's schema refused a key"
    assert isinstance(error.instance, Mapping), "only an object has keys"
    known = error.schema.get("properties", {})
    return sorted(str(name) for name in error.instance if name not in known)


def _choice(alternatives: Sequence[Any]) -> list[str]:
    """The keys of which one must be given, where each alternative is that one is; none elsewhere."""
    ones = [one["required"] for one in alternatives if one.keys() == {"required"} and len(one["required"]) == 1]
    return [name for (name,) in ones] if len(ones) == len(alternatives) else []
