"""Every field of every object that another one is made of, for tests of copies.

A copy is right where each field of the original is found in it again, equal and not the same, or is declared to be
fresh (the copy begins it anew) or shared. That is only worth something where the original's field differs from that
of an object in which nothing has happened yet; a field that does not is reported as empty, so nobody can add one and
forget it.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from masking_emulator.core.records.base import Record

#: What an object has that nobody has used.
_NOTHING: Final = ("None", "False", "0", "0.0", "''", "()", "{}", "[]", "deque([], maxlen=None)")


@dataclass
class Fields:
    """What was found: path → class and field, and the value in words; the identities of all that can change.

    `made` are the fields that hold an object of ours, whose own fields are looked at instead.
    """

    values: dict[str, tuple[str, str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    changeable: dict[int, str] = field(default_factory=dict)

    def seen(self) -> Mapping[str, set[str]]:
        """Class and field → every value that it has somewhere."""
        found: dict[str, set[str]] = {}
        for name, value in self.values.values():
            found.setdefault(name, set()).add(value)
        return found


def differences(original: Fields, copy: Fields, blank: Fields) -> list[str]:
    """What is wrong with a copy, in sentences. `blank` is a third of the kind, in which nothing has happened."""
    missing = [path for path in original.values if original.values[path] != copy.values.get(path)]
    shared = [path for one, path in original.changeable.items() if one in copy.changeable]
    unused = blank.seen()
    held = {name: values for name, values in original.seen().items() if name not in original.made}
    empty = [name for name, values in held.items() if not values - unused.get(name, set(_NOTHING))]
    return [
        *(f"{path} is not copied" for path in missing),
        *(f"{path} is shared" for path in shared),
        *(f"{name} is never filled here, so nobody knows whether it is copied" for name in empty),
    ]


def fields_of(root: object, *, left_out: Mapping[str, str], closed: Sequence[type] = ()) -> Fields:
    """All fields below an object.

    `left_out` names what is not looked at ("Class.field", or a whole "Class" → why), `closed` the classes whose
    fields are not looked at, but which must not be shared.
    """
    found = Fields()
    _walk(root, type(root).__name__, found, set(left_out), tuple(closed))
    return found


def _walk(value: object, path: str, found: Fields, left_out: set[str], closed: tuple[type, ...]) -> None:
    if isinstance(value, tuple):
        for _, key, part in _parts(value):
            _walk(part, f"{path}{key}", found, left_out, closed)
    changes = isinstance(value, dict | list | deque) or _is_ours(value)
    if not changes or id(value) in found.changeable or type(value).__name__ in left_out:
        return
    found.changeable[id(value)] = path
    if isinstance(value, closed):
        return
    for name, key, part in _parts(value):
        if name in left_out:
            continue
        below = f"{path}{key}"
        if _is_ours(part):
            found.made.add(name)
        elif name:
            found.values[below] = (name, _words(part))
        _walk(part, below, found, left_out, closed)


def _parts(value: object) -> Iterator[tuple[str, str, object]]:
    """Class and field ("" for what lies in a container), the step of the path, and the part."""
    match value:
        case dict():
            yield from (("", f"[{key!r}]", part) for key, part in value.items())
        case list() | deque() | tuple():
            yield from (("", f"[{place}]", part) for place, part in enumerate(value))
        case _ if _is_ours(value):
            kind = type(value)
            slots = [name for base in kind.__mro__ for name in getattr(base, "__slots__", ()) if name[:2] != "__"]
            for name in dict.fromkeys((*slots, *getattr(value, "__dict__", ()))):
                yield f"{kind.__name__}.{name}", f".{name}", getattr(value, name)


def _is_ours(value: object) -> bool:
    """Whether it is an object of the package that can change. A record is one value."""
    kind = type(value)
    return kind.__module__.startswith("masking_emulator") and not (isinstance(value, Record | Enum) or callable(value))


def _words(value: Any) -> str:
    """The value in words; of an object of ours only what it is, because its fields are looked at themselves."""
    match value:
        case dict():
            inside = ", ".join(f"{key!r}: {_words(part)}" for key, part in value.items())
            return f"{{{inside}}}"
        case list() | tuple():
            return f"[{', '.join(map(_words, value))}]"
        case deque():
            return f"deque([{', '.join(map(_words, value))}], maxlen={value.maxlen})"
        case _ if _is_ours(value):
            return type(value).__name__
        case _:
            return repr(value)
