"""Records by the hundred as JSON and back, in one step of msgspec's for all of them.

A snapshot may hold a hundred thousand records, and going through each field of each in Python takes seconds. So each
kind of record has a form: a struct with the same fields as they stand in JSON, made once from the kind's types. msgspec
reads and writes lists of forms, and Python changes only the fields that JSON has otherwise: instants, and records that
are alike. On 100,000 sessions that reads in a sixth of the time, and writes in a fifth.

It refuses nothing by itself: what it cannot read is read by core/readers.py, which finds the place and the reason, or
takes it after all. What it does read is what that would have made; a test compares both.
"""

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
_WRITTEN_AT_ONCE: Final = 64

_encoder: Final = json.Encoder()

_Change = Callable[[Any], Any]


class _Form(NamedTuple):
    """How values of a type stand in JSON.

    `hint` is the type that msgspec reads there, `read` makes the value of it, and `write` it of the value; None where
    it is the value itself.
    """

    hint: Any
    read: _Change | None = None
    write: _Change | None = None


class _RecordForm(NamedTuple):
    """The form of a record, which is always another struct."""

    hint: Any
    read: _Change
    write: _Change


def reader_of_many(kind: type[Struct]) -> Callable[[bytes], list[Any] | None]:
    """What reads the JSON of a list of such records; None where it could not, and somebody else has to say why."""
    hint, read, _ = _form_of_record(kind)
    decode = json.Decoder(list[hint]).decode  # type: ignore[valid-type]  # the type is made at run time

    def read_many(content: bytes) -> list[Any] | None:
        try:
            return list(map(read, decode(content)))
        except (Bad, MsgspecError, ValueError, LookupError, RecursionError):
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
        write = self._form.write
        while records := list(islice(self._records, _WRITTEN_AT_ONCE)):
            # A line's end within a text is written as an escape, so those that there are stand between records.
            yield _encoder.encode_lines(map(write, records))[:-1].replace(b"\n", between)


def _form_of(hint: Any, name: str) -> _Form | _RecordForm:
    """The form of a field of this type and name."""
    form = _known_form_of(hint, name)
    if form is not None:
        return form
    read: Reader = reader_of(hint, name)
    return _Form(Raw, lambda given: read(json.decode(given)), lambda value: Raw(_encoder.encode(plain(value))))


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
    if hint in _SCALARS:
        return _Form(str, _read_instant, _write_instant) if hint is int and is_instant(name) else _SCALARS[hint]
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


def _or_none(form: _Form | _RecordForm, members: Sequence[Any]) -> _Form | _RecordForm | None:
    if NoneType not in members:
        return form
    return None if form.hint is Raw else _Form(form.hint | None, _unless_none(form.read), _unless_none(form.write))


def _unless_none(change: _Change | None) -> _Change | None:
    return None if change is None else lambda given: None if given is None else change(given)


def _form_of_tuple(hints: tuple[Any, ...]) -> _Form | None:
    if len(hints) != 2 or hints[1] is not Ellipsis:
        return None
    hint, read, write = _form_of(hints[0], "")
    return _Form(tuple[hint, ...], _of_each(read), _of_each(write))  # type: ignore[valid-type]  # made at run time


def _of_each(change: _Change | None) -> _Change | None:
    return None if change is None else lambda given: tuple(map(change, given))


def _form_of_choice(kind: type[Choice]) -> _Form:
    if all(member.word == member.value for member in kind):
        return _Form(kind)
    members = {member.word: member for member in kind}
    words = {member: member.word for member in kind}
    return _Form(str, members.__getitem__, words.__getitem__)


@cache
def _form_of_alike(kind: type[Struct]) -> _Form:
    """Of what is the same JSON as something before it, the record before it is taken; and the other way round."""
    read, write = reader_of(kind, ""), _form_of_record(kind).write
    read_once = lru_cache(REMEMBERED_MAX)(lambda content: read(json.decode(content)))
    write_once = lru_cache(REMEMBERED_MAX)(lambda record: Raw(_encoder.encode(write(record))))
    return _Form(Raw, lambda given: read_once(bytes(given)), write_once)


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
    """What makes a struct of this kind of one with the same fields, of which these are changed."""

    def changed(given: Any) -> Any:
        values = list(astuple(given))
        for at, change in changes:
            values[at] = change(values[at])
        return kind(*values)

    return changed


def _form_of_several(kinds: Sequence[type[Struct]]) -> _Form:
    forms = [_form_of_record(kind, kind.__name__) for kind in kinds]
    reads = {form.hint: form.read for form in forms}
    writes = {kind: form.write for kind, form in zip(kinds, forms, strict=True)}
    return _Form(
        Union[tuple(form.hint for form in forms)],  # noqa: UP007  # the members are not known before
        lambda given: reads[type(given)](given),
        lambda record: writes[type(record)](record),
    )


# Of a session, the instants of its creation and of its last change are mostly one; so are those of many timers.
_read_instant: Final = lru_cache(16)(instants.read)
_write_instant: Final = lru_cache(16)(instants.written)
