"""Records by the hundred as JSON and back, in one step of msgspec's for all of them.

A snapshot may hold a hundred thousand records, and going through each field of each in Python takes seconds. So each
kind of record has a form: a struct with the same fields as they stand in JSON, made once from the kind's types. msgspec
reads and writes lists of forms, and only the fields that JSON has otherwise are changed, a field of all records at a
time: instants, and records that are alike. On 100,000 sessions that reads in a seventh of the time, and writes in a
fifth.

It refuses nothing by itself: what it cannot read is read by core/readers.py, which finds the place and the reason, or
takes it after all. What it does read is what that would have made; a test compares both.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from types import NoneType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from msgspec import Meta, MsgspecError, Raw, Struct, defstruct, json
from msgspec.structs import astuple

from masking_emulator.core import instants
from masking_emulator.core.books.alike import REMEMBERED_MAX
from masking_emulator.core.codec import plain
from masking_emulator.core.readers import (
    ALIKE,
    NUMBER_MAX,
    Bad,
    Reader,
    hints_of,
    is_instant,
    is_record,
    members_of,
    reader_of,
)
from masking_emulator.core.records.base import Choice
from masking_emulator.core.work import ManyAtOnce

#: So many records are written in one step: a third of a millisecond.
_WRITTEN_AT_ONCE: Final = 128

#: Fields with texts that many records have: the numbers of the pool.
_REPEATED: Final = frozenset({"number"})

_encoder: Final = json.Encoder()

#: Makes other values of values, one of each.
_Change = Callable[[Sequence[Any]], Sequence[Any]]


class _Form(NamedTuple):
    """How values of a type stand in JSON.

    `hint` is the type that msgspec reads there, `read` makes values of such, and `write` makes such of values; None
    where they are the values themselves.
    """

    hint: Any
    read: _Change | None = None
    write: _Change | None = None


class _RecordForm(NamedTuple):
    """The form of a record, which is always another struct."""

    hint: Any
    read: _Change
    write: _Change


def reader_of_many(kind: type[Struct]) -> Callable[[bytes], Sequence[Any] | None]:
    """What reads the JSON of a list of such records; None where it could not, and somebody else has to say why."""
    hint, read, _ = _form_of_record(kind)
    decode = json.Decoder(list[hint]).decode  # type: ignore[valid-type]  # the type is made at run time

    def read_many(content: bytes) -> Sequence[Any] | None:
        try:
            return read(decode(content))
        except (Bad, MsgspecError, ValueError, TypeError, LookupError, RecursionError):
            return None

    return read_many


class Writing(ManyAtOnce):
    """The JSON of records, made when it is asked for: one after the other as values, or many at once as text."""

    def __init__(self, kind: type[Struct], records: Sequence[Struct]) -> None:
        self._records = iter(records)
        self._form = _form_of_record(kind)

    def __next__(self) -> Any:
        return plain(next(self._records))

    def texts(self, between: bytes) -> Iterator[bytes]:
        """What is left of them in pieces of many records, each with `between` between two records."""
        while records := list(islice(self._records, _WRITTEN_AT_ONCE)):
            # A line's end within a text is written as an escape, so those that there are stand between records.
            yield _encoder.encode_lines(self._form.write(records))[:-1].replace(b"\n", between)


def _each(change: Callable[[Any], Any]) -> _Change:
    return lambda values: list(map(change, values))


def _form_of(hint: Any, name: str) -> _Form | _RecordForm:
    """The form of a field of this type and name."""
    form = _known_form_of(hint, name)
    if form is not None:
        return form
    read: Reader = reader_of(hint, name)
    return _Form(
        Raw, _each(lambda given: read(json.decode(given))), _each(lambda value: Raw(_encoder.encode(plain(value))))
    )


def _known_form_of(hint: Any, name: str) -> _Form | _RecordForm | None:
    """The form of a type; None where msgspec shall only find where the value begins and ends."""
    members = members_of(hint) if get_args(hint) and get_origin(hint) is not tuple else [hint]
    some = [member for member in members if member is not NoneType]
    if len(some) > 1:
        return _or_none(_form_of_several(some), members) if all(map(is_record, some)) else None
    form = _form_of_one(some[0], name)
    return None if form is None else _or_none(form, members)


def _form_of_one(hint: Any, name: str) -> _Form | _RecordForm | None:
    if get_origin(hint) is tuple:
        return _form_of_tuple(get_args(hint))
    if hint is str and name in _REPEATED:
        return _Form(str, _each(_read_repeated))
    if hint is int and is_instant(name):
        return _Form(str, instants.read_many, _each(_write_instant))
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Choice):
        return _form_of_choice(hint)
    if hint in ALIKE:
        return _form_of_alike(hint)
    return _form_of_record(hint) if is_record(hint) else None


_SCALARS: Final[Mapping[type, _Form]] = {
    str: _Form(str),
    bool: _Form(bool),
    int: _Form(Annotated[int, Meta(ge=0, le=NUMBER_MAX)]),
    float: _Form(Annotated[float, Meta(ge=0, le=NUMBER_MAX)]),
}

# Of a session, the instants of its creation and of its last change are mostly one. More than are written at a time.
_write_instant: Final = lru_cache(1024)(instants.written)
_read_repeated: Final = lru_cache(REMEMBERED_MAX)(str)


def _or_none(form: _Form | _RecordForm, members: Sequence[Any]) -> _Form | _RecordForm | None:
    if NoneType not in members:
        return form
    return None if form.hint is Raw else _Form(form.hint | None, _unless_none(form.read), _unless_none(form.write))


def _unless_none(change: _Change | None) -> _Change | None:
    if change is None:
        return None

    def changed(values: Sequence[Any]) -> Sequence[Any]:
        made = iter(change([value for value in values if value is not None]))
        return [None if value is None else next(made) for value in values]

    return changed


def _form_of_tuple(hints: tuple[Any, ...]) -> _Form | None:
    if len(hints) != 2 or hints[1] is not Ellipsis:
        return None
    hint, read, write = _form_of(hints[0], "")
    return _Form(tuple[hint, ...], _in_tuples(read), _in_tuples(write))  # type: ignore[valid-type]  # made at run time


def _in_tuples(change: _Change | None) -> _Change | None:
    if change is None:
        return None

    def changed(values: Sequence[Any]) -> Sequence[Any]:
        made = iter(change([item for value in values for item in value]))
        return [tuple(islice(made, len(value))) for value in values]

    return changed


def _form_of_choice(kind: type[Choice]) -> _Form:
    if all(member.word == member.value for member in kind):
        return _Form(kind)
    members = {member.word: member for member in kind}
    words = {member: member.word for member in kind}
    return _Form(str, _each(members.__getitem__), _each(words.__getitem__))


@cache
def _form_of_alike(kind: type[Struct]) -> _Form:
    """Of what is the same JSON as something before it, the record before it is taken; and the other way round."""
    read, write = reader_of(kind, ""), _form_of_record(kind).write
    read_once = lru_cache(REMEMBERED_MAX)(lambda content: read(json.decode(content)))
    write_once = lru_cache(REMEMBERED_MAX)(lambda record: Raw(_encoder.encode(write([record])[0])))
    return _Form(Raw, lambda given: list(map(read_once, map(bytes, given))), _each(write_once))


@cache
def _form_of_record(kind: type[Struct], tag: str | None = None) -> _RecordForm:
    """A struct of the forms of the fields; `tag` is its name where it is one of several."""
    forms = [(name, _form_of(hint, name)) for name, hint in hints_of(kind).items()]
    made = defstruct(
        kind.__name__,
        [(name, form.hint) for name, form in forms],
        forbid_unknown_fields=True,
        gc=False,
        tag=tag,
        tag_field=None if tag is None else "type",
    )
    reads = [(at, form.read) for at, (_, form) in enumerate(forms) if form.read is not None]
    writes = [(at, form.write) for at, (_, form) in enumerate(forms) if form.write is not None]
    return _RecordForm(made, _changing(kind, reads), _changing(made, writes))


def _changing(kind: type[Struct], changes: Sequence[tuple[int, _Change]]) -> _Change:
    """What makes structs of this kind of others with the same fields, of which these are changed."""

    def changed(given: Sequence[Any]) -> Sequence[Any]:
        columns: list[Sequence[Any]] = list(zip(*map(astuple, given), strict=True))
        for at, change in changes if columns else ():
            columns[at] = change(columns[at])
        return list(map(kind, *columns)) if columns else [kind() for _ in given]

    return changed


def _form_of_several(kinds: Sequence[type[Struct]]) -> _Form:
    forms = [_form_of_record(kind, kind.__name__) for kind in kinds]
    return _Form(
        Union[tuple(form.hint for form in forms)],  # noqa: UP007  # the members are not known before
        _by_kind({form.hint: form.read for form in forms}),
        _by_kind({kind: form.write for kind, form in zip(kinds, forms, strict=True)}),
    )


def _by_kind(changes: Mapping[type, _Change]) -> _Change:
    def changed(given: Sequence[Any]) -> Sequence[Any]:
        of_kind = defaultdict[type, list[Any]](list)
        for record in given:
            of_kind[type(record)].append(record)
        made = {kind: iter(changes[kind](records)) for kind, records in of_kind.items()}
        return [next(made[type(record)]) for record in given]

    return changed
